"""A PostgreSQL that crashes in the midst of a batch: `python -m tests.whole.crashed` says in JSON what became of the letters.

With `forgetful` the worker keeps in mind only the letter that it is at, as if each record were on the disk at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import time
from collections import Counter

import django

from practice.servers import postgres

LETTERS, CRASH_AT = 20, 12


class Crash:
    """A rule for the mail server: at one letter it kills the process that brings the database's log to the disk. The server then
    ends all the others, forgets what was not there yet, and starts anew by itself.

    That process is held from the start, so that it does not matter how long the letters before take."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
            (self.pid,) = cursor.fetchone()
        os.kill(self.pid, signal.SIGSTOP)
        self.letters = 0

    def __call__(self, talk: object, word: str, line: str) -> None:
        if word == "LETTER":
            self.letters += 1
            if self.letters == CRASH_AT:
                os.kill(self.pid, signal.SIGKILL)


def main(*words: str) -> None:
    with postgres(fast=False) as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "practice.settings_test"}
        django.setup()
        print(json.dumps(send(is_forgetful="forgetful" in words)))


def send(is_forgetful: bool) -> dict[str, object]:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from outbox import outcomes
    from outbox.models import Message
    from outbox.tests.factories import NOW, make_message, register_greeting
    from outbox.tests.mail_server import mail_server

    call_command("migrate", verbosity=0)
    if is_forgetful:
        record = outcomes.record_sent
        outcomes.record_sent = lambda row, **said: (outcomes._mind.uncertain.clear(), record(row, **said))[1]
    register_greeting()
    for _ in range(LETTERS):
        make_message()
    with mail_server(settings) as mail:
        mail.rule = Crash()
        for number in range(4):  # what looks unsent is taken back in the one, sent again in the next
            sweep(NOW + number * dt.timedelta(seconds=settings.CLAIM_LEASE + settings.SEND_TIMEOUT))
        states = dict(Counter(Message.objects.values_list("state", flat=True)))
    connection.close()
    return {"letters": len(mail.letters), "to": len(set(mail.to())), "states": states}


def sweep(now: dt.datetime) -> None:
    """Again where the database came back only after the worker had given up to wait for it."""
    from django.db import InterfaceError, OperationalError

    from outbox import delivery

    for _ in range(20):
        try:
            delivery.sweep(lambda: now)
        except (OperationalError, InterfaceError):
            time.sleep(1)
        else:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
