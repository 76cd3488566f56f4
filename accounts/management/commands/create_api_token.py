"""`manage.py create_api_token EMAIL [--name NAME]`: prints a new token alone, so that a script can take it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import records
from accounts.errors import EntryRefused


class Command(BaseCommand):
    help = "Makes an API token with the rights of an account and prints it, the only time that it can be seen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="Address of the account.")
        parser.add_argument("--name", default="", help="What the token is for, shown in the list of tokens.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = records.account_with(options["email"])
        except EntryRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(records.create_api_token(user, name=options["name"], now=timezone.now()))
