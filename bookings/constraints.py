"""What the database itself refuses, whoever writes the row: overlap, a client under age, a rewritten history.

PostgreSQL keeps overlap with exclusion constraints, SQLite with triggers (a write transaction there is alone, so the
trigger's look and the write cannot be parted). Rebuilding a table on SQLite drops its triggers: a migration that alters
one of these tables ends with `install` again; a test reads them back.
"""

from __future__ import annotations

from typing import Any

BLOCKING_SQL = "('held', 'requested', 'confirmed', 'completed', 'no_show')"

THERAPIST_OVERLAP = "booking_therapist_overlap"
ROOM_OVERLAP = "booking_room_overlap"
ADULT = "booking_client_adult"
INSTANTS = "booking_instants"
DAYS = "booking_days"
LONGEST = "booking_longest"
HISTORY = "booking_history_kept"

OVERLAPS = (THERAPIST_OVERLAP, ROOM_OVERLAP)


def _pg_overlap(name: str, column: str) -> tuple[str, str]:
    return (
        f"ALTER TABLE bookings_booking ADD CONSTRAINT {name} EXCLUDE USING gist "
        f"({column} WITH =, tstzrange(busy_from_at, busy_until_at, '[)') WITH &&) "
        f"WHERE (status IN {BLOCKING_SQL} AND {column} IS NOT NULL)",
        f"ALTER TABLE bookings_booking DROP CONSTRAINT IF EXISTS {name}",
    )


def _pg_check(name: str, condition: str) -> tuple[str, str]:
    return (
        f"ALTER TABLE bookings_booking ADD CONSTRAINT {name} CHECK ({condition})",
        f"ALTER TABLE bookings_booking DROP CONSTRAINT IF EXISTS {name}",
    )


# Born on 29 February comes of age on 1 March: a leap year plus 18 is never one.
_PG_ADULT = f"""
CREATE OR REPLACE FUNCTION {ADULT}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE born date;
BEGIN
  IF NEW.status NOT IN {BLOCKING_SQL} THEN RETURN NEW; END IF;
  SELECT date_of_birth INTO born FROM clients_client WHERE id = NEW.client_id;
  IF (CASE WHEN to_char(born, 'MM-DD') = '02-29' THEN make_date(extract(year FROM born)::int + 18, 3, 1)
           ELSE (born + interval '18 years')::date END) > LEAST(NEW.booked_on, NEW.session_on) THEN
    RAISE EXCEPTION '{ADULT}' USING ERRCODE = 'check_violation', CONSTRAINT = '{ADULT}';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {ADULT} BEFORE INSERT OR UPDATE OF client_id, booked_on, session_on, status
  ON bookings_booking FOR EACH ROW EXECUTE FUNCTION {ADULT}();
"""

_PG_HISTORY = f"""
CREATE OR REPLACE FUNCTION {HISTORY}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{HISTORY}' USING ERRCODE = 'check_violation', CONSTRAINT = '{HISTORY}';
END $$;
CREATE TRIGGER {HISTORY} BEFORE UPDATE OR DELETE ON bookings_bookingchange FOR EACH ROW EXECUTE FUNCTION {HISTORY}();
"""


def _pg_drop_trigger(name: str, table: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}()"


POSTGRESQL: dict[str, tuple[str, str]] = {
    THERAPIST_OVERLAP: _pg_overlap(THERAPIST_OVERLAP, "therapist_id"),
    ROOM_OVERLAP: _pg_overlap(ROOM_OVERLAP, "room_id"),
    LONGEST: _pg_check(LONGEST, "busy_until_at - busy_from_at <= interval '24 hours'"),
    INSTANTS: _pg_check(
        INSTANTS,
        " AND ".join(
            f"date_trunc('second', {at}) = {at}" for at in ("starts_at", "ends_at", "busy_from_at", "busy_until_at")
        )
        + " AND ends_at - starts_at = minutes * interval '1 minute'",
    ),
    DAYS: _pg_check(
        DAYS,
        "abs(session_on - (starts_at AT TIME ZONE 'UTC')::date) <= 1 AND abs(booked_on - (created_at AT TIME ZONE 'UTC')::date) <= 1",
    ),
    ADULT: (_PG_ADULT, _pg_drop_trigger(ADULT, "bookings_booking")),
    HISTORY: (_PG_HISTORY, _pg_drop_trigger(HISTORY, "bookings_bookingchange")),
}


def _sqlite_trigger(name: str, columns: str, refuse_when: str) -> tuple[str, str]:
    body = f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE {refuse_when}; END"
    return (
        f"CREATE TRIGGER {name}_insert BEFORE INSERT ON bookings_booking {body};"
        f"CREATE TRIGGER {name}_update BEFORE UPDATE OF {columns} ON bookings_booking {body};",
        f"DROP TRIGGER IF EXISTS {name}_insert; DROP TRIGGER IF EXISTS {name}_update;",
    )


