"""Export then import gives the same practice, to the byte and to the row; the schema says what the tables can hold."""

import contextlib
import datetime as dt
import stat
import string
from decimal import Decimal

import jsonschema
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import models
from bookings.practice_file import current, shape, text
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_date_hours,
    make_offer,
    make_prerequisite,
    make_session_type,
    make_therapist,
    make_time_off,
    make_weekly_hours,
)
from bookings.tests.practice_files import EXAMPLE, booking, enter, example, exported
from outbox.models import Wording
from practice.environment import BASE_DIR
from practice.models import Practice
from practice.tests.factories import make_page_text, make_practice

pytestmark = pytest.mark.django_db

KEPT = ("practice.Practice", "practice.PageText", "outbox.Wording", "clients.Client") + tuple(
    f"bookings.{name}"
    for name in [
        "Room",
        "SessionType",
        "SessionTypeRoom",
        "Prerequisite",
        "Length",
        "Therapist",
        "Offer",
        "OfferPrice",
        "WeeklyHours",
        "DateHours",
        "TimeOff",
        "Closure",
        "Booking",
    ]
)
# How a row came to be here is not the practice; accounts are made anew.
OWN = {"id", "created_at", "made_via", "version", "user"}


def rows():
    """Every value of every kept table, related rows by their names instead of their keys."""
    return {label: sorted(map(row_values, apps.get_model(label).objects.all()), key=repr) for label in KEPT}


def row_values(row):
    return {field.name: named(getattr(row, field.name)) for field in row._meta.concrete_fields if field.name not in OWN}


def named(value):
    if not hasattr(value, "_meta"):
        return value
    name = getattr(value, "slug", None) or getattr(value, "ref", None)
    return name or row_values(value)


@contextlib.contextmanager
def empty_database():
    """For a while; then all is as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def came_back(source):
    """What a file becomes by import, export, import into an empty database, export: both texts and both sets of rows."""
    with empty_database():
        enter(source)
        first, first_rows = exported(), rows()
    with empty_database():
        enter(first)
        return (first, first_rows), (exported(), rows())


def test_example_comes_back():
    first, second = came_back(EXAMPLE)
    assert first == second


def test_example_is_the_one_of_the_documentation():
    assert f"```yaml\n{EXAMPLE}```" in (BASE_DIR / "docs/practice-file.md").read_text("utf-8")


def test_export_reads_like_the_example():
    enter(EXAMPLE)
    tree = text.read(exported().encode())
    assert tree["rooms"] == [{"slug": "garden", "name": "Garden room"}]
    assert tree["session_types"][0]["lengths"] == [{"minutes": 60, "price": "70.00"}, {"minutes": 90, "price": "95.00"}]
    assert tree["therapists"][0]["hours"] == text.read(EXAMPLE.encode())["therapists"][0]["hours"]
    assert "\n- {slug: garden, name: Garden room}\n" in exported()
    assert "{days: [mon, tue, thu], from: '10:00', to: '18:00'}" in exported()


def test_rows_made_here_come_back():
    """All that no file made: own terms, both passes of a repeated hour, seconds, browsers' line ends, buffers of old."""
    make_practice(
        min_notice=dt.timedelta(minutes=90), cancellation_notice=dt.timedelta(days=3), address="1 Way\r\nTown"
    )
    make_page_text(body="# Hello\n\n- one\n- two: no\n")
    for kind, channel in (("booking_moved", "sms"), ("booking_moved", "email"), ("message_waiting", "email")):
        subject = "Hello {{ practice }}" if channel == "email" else ""
        text_of_it = "{{ when }}" if channel == "sms" else "{{ facts }}" if kind == "booking_moved" else "{{ button }}"
        Wording.objects.create(kind=kind, channel=channel, subject=subject, text=text_of_it, changed_at=NOW)
    first = make_session_type(
        slug="one", order=7, cancellation_notice=dt.timedelta(hours=48), requires_consents=["treatment"]
    )
    second = make_session_type(slug="two", rooms=[], kind="consultation", order=3, active=False)
    make_prerequisite(first, second, count=3)
    therapist = make_therapist(slug="mara", order=9, active=False)
    make_offer(therapist, first, prices={60: "75.50"})
    make_weekly_hours(therapist, weekday=6, opens="00:00", closes="24:00", valid_until=dt.date(9999, 12, 31))
    make_date_hours(therapist, dt.date(2026, 10, 25))
    make_time_off(therapist, at("2026-10-25 01:30"), at("2026-10-25 01:30") + dt.timedelta(hours=1))
    make_booking(
        therapist=therapist,
        session_type=first,
        starts_at=dt.datetime(2026, 10, 25, 1, 15, tzinfo=dt.UTC),
        status="cancelled",
        cancelled_at=NOW + dt.timedelta(microseconds=7),
        is_late=True,
        late_fee=Decimal("35.25"),
        cancellation_notice=dt.timedelta(hours=36),
        busy_until_at=dt.datetime(2026, 10, 25, 3, tzinfo=dt.UTC),
        currency="EUR",
    )
    Practice.objects.update(address="1 Way\nTown")
    before, file = rows(), exported()
    assert "start: '2026-10-25T01:15:00+00:00'" in file or "start: '2026-10-25T01:15+00:00'" in file
    with without_rows():
        enter(file)
        assert (rows(), exported()) == (before, file)


