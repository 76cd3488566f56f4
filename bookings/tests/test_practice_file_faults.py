"""What is wrong in a file is named by its place, all of it at once, and nothing of a bad file is kept."""

import contextlib

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import make_owner, make_user
from bookings.models import Booking, Room, Therapist
from bookings.practice_file import shape, text
from bookings.practice_file.faults import Faults, FaultyFile
from bookings.tests.factories import NOW, at, make_booking, make_therapist
from bookings.tests.practice_files import EXAMPLE, booking, enter, example, faults_of
from clients.models import Client
from outbox.models import Wording
from practice.models import Practice

pytestmark = pytest.mark.django_db


def unreadable(raw):
    with pytest.raises(FaultyFile) as caught:
        text.read(raw)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file: is empty"),
        (b"# only a comment", "the file: is empty"),
        (b"[]", "the file: must hold keys such as practice, rooms, therapists"),
        (b"just words", "the file: must hold keys such as practice, rooms, therapists"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "the file: is not text in UTF-8"),
        (b"rooms: \x00", "the file: holds characters that are not text, so it cannot be read"),
        (b'rooms: [{slug: "a\\0b"}]', "rooms[0].slug: holds a character that is not text"),
        (b"a: &x [1]\nb: [*x, *x]", "b[0]: aliases (*name) are not used in a practice file; write the values out"),
        (
            b"rooms: !!python/object:os.system x",
            "rooms: YAML tags (!…) are not used in a practice file",
        ),
        (b"rooms: []\nrooms: []", "rooms: stands twice in the same place"),
        (b"practice: {60: 1, '60': 2}", "practice.60: stands twice in the same place"),
        (b"? [a]\n: b", "the file: holds a key that is a list or a mapping; keys are words"),
        (b"a: 1\n---\nb: 2", "the file: must be one YAML document, without a second ---"),
        (b"a: " + b"[" * 100_000, "a[0][0]: is nested too deeply"),
        (b"a: [1", "the file: is not YAML at line 2, column 1: did not find expected ',' or ']'"),
    ],
)
def test_unreadable_file_says_why(raw, says):
    assert says in unreadable(raw)


def test_a_bomb_of_aliases_is_refused_before_it_grows():
    bomb = "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))
    assert all("aliases" in fault for fault in unreadable(bomb.encode()))


