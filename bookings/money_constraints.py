"""What the database itself keeps of money, whoever writes the row: lines are only added, and they add up.

The style of `vault.constraints`. A migration that alters one of these tables ends with `install` again.
"""

from __future__ import annotations

from typing import Any

from vault import constraints
from vault.constraints import Guard, append_only

KEPT = "bookings_money_kept"
NUMBERED = "bookings_money_numbered"
ADDS_UP = "bookings_money_adds_up"
DAY_OPEN = "bookings_money_day_open"
CASH_UP_KEPT = "bookings_cash_up_kept"
CASH_UP_ADDS_UP = "bookings_cash_up_adds_up"

ENTRY, CASH_UP = "bookings_moneyentry", "bookings_cashup"

LOCK = "pg_advisory_xact_lock(hashtext('bookings_money'))"
"""On PostgreSQL money is written by one at a time: a number, a sum and a day's end are judged by what stands."""


def signed(row: str) -> str:
    """What a line adds to what was taken: a refund takes away, a waiver moves nothing, a counter-line the other way."""
    kind = f"CASE {row}.kind WHEN 'refund' THEN -{row}.amount WHEN 'waiver' THEN 0 ELSE {row}.amount END"
    return f"(CASE WHEN {row}.corrects_id IS NULL THEN 1 ELSE -1 END * {kind})"


def _taken(where: str) -> str:
    return f"coalesce((SELECT sum({signed('o')}) FROM {ENTRY} o WHERE {where}), 0)"


_same = " AND ".join(f"o.{each} = NEW.{each}" for each in ("booking_id", "kind", "amount", "paid_by", "currency"))
_not_its_line = (
    f"(NEW.corrects_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.id = NEW.corrects_id "
    f"AND o.corrects_id IS NULL AND {_same}) OR EXISTS (SELECT 1 FROM {ENTRY} o WHERE o.corrects_id = NEW.corrects_id)))"
)
_other_currency = "NEW.currency <> (SELECT b.currency FROM bookings_booking b WHERE b.id = NEW.booking_id)"
_this_day = 'o."on" = NEW."on" AND o.paid_by = NEW.paid_by AND o.currency = NEW.currency'

# On SQLite amounts are binary fractions, so a sum is compared with less than half a penny to spare.
REFUSED: dict[str, tuple[str, str]] = {
    NUMBERED: (
        ENTRY,
        f"NEW.number IS NOT NULL AND NEW.number <> (SELECT coalesce(max(o.number), 0) + 1 FROM {ENTRY} o)",
    ),
    ADDS_UP: (
        ENTRY,
        f"{_other_currency} OR {_not_its_line} OR {_taken('o.booking_id = NEW.booking_id')} + {signed('NEW')} < -0.004",
    ),
    DAY_OPEN: (ENTRY, f'EXISTS (SELECT 1 FROM {CASH_UP} o WHERE o."on" >= NEW."on")'),
    CASH_UP_ADDS_UP: (
        CASH_UP,
        f"abs(NEW.expected - {_taken(_this_day)}) > 0.004 OR EXISTS (SELECT 1 FROM {CASH_UP} o WHERE {_this_day})",
    ),
}
"""By guard: the table, and for which new row it is refused."""


def _refusing(name: str, table: str, condition: str) -> Guard:
    return Guard(
        postgresql=(
            [
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM {LOCK}; "
                f"IF {condition} THEN "
                f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END IF; "
                f"RETURN NEW; END $$",
                f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            ],
            [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
        ),
        sqlite=(
            [
                f"CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{name}') "
                f"WHERE {condition}; END"
            ],
            [f"DROP TRIGGER IF EXISTS {name}"],
        ),
    )


GUARDS: dict[str, Guard] = {
    KEPT: append_only(KEPT, ENTRY),
    CASH_UP_KEPT: append_only(CASH_UP_KEPT, CASH_UP),
} | {name: _refusing(name, *refused) for name, refused in REFUSED.items()}


def install(connection: Any, *names: str) -> None:
    constraints.install(connection, _named(names))


def remove(connection: Any, *names: str) -> None:
    constraints.remove(connection, _named(names))


def _named(names: tuple[str, ...]) -> dict[str, Guard]:
    return {name: GUARDS[name] for name in names or GUARDS}


def broken_guard(error: Exception) -> str:
    """The name of the guard that refused a row, or an empty text for any other error."""
    return next((name for name in GUARDS if name in str(error)), "")