@contextlib.contextmanager
def without_rows():
    """The same database with the kept tables empty, for a while."""
    with transaction.atomic():
        for label in reversed(KEPT):
            apps.get_model(label).objects.all().delete()
        yield
        transaction.set_rollback(True)


def test_session_that_runs_just_now_is_told_as_one_that_is_booked():
    enter(EXAMPLE)
    before = exported()
    models.Booking.objects.update(checked_in_at=NOW, started_at=NOW)
    assert exported() == before


def test_held_and_expired_bookings_are_left_out():
    enter(EXAMPLE)
    before = exported()
    for status in ("held", "expired"):
        here = models.Booking.objects.get(ref="b-001")
        make_booking(
            status=status, client=here.client, therapist=here.therapist, session_type=here.session_type, room=here.room
        )
        models.Booking.objects.filter(status="held").update(status="expired")
    assert exported() == before


def test_export_takes_the_same_queries_for_one_booking_and_for_many(django_assert_num_queries):
    enter(EXAMPLE)
    with django_assert_num_queries(21):
        current.tree()
    enter(example(**{"bookings[1]": booking(), "bookings[2]": booking(ref="b-003", start="2027-01-06T10:00")}))
    with django_assert_num_queries(21):
        current.tree()


def test_file_holds_personal_data_and_is_its_owners_alone(tmp_path, capsys):
    enter(EXAMPLE)
    file = tmp_path / "practice.yaml"
    call_command("export_practice", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text("utf-8") == exported()
    assert list(tmp_path.iterdir()) == [file]


# Any practice at all

TRICKY = ["no", "on", "10:00", "007", "~", "null", "1e3", "2027-01-01", "=", "<<", " lead", "trail ", "a: b", "# c", "- d", "é", "😀", "‘q’",
          "it's", '"quoted"', "\ttab", "two\nlines", "end\n", "\n", "\u2028", "\x85", "\ufeff", "\u200b", "%", "@", "`", "|", ">", "{", "\\"]  # fmt: skip
WORDS = st.sampled_from(TRICKY) | st.text(
    st.characters(blacklist_characters="\0\r", blacklist_categories=["Cs"]), max_size=30
)
NAMES = WORDS.filter(bool)
SLUGS = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8) | st.sampled_from(
    ["no", "on", "007", "1e3", "null", "0x10"]
)
REFS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=6) | st.sampled_from(
    ["1.5", "2027-01-01", "1_000", "no", "0o7"]
)
DURATIONS = st.sampled_from(["0m", "45s", "90m", "12h", "24h", "48h", "3d", "1000d"])
PRICES = st.decimals(min_value=0, max_value=9_999_999, places=2).map(str)
ZONES = st.sampled_from(
    ["Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
)
CLOCKS = st.integers(0, 1439).map(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}")
DATES = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31)).map(str)
# Readings around the changes of the clock too, in both passes.
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2028, 12, 31)).map(lambda at: at.isoformat(timespec="minutes")) | st.sampled_from(
    ["2026-10-25T01:30", "2026-10-25T01:30+00:00", "2026-10-25T01:30+01:00", "2026-04-05T01:45+10:30", "2026-04-05T01:45+11:00",
     "2026-11-01T00:30-03:30", "2026-03-29T01:30", "2026-06-01T10:00:30", "2026-06-01T10:00:00.000007"]
)  # fmt: skip


def unique(strategy, key, **sizes):
    return st.lists(strategy, unique_by=lambda row: row[key], **sizes)


