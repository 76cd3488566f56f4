"""Practice files for tests: the one of the documentation, and what is done with files again and again."""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import Any

import pytest

from bookings.practice_file import current, entering, shape, text
from bookings.practice_file.faults import FaultyFile
from bookings.practice_file.report import Report
from bookings.tests.factories import NOW

EXAMPLE = """\
practice:
  name: Still Water
  timezone: Europe/London
  currency: GBP
  slot_step: 15            # minutes
  min_notice: 12h          # "90m", "12h", "2d"
  horizon_days: 90
  cancellation_notice: 24h
rooms:
  - {slug: garden, name: Garden room}
session_types:
  - slug: relaxing-massage
    name: Relaxing massage
    kind: standard         # consultation | standard | tantric
    lengths: [{minutes: 60, price: "70.00"}, {minutes: 90, price: "95.00"}]
    buffer_before: 0       # minutes
    buffer_after: 15
    rooms: [garden]        # [] = needs no room
    approval: none         # none | first | always
    requires: {stage: preparation, completed: [{session_type: relaxing-massage, count: 2}], consultation: false, consents: [treatment]}
therapists:
  - slug: mara
    name: Mara
    email: therapist@demo.example
    offers: [relaxing-massage]                # or {session_type: relaxing-massage, prices: {60: "75.00"}}
    max_minutes_per_day: 360                  # optional
    max_sessions_per_day: 5                   # optional
    hours:
      - {days: [mon, tue, thu], from: "10:00", to: "18:00"}
      - {days: [sat], from: "09:00", to: "13:00", valid_from: 2027-01-01, valid_until: 2027-03-31}
    dates:
      - {date: 2027-02-13, hours: [{from: "12:00", to: "16:00"}]}
      - {date: 2027-02-15, hours: []}         # closed that day
    time_off:
      - {from: "2027-02-20T00:00", to: "2027-02-27T00:00"}   # practice wall clock
closures:
  - {from: "2026-12-24T00:00", to: "2026-12-27T00:00"}       # room: garden closes that room only
clients:
  - {ref: c-001, name: Sam Field, email: sam@example.com, date_of_birth: 1980-05-01}
bookings:
  - {ref: b-001, client: c-001, therapist: mara, session_type: relaxing-massage, minutes: 60, room: garden, start: "2027-01-04T10:00", status: confirmed}
"""


def enter(source: str | bytes | dict[str, Any], *, now: dt.datetime = NOW, dry_run: bool = False) -> Report:
    tree = source if isinstance(source, dict) else text.read(source.encode() if isinstance(source, str) else source)
    return entering.enter(tree, shape.check(tree), now=now, dry_run=dry_run)


def faults_of(source: str | bytes | dict[str, Any], *, now: dt.datetime = NOW) -> list[str]:
    with pytest.raises(FaultyFile) as caught:
        enter(source, now=now)
    return [str(fault) for fault in caught.value.faults]


def exported() -> str:
    return text.write(current.tree())


def example(**changes: Any) -> dict[str, Any]:
    """The example's values with some places changed: example(**{"rooms[0].name": 7}); ... (Ellipsis) takes a key away."""
    tree = copy.deepcopy(text.read(EXAMPLE.encode()))
    for place, value in changes.items():
        *way, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^\[\].]+", place)]
        at: Any = tree
        for part in way:
            at = at[part]
        if value is ...:
            del at[last]
        elif isinstance(at, list) and last == len(at):
            at.append(value)
        else:
            at[last] = value
    return tree


def booking(**changes: Any) -> dict[str, Any]:
    """Another booking of the example, on the day after its first."""
    return {
        "ref": "b-002",
        "client": "c-001",
        "therapist": "mara",
        "session_type": "relaxing-massage",
        "minutes": 60,
        "room": "garden",
        "start": "2027-01-05T10:00",
        "status": "confirmed",
    } | changes
