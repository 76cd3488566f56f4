"""The calendar file is read back by the library that calendars use, and holds what was put in."""

import datetime as dt

from icalendar import Calendar

from bookings import ical

SESSION = {
    "uid": "b-1@practice.example",
    "sequence": 3,
    "starts_at": dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC),
    "ends_at": dt.datetime(2026, 6, 4, 10, tzinfo=dt.UTC),
    "summary": "Session",
    "location": "1 Quiet Lane\nLondon, W1",
    "description": "See you then; bring nothing.",
    "organizer_email": "hello@practice.example",
    "stamp_at": dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC),
}


def read(file: bytes) -> dict[str, str]:
    calendar = Calendar.from_ical(file)
    (event,) = calendar.walk("VEVENT")
    return {"METHOD": str(calendar["METHOD"])} | {name: str(event[name].to_ical(), "utf-8") for name in event}


def test_file_holds_the_session_in_utc():
    assert read(ical.event(**SESSION)) == {
        "METHOD": "PUBLISH",
        "UID": "b-1@practice.example",
        "SEQUENCE": "3",
        "DTSTAMP": "20260601T080000Z",
        "DTSTART": "20260604T090000Z",
        "DTEND": "20260604T100000Z",
        "STATUS": "CONFIRMED",
        "SUMMARY": "Session",
        "LOCATION": "1 Quiet Lane\\nLondon\\, W1",
        "DESCRIPTION": "See you then\\; bring nothing.",
        "ORGANIZER": "mailto:hello@practice.example",
    }


def test_cancelled_session_tells_calendars_so():
    told = read(ical.event(**SESSION, cancelled=True))
    assert (told["METHOD"], told["STATUS"]) == ("CANCEL", "CANCELLED")


def test_lines_end_as_the_standard_asks_and_are_folded():
    file = ical.event(**(SESSION | {"summary": "Ä" * 200}))
    lines = file.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)


def test_what_is_not_known_is_left_out():
    bare = read(ical.event(**(SESSION | {"location": "", "description": "", "organizer_email": ""})))
    assert {"LOCATION", "DESCRIPTION", "ORGANIZER"}.isdisjoint(bare)
