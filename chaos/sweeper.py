"""A worker whose clock is the machine's and what a file adds to it: `python -m chaos.sweeper FILE`. Sweeps until it is ended."""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

import django


def main(file: str) -> None:
    django.setup()
    from django.utils import timezone

    from outbox import delivery

    offset = Path(file)

    def tell() -> dt.datetime:
        return timezone.now() + dt.timedelta(seconds=float(offset.read_text()))

    while True:
        delivery.sweep(tell)
        time.sleep(0.2)


if __name__ == "__main__":
    main(*sys.argv[1:])
