"""`init_practice`: makes the practice's row and puts its starting texts in place, on a new installation."""

import argparse

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients.defaults import ensure_forms
from clients.starting_texts import ensure_documents
from practice.defaults import ensure_practice
from practice.models import Practice


class Command(BaseCommand):
    help = "Sets up the practice and its texts where they are missing. What is there already stays as it is."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--name", default="Our practice", help="the practice's name as clients read it")
        parser.add_argument("--timezone", default="Europe/London", help="such as Europe/London")
        parser.add_argument("--currency", default="GBP", help="three letters, such as GBP")
        parser.add_argument("--email", default="", help="where clients may write")

    def handle(self, *args: object, **options: str) -> None:
        chosen = {key: options[key] for key in ("name", "timezone", "currency", "email")}
        try:
            Practice(**chosen).clean_fields()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        practice, now = ensure_practice(**chosen), timezone.now()
        ensure_forms(now)
        ensure_documents(now, published=False)
        self.stdout.write(
            f"{practice.name} is set up. Edit its rules and texts under /admin/. Clients are asked the questionnaires "
            "that ship; the consents wait there as drafts: have them checked for your country, then publish them."
        )
