"""What people type on the practice's side: spans of time, and instants on the practice's wall clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from practice import spans
from practice.forms import SpanField, WallClockField


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", dt.timedelta(minutes=90)),
        ("12h", dt.timedelta(hours=12)),
        (" 2 D ", dt.timedelta(days=2)),
        ("0h", dt.timedelta(0)),
    ],
)
def test_a_span_is_a_number_and_its_unit(text, expected) -> None:
    assert spans.parse(text) == expected


@pytest.mark.parametrize("text", ["", "12", "h", "-1h", "1.5h", "1h30m", "9999999d", "1\u0663h", "1e9h"])
def test_anything_else_is_told_how_to_be_written(text) -> None:
    with pytest.raises(ValueError, match="Write it like 90m, 12h or 2d"):
        spans.parse(text)


@given(st.integers(0, spans.LONGEST_DAYS * 1440))
def test_a_span_is_read_back_as_it_was_written(minutes) -> None:
    span = dt.timedelta(minutes=minutes)
    assert spans.parse(spans.short(span)) == span


def test_a_span_is_shown_in_its_largest_unit() -> None:
    assert [SpanField().prepare_value(dt.timedelta(minutes=minutes)) for minutes in (90, 1440, 2160, 2880)] == [
        "90m",
        "24h",
        "36h",
        "2d",
    ]


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2027-02-20T09:30", dt.datetime(2027, 2, 20, 9, 30, tzinfo=dt.UTC)),
        ("2027-07-01 09:30", dt.datetime(2027, 7, 1, 8, 30, tzinfo=dt.UTC)),
        ("2027-03-28T01:30", dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)),  # skipped: 02:30
        ("2027-10-31T01:30", dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)),  # repeated: the first pass
        ("", None),
    ],
)
def test_an_instant_is_typed_on_the_wall_clock(typed, instant) -> None:
    with timezone.override(ZoneInfo("Europe/London")):
        assert WallClockField(required=False).clean(typed) == instant


@pytest.mark.parametrize(
    "typed", ["soon", "2027-02-30T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "2027-01-01T10:00Z", "\x00"]
)
def test_an_instant_that_cannot_be_read_is_told(typed) -> None:
    with pytest.raises(ValidationError, match="Write a date and a time"):
        WallClockField().clean(typed)


def test_an_instant_shown_and_sent_back_is_unchanged_on_both_passes_of_an_hour() -> None:
    field = WallClockField()
    with timezone.override(ZoneInfo("Europe/London")):
        for hour in (0, 1):
            at = dt.datetime(2027, 10, 31, hour, 30, tzinfo=dt.UTC)
            assert not field.has_changed(at, "2027-10-31T01:30")
            assert field.has_changed(at, "2027-10-31T01:45")
            assert field.has_changed(at, "nonsense")
        assert field.has_changed(None, "2027-10-31T01:30")
        assert not field.has_changed(None, "")
