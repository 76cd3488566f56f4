"""A PostgreSQL that crashes in the midst of a batch: `python -m tests.whole.crashed` says in JSON what became of the letters.

With `forgetful` the worker keeps in mind only the letter that it is at, as if each record were on the disk at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import threading
from collections import Counter

import django

from practice.servers import Postgres, postgres_server, stop

LETTERS, CRASH_AT = 20, 12


class Crash:
    """A rule for the mail server. The database is started again by a thread that lives as long as it does."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.is_down, self.is_back, self.is_over = (threading.Event() for _ in range(3))
        self.letters = 0
        self.thread = threading.Thread(target=self._put_back)
        self.thread.start()

    def __call__(self, talk: object, word: str, line: str) -> None:
        if word == "LETTER":
            self.letters += 1
            if self.letters == CRASH_AT:
                stop(self.server.process, by=signal.SIGQUIT)
                self.is_down.set()
                self.is_back.wait()

    def _put_back(self) -> None:
        self.is_down.wait()
        self.server.start()
        self.is_back.set()
        self.is_over.wait()


def main(*words: str) -> None:
    with postgres_server(fast=False) as server:
        os.environ |= {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "practice.settings_test"}
        django.setup()
        print(json.dumps(send(server, is_forgetful="forgetful" in words)))


def send(server: Postgres, is_forgetful: bool) -> dict[str, object]:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from outbox import delivery, outcomes
    from outbox.models import Message
    from outbox.tests.factories import NOW, make_message, register_greeting
    from outbox.tests.mail_server import mail_server

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:  # what nobody waits for would be on the disk a fifth of a second later
        cursor.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        cursor.execute("SELECT pg_reload_conf()")
    if is_forgetful:
        record = outcomes.record_sent
        outcomes.record_sent = lambda row, **said: (outcomes._mind.uncertain.clear(), record(row, **said))[1]
    register_greeting()
    for _ in range(LETTERS):
        make_message(expires_at=NOW + dt.timedelta(days=1))
    taken_over_at = NOW + dt.timedelta(seconds=settings.CLAIM_LEASE + settings.SEND_TIMEOUT + 1)
    with mail_server(settings) as mail:
        mail.rule = crash = Crash(server)
        for now in (NOW, taken_over_at, 2 * (taken_over_at - NOW) + NOW):
            delivery.sweep(lambda now=now: now)
        states = dict(Counter(Message.objects.values_list("state", flat=True)))
    connection.close()
    stop(server.process, by=signal.SIGINT)
    crash.is_over.set()
    crash.thread.join()
    return {"letters": len(mail.letters), "to": len(set(mail.to())), "states": states}


if __name__ == "__main__":
    main(*sys.argv[1:])
