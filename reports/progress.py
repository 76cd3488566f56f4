"""How far a file is, told while it is made, with the lease renewed: on a connection of its own, since the one that reads is
inside its moment and writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import connection

from reports.errors import Abandoned

LEASE = dt.timedelta(seconds=120)
EVERY = dt.timedelta(seconds=2)
LOOK_EVERY = 500
"""Rows between two looks at the clock."""
TELL = """
UPDATE reports_reportfile SET rows_done = %s, lease_until_at = %s
WHERE id = %s AND state = 'making' AND claims = %s
"""


class Progress:
    """Called with the number of rows written so far. Raises Abandoned once the file is somebody else's, or nobody's."""

    def __init__(self, pk: int, claims: int, clock: Callable[[], dt.datetime]) -> None:
        self.pk, self.claims, self.clock = pk, claims, clock
        self.connection: Any = connection.copy()
        self.next_at = clock() + EVERY

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def __call__(self, written: int) -> None:
        if written % LOOK_EVERY:
            return
        now = self.clock()
        if now >= self.next_at:
            self.next_at = now + EVERY
            self.tell(written, now)

    def tell(self, written: int, now: dt.datetime) -> None:
        until = self.connection.ops.adapt_datetimefield_value(now + LEASE)
        with self.connection.cursor() as cursor:
            cursor.execute(TELL, [written, until, self.pk, self.claims])
            if cursor.rowcount != 1:
                raise Abandoned