def test_file_larger_than_any_practice_is_refused():
    assert unreadable(b" " * (text.LARGEST + 1)) == ["the file: is larger than 64 MB"]


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("session_types[0].lengths[0].minutes", 0, "must be a positive number"),
        ("session_types[0].lengths[0].minutes", -60, "must be a positive number"),
        ("session_types[0].lengths[0].minutes", "sixty", "must be a positive number"),
        ("session_types[0].lengths[0].minutes", 10**9, "must be at most 720 minutes"),
        ("session_types[0].lengths[0].minutes", True, "must be a positive number"),
        ("session_types[0].lengths[0].minutes", 60.0, "must be a positive number"),
        ("session_types[0].lengths[0].price", "-1", 'must be an amount in quotes, such as "70.00"'),
        ("session_types[0].lengths[0].price", 70.5, 'must be an amount in quotes, such as "70.00"'),
        ("session_types[0].lengths[0].price", "1e9", 'must be an amount in quotes, such as "70.00"'),
        ("session_types[0].kind", "erotic", "must be consultation, standard or tantric"),
        ("session_types[0].rooms", "garden", "must be a list"),
        ("session_types[0].rooms[0]", "attic", "there is no room attic"),
        ("session_types[0].requires.completed[0].session_type", "reiki", "there is no session type reiki"),
        ("session_types[0].buffer_after", 361, "must be a whole number of minutes from 0 to 360"),
        ("practice.timezone", "Mars/Base", "is not a time zone that is known here; write it like Europe/London"),
        ("practice.timezone", "../etc/passwd", "is not a time zone that is known here; write it like Europe/London"),
        ("practice.min_notice", "-12h", "must be a length of time such as 90m, 12h or 2d"),
        ("practice.min_notice", 12, "must be a length of time such as 90m, 12h or 2d; YAML reads this as a number, so write it in quotes"),
        ("practice.min_notice", "99999999d", "must be at most 1000 days"),
        ("practice.name", False, "YAML reads this word as false; write it in quotes"),
        ("practice.slot_step", 0, "must be a whole number of minutes from 1 to 1440"),
        ("practice.slotstep", 15, "is not a key that is known here; perhaps slot_step is meant"),
        ("practice.zzz", 15, "is not a key that is known here"),
        ("practice", [], "must be a mapping of keys and values"),
        ("romms", [], "is not a key that is known here; perhaps rooms is meant"),
        ("rooms[0].slug", "two words", "must be a short name of letters, digits, dashes and underscores, at most 50"),
        ("rooms[0].name", ..., "is missing"),
        ("rooms[1]", {"slug": "garden", "name": "Again"}, None),
        ("therapists[0].email", "nobody", "must be an e-mail address"),
        ("therapists[0].offers[0]", "reiki", "there is no session type reiki"),
        ("therapists[0].offers[0]", 7, "must be the slug of a session type, or {session_type: …, prices: …}"),
        ("therapists[0].hours[0].days[1]", "tues", "must be one of mon, tue, wed, thu, fri, sat, sun"),
        ("therapists[0].hours[0].to", "09:59", "must be later than from"),
        ("therapists[0].hours[0].to", "24:01", "“24:01” is not a time of day. Write it like 09:30, at most 24:00."),
        ("therapists[0].hours[1].valid_until", "2026-12-31", "lies before valid_from"),
        ("therapists[0].dates[0].date", "2027-02-30", "2027-02-30 is not in the calendar"),
        ("therapists[0].dates[0].date", "tomorrow", "must be a date such as 2027-02-13"),
        ("therapists[0].time_off[0].to", "2027-02-20T00:00", "must be later than from"),
        ("therapists[0].time_off[0].to", "2027-02-20T25:00", "2027-02-20T25:00 is not in the calendar or not on the clock"),
        ("closures[0].to", "9999-12-31T00:00", "lies too far away"),
        ("closures[0].room", "attic", "there is no room attic"),
        ("clients[0].date_of_birth", "2010-01-01", "clients are adults: 18 or older"),
        ("clients[0].date_of_birth", "2030-01-01", "lies in the future"),
        ("clients[0].date_of_birth", "1850-01-01", "cannot be right: nobody is that old"),
        ("clients[0].phone", 7700900123, "must be text in quotes, at most 40 characters; YAML reads this as a number, so write it in quotes"),
        ("clients[0].ref", "../c", "must be letters, digits, dots, dashes and underscores, at most 64"),
        ("bookings[0].client", "c-404", "there is no client c-404"),
        ("bookings[0].therapist", "nobody", "there is no therapist nobody"),
        ("bookings[0].session_type", "reiki", "there is no session type reiki"),
        ("bookings[0].room", "attic", "there is no room attic"),
        ("bookings[0].status", "held", "must be requested, confirmed, completed, no_show, cancelled or declined"),
        ("bookings[0].booked_on", "2026-06-02", "lies in the future"),
        ("bookings[0].start", "2027-01-04", 'must be a date and time such as "2027-01-04T10:00"'),
    ],
)  # fmt: skip
def test_fault_names_its_place(place, value, says):
    if says is None:
        place, says = "rooms[1].slug", "garden stands already at rooms[0]"
        faults = faults_of(example(**{"rooms[1]": value}))
    else:
        faults = faults_of(example(**{place: value}))
    assert f"{place}: {says}" in faults
    assert not Practice.objects.exists() and not Room.objects.exists() and not Booking.objects.exists()


def test_unquoted_time_says_what_yaml_made_of_it():
    file = EXAMPLE.replace('from: "10:00"', "from: 10:00")
    assert faults_of(file) == [
        'therapists[0].hours[0].from: YAML read 10:00 as the number 600; write it in quotes: "10:00"'
    ]


