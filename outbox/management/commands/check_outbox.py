"""Says whether messages leave, tells the owners if they do not, and ends with code 1 then: for cron."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from outbox import alarm
from practice.models import Practice
from practice.words import moment


class Command(BaseCommand):
    help = "Looks whether messages leave. The owners are told once when they do not, and once when they do again."

    def handle(self, *args: Any, **options: Any) -> None:
        now, zone = timezone.now(), Practice.objects.current().zone
        found = alarm.look(now)
        if found.is_off:
            raise CommandError("Sending is off: RESTORED is set.")
        if not found.sweeps:
            raise CommandError(
                f"The worker has sent nothing since {moment(found.swept_at, zone)}."
                if found.swept_at
                else "The worker has never run."
            )
        if not found.ticks:
            raise CommandError("The clock (beat) does not ask the worker any more.")
        if not found.leaves_in_time and found.oldest_due_at:
            raise CommandError(f"A message has been waiting since {moment(found.oldest_due_at, zone)}.")
        self.stdout.write("Messages leave.")
