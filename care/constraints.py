"""What the database itself keeps of care: a locked sheet is only ever narrowed, a signed note with its chart never changes, and
neither does a plan; a cover is only put off or closed.

The style of `vault.constraints`. A migration that alters one of these tables ends with `install` again.
"""

from __future__ import annotations

from typing import Any

from vault import constraints
from vault.constraints import Guard, append_only

SHEETS = "care_sheet_only_narrowed"
NARROWINGS = "care_narrowing_kept"
SIGNED = "care_note_signed"
TOOK_PLACE = "care_note_took_place"
CHARTS = "care_chart_signed"
AMENDMENTS = "care_amendment_kept"
COVERS = "care_cover_kept"
PLANS = "care_plan_kept"
SHEET = "care_boundarysheet"
NOTE = "care_sessionnote"

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


# A signed note. That the client is shown the aftercare is no part of what was signed.
NOTE_FIXED = (
    *("id", "booking_id", "author_id", "state", "version", "saved_at", "is_late_entry", "areas"),
    *("done", "response", "aftercare", "plan", "signed_at", "text_digest"),
)
CHART_FIXED = ("id", "note_id", "seen")


def _differs(columns: tuple[str, ...], distinct: str) -> str:
    return "(" + " OR ".join(f"OLD.{each} {distinct} NEW.{each}" for each in columns) + ")"


def _raise(name: str) -> str:
    return f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'"


def _guard(name: str, table: str, postgresql: str, sqlite: dict[str, str], moments: str) -> Guard:
    """`postgresql` is the body of the function, `sqlite` what is refused at each moment."""
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {postgresql} $$"
    trigger = f"CREATE TRIGGER {name} BEFORE {moments} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    return Guard(
        postgresql=(
            [function, trigger],
            [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
        ),
        sqlite=(
            [
                f"CREATE TRIGGER {name}_{moment} BEFORE {moment.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE {refused}; END"
                for moment, refused in sqlite.items()
            ],
            [f"DROP TRIGGER IF EXISTS {name}_{moment}" for moment in sqlite],
        ),
    )


def _signed_notes() -> Guard:
    """What is signed neither changes nor goes nor becomes a draft again."""
    postgresql = f"""BEGIN
  IF OLD.state = 'signed' AND TG_OP = 'DELETE' THEN {_raise(SIGNED)}; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF OLD.state = 'signed' AND {_differs(NOTE_FIXED, "IS DISTINCT FROM")} THEN {_raise(SIGNED)}; END IF;
  RETURN NEW;
END"""
    sqlite = {
        # INSERT OR REPLACE takes a row away without firing a trigger on DELETE.
        "insert": f"EXISTS (SELECT 1 FROM {NOTE} o WHERE o.state = 'signed' "
        "AND (o.id = NEW.id OR o.booking_id = NEW.booking_id))",
        "update": f"OLD.state = 'signed' AND {_differs(NOTE_FIXED, 'IS NOT')}",
        "delete": "OLD.state = 'signed'",
    }
    return _guard(SIGNED, NOTE, postgresql, sqlite, "UPDATE OR DELETE")


def _took_place() -> Guard:
    """Only what took place is signed. On PostgreSQL the booking is held, so that it cannot become a no-show meanwhile."""
    postgresql = f"""DECLARE found text; BEGIN
  IF NEW.state <> 'signed' THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state = 'signed' AND OLD.booking_id = NEW.booking_id THEN RETURN NEW; END IF;
  END IF;
  SELECT status INTO found FROM bookings_booking WHERE id = NEW.booking_id FOR SHARE;
  IF found IS DISTINCT FROM 'completed' THEN {_raise(TOOK_PLACE)}; END IF;
  RETURN NEW;
END"""
    missed = (
        "NEW.state = 'signed' AND NOT EXISTS "
        "(SELECT 1 FROM bookings_booking b WHERE b.id = NEW.booking_id AND b.status = 'completed')"
    )
    again = "OLD.state = 'signed' AND OLD.booking_id = NEW.booking_id"
    sqlite = {"insert": missed, "update": f"{missed} AND NOT ({again})"}
    return _guard(TOOK_PLACE, NOTE, postgresql, sqlite, "INSERT OR UPDATE")