def _sqlite_overlap(name: str, column: str) -> tuple[str, str]:
    """The lower bound on busy_from_at keeps the look inside the index however long the history is."""
    return _sqlite_trigger(
        name,
        f"{column}, busy_from_at, busy_until_at, status",
        f"NEW.status IN {BLOCKING_SQL} AND EXISTS (SELECT 1 FROM bookings_booking b WHERE b.{column} = NEW.{column} "
        f"AND b.id IS NOT NEW.id AND b.busy_from_at > datetime(NEW.busy_from_at, '-1 day') "
        f"AND b.busy_from_at < NEW.busy_until_at AND b.busy_until_at > NEW.busy_from_at AND b.status IN {BLOCKING_SQL})",
    )


_INSTANT_COLUMNS = ("starts_at", "ends_at", "busy_from_at", "busy_until_at")

SQLITE: dict[str, tuple[str, str]] = {
    THERAPIST_OVERLAP: _sqlite_overlap(THERAPIST_OVERLAP, "therapist_id"),
    ROOM_OVERLAP: _sqlite_overlap(ROOM_OVERLAP, "room_id"),
    LONGEST: _sqlite_trigger(
        LONGEST, "busy_from_at, busy_until_at", "NEW.busy_until_at > datetime(NEW.busy_from_at, '+1 day')"
    ),
    # Instants are compared as text here, so only the one spelling that Django writes may stand in a row.
    INSTANTS: _sqlite_trigger(
        INSTANTS,
        ", ".join(_INSTANT_COLUMNS) + ", minutes",
        " OR ".join(f"NEW.{at} IS NOT strftime('%Y-%m-%d %H:%M:%S', NEW.{at})" for at in _INSTANT_COLUMNS)
        + " OR NEW.ends_at IS NOT datetime(NEW.starts_at, '+' || NEW.minutes || ' minutes')",
    ),
    DAYS: _sqlite_trigger(
        DAYS,
        "session_on, starts_at, booked_on, created_at",
        "coalesce(abs(julianday(NEW.session_on) - julianday(date(NEW.starts_at))), 9) > 1 "
        "OR coalesce(abs(julianday(NEW.booked_on) - julianday(date(NEW.created_at))), 9) > 1",
    ),
    ADULT: _sqlite_trigger(
        ADULT,
        "client_id, booked_on, session_on, status",
        f"NEW.status IN {BLOCKING_SQL} AND (SELECT date(c.date_of_birth, '+18 years') FROM clients_client c "
        f"WHERE c.id = NEW.client_id) > min(NEW.booked_on, NEW.session_on)",
    ),
    # INSERT OR REPLACE takes a row away without firing a trigger on DELETE, so it is caught where it comes in.
    HISTORY: (
        f"CREATE TRIGGER {HISTORY}_insert BEFORE INSERT ON bookings_bookingchange BEGIN SELECT RAISE(ABORT, '{HISTORY}') "
        f"WHERE EXISTS (SELECT 1 FROM bookings_bookingchange WHERE id = NEW.id); END;"
        f"CREATE TRIGGER {HISTORY}_update BEFORE UPDATE ON bookings_bookingchange BEGIN SELECT RAISE(ABORT, '{HISTORY}'); END;"
        f"CREATE TRIGGER {HISTORY}_delete BEFORE DELETE ON bookings_bookingchange BEGIN SELECT RAISE(ABORT, '{HISTORY}'); END;",
        "".join(f"DROP TRIGGER IF EXISTS {HISTORY}_{when};" for when in ("insert", "update", "delete")),
    ),
}


def guards(connection: Any) -> dict[str, tuple[str, str]]:
    """By name: the SQL that makes a guard and the SQL that takes it away, in this connection's dialect."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def install(connection: Any, *names: str) -> None:
    """Makes the named guards anew, or all of them."""
    remove(connection, *names)
    for name in names or guards(connection):
        _run(connection, guards(connection)[name][0])


def remove(connection: Any, *names: str) -> None:
    for name in names or guards(connection):
        _run(connection, guards(connection)[name][1])


def _run(connection: Any, sql: str) -> None:
    """On SQLite statement by statement inside the caller's transaction (executescript would commit it)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql)
            return
        for statement in _statements(sql):
            cursor.execute(statement)


def _statements(sql: str) -> list[str]:
    """Splits after each trigger's END or each DROP; a trigger's body holds semicolons of its own."""
    pieces = sql.replace("END;", "END;\0") if "CREATE TRIGGER" in sql else sql.replace(";", ";\0")
    return [piece.strip() for piece in pieces.split("\0") if piece.strip()]


def broken_guard(error: Exception) -> str:
    """The name of the guard that refused the row, or an empty text for any other integrity error."""
    message = str(error)
    return next((name for name in POSTGRESQL if name in message), "")
