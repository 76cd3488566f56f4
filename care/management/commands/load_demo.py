"""`load_demo`: gives an empty database the demo practice, in the demo and in development only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.demo import PASSWORD
from care import demo


class Command(BaseCommand):
    help = "Loads the invented practice Still Water, with sign-ins that everybody knows, where the database has no practice yet."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE not in ("demo", "development"):
            raise CommandError(
                "The demo practice has passwords that everybody knows, so it is not loaded in production."
            )
        if demo.load(timezone.now(), with_past=True):
            self.stdout.write(f"The demo practice is loaded; every sign-in has the password {PASSWORD}.")
        else:
            self.stdout.write("There is a practice here already; nothing was loaded.")
