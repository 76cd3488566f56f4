"""One of several workers at work on the same rows: sweeps once, and says how much of the processor it took."""

from __future__ import annotations

import json
import time

import django


def main() -> None:
    django.setup()
    from django.utils import timezone

    from outbox import delivery

    began, work = time.perf_counter(), time.process_time()
    done = delivery.sweep(timezone.now)
    print(json.dumps({"done": done, "seconds": time.perf_counter() - began, "work": time.process_time() - work}))


if __name__ == "__main__":
    main()
