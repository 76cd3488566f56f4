"""A thread beside the web server that looks each minute whether messages leave. Told of by it, the owners need no worker.

No request waits for it. Several processes may have one each: `alarm` tells once.
"""

import logging
import random
import threading

from django.db import connection
from django.utils import timezone

from outbox import alarm

FIRST_AFTER_SECONDS = 120.0
"""A worker that starts together with the site has had its first round by then."""
EVERY_SECONDS = 60.0

log = logging.getLogger(__name__)


def start(first_after: float = FIRST_AFTER_SECONDS, every: float = EVERY_SECONDS) -> threading.Thread:
    thread = threading.Thread(target=_watch, args=(first_after, every), name="outbox-watchman", daemon=True)
    thread.start()
    return thread


def _watch(first_after: float, every: float) -> None:
    rest = threading.Event()
    rest.wait(first_after)
    while True:
        look()
        rest.wait(every * random.uniform(0.8, 1.2))


def look() -> None:
    """Goes on whatever happened: the next look may find the database, or the mail server, again."""
    try:
        alarm.look(timezone.now())
    except Exception as error:  # whoever watches must not end with what it watches
        log.error("It could not be seen whether messages leave: %s", type(error).__name__)
    finally:
        connection.close()
