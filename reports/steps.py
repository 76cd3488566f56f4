"""Where clients stand on their journey and the steps they took, in SQL: which stage somebody came from is asked of each decision
and the one before it. Only reads, and never a name.

It is about clients, so for those who treat them: the owner all, a therapist their own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from clients.models import Stage
from reports import treated
from reports.asking import Asked

# Of each client the decisions that brought them to a stage, with the stage before; of these the steps, which lead to another.
STEPS = """
WITH whose AS ({whose}),
reached AS (
  SELECT d.client_id, d.decided_on, d.decided_at, s."order" AS place,
    COALESCE(LAG(s."order") OVER (PARTITION BY d.client_id ORDER BY d.decided_at, s."order"), %s) AS came_from
  FROM clients_stagedecision d JOIN clients_stage s ON s.id = d.stage_id
  WHERE d.is_reached AND d.decided_on <= %s AND d.client_id IN (SELECT id FROM whose)
),
steps AS (
  SELECT client_id, decided_on, decided_at, place, came_from,
    LAG(decided_on) OVER (PARTITION BY client_id ORDER BY decided_at, place) AS since
  FROM reached WHERE place <> came_from
)
"""

HERE = """
, latest AS (
  SELECT client_id, place, decided_on FROM (
    SELECT client_id, place, decided_on,
      ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY decided_at DESC, place DESC) AS number
    FROM steps
  ) AS numbered WHERE number = 1
),
decided AS (SELECT client_id, MIN(decided_on) AS since FROM reached GROUP BY client_id),
came AS (
  SELECT client_id, MIN(session_on) AS since, COUNT(*) AS sessions FROM bookings_booking
  WHERE status = 'completed' AND session_on <= %s AND client_id IN (SELECT id FROM whose) GROUP BY client_id
),
people AS (SELECT client_id FROM came UNION SELECT client_id FROM decided),
here AS (
  SELECT COALESCE(latest.place, %s) AS place, COALESCE(came.sessions, 0) AS sessions,
    COALESCE(latest.decided_on, CASE WHEN decided.since < came.since THEN decided.since ELSE came.since END, decided.since)
    AS since
  FROM people LEFT JOIN latest ON latest.client_id = people.client_id
    LEFT JOIN came ON came.client_id = people.client_id LEFT JOIN decided ON decided.client_id = people.client_id
)
"""
COUNTED = "SELECT place, since, COUNT(*) FROM here GROUP BY place, since"
EACH = "SELECT place, since, sessions FROM here ORDER BY place, since DESC, sessions"

TAKEN = """
SELECT came_from, place, SUM(CASE WHEN decided_on BETWEEN %s AND %s THEN 1 ELSE 0 END),
  SUM(CASE WHEN decided_on BETWEEN %s AND %s THEN 1 ELSE 0 END), SUM(CASE WHEN decided_on BETWEEN %s AND %s THEN 1 ELSE 0 END)
FROM steps GROUP BY came_from, place
"""

BEFORE_A_STEP = """
SELECT came_from, place, sessions, COUNT(*) FROM (
  SELECT s.client_id, s.decided_at, s.came_from, s.place, COUNT(b.id) AS sessions
  FROM steps s LEFT JOIN bookings_booking b ON b.client_id = s.client_id AND b.status = 'completed'
    AND b.session_on <= s.decided_on AND (s.since IS NULL OR b.session_on > s.since)
    AND b.session_type_id IN (SELECT id FROM bookings_sessiontype WHERE kind <> 'consultation')
  WHERE s.place > s.came_from AND s.decided_on BETWEEN %s AND %s
  GROUP BY s.client_id, s.decided_at, s.came_from, s.place
) AS counted GROUP BY came_from, place, sessions
"""

Three = tuple[int, int, int]
"""In this period, in the one before, a year before."""


class Here(NamedTuple):
    """So many clients are at the stage of this place, and have been there for so many days."""

    place: int
    days: int
    clients: int


class Asking:
    """The reader's question to the statements above, with the names of the stages by their place."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.names = dict(Stage.objects.order_by("order").values_list("order", "name"))
        self.first = min(self.names, default=0)

    def here(self, on: dt.date) -> list[Here]:
        """As it stood at the end of that day; of a day to come, as it stands."""
        on = min(on, self.asked.today)
        rows = self._rows(HERE + COUNTED, [on, self.first], on)
        return [Here(place, (on - _date(since)).days, clients) for place, since, clients in rows]

    def each(self) -> Iterator[tuple[str, int, int]]:
        """The stage, the days there and the sessions of each client as it stands, read as they come."""
        on = self.asked.today
        with connection.chunked_cursor() as cursor:
            cursor.execute(*self._statement(HERE + EACH, [on, self.first], on))
            while found := cursor.fetchmany(2000):
                yield from ((self.names[place], (on - _date(since)).days, number) for place, since, number in found)

    def steps(self) -> dict[tuple[int, int], Three]:
        """By the stage that was left and the one that was come to."""
        days = [day for each in self.asked.period.compared() for day in (each.first, each.last)]
        rows = self._rows(TAKEN, days)
        return {(came_from, place): (this, before, year) for came_from, place, this, before, year in rows}

    def before_steps(self) -> dict[tuple[int, int], Counter[int]]:
        """How many sessions there were in the stage before each step onward of the period, and how often that number."""
        found: dict[tuple[int, int], Counter[int]] = {}
        period = self.asked.period
        for came_from, place, sessions, times in self._rows(BEFORE_A_STEP, [period.first, period.last]):
            found.setdefault((came_from, place), Counter())[sessions] += times
        return found

    def _rows(self, sql: str, values: Sequence[Any], until: dt.date = dt.date.max) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(*self._statement(sql, values, until))
            return cursor.fetchall()

    def _statement(self, sql: str, values: Sequence[Any], until: dt.date) -> tuple[str, list[Any]]:
        whose, known = _whose(self.asked)
        stored = [connection.ops.adapt_datefield_value(each) if isinstance(each, dt.date) else each for each in values]
        decided = connection.ops.adapt_datefield_value(until)
        return STEPS.replace("{whose}", whose) + sql, [*known, self.first, decided, *stored]


def _whose(asked: Asked) -> tuple[str, Sequence[Any]]:
    try:
        return treated.clients(asked).values("id").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT id FROM clients_client WHERE id IS NULL", ()


def _date(value: Any) -> dt.date:
    """SQLite keeps dates as text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