def mapping(optional=None, **required):
    return st.fixed_dictionaries(required, optional=optional or {})


def windows():
    return (
        st.tuples(CLOCKS, CLOCKS | st.just("24:00"))
        .filter(lambda pair: pair[0] < pair[1])
        .map(lambda pair: {"from": pair[0], "to": pair[1]})
    )


def periods():
    return (
        st.tuples(MOMENTS, MOMENTS)
        .filter(lambda pair: pair[0][:10] < pair[1][:10])
        .map(lambda pair: {"from": pair[0], "to": pair[1]})
    )


@st.composite
def practices(draw):
    flags = st.booleans()
    orders = st.integers(0, 32767)
    limits = st.none() | st.integers(0, 600)
    rooms = draw(unique(mapping(slug=SLUGS, name=NAMES, optional={"order": orders}), "slug", max_size=3))
    room_slugs = [room["slug"] for room in rooms]
    lengths = unique(mapping(minutes=st.integers(1, 720), price=PRICES), "minutes", max_size=2)
    types = draw(
        unique(
            mapping(
                slug=SLUGS,
                name=NAMES,
                kind=st.sampled_from(["consultation", "standard", "tantric"]),
                lengths=lengths,
                rooms=st.lists(st.sampled_from(room_slugs), unique=True) if rooms else st.just([]),
                optional={
                    "summary": WORDS, "description": WORDS, "neutral_name": WORDS, "buffer_before": st.integers(0, 360),
                    "buffer_after": st.integers(0, 360), "approval": st.sampled_from(["none", "first", "always"]), "active": flags,
                    "order": orders, "cancellation_notice": st.none() | DURATIONS, "reschedule_notice": DURATIONS,
                },
            ),
            "slug",
            min_size=1,
            max_size=3,
        )
    )  # fmt: skip
    type_slugs = [kind["slug"] for kind in types]
    for kind in types:
        needs = unique(
            mapping(session_type=st.sampled_from(type_slugs), count=st.integers(1, 9)), "session_type", max_size=2
        )
        kind["requires"] = draw(
            mapping(
                completed=needs,
                consultation=flags,
                consents=st.lists(SLUGS, max_size=2),
                stage=st.sampled_from(["clearing", "awakening"]),
            )
        )
    hours = st.builds(
        lambda window, days, valid: {"days": days, **window, **valid},
        windows(),
        st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True),
        st.sampled_from([{}, {"valid_from": "2027-01-01"}, {"valid_from": "2027-01-01", "valid_until": "9999-12-31"}]),
    )
    therapists = draw(
        unique(
            mapping(
                slug=SLUGS, name=NAMES, bio=WORDS, offers=st.just(type_slugs), max_minutes_per_day=limits, max_sessions_per_day=limits,
                hours=st.lists(hours, max_size=3), time_off=st.lists(periods(), max_size=2), active=flags,
                dates=unique(mapping(date=DATES, hours=st.lists(windows(), max_size=2)), "date", max_size=2), optional={"order": orders},
            ),
            "slug",
            min_size=1,
            max_size=2,
        )
    )  # fmt: skip
    for number, therapist in enumerate(therapists):
        if draw(flags):
            therapist["email"] = f"t{number}@example.com"
        kind = draw(st.sampled_from(types)) if types else None
        if kind and kind["lengths"]:
            prices = {str(length["minutes"]): draw(PRICES) for length in kind["lengths"]}
            rest = [slug for slug in type_slugs if slug != kind["slug"]]
            therapist["offers"] = [{"session_type": kind["slug"], "prices": prices}, *rest]
    clients = draw(
        unique(
            mapping(ref=REFS, name=NAMES, phone=WORDS, date_of_birth=st.just("1980-02-29")),
            "ref",
            min_size=1,
            max_size=3,
        )
    )
    tree = {
        "practice": draw(
            mapping(
                name=NAMES,
                timezone=ZONES,
                optional={"strapline": WORDS, "min_notice": DURATIONS, "bring": WORDS, "address": WORDS},
            )
        ),
        "pages": draw(unique(mapping(slug=SLUGS, title=NAMES, body=WORDS), "slug", max_size=2)),
        "rooms": rooms,
        "session_types": types,
        "therapists": therapists,
        "closures": draw(st.lists(periods(), max_size=2)),
        "clients": clients,
    }
    if therapists and types and clients:
        tree["bookings"] = draw(diaries(room_slugs, type_slugs, therapists, clients))
    return tree


