"""`make test`: every check and every test, part after part, until one is broken; then a summary with each part's time.

`python -m tests lint` runs the checks alone; `python -m tests sqlite browser` runs the parts it names.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from practice import environment
from practice.servers import die_with_parent, postgres, private_folder, stop, valkey
from tests import layers, machine

CHECKS = ["linter", "formatter", "types", "migrations", "production"]
SUITES = ["sqlite", "postgresql", "browser", "whole"]
PROCESSES = str(min(2, os.cpu_count() or 1))


class Broken(Exception):
    """A part did not pass."""


@dataclass
class Run:
    """What has happened so far, and where it may put things."""

    folder: Path
    times: list[tuple[str, float, str]] = field(default_factory=list)
    passed: int = 0
    failed: int = 0

    def part(self, name: str, act: Callable[["Run"], None]) -> None:
        print(f"\n── {name}", flush=True)
        began = time.monotonic()
        said = "broken"
        try:
            act(self)
            said = "passed"
        finally:
            self.times.append((name, time.monotonic() - began, said))

    def summary(self) -> str:
        lines = [f"{said:>8}  {seconds:7.1f} s  {name}" for name, seconds, said in self.times]
        total = sum(seconds for _, seconds, _ in self.times)
        return "\n".join(
            ["", *lines, f"{'':>8}  {total:7.1f} s  in all", "", f"{self.passed} passed, {self.failed} failed"]
        )


def main(words: list[str]) -> int:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    if os.environ.get("MAKELEVEL"):
        die_with_parent()  # kill -9 on make must not leave servers behind
    names = CHECKS if words == ["lint"] else words or CHECKS + SUITES
    with private_folder("practice-tests-") as folder:
        run = Run(folder)
        try:
            if {"browser", "whole"} & set(names):
                machine.make_ready()
            for name in names:
                run.part(name, PARTS[name])
        except Broken:
            run.failed = max(run.failed, 1)
        except KeyboardInterrupt:
            print("\nStopped.")
            return 130
        except machine.NotReady as lacking:
            print(lacking, file=sys.stderr)
            return 1
        print(run.summary(), flush=True)
        return 1 if run.failed else 0


def interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def execute(*command: str, env: dict[str, str] | None = None) -> None:
    """A command whose failure breaks the part; it ends with us, whichever way we end."""
    process = subprocess.Popen(
        [sys.executable, *command], cwd=layers.ROOT, env=os.environ | (env or {}), preexec_fn=die_with_parent
    )
    try:
        if process.wait():
            raise Broken
    finally:
        stop(process, by=signal.SIGINT)


def linter(run: Run) -> None:
    execute("-m", "ruff", "check", ".")


def formatter(run: Run) -> None:
    execute("-m", "ruff", "format", "--check", ".")


def types(run: Run) -> None:
    execute("-m", "mypy", *(str(path.relative_to(layers.ROOT)) for path in layers.typed_sources()))


def migrations(run: Run) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "practice.settings_test", "SECRET_KEY": "unused"}
    execute("manage.py", "makemigrations", "--check", "--dry-run", env=settings)


def production(run: Run) -> None:
    """Django's own list of what a deployment must not have, asked of a full production environment."""
    execute("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=production_environment())


def production_environment() -> dict[str, str]:
    return environment.new_keys() | {
        "DEBUG": "",
        "DEMO": "",
        "DATABASE_URL": "postgres://practice:secret@db.example/practice",
        "REDIS_URL": "redis://:secret@queue.example:6379/0",
        "ALLOWED_HOSTS": "practice.example",
        "SITE_URL": "https://practice.example",
        "EMAIL_URL": "smtp+tls://practice:secret@mail.example:587",
        "DEFAULT_FROM_EMAIL": "hello@practice.example",
    }


def sqlite(run: Run) -> None:
    suite(run, "-n", PROCESSES, env={"DATABASE_URL": f"sqlite:///{run.folder}/tests.sqlite3"})


def postgresql(run: Run) -> None:
    with real_servers() as urls:
        suite(run, "-n", PROCESSES, env=urls)


def browser(run: Run) -> None:
    with real_servers() as urls:
        suite(run, "tests/browser", env=urls)


def whole(run: Run) -> None:
    suite(run, "tests/whole", "-s", env={"DATABASE_URL": f"sqlite:///{run.folder}/whole.sqlite3"})


@contextlib.contextmanager
def real_servers() -> Iterator[dict[str, str]]:
    with postgres() as database_url, valkey() as redis_url:
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def suite(run: Run, *words: str, env: dict[str, str]) -> None:
    """One run of pytest. A test that was skipped counts as failed: nothing is left out in silence."""
    report = run.folder / f"report-{len(run.times)}.xml"
    own = {"MAKE_TEST": "1", "DJANGO_SETTINGS_MODULE": "practice.settings_test", "TMPDIR": str(run.folder)} | env
    folders = [] if words[0].startswith("tests/") else ["--ignore", "tests/browser", "--ignore", "tests/whole"]
    try:
        execute("-m", "pytest", "-q", "--durations", "5", f"--junitxml={report}", *folders, *words, env=own)
    finally:
        passed, failed = counted(report)
        run.passed, run.failed = run.passed + passed, run.failed + failed
    if failed:
        raise Broken


def counted(report: Path) -> tuple[int, int]:
    if not report.exists():
        return 0, 0
    found = ET.parse(report).getroot().find("testsuite")
    numbers = dict(found.attrib) if found is not None else {}
    total, *bad = (int(numbers.get(name, 0)) for name in ("tests", "failures", "errors", "skipped"))
    return total - sum(bad), sum(bad)


PARTS: dict[str, Callable[[Run], None]] = {
    function.__name__: function
    for function in (linter, formatter, types, migrations, production, sqlite, postgresql, browser, whole)
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
