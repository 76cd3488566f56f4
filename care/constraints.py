"""What the database itself keeps of what was agreed for a session: a locked sheet is only ever narrowed.

The style of `vault.constraints`. A migration that alters one of these tables ends with `install` again.
"""

from __future__ import annotations

from typing import Any

from vault import constraints
from vault.constraints import Guard, append_only

SHEETS = "care_sheet_only_narrowed"
NARROWINGS = "care_narrowing_kept"
SHEET = "care_boundarysheet"

# For a row that was locked: what would widen it, and what must stay as it was.
WIDENED = "(NEW.areas & ~OLD.areas) <> 0 OR NEW.covering < OLD.covering OR NEW.pressure > OLD.pressure"
FIXED = ("id", "booking_id", "slower_word", "stop_word", "wishes", "filled_by", "locked_at")


def _broken(distinct: str) -> str:
    changed = " OR ".join(f"OLD.{each} {distinct} NEW.{each}" for each in FIXED)
    return f"OLD.locked_at IS NOT NULL AND ({WIDENED} OR {changed})"


def _sheets() -> Guard:
    refuse = f"RAISE EXCEPTION '{SHEETS}' USING ERRCODE = 'check_violation', CONSTRAINT = '{SHEETS}'"
    postgresql = f"""
CREATE OR REPLACE FUNCTION {SHEETS}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.locked_at IS NOT NULL THEN {refuse}; END IF;
    RETURN OLD;
  END IF;
  IF {_broken("IS DISTINCT FROM")} THEN {refuse}; END IF;
  RETURN NEW;
END $$"""
    abort = f"SELECT RAISE(ABORT, '{SHEETS}') WHERE"
    # INSERT OR REPLACE takes a row away without firing a trigger on DELETE, so it is caught where it comes in.
    taken = (
        f"EXISTS (SELECT 1 FROM {SHEET} WHERE locked_at IS NOT NULL AND (id = NEW.id OR booking_id = NEW.booking_id))"
    )
    return Guard(
        postgresql=(
            [
                postgresql,
                f"CREATE TRIGGER {SHEETS} BEFORE UPDATE OR DELETE ON {SHEET} FOR EACH ROW EXECUTE FUNCTION {SHEETS}()",
            ],
            [f"DROP TRIGGER IF EXISTS {SHEETS} ON {SHEET}", f"DROP FUNCTION IF EXISTS {SHEETS}()"],
        ),
        sqlite=(
            [
                f"CREATE TRIGGER {SHEETS}_insert BEFORE INSERT ON {SHEET} BEGIN {abort} {taken}; END",
                f"CREATE TRIGGER {SHEETS}_update BEFORE UPDATE ON {SHEET} BEGIN {abort} {_broken('IS NOT')}; END",
                f"CREATE TRIGGER {SHEETS}_delete BEFORE DELETE ON {SHEET} BEGIN {abort} OLD.locked_at IS NOT NULL; END",
            ],
            [f"DROP TRIGGER IF EXISTS {SHEETS}_{when}" for when in ("insert", "update", "delete")],
        ),
    )


GUARDS: dict[str, Guard] = {SHEETS: _sheets(), NARROWINGS: append_only(NARROWINGS, "care_narrowing")}


def install(connection: Any) -> None:
    constraints.install(connection, GUARDS)


def remove(connection: Any) -> None:
    constraints.remove(connection, GUARDS)