@st.composite
def diaries(draw, rooms, types, therapists, clients):
    """Bookings days apart, so that none meets another."""
    refs = draw(st.lists(REFS, unique=True, min_size=1, max_size=4))
    starts = ["2026-10-25T01:30", "2026-10-25T01:30+01:00", "2026-04-05T01:45+10:30", "2026-11-01T00:30-03:30"]
    rows = [
        {
            "ref": ref,
            "client": draw(st.sampled_from(clients))["ref"],
            "therapist": draw(st.sampled_from(therapists))["slug"],
            "session_type": draw(st.sampled_from(types)),
            "room": draw(st.none() | st.sampled_from(rooms)) if rooms else None,
            "start": draw(st.sampled_from([f"2026-0{index + 2}-11T10:07", starts[index]])),
            "minutes": draw(st.integers(1, 720)),
            "status": draw(st.sampled_from(["cancelled", "declined"] if starts[index][:12] == "2026-10-25T0" else
                                           ["requested", "confirmed", "completed", "no_show", "cancelled", "declined"])),
            **draw(mapping(price=PRICES, optional={
                "currency": st.just("CHF"), "buffer_after": st.integers(0, 360), "cancellation_notice": DURATIONS, "late": st.booleans(),
                "late_fee": PRICES, "late_fee_percent": st.integers(0, 100), "cancelled_at": MOMENTS,
                "answer_by": MOMENTS, "booked_on": st.sampled_from(["2026-01-01", "2026-06-01"]),
            })),
        }
        for index, ref in enumerate(refs)
    ]  # fmt: skip
    over = mapping(optional={"checked_in_at": MOMENTS, "started_at": MOMENTS, "ended_at": MOMENTS})
    return [row if row["status"] in ("requested", "confirmed") else row | draw(over) for row in rows]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(practices())
def test_any_practice_comes_back(tree):
    first, second = came_back(tree)
    assert first == second


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, max_size=4), WORDS)
def test_any_text_comes_back(words, word):
    tree = {"list": words, "deep": [{"a": word, "b": words}, {"c": [{"d": word}]}], "word": word}
    assert text.read(text.write(tree).encode()) == tree


# The schema


def test_published_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(shape.schema())


def test_schema_can_be_written_out(tmp_path):
    file = tmp_path / "practice.schema.json"
    call_command("export_practice", "--schema", str(file))
    assert file.read_bytes() == shape.SCHEMA_FILE.read_bytes()


def test_schema_takes_all_that_the_tables_hold_and_no_more():
    """Lengths of texts, bounds of numbers and choices are said twice, in the tables and in the schema; here they meet."""
    parts = shape.schema()["$defs"]
    pairs = [
        (parts["practice"], Practice, {"name", "strapline", "phone"}),
        (parts["room"], models.Room, {"name"}),
        (parts["sessionType"], models.SessionType, {"name", "summary", "neutral_name"}),
        (parts["therapist"], models.Therapist, {"name"}),
        (parts["client"], apps.get_model("clients.Client"), {"ref", "name", "phone"}),
        (parts["wording"], Wording, {"subject"}),
    ]
    for part, model, names in pairs:
        for name in names:
            place = part["properties"][name]
            place = parts[place["$ref"].rpartition("/")[2]] if "$ref" in place else place
            assert place["maxLength"] == model._meta.get_field(name).max_length, (model, name)
    kind, status = parts["sessionType"]["properties"], parts["booking"]["properties"]["status"]["enum"]
    assert kind["kind"]["enum"] == models.Kind.values
    assert kind["approval"]["enum"] == models.Approval.values
    assert kind["requires"]["properties"]["stage"]["enum"] == models.Stage.values
    assert set(status) == set(models.Status.values) - {"held", "expired"}
    assert parts["minutes"]["then"]["maximum"] == models.offer.LONGEST_SESSION_MINUTES
    assert parts["buffer"]["maximum"] == models.offer.LONGEST_BUFFER_MINUTES
    assert parts["slug"]["maxLength"] == models.Room._meta.get_field("slug").max_length


def test_export_fits_the_published_schema_as_it_stands():
    """For other programs, which read dates as text and know our formats only as notes."""
    enter(EXAMPLE)
    jsonschema.Draft202012Validator(shape.schema()).validate(text.read(exported().encode()))
