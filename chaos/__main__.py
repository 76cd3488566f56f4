"""`make chaos`: every fault on SQLite and on PostgreSQL, a table on the screen and a file for each database.

`python -m chaos --small` does the same small, and keeps no file; `python -m chaos sqlite kills --seed 7` what it names, with
the chances of that seed. Each fault has a database of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from practice import environment
from practice.servers import Postgres, die_with_parent, postgres_server, private_folder

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "developers"
DATABASES = ["sqlite", "postgresql"]
FAULTS = ["kills", "crowd", "broker", "database", "mail_away", "moods", "clock", "cancelled", "restored"]
BASE = "base"


def main(words: list[str]) -> int:
    if os.environ.get("MAKELEVEL"):
        die_with_parent()
    asked = arguments(words)
    databases = [name for name in DATABASES if name in asked.what] or DATABASES
    faults = [name for name in FAULTS if name in asked.what] or FAULTS
    print(f"Seed {asked.seed}; again with: python -m chaos {' '.join(asked.what)} --seed {asked.seed}")
    missed = []
    for database in databases:
        with private_folder("practice-chaos-") as folder, serving(database, folder) as servers:
            found = [suffer(fault, servers, folder, asked) for fault in faults]
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

    def attend(self, process: subprocess.Popen[bytes]) -> None:
        """Until the process has ended; a PostgreSQL that somebody ends meanwhile is started again, a second later."""
        while process.poll() is None:
            if self.postgres and self.postgres.process.poll() is not None:
                time.sleep(1)
                self.postgres.start()
            time.sleep(0.1)


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


def suffer(fault: str, servers: Servers, folder: Path, asked: argparse.Namespace) -> dict:
    print(f"\n── {fault} on {'PostgreSQL' if servers.postgres else 'SQLite'}", flush=True)
    file = folder / f"{fault}.json"
    command = [
        sys.executable,
        "-m",
        "chaos.run",
        fault,
        str(file),
        str(asked.seed),
        *(["--small"] if asked.small else []),
    ]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=clean(servers.fresh(fault)), preexec_fn=die_with_parent)
    try:
        servers.attend(process)
    finally:
        process.kill()
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    if process.returncode:
        broken = {"what": f"{fault}: it broke off", "value": 1, "limit": 0, "at_least": False, "holds": False}
        return {"figures": [], "bounds": [broken]}
    return json.loads(file.read_text())


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
