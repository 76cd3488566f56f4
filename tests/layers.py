"""Which layer each module belongs to, and the room given to the few that need more. One table for every app.

0 pure, 1 data, 2 read, 3 write, 4 shape, 5 edges. A module imports from its own layer or a lower one, and apps import
downwards only. A new module gets its line here; a new exception gets its reason.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["practice", "vault", "accounts", "outbox", "clients", "bookings", "care", "reports"]
FORBIDDEN = {"utils", "util", "common", "core", "helpers", "services", "misc"}

LAYER_OF = {
    name: layer
    for layer, names in {
        0: "spread offered period shape meanings agreed areas availability chain clauses crypto energy errors folding ical kinds labels likeness practice_labels questionnaires questions quiet ranges rules segments spans walltime "
        "practice_file.faults practice_file.physics practice_file.report practice_file.sense practice_file.shape "
        "practice_file.spelling practice_file.text cells",
        1: "money_constraints constraints durability fields keys models prepared querysets statements",
        2: "own_data between booked lead_times presence time_use saying attendance cancelling splits missed day_lists overview combining earnings income people returning figures question unanswered finding words today owing takings receipts record shared signatures unsigned planner elsewhere newcomers asking described facts log mime parts placeholders sight wording brochure choice copies diary documents health journey loading opened pages particulars permissions picker reach readiness registry reports running_out wanted story told trail verifier "
        "calendars links subscribed practice_file.current practice_file.known "
        "suppressing reminded sent stages steps requests compliance treated lapsed openings",
        3: "taking catalogue exports taking files progress mailing money walkin named alerts cover standing plans series charts notes reflections reminding happenings security editing evening renewals retention expiry absences alarm arrivals channels claims ahead breaking conversations incidents lookalikes refusals restricting restrictions sheets agreements anchors changes decisions defaults delivery importing intake invitations ledger desk lengthening undoing lifecycle messages moves notices nudge outcomes placing "
        "planning proof reaching reading records repeats rotation starting_texts telling throttle treating visits withdrawal practice_file practice_file.booking_rows practice_file.entering "
        "feeds practice_file.offer_rows practice_file.people_rows",
        4: "showing naming dates choosing noteforms forms schemas signing",
        5: "navigation adapter browsers admin admin_site api apps backends context demo_notes demo_plans management middleware migrations sessions tasks templatetags "
        "urls views visitor watchman",
    }.items()
    for name in names.split()
}
# Packages that know nothing of Django, a clock or a server, so that a pure module may lean on them.
PURE_PACKAGES = {"cryptography", "icalendar", "jsonschema", "yaml"}
# The wiring in practice/ is an edge: it starts things, and nothing in the apps may lean on it.
WIRING = {
    "broker",
    "celery",
    "demo",
    "ending",
    "environment",
    "logs",
    "opening",
    "servers",
    "settings",
    "settings_test",
    "sqlite3",
    "wsgi",
}
LAYER_OF |= dict.fromkeys(WIRING, 5)

# "module -> module": why it may.
MAY_IMPORT = {
    "practice.wsgi -> outbox.watchman": "the web server starts the thread that looks whether messages leave",
    "practice.urls -> outbox.views": "the addresses of the whole site stand in one file",
    "practice.management.commands.init_practice -> clients.defaults": "one command sets up a whole new installation",
    "practice.management.commands.init_practice -> clients.starting_texts": "one command sets up a whole new installation",
}
# Modules past 400 lines: why they are one.
LONG_MODULES: dict[str, str] = {}
# "module.function" past 40 lines: why it is one.
LONG_FUNCTIONS: dict[str, str] = {}


def sources(*, with_tests: bool = False) -> Iterator[Path]:
    """Every module of every app; migrations are left out, and tests unless asked for."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            if "migrations" not in parts and (with_tests or "tests" not in parts):
                yield path


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> int | None:
    """The layer of `bookings.diary` or `bookings.models.offer`; None for a name that is not in the table.

    A module in a package is of the package's layer, unless the table has it by its two names.
    """
    _, *names = module.split(".")
    if not names:
        return 5
    return LAYER_OF.get(".".join(names[:2]), LAYER_OF.get(names[0]))


def typed_sources() -> list[Path]:
    """What the type check reads: layers 0 to 3."""
    return [path for path in sources() if (layer(dotted(path)) or 0) <= 3]