def test_numbers_that_are_not_what_they_look_like_are_named():
    says = "YAML reads 060 as a number of its own; write text in quotes, and numbers as plain digits"
    assert faults_of(EXAMPLE.replace("minutes: 90,", "minutes: 060,")) == [
        f"session_types[0].lengths[1].minutes: {says}"
    ]


def test_all_faults_come_at_once_whatever_their_sort():
    faults = faults_of(
        example(
            **{
                "practice.slot_step": "often",
                "session_types[0].rooms[0]": "attic",
                "therapists[0].hours[0].to": "08:00",
                "clients[1]": {"ref": "c-002", "name": "Young", "date_of_birth": "2009-01-01"},
                "bookings[1]": booking(start="2027-01-04T10:30"),
                "bookings[2]": booking(ref="b-003", client="c-003"),
            }
        )
    )
    assert faults == [
        "bookings[1]: overlaps booking b-001: both need therapist mara at that time",
        "bookings[2].client: there is no client c-003",
        "clients[1].date_of_birth: clients are adults: 18 or older",
        "practice.slot_step: must be a whole number of minutes from 1 to 1440",
        "session_types[0].rooms[0]: there is no room attic",
        "therapists[0].hours[0].to: must be later than from",
    ]


def test_the_same_name_twice_in_a_list_is_a_fault():
    faults = faults_of(
        example(
            **{
                "session_types[0].lengths[2]": {"minutes": 60, "price": "1.00"},
                "therapists[0].offers[1]": "relaxing-massage",
                "therapists[0].dates[2]": {"date": "2027-02-13", "hours": []},
                "therapists[1]": {"slug": "ines", "name": "Ines", "email": "THERAPIST@demo.example"},
                "bookings[1]": booking(ref="b-001"),
            }
        )
    )
    assert faults == [
        "bookings[1].ref: b-001 stands already at bookings[0]",
        "session_types[0].lengths[2].minutes: 60 stands already at lengths[0]",
        "therapists[0].dates[2].date: 2027-02-13 stands already at dates[0]",
        "therapists[0].offers[1]: relaxing-massage stands already at offers[0]",
        "therapists[1].email: therapist@demo.example stands already at therapists[0]",
    ]


def test_own_price_needs_a_length_that_there_is():
    offer = {"session_type": "relaxing-massage", "prices": {"75": "80.00"}}
    says = "relaxing-massage has no length of that many minutes"
    assert faults_of(example(**{"therapists[0].offers[0]": offer})) == [f"therapists[0].offers[0].prices.75: {says}"]


def test_price_is_asked_for_where_no_length_tells_it():
    says = "is missing, and relaxing-massage has no length of 75 minutes to take it from"
    assert faults_of(example(**{"bookings[0].minutes": 75})) == [f"bookings[0].price: {says}"]
    enter(example(**{"bookings[0].minutes": 75, "bookings[0].price": "82.50"}))
    assert Booking.objects.get().minutes == 75


# Physics


def test_overlap_names_the_place_and_the_other_booking():
    """The buffer after counts: eleven o'clock is fifteen minutes too early."""
    assert faults_of(example(**{"bookings[1]": booking(start="2027-01-04T11:00")})) == [
        "bookings[1]: overlaps booking b-001: both need therapist mara at that time"
    ]


def test_bookings_that_touch_do_not_overlap():
    enter(example(**{"bookings[1]": booking(start="2027-01-04T11:15")}))
    assert Booking.objects.count() == 2


def test_room_shared_by_two_therapists_overlaps():
    other = {"slug": "ines", "name": "Ines", "offers": ["relaxing-massage"]}
    faults = faults_of(
        example(**{"therapists[1]": other, "bookings[1]": booking(start="2027-01-04T10:30", therapist="ines")})
    )
    assert faults == ["bookings[1]: overlaps booking b-001: both need room garden at that time"]


