"""`make chaos`: every fault on SQLite and on PostgreSQL, a table on the screen and a file for each database.

`python -m chaos --small` does the same small, several at once, and keeps no file; `python -m chaos sqlite kills --seed 7` what
it names, with the chances of that seed. Each fault has a database of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from practice import environment
from practice.servers import Postgres, die_with_parent, postgres_server, private_folder, stop

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "developers"
DATABASES = ["sqlite", "postgresql"]
FAULTS = ["database", "restored", "kills", "crowd", "broker", "mail_away", "moods", "clock", "cancelled"]
BASE = "base"
AT_ONCE = 3
"""Of the small ones, which mostly wait."""
ALONE = "database"
"""It ends the PostgreSQL that all of them share."""


def main(words: list[str]) -> int:
    if os.environ.get("MAKELEVEL"):
        die_with_parent()
    signal.signal(signal.SIGTERM, lambda *about: sys.exit(143))  # so that nothing stays behind then either
    asked = arguments(words)
    databases = [name for name in DATABASES if name in asked.what] or DATABASES
    faults = [name for name in FAULTS if name in asked.what] or FAULTS
    print(f"Seed {asked.seed}; again with: python -m chaos {' '.join(asked.what)} --seed {asked.seed}")
    missed = []
    for database in databases:
        with private_folder("practice-chaos-") as folder, serving(database, folder) as servers:
            found = suffer(faults, servers, folder, asked)
        missed += [f"{database}: {bound['what']}" for one in found for bound in one["bounds"] if not bound["holds"]]
        if not asked.small and faults == FAULTS:
            keep(database, found, asked.seed)
    print("\n" + ("\n".join(f"MISSED  {bound}" for bound in missed) or "Everything held."))
    return 1 if missed else 0


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m chaos", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*DATABASES, *FAULTS, []], help="databases and faults; none: all")
    parser.add_argument("--small", action="store_true", help="with few messages")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(100_000), help="repeats the same chances")
    return parser.parse_args(words)


class Servers:
    """Where the databases are; each is a copy of one that was set up once."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        self.folder, self.postgres = folder, postgres
        if postgres:
            self._sql(f"CREATE DATABASE {BASE}")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=clean(self.url(BASE)),
            check=True,
        )

    def url(self, name: str) -> str:
        if self.postgres:
            return self.postgres.url.replace("/postgres?", f"/{name}?")
        return f"sqlite:///{self.folder}/{name}.sqlite3"

    def fresh(self, name: str) -> str:
        if self.postgres:
            self._sql(f"CREATE DATABASE {name} TEMPLATE {BASE}")
        else:
            shutil.copy(self.folder / f"{BASE}.sqlite3", self.folder / f"{name}.sqlite3")
        return self.url(name)

    def _sql(self, statement: str) -> None:
        import psycopg2

        assert self.postgres
        with contextlib.closing(
            psycopg2.connect(host=self.postgres.folder, user="postgres", dbname="postgres")
        ) as server:
            server.autocommit = True
            server.cursor().execute(statement)

    def attend(self) -> None:
        """A PostgreSQL that somebody has ended is started again, a second later."""
        if self.postgres and self.postgres.process.poll() is not None:
            time.sleep(1)
            self.postgres.start()


@contextlib.contextmanager
def serving(database: str, folder: Path) -> Iterator[Servers]:
    """PostgreSQL with its durability, as it would be in earnest."""
    if database == "sqlite":
        yield Servers(folder, None)
        return
    with postgres_server(fast=False) as server:
        yield Servers(folder, server)


def clean(database_url: str) -> dict[str, str]:
    env = os.environ | environment.new_keys() | {"DEMO": "1", "DATABASE_URL": database_url}
    env |= {"API_RATE": "100000000", "STATEMENT_TIMEOUT": "0", "LOG_LEVEL": "ERROR"}
    for name in ("DEBUG", "DJANGO_SETTINGS_MODULE", "SITE_URL", "EMAIL_URL", "REDIS_URL", "RESTORED"):
        env.pop(name, None)
    return env


class Trial:
    """One fault that is being suffered. Of those at once each prints what it has to say at its end."""

    def __init__(self, fault: str, servers: Servers, folder: Path, asked: argparse.Namespace) -> None:
        self.fault, self.on = fault, "PostgreSQL" if servers.postgres else "SQLite"
        self.file, self.log = folder / f"{fault}.json", (folder / f"{fault}.log") if asked.small else None
        self.began = time.monotonic()
        words = [fault, str(self.file), str(asked.seed), *(["--small"] if asked.small else [])]
        if not self.log:
            print(self.title, flush=True)
        with self.log.open("wb") if self.log else contextlib.nullcontext() as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chaos.run", *words],
                cwd=ROOT,
                env=clean(servers.fresh(fault)),
                stdout=out,
                stderr=out,
                preexec_fn=die_with_parent,
            )

    @property
    def title(self) -> str:
        return f"\n── {self.fault} on {self.on}"

    def found(self) -> dict:
        if self.log:
            print(self.title, self.log.read_text(), sep="\n", end="")
        print(f"  {time.monotonic() - self.began:.0f} s", flush=True)
        if self.process.returncode:
            broken = {"what": f"{self.fault}: it broke off", "value": 1, "limit": 0, "at_least": False, "holds": False}
            return {"figures": [], "bounds": [broken]}
        return json.loads(self.file.read_text())


def suffer(faults: list[str], servers: Servers, folder: Path, asked: argparse.Namespace) -> list[dict]:
    """What was found, in their order."""
    waiting, trials, found = list(faults), [], {}
    try:
        while waiting or trials:
            if waiting and may_begin(waiting[0], trials, servers, at_once=AT_ONCE if asked.small else 1):
                trials.append(Trial(waiting.pop(0), servers, folder, asked))
            servers.attend()
            for trial in [each for each in trials if each.process.poll() is not None]:
                trials.remove(trial)
                found[trial.fault] = trial.found()
            time.sleep(0.1)
    finally:
        for trial in trials:
            stop(trial.process)
    return [found[fault] for fault in faults]


def may_begin(fault: str, trials: list[Trial], servers: Servers, at_once: int) -> bool:
    alone = servers.postgres and (fault == ALONE or any(trial.fault == ALONE for trial in trials))
    return not trials if alone else len(trials) < at_once


def keep(database: str, found: list[dict], seed: int) -> None:
    about = {
        "on": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "seed": seed,
    }
    together = {name: [each for one in found for each in one[name]] for name in ("figures", "bounds")}
    path = KEPT / f"chaos-{database}.json"
    path.write_text(json.dumps(about | together, indent=1, ensure_ascii=False) + "\n")
    print(f"\nKept in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
