"""The calendar files are read back by the library that calendars use, and hold what was put in."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from bookings import ical
from bookings.ical import Entry, Method, Party, Standing

PRACTICE = Party("hello@practice.example", "Still Water")
SAM = Party("sam@example.com")
NOW = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)


def entry(**overrides: Any) -> Entry:
    fields = {
        "uid": "b-1@practice.example",
        "sequence": 3,
        "starts_at": dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC),
        "ends_at": dt.datetime(2026, 6, 4, 10, tzinfo=dt.UTC),
        "summary": "Session",
        "location": "1 Quiet Lane\nLondon, W1",
        "description": "See you then; bring nothing.",
        "stamp_at": NOW,
        "alarm_before": dt.timedelta(hours=1),
    }
    return Entry(**(fields | overrides))


def read(content: bytes) -> dict[str, str]:
    """Method and event as they stand in the file, its alarm under ALARM."""
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    shown = {name: str(event[name].to_ical(), "utf-8") for name in event}
    shown |= {f"{name} {key}": value for name in ("ORGANIZER", "ATTENDEE") for key, value in params(event, name)}
    for alarm in event.walk("VALARM"):
        shown["ALARM"] = alarm["TRIGGER"].to_ical().decode()
    return shown | {"METHOD": str(calendar["METHOD"])}


def params(event: Any, name: str) -> list[tuple[str, str]]:
    return list(event[name].params.items()) if name in event else []


SESSION = {
    "UID": "b-1@practice.example",
    "SEQUENCE": "3",
    "DTSTAMP": "20260601T080000Z",
    "LAST-MODIFIED": "20260601T080000Z",
    "DTSTART": "20260604T090000Z",
    "DTEND": "20260604T100000Z",
    "STATUS": "CONFIRMED",
    "CLASS": "PRIVATE",
    "SUMMARY": "Session",
    "LOCATION": "1 Quiet Lane\\nLondon\\, W1",
    "DESCRIPTION": "See you then\\; bring nothing.",
    "ORGANIZER": "mailto:hello@practice.example",
    "ORGANIZER CN": "Still Water",
}
INVITED = {
    "ATTENDEE": "mailto:sam@example.com",
    "ATTENDEE CUTYPE": "INDIVIDUAL",
    "ATTENDEE ROLE": "REQ-PARTICIPANT",
    "ATTENDEE PARTSTAT": "ACCEPTED",
    "ATTENDEE RSVP": "FALSE",
}


def test_mail_brings_a_request_that_asks_for_no_answer():
    file = ical.letter(entry(), PRACTICE, SAM)
    assert (file.method, read(file.content)) == ("REQUEST", SESSION | INVITED | {"METHOD": "REQUEST", "ALARM": "-PT1H"})


def test_cancelling_takes_the_same_event_back_without_an_alarm():
    file = ical.letter(entry(sequence=4, standing=Standing.CANCELLED), PRACTICE, SAM)
    gone = {"METHOD": "CANCEL", "STATUS": "CANCELLED", "SEQUENCE": "4"}
    assert (file.method, read(file.content)) == ("CANCEL", SESSION | INVITED | gone)


def test_download_names_nobody_but_the_practice():
    file = ical.download(entry(), PRACTICE)
    assert (file.method, read(file.content)) == ("PUBLISH", SESSION | {"METHOD": "PUBLISH", "ALARM": "-PT1H"})


def test_download_of_a_cancelled_session_takes_it_out():
    file = ical.download(entry(standing=Standing.CANCELLED), PRACTICE)
    assert (file.method, read(file.content)) == ("CANCEL", SESSION | {"METHOD": "CANCEL", "STATUS": "CANCELLED"})


@pytest.mark.parametrize(
    ("organizer", "attendee"),
    [(Party(""), SAM), (PRACTICE, Party("")), (SAM, SAM), (Party("two words@x.example"), SAM), (PRACTICE, Party("a@b\r\nX:y"))],
)  # fmt: skip
def test_without_two_addresses_to_name_the_mail_brings_an_event_to_take_in_by_hand(organizer, attendee):
    file = ical.letter(entry(), organizer, attendee)
    assert file.method == Method.PUBLISH
    assert "ATTENDEE" not in read(file.content)


def test_what_is_not_known_is_left_out():
    bare = read(ical.download(entry(location="", description="", alarm_before=None), Party("")).content)
    assert {"LOCATION", "DESCRIPTION", "ORGANIZER", "ALARM", "URL"}.isdisjoint(bare)


def test_request_that_waits_stands_as_tentative():
    assert read(ical.letter(entry(standing=Standing.TENTATIVE), PRACTICE, SAM).content)["STATUS"] == "TENTATIVE"


def test_instants_are_written_in_utc_whatever_zone_they_come_in():
    summer = dt.timezone(dt.timedelta(hours=1))
    shown = read(ical.download(entry(starts_at=dt.datetime(2026, 6, 4, 10, tzinfo=summer)), PRACTICE).content)
    assert shown["DTSTART"] == "20260604T090000Z"


def test_feed_holds_each_entry_and_says_how_often_to_ask():
    content = ical.feed(
        [entry(), entry(uid="b-2@x", alarm_before=None)],
        name="Sessions",
        organizer=PRACTICE,
        fetch_every=dt.timedelta(hours=1),
    )
    calendar = Calendar.from_ical(content)
    told = {name: str(calendar[name].to_ical(), "utf-8") for name in calendar}
    assert told == {
        "PRODID": ical.PRODUCT,
        "VERSION": "2.0",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "NAME": "Sessions",
        "X-WR-CALNAME": "Sessions",
        "REFRESH-INTERVAL": "PT1H",
        "X-PUBLISHED-TTL": "PT1H",
    }
    assert [str(event["UID"]) for event in calendar.events] == ["b-1@practice.example", "b-2@x"]
    assert calendar.walk("VALARM") == []
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in content


def test_empty_feed_is_a_calendar_all_the_same():
    content = ical.feed([], name="Sessions", organizer=PRACTICE, fetch_every=dt.timedelta(hours=1))
    assert Calendar.from_ical(content).events == []


@pytest.mark.parametrize(
    ("written", "read_back"),
    [
        ("CHF\u00a070 \N{WATER WAVE} \u200fשלום", "CHF\u00a070 \N{WATER WAVE} \u200fשלום"),
        ("👩🏽\u200d🦰", "👩🏽\u200d🦰"),
        ("a\u202eb\x00c\x1bd\ufeff", "abcd"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("tab\tstays", "tab\tstays"),
        ("C:\\path; 50,5 %", "C:\\path; 50,5 %"),
    ],
)
def test_what_steers_is_left_out_and_all_else_stays(written, read_back):
    (event,) = Calendar.from_ical(ical.download(entry(description=written), PRACTICE).content).walk("VEVENT")
    assert str(event["DESCRIPTION"]) == read_back


HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | st.text(
    st.sampled_from("a,;:\\\"'\r\n\t\x00\x0b\x85\u2028 🌊é=^%BEGIN"), max_size=400
)


def plain(words: str) -> str:
    """What a reader finds again: the breaks as one kind, and what steers left out."""
    return ical._clean(words).replace("\\N", "\n")


@given(words=HOSTILE)
@example(words="END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x")
@example(words="👩🏽\u200d🦰 " * 2000)
@example(words="ü" * 10_000)
@example(words="x" * 10_000)
@example(words="\u2028END:VCALENDAR\x85")
def test_whatever_people_wrote_is_read_back_as_they_wrote_it(words):
    content = ical.letter(
        entry(summary=words, location=words, description=words), Party(PRACTICE.email, words), SAM
    ).content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    found = {name: str(event.get(name, "")) for name in ("SUMMARY", "LOCATION", "DESCRIPTION")}
    one_line = " ".join(ical._clean(words).split()).replace("\\N", "\n")
    assert found == {"SUMMARY": one_line, "LOCATION": plain(words), "DESCRIPTION": plain(words)}
    assert [str(each["UID"]) for each in Calendar.from_ical(content).events] == ["b-1@practice.example"]


@given(words=HOSTILE)
@example(words="🌊" * 5000)
def test_no_line_is_longer_than_calendars_take_and_no_letter_is_cut(words):
    content = ical.letter(entry(summary=words, description=words), Party(PRACTICE.email, words), SAM).content
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert [line.decode() for line in lines][-1] == "END:VCALENDAR"