def test_cancelled_booking_keeps_no_time():
    enter(example(**{"bookings[1]": booking(start="2027-01-04T10:30", status="cancelled")}))
    assert Booking.objects.count() == 2


def test_overlap_with_a_booking_that_is_here_already_is_named():
    enter(example(**{"bookings": []}))
    here = make_booking(ref="b-here", therapist=Therapist.objects.get(), starts_at=at("2027-01-04 10:30"))
    assert faults_of(EXAMPLE) == [f"bookings[0]: overlaps booking {here.ref}: both need therapist mara at that time"]


def test_client_was_an_adult_on_the_day_of_booking():
    """Eighteen today is not enough for a booking of last year."""
    assert faults_of(
        example(
            **{
                "clients[0].date_of_birth": "2008-02-29",
                "bookings[0].start": "2026-02-28T10:00",
                "bookings[0].status": "completed",
            }
        )
    ) == ["bookings[0].client: c-001 was not yet 18 on 2026-02-28, the day of booking"]


@pytest.mark.parametrize("name", ["checked_in_at", "started_at", "ended_at"])
@pytest.mark.parametrize("status", ["requested", "confirmed"])
def test_session_to_come_cannot_begin_in_a_file(name, status):
    running = booking(status=status, **{name: "2026-05-01T10:05"})

    assert faults_of(example(**{"bookings[0]": running})) == [
        f"bookings[0].{name}: is for sessions that took place; one that is {status} is checked in and started here"
    ]


def test_session_that_took_place_cannot_be_made_a_running_one_by_a_later_file():
    began = booking(status="completed", start="2026-05-01T10:00", started_at="2026-05-01T10:05")
    enter(example(**{"bookings[0]": began}))
    again = {name: value for name, value in began.items() if name != "started_at"} | {"status": "confirmed"}

    assert faults_of(example(**{"bookings[0]": again})) == [
        "bookings[0].started_at: is for sessions that took place; one that is confirmed is checked in and started here"
    ]

    enter(example(**{"bookings[0]": again | {"started_at": None}}))
    row = Booking.objects.get(ref=began["ref"])
    assert (row.status, row.started_at) == ("confirmed", None)


def test_birth_date_cannot_be_changed_to_make_a_booking_of_a_minor():
    enter(example(**{"bookings[0].start": "2026-02-28T10:00", "bookings[0].status": "completed"}))
    says = "would make c-001 younger than 18 on 2026-02-28, the day of booking b-001"
    assert faults_of({"clients": [{"ref": "c-001", "name": "Sam Field", "date_of_birth": "2008-03-15"}]}) == [
        f"clients[0].date_of_birth: {says}"
    ]


def test_policy_is_not_asked():
    """At night, off the grid, in the past, too long for the day, by a therapist who does not offer it, without a room."""
    other = {"slug": "ines", "name": "Ines", "max_minutes_per_day": 10}
    enter(
        example(
            **{"therapists[1]": other, "bookings[1]": booking(therapist="ines", start="2020-01-05T03:07", room=None)}
        )
    )
    assert Booking.objects.get(ref="b-002").starts_at == at("2020-01-05 03:07")


def test_zone_stays_once_there_are_bookings():
    enter(EXAMPLE)
    says = "the practice has bookings in Europe/London already, so its zone stays"
    assert faults_of(example(**{"practice.timezone": "Asia/Tokyo"})) == [f"practice.timezone: {says}"]


# Accounts


def test_a_clients_account_is_not_made_a_therapists():
    make_user(email="therapist@demo.example", confirmed=False)
    says = "belongs to an account that is not a therapist's; give that account the role first"
    assert faults_of(EXAMPLE) == [f"therapists[0].email: {says}"]


def test_an_account_belongs_to_one_therapist():
    here = make_therapist(slug="ines")
    assert faults_of(example(**{"therapists[0].email": here.user.email})) == [
        "therapists[0].email: belongs to the account of therapist ines"
    ]