def _charts() -> Guard:
    """Nothing is put into, changed in or taken from the chart of a signed note; whether it is shared may change."""

    def signed(row: str) -> str:
        return f"EXISTS (SELECT 1 FROM {NOTE} n WHERE n.id = {row}.note_id AND n.state = 'signed')"

    postgresql = f"""BEGIN
  IF TG_OP = 'DELETE' THEN
    IF {signed("OLD")} THEN {_raise(CHARTS)}; END IF;
    RETURN OLD;
  END IF;
  PERFORM 1 FROM {NOTE} WHERE id = NEW.note_id FOR SHARE;
  IF TG_OP = 'INSERT' THEN
    IF {signed("NEW")} THEN {_raise(CHARTS)}; END IF;
  ELSIF ({signed("OLD")} OR {signed("NEW")}) AND {_differs(CHART_FIXED, "IS DISTINCT FROM")} THEN {_raise(CHARTS)};
  END IF;
  RETURN NEW;
END"""
    replaced = f"EXISTS (SELECT 1 FROM care_energychart o WHERE o.id = NEW.id AND {signed('o')})"
    sqlite = {
        "insert": f"{signed('NEW')} OR {replaced}",
        "update": f"({signed('OLD')} OR {signed('NEW')}) AND {_differs(CHART_FIXED, 'IS NOT')}",
        "delete": signed("OLD"),
    }
    return _guard(CHARTS, "care_energychart", postgresql, sqlite, "INSERT OR UPDATE OR DELETE")


# A cover is put off or closed, and nothing else is ever changed in it.
COVER_FIXED = ("id", "booking_id", "user_id", "person", "armed_at", "expected_at")
EARLIER = "NEW.ask_at < OLD.ask_at OR NEW.tell_at < OLD.tell_at OR NEW.version < OLD.version"


def _covers() -> Guard:
    """A cover that is closed stays as it is; an open one is never asked about sooner, and none goes."""
    broken = f"OLD.closed_at IS NOT NULL OR {EARLIER} OR "
    postgresql = f"""BEGIN
  IF TG_OP = 'DELETE' THEN {_raise(COVERS)}; END IF;
  IF {broken}{_differs(COVER_FIXED, "IS DISTINCT FROM")} THEN {_raise(COVERS)}; END IF;
  RETURN NEW;
END"""
    sqlite = {
        "insert": "EXISTS (SELECT 1 FROM care_cover o WHERE o.id = NEW.id OR o.booking_id = NEW.booking_id)",
        "update": broken + _differs(COVER_FIXED, "IS NOT"),
        "delete": "1",
    }
    return _guard(COVERS, "care_cover", postgresql, sqlite, "UPDATE OR DELETE")


AGREED: dict[str, Guard] = {SHEETS: _sheets(), NARROWINGS: append_only(NARROWINGS, "care_narrowing")}
RECORDED: dict[str, Guard] = {
    SIGNED: _signed_notes(),
    TOOK_PLACE: _took_place(),
    CHARTS: _charts(),
    AMENDMENTS: append_only(AMENDMENTS, "care_amendment"),
}
PLANNED: dict[str, Guard] = {COVERS: _covers(), PLANS: append_only(PLANS, "care_plan")}
GUARDS = AGREED | RECORDED | PLANNED


def install(connection: Any, guards: dict[str, Guard] = GUARDS) -> None:
    """A migration names those whose tables are there by then."""
    constraints.install(connection, guards)


def remove(connection: Any, guards: dict[str, Guard] = GUARDS) -> None:
    constraints.remove(connection, guards)
