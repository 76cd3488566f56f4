"""One part of the bench on one fresh database, in a process of its own: `python -m bench.run PART FILE [--small]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django


def main(part: str, file: str, *words: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "practice.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bench import parts
    from bench.report import Report

    report = Report(small="--small" in words)
    parts.PARTS[part](report, small=report.small)
    report.write(Path(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
