"""How often somebody may knock: token buckets as database rows, so that they hold with the broker gone.

Keeps no address and no name: a bucket's key is a digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import connection

from accounts.errors import Throttled
from accounts.models import Bucket
from practice.statements import ask

KEPT_FOR = dt.timedelta(days=7)
"""A bucket that nobody took from for so long is full again at any rate in use, and a missing one counts as full."""

# One statement, so that callers at the same moment cannot part the look from the write. What is left goes down by one;
# below nought means refused, and is put back at the next look. A clock that goes back fills nothing.
TAKE = """
INSERT INTO accounts_bucket (key, level, reckoned_at) VALUES (%(key)s, CAST(%(burst)s AS double precision) - 1.0, %(now)s)
ON CONFLICT (key) DO UPDATE SET
  level = {least}(
    %(burst)s,
    accounts_bucket.level + CASE WHEN accounts_bucket.level < 0 THEN 1.0 ELSE 0.0 END
      + {greatest}(0.0, excluded.reckoned_at - accounts_bucket.reckoned_at) * %(per_second)s
  ) - 1.0,
  reckoned_at = {greatest}(accounts_bucket.reckoned_at, excluded.reckoned_at)
RETURNING level
"""


def take(key: str, rate_per_minute: float, burst: float, now: dt.datetime) -> float:
    """Takes one from the bucket and gives what is left. Raises Throttled where less than one was in it.

    Call it outside a transaction: one that is rolled back would put the token back.
    """
    per_second = rate_per_minute / 60
    values: dict[str, str | float] = {
        "key": digest(key),
        "burst": float(burst),
        "per_second": per_second,
        "now": now.timestamp(),
    }
    ((left,),) = ask(_statement(), values)
    if left < 0:
        raise Throttled(-left / per_second)
    return float(left)


def purge(now: dt.datetime) -> int:
    """Removes buckets that nobody took from for a week; gives how many."""
    return Bucket.objects.filter(reckoned_at__lt=(now - KEPT_FOR).timestamp()).delete()[0]


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _statement() -> str:
    names = ("LEAST", "GREATEST") if connection.vendor == "postgresql" else ("MIN", "MAX")
    return TAKE.format(least=names[0], greatest=names[1])