def test_address_of_a_therapist_is_changed_in_the_account():
    enter(EXAMPLE)
    says = "mara signs in with another address; change it in the account itself"
    assert faults_of(example(**{"therapists[0].email": "other@example.com"})) == [f"therapists[0].email: {says}"]


def test_owner_may_be_a_therapist():
    owner = make_owner(email="therapist@demo.example")
    enter(EXAMPLE)
    assert (owner.therapist.slug, owner.role) == ("mara", "owner")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"message": "nothing"}, "wordings[0].message: there is no message nothing by email"),
        ({"message": "ledger_head", "channel": "sms"}, "wordings[0].message: there is no message ledger_head by sms"),
        ({"channel": "pigeon"}, "wordings[0].channel: must be email or sms"),
        ({"subject": ...}, "wordings[0].subject: an e-mail has a subject, a text message has none"),
        ({"channel": "sms", "text": "Hello"}, "wordings[0].subject: an e-mail has a subject, a text message has none"),
        (
            {"text": "{{ buton }}"},
            "wordings[0].text: There is no placeholder “{{ buton }}” in this message. Did you mean {{ button }}?",
        ),
        ({"text": ""}, "wordings[0].text: must be text of 1 to 5000 characters"),
        ({"words": "x"}, "wordings[0].words: is not a key that is known here"),
    ],
)
def test_words_that_cannot_be_used_are_named_by_their_place(row, says):
    whole = {"message": "message_waiting", "subject": "Hello", "text": "{{ button }}"} | row
    faulty = {key: value for key, value in whole.items() if value is not ...}
    assert faults_of({"wordings": [faulty]}) == [says]
    assert not Wording.objects.exists()


def test_words_of_one_message_stand_once():
    row = {"message": "message_waiting", "subject": "Hello", "text": "{{ button }}"}
    assert faults_of({"wordings": [row, row | {"channel": "email"}]}) == [
        "wordings[1].message: message_waiting by email stands twice"
    ]


# Whatever comes

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=4)
)
NAMES = st.sampled_from(
    [
        "practice",
        "rooms",
        "session_types",
        "therapists",
        "closures",
        "clients",
        "bookings",
        "pages",
        "wordings",
        "message",
        "channel",
        "text",
        "slug",
        "ref",
        "name",
        "hours",
        "dates",
        "from",
        "to",
        "days",
        "lengths",
        "minutes",
        "price",
        "offers",
        "prices",
        "start",
        "status",
        "requires",
        "completed",
        "timezone",
    ]
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=30
)


def takes_it_or_says_why(raw: bytes) -> None:
    """Nothing but the file's own faults ever comes out."""
    with contextlib.suppress(FaultyFile):
        enter(raw, dry_run=True)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(NAMES, ANYTHING, max_size=5))
def test_any_values_are_taken_or_refused_in_words(tree):
    takes_it_or_says_why(yaml.safe_dump(tree).encode())


def places(part, here=""):
    """Every place in a tree, as example() spells it."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        place = f"{here}[{key}]" if isinstance(part, list) else f"{here}.{key}".lstrip(".")
        yield place
        yield from places(value, place)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(st.sampled_from(sorted(places(example()))), ANYTHING, min_size=1, max_size=1))
def test_any_value_at_any_place_is_taken_or_refused_in_words(changes):
    takes_it_or_says_why(yaml.safe_dump(example(**changes)).encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda some: some.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused_in_words(raw):
    try:
        tree = text.read(raw)
    except FaultyFile:
        return
    assert isinstance(shape.check(tree), Faults)


def test_nothing_is_left_of_a_file_that_the_database_refuses(monkeypatch):
    """With the arithmetic's look taken away the database still finds the overlap, and its booking is named."""
    from bookings.practice_file import physics

    monkeypatch.setattr(physics, "_check_overlaps", lambda *_: None)
    assert faults_of(example(**{"bookings[1]": booking(start="2027-01-04T10:30")}), now=NOW) == [
        "bookings[1]: That time has just been taken. Please choose another."
    ]
    assert not Client.objects.exists() and not Booking.objects.exists()
