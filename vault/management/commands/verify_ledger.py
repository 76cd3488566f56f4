"""`manage.py verify_ledger [--anchors FILE] [--against SEQ:HASH]`: says whether the ledger is what was written; code 1 at the first fault."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault import verifier
from vault.chain import Mark
from vault.verifier import Verdict


class Command(BaseCommand):
    help = "Checks every entry of the ledger, their order, and the heads that were sent out. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchors",
            type=Path,
            default=Path(settings.LEDGER_ANCHOR_FILE),
            help="file of anchors to compare with, one JSON line each; default: LEDGER_ANCHOR_FILE",
        )
        parser.add_argument(
            "--against",
            type=head,
            action="append",
            default=[],
            metavar="SEQ:HASH",
            help="a head that was kept elsewhere, as the daily mail to the owners has it; may be given more than once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verifier.verify(options["anchors"], options["against"])
        for note in verdict.notes:
            self.stdout.write(note)
        if verdict.finding.fault:
            raise CommandError(f"{verdict.finding.fault.sentence} {intact(verdict)}")
        self.stdout.write(intact(verdict))


def head(written: str) -> Mark:
    try:
        return verifier.mark_of(written)
    except ValueError as fault:
        raise ArgumentTypeError(fault) from None


def intact(verdict: Verdict) -> str:
    finding = verdict.finding
    if finding.at is None:
        return "The ledger is empty." if finding.fault is None else "Nothing before it was checked."
    anchors = "1 anchor" if verdict.anchors == 1 else f"{verdict.anchors} anchors"
    compared = f"; compared with {anchors}" if verdict.is_intact else ""
    return f"The ledger is intact up to entry {finding.seq} of {finding.at:%Y-%m-%d %H:%M:%S} UTC{compared}."
