"""`import_practice FILE`: reads a practice file into the database, whole or not at all."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.errors import Refusal
from bookings.practice_file import entering, shape, text
from bookings.practice_file.faults import FaultyFile
from bookings.practice_file.report import Report


class Command(BaseCommand):
    help = "Imports a practice file. Rows are matched by slug or ref; nothing is deleted; a file with any fault changes nothing."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="do everything, show what it would do, and take it back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.shown = -1
        try:
            report = self.import_file(read(options["file"]), now=timezone.now(), dry_run=options["dry_run"])
        except FaultyFile as faulty:
            number = len(faulty.faults)
            says = f"Nothing was imported: the file has {number} fault{'' if number == 1 else 's'}."
            raise CommandError(f"{says}\n{faulty}") from None
        except Refusal as refusal:
            raise CommandError(f"Nothing was imported. {refusal}") from None
        self.say(report, dry_run=options["dry_run"])

    def import_file(self, raw: bytes, *, now: dt.datetime, dry_run: bool) -> Report:
        self.stderr.write("Reading the file.")
        tree = text.read(raw)
        self.stderr.write("Checking it.")
        return entering.enter(tree, shape.check(tree), now=now, dry_run=dry_run, tell=self.progress)

    def progress(self, done: int, total: int) -> None:
        percent = done * 100 // total
        if percent // 10 > self.shown // 10:
            self.shown = percent
            self.stderr.write(f"Bookings: {percent} % ({done} of {total}).")

    def say(self, report: Report, *, dry_run: bool) -> None:
        self.stdout.write(f"{'':16}{'created':>9}{'changed':>9}{'unchanged':>11}")
        for kind, (created, changed, unchanged) in report.counts.items():
            self.stdout.write(f"{kind:16}{created:9}{changed:9}{unchanged:11}")
        for note in report.notes:
            self.stdout.write(note)
        if report.changed_nothing:
            self.stdout.write("Nothing changed.")
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")


def read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(text.LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
