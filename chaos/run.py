"""One fault on one database, in a process of its own: `python -m chaos.run FAULT FILE SEED [--small]`."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from importlib import import_module
from pathlib import Path

import django

from bench.mail import MailServer
from bench.report import Report
from chaos.crew import crew
from chaos.world import Broker, TooLong, World
from practice.servers import private_folder


def main(fault: str, file: str, seed: str, *words: str) -> None:
    signal.signal(signal.SIGTERM, lambda *about: sys.exit(143))  # so that its servers and workers end with it
    report = Report(small="--small" in words)
    with private_folder("chaos-") as folder, MailServer(folder) as mail:
        broker = Broker(folder)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "chaos.settings",
            "REDIS_URL": broker.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        }
        django.setup()
        try:
            with crew(folder) as workers:
                world = World(folder, mail, broker, workers, random.Random(f"{seed} {fault}"), report, fault)
                suffer(world)
        finally:
            broker.speak()
            broker.take_away()
            if kept := os.environ.get("CHAOS_KEEP"):
                shutil.copytree(folder, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
    report.write(Path(file))


def suffer(world: World) -> None:
    try:
        import_module(f"chaos.faults.{world.fault}").run(world)
    except TooLong as late:
        world.hold(str(late), 1, at_most=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
