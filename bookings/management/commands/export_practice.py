"""`export_practice FILE`: writes the practice as a practice file; `--schema` writes the schema of such files instead."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookings.practice_file import current, shape, text


class Command(BaseCommand):
    help = "Exports the practice: all but held and expired bookings, accounts and clinical content. The file holds personal data."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--schema", action="store_true", help="write the JSON Schema of practice files instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.write(options["file"], shape.SCHEMA_FILE.read_text("utf-8"))
            return
        with transaction.atomic():
            tree = current.tree()
        self.write(options["file"], text.write(tree))
        self.stdout.write(f"Exported to {options['file']}.")

    def write(self, path: str, content: str) -> None:
        """Readable by its owner alone, and in place only when it is whole."""
        unfinished = Path(f"{path}.part")
        try:
            unfinished.unlink(missing_ok=True)
            with open(
                os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n"
            ) as file:
                file.write(content)
            unfinished.replace(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
