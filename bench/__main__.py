"""`make bench`: every part on SQLite and on PostgreSQL, a table on the screen and a file for each database.

`python -m bench --small` runs the same parts and checks small, and keeps no file. `python -m bench sqlite http` runs what
it names, and keeps the figures of that.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from practice import environment
from practice.servers import die_with_parent, postgres, private_folder, valkey

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "docs" / "developers"
DATABASES = ["sqlite", "postgresql"]
PARTS = ["diary", "month", "http", "races", "messages", "reports"]


def main(words: list[str]) -> int:
    if os.environ.get("MAKELEVEL"):
        die_with_parent()
    small = "--small" in words
    databases = [name for name in DATABASES if name in words] or DATABASES
    parts = [name for name in PARTS if name in words] or PARTS
    missed = []
    with private_folder("practice-bench-") as folder, valkey() as redis_url:
        for database in databases:
            with serving(database, folder) as urls:
                found = {part: measure(part, urls(part), redis_url, folder, small) for part in parts}
            bounds = [bound for one in found.values() for bound in one["bounds"]]
            missed += [f"{database}: {bound['what']}" for bound in bounds if not bound["holds"]]
            if not small:
                keep(KEPT / f"bench-{database}.json", found)
    print("\n" + ("\n".join(f"MISSED  {bound}" for bound in missed) or "Every bound holds."))
    return 1 if missed else 0


@contextlib.contextmanager
def serving(database: str, folder: Path) -> Iterator:
    """Gives the address of a fresh database for each part; PostgreSQL with its durability, as it would be in earnest."""
    if database == "sqlite":
        yield lambda part: f"sqlite:///{folder}/{part}.sqlite3"
        return
    with postgres(fast=False) as url:
        yield lambda part: fresh(url, part)


def fresh(url: str, name: str) -> str:
    import psycopg2

    host = url.partition("host=")[2]
    with contextlib.closing(psycopg2.connect(host=host, user="postgres", dbname="postgres")) as server:
        server.autocommit = True
        server.cursor().execute(f"CREATE DATABASE {name}")
    return url.replace("/postgres?", f"/{name}?")


def measure(part: str, database_url: str, redis_url: str, folder: Path, small: bool) -> dict:
    print(f"\n── {part} on {database_url.partition(':')[0]}", flush=True)
    file = folder / f"{part}.json"
    env = os.environ | environment.new_keys() | {"DEMO": "1", "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    env |= {"STATEMENT_TIMEOUT": "0"}  # a million rows are written in one statement
    for name in ("DEBUG", "DJANGO_SETTINGS_MODULE", "SITE_URL", "EMAIL_URL"):
        env.pop(name, None)
    began = time.monotonic()
    command = [sys.executable, "-m", "bench.run", part, str(file), *(["--small"] if small else [])]
    subprocess.run(command, cwd=ROOT, env=env, check=True, preexec_fn=die_with_parent)
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    return json.loads(file.read_text())


def keep(path: Path, found: dict[str, dict]) -> None:
    """Each part that was measured with its day; the others stay as they were measured before."""
    parts = json.loads(path.read_text())["parts"] if path.exists() else {}
    today = time.strftime("%Y-%m-%d")
    parts |= {part: {"on": today, "figures": one["figures"], "bounds": one["bounds"]} for part, one in found.items()}
    about = {"python": platform.python_version(), "processors": os.cpu_count()}
    ordered = {part: parts[part] for part in PARTS if part in parts}
    path.write_text(json.dumps(about | {"parts": ordered}, indent=1, ensure_ascii=False) + "\n")
    print(f"\nKept in {path.name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
