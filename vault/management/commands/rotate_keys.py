"""`manage.py rotate_keys [--check]`: brings all data keys under the newest of FIELD_ENCRYPTION_KEYS."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from vault import keys, rotation
from vault.errors import KeyMissing


class Command(BaseCommand):
    help = (
        "Wraps every person's key with the newest wrapping key. The site may run meanwhile; broken off, run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say how many hang on older keys; code 1 if any do"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.rotate()
        left = rotation.waiting()
        self.stdout.write(
            f"{left} hang on older keys." if left else f"All hang on the newest key, {keys.ring().newest_id}."
        )
        if left:
            sys.exit(1)

    def rotate(self) -> None:
        try:
            count = rotation.rewrap(now=timezone.now())
        except KeyMissing as missing:
            raise CommandError(missing.for_operators) from None
        self.stdout.write(f"{count.rewrapped} wrapped anew, {count.passed_over} changed by somebody else meanwhile.")
