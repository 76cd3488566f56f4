"""`manage.py verify_ledger [--anchors FILE]`: says whether the ledger is what was written; code 1 at the first fault."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault import verifier
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

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verifier.verify(options["anchors"])
        for note in verdict.notes:
            self.stdout.write(note)
        if verdict.finding.fault:
            raise CommandError(f"{verdict.finding.fault.sentence} {intact(verdict)}")
        self.stdout.write(intact(verdict))


def intact(verdict: Verdict) -> str:
    finding = verdict.finding
    if finding.at is None:
        return "The ledger is empty." if finding.fault is None else "Nothing before it was checked."
    anchors = "1 anchor" if verdict.anchors == 1 else f"{verdict.anchors} anchors"
    compared = f"; compared with {anchors}" if verdict.is_intact else ""
    return f"The ledger is intact up to entry {finding.seq} of {finding.at:%Y-%m-%d %H:%M:%S} UTC{compared}."
