"""After a backup was restored: what was due before that moment is marked as expired, so that nothing is said twice."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from outbox import planning
from practice import walltime
from practice.models import Practice
from practice.words import counted, moment


class Command(BaseCommand):
    help = "Expires what was due before the restore. Without --yes it only counts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--restored-at",
            required=True,
            help="When the backup was put back, like 2027-01-04T10:00 (on the practice's clock).",
        )
        parser.add_argument("--yes", action="store_true", help="Do it.")

    def handle(self, *args: Any, **options: Any) -> None:
        zone = Practice.objects.current().zone
        at = self._moment(options["restored_at"], zone)
        counts = planning.due_before(at)
        for kind, number in counts.items():
            self.stdout.write(f"{number:6}  {kind}")
        total = counted(sum(counts.values()), "message")
        if not options["yes"]:
            self.stdout.write(f"{total} would be marked as expired: due up to {moment(at, zone)}. With --yes they are.")
            return
        planning.expire_due_before(at)
        self.stdout.write(f"{total} marked as expired. Take RESTORED out of the environment and start the worker.")

    def _moment(self, text: str, zone: ZoneInfo) -> dt.datetime:
        try:
            at = dt.datetime.fromisoformat(text)
        except ValueError:
            raise CommandError(f"“{text}” is no moment; write it like 2027-01-04T10:00.") from None
        at = at if at.tzinfo else walltime.from_wall(at, zone)
        if at > timezone.now():
            raise CommandError("That moment is still to come.")
        return at
