"""What an import writes, what it leaves alone, and what it says about it."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.tests.factories import make_owner, make_user
from bookings import lifecycle, withdrawal
from bookings.models import (
    Booking,
    BookingChange,
    DateHours,
    Length,
    Room,
    SessionType,
    Therapist,
    TimeOff,
    WeeklyHours,
)
from bookings.practice_file import current
from bookings.tests.factories import NOW, at, make_closure
from bookings.tests.practice_files import EXAMPLE, booking, enter, example, exported
from clients.models import Client, LookAlike, Restriction
from clients.tests.factories import make_client
from outbox import delivery
from outbox.models import Message
from practice.models import Practice

pytestmark = pytest.mark.django_db

ONCE = {
    "practice": [1, 0, 0],
    "rooms": [1, 0, 0],
    "session types": [1, 0, 0],
    "therapists": [1, 0, 0],
    "weekly hours": [4, 0, 0],
    "time off": [1, 0, 0],
    "dates": [2, 0, 0],
    "closures": [1, 0, 0],
    "clients": [1, 0, 0],
    "bookings": [1, 0, 0],
}


def test_example_becomes_rows():
    report = enter(EXAMPLE)
    made = Booking.objects.select_related("client", "therapist", "session_type", "room").get()
    assert report.counts == ONCE
    assert (made.client.ref, made.therapist.slug, made.session_type.slug, made.room.slug) == (
        "c-001",
        "mara",
        "relaxing-massage",
        "garden",
    )
    assert (made.starts_at, made.ends_at) == (at("2027-01-04 10:00"), at("2027-01-04 11:00"))
    assert (made.busy_from_at, made.busy_until_at) == (at("2027-01-04 10:00"), at("2027-01-04 11:15"))
    assert (made.session_on, made.booked_on) == (dt.date(2027, 1, 4), dt.date(2026, 6, 1))
    assert (made.price, made.currency, made.status, made.made_via) == (Decimal("70.00"), "GBP", "confirmed", "import")
    assert list(made.changes.values_list("what", "via", "before", "after", "by")) == [
        ("imported", "import", "", "confirmed", None)
    ]


def test_second_import_of_the_same_file_changes_nothing():
    enter(EXAMPLE)
    report = enter(EXAMPLE, now=NOW + dt.timedelta(days=3))
    assert report.counts == {kind: [0, 0, count[0]] for kind, count in ONCE.items()}
    assert report.changed_nothing and report.notes == []


def test_dry_run_does_everything_and_keeps_nothing():
    report = enter(EXAMPLE, dry_run=True)
    assert report.counts == ONCE
    assert not any(
        model.objects.exists() for model in (Practice, Room, SessionType, Therapist, Client, Booking, User, Message)
    )


def test_key_that_is_left_out_changes_nothing_and_what_is_not_listed_stays():
    enter(EXAMPLE)
    before = exported()
    report = enter(
        {"practice": {}, "rooms": [{"slug": "garden", "name": "Garden room"}], "session_types": [], "therapists": []}
    )
    assert report.changed_nothing
    assert exported() == before


def test_rows_are_matched_by_slug_and_ref():
    enter(EXAMPLE)
    report = enter(
        example(
            **{
                "rooms[0].name": "Rose room",
                "session_types[0].lengths[0].price": "72.00",
                "therapists[0].max_sessions_per_day": None,
                "therapists[0].offers[0]": {"session_type": "relaxing-massage", "prices": {"90": "99.00"}},
                "clients[0].name": "Samuel Field",
                "practice.min_notice": "2d",
            }
        )
    )
    changed = {kind: counts for kind, counts in report.counts.items() if counts[1]}
    assert changed == {kind: [0, 1, 0] for kind in ("practice", "rooms", "session types", "therapists", "clients")}
    assert Room.objects.get().name == "Rose room"
    assert Length.objects.get(minutes=60).price == Decimal("72.00")
    assert Booking.objects.get().price == Decimal("70.00"), "what was agreed stays"
    assert Therapist.objects.get().max_sessions_per_day is None
    assert Practice.objects.get().min_notice == dt.timedelta(days=2)


def test_lists_are_added_to_and_never_shortened():
    enter(EXAMPLE)
    hours = [{"days": ["wed"], "from": "10:00", "to": "24:00"}]
    away = [{"from": "2027-03-01T00:00", "to": "2027-03-02T00:00"}]
    enter({"therapists": [{"slug": "mara", "name": "Mara", "hours": hours, "time_off": away, "offers": []}]})
    assert (WeeklyHours.objects.count(), TimeOff.objects.count()) == (5, 2)
    assert WeeklyHours.objects.get(weekday=2).closes == 1440


def test_hours_of_a_date_are_replaced_for_that_date():
    enter(EXAMPLE)
    dates = [{"date": "2027-02-13", "hours": []}, {"date": "2027-02-15", "hours": [{"from": "09:00", "to": "10:00"}]}]
    report = enter({"therapists": [{"slug": "mara", "name": "Mara", "dates": dates}]})
    assert report.counts["dates"] == [0, 2, 0]
    assert list(DateHours.objects.values_list("on", "opens", "closes")) == [
        (dt.date(2027, 2, 13), None, None),
        (dt.date(2027, 2, 15), 540, 600),
    ]


def test_rooms_keep_the_order_of_the_file_and_those_it_does_not_list():
    two = [{"slug": "garden", "name": "Garden room"}, {"slug": "hearth", "name": "Hearth room"}]
    enter(example(rooms=two, **{"session_types[0].rooms": ["garden", "hearth"]}))
    report = enter({"session_types": [{"slug": "relaxing-massage", "name": "Relaxing massage", "rooms": ["hearth"]}]})
    assert [choice.room.slug for choice in SessionType.objects.get().room_choices.all()] == ["hearth", "garden"]
    assert report.notes == ["relaxing-massage keeps its rooms that the file does not list: garden."]


def test_new_rows_come_after_those_that_are_here():
    enter(EXAMPLE)
    enter({"rooms": [{"slug": "attic", "name": "Attic"}, {"slug": "cellar", "name": "Cellar"}]})
    assert [room.slug for room in Room.objects.all()] == ["garden", "attic", "cellar"]


def test_wall_clock_follows_the_rules_of_the_clock_change():
    """Skipped readings move on by the jump; repeated ones are the first pass, unless the offset is written."""
    bookings = [
        booking(ref="skipped", start="2027-03-28T01:30"),
        booking(ref="first", start="2026-10-25T01:00", minutes=15, price="10", buffer_after=0),
        booking(ref="second", start="2026-10-25T01:00+00:00", minutes=15, price="10", buffer_after=0),
    ]
    enter(example(bookings=bookings))
    starts = {row.ref: row.starts_at.isoformat() for row in Booking.objects.all()}
    assert starts == {
        "skipped": "2027-03-28T01:30:00+00:00",
        "first": "2026-10-25T00:00:00+00:00",
        "second": "2026-10-25T01:00:00+00:00",
    }


def test_dates_may_be_text_or_yaml_dates():
    enter(
        EXAMPLE.replace("date_of_birth: 1980-05-01", 'date_of_birth: "1980-05-01"').replace(
            '"2027-02-20T00:00"', "2027-02-20 00:00:00"
        )
    )
    assert Client.objects.get().date_of_birth == dt.date(1980, 5, 1)
    assert TimeOff.objects.get().starts_at == at("2027-02-20 00:00")


def test_request_waits_for_an_answer():
    enter(example(**{"bookings[0].status": "requested"}))
    assert Booking.objects.get().answer_by_at == NOW + Practice.objects.get().request_expires_after


# Bookings that are here already


def test_booking_that_only_files_have_told_of_follows_the_file():
    enter(EXAMPLE)
    report = enter(example(**{"bookings[0].start": "2027-01-04T11:00"}))
    moved = Booking.objects.get()
    assert report.counts["bookings"] == [0, 1, 0]
    assert (moved.starts_at, moved.version) == (at("2027-01-04 11:00"), 2)
    assert list(moved.changes.values_list("what", "before", "after")) == [
        ("imported", "", "confirmed"),
        ("imported", "confirmed", "confirmed"),
    ]
    assert list(Message.objects.filter(kind="booking_reminder", state="planned").values_list("due_at", "version")) == [
        (at("2027-01-02 11:00"), 2),
        (at("2027-01-04 08:00"), 2),
    ]


def test_bookings_may_change_places():
    second = booking(start="2027-01-04T12:00")
    enter(example(**{"bookings[1]": second}))
    enter(example(**{"bookings[0].start": "2027-01-04T12:00", "bookings[1]": second | {"start": "2027-01-04T10:00"}}))
    assert list(Booking.objects.values_list("ref", "starts_at")) == [
        ("b-002", at("2027-01-04 10:00")),
        ("b-001", at("2027-01-04 12:00")),
    ]


def test_booking_that_was_changed_here_stays_as_it_is():
    enter(EXAMPLE)
    client = make_user(email="sam@example.com")
    Client.objects.update(user=client)
    lifecycle.cancel(Booking.objects.get(), by=client, now=NOW)
    report = enter(EXAMPLE)
    assert Booking.objects.get().status == "cancelled"
    assert report.counts["bookings"] == [0, 0, 1]
    assert report.notes == ["Booking b-001 has been changed here since and stays as it is."]


def test_lapsed_hold_is_in_nobodys_way():
    from bookings.tests.factories import make_booking

    enter(example(bookings=[]))
    hold = make_booking(
        therapist=Therapist.objects.get(), starts_at=at("2027-01-04 10:00"), status="held", hold_ends_at=NOW
    )
    enter(EXAMPLE)
    hold.refresh_from_db()
    assert (hold.status, Booking.objects.get(ref="b-001").status) == ("expired", "confirmed")


def test_hours_tell_which_bookings_stand_in_their_way():
    enter(EXAMPLE)
    report = enter({"closures": [{"from": "2027-01-04T00:00", "to": "2027-01-05T00:00"}]})
    assert report.notes == ["Booking b-001 stands in the way of these hours; it stays as it is."]
    assert Booking.objects.get().status == "confirmed"


def test_closure_of_a_room_is_not_the_closure_of_the_practice():
    make_closure(at("2026-12-24 00:00"), at("2026-12-27 00:00"))
    assert enter(example(**{"closures[0].room": "garden"})).counts["closures"] == [1, 0, 0]


# Accounts and messages


def test_therapist_gets_an_account_without_a_password_and_an_invitation():
    report = enter(EXAMPLE)
    user = Therapist.objects.get().user
    assert (user.email, user.role, user.has_usable_password()) == ("therapist@demo.example", "therapist", False)
    assert not EmailAddress.objects.filter(user=user).exists()
    assert list(Message.objects.filter(kind="therapist_invited").values_list("recipient", "user")) == [
        (user.email, user.pk)
    ]
    assert report.notes == ["Mara is invited at therapist@demo.example."]


def test_invitation_leads_to_a_page_where_a_password_is_set(client, mailoutbox):
    enter(EXAMPLE)
    delivery.sweep(lambda: NOW)
    letter = next(mail for mail in mailoutbox if mail.to == ["therapist@demo.example"])
    link = letter.body.split("Choose your password: ")[1].split()[0].removeprefix("http://testserver")
    answer = client.get(link, follow=True)
    assert answer.status_code == 200
    answer = client.post(
        answer.request["PATH_INFO"], {"password1": "a-quiet-garden-7", "password2": "a-quiet-garden-7"}, follow=True
    )
    assert User.objects.get(email="therapist@demo.example").check_password("a-quiet-garden-7")
    assert link not in Message.objects.get(kind="therapist_invited").text


def test_account_that_is_there_is_joined_and_not_invited():
    user = make_user(email="therapist@demo.example", role="therapist")
    enter(EXAMPLE)
    assert Therapist.objects.get().user == user
    assert not Message.objects.filter(kind="therapist_invited").exists()


def test_client_is_joined_to_an_account_only_after_its_address_is_confirmed():
    make_user(email="sam@example.com", confirmed=False)
    enter(EXAMPLE)
    assert Client.objects.get().user is None


def test_client_is_joined_to_an_account_that_has_confirmed_its_address():
    user = make_user(email="sam@example.com")
    enter(EXAMPLE)
    assert Client.objects.get().user == user


def sharing(*others: dict[str, str]) -> dict:
    """The example with more clients, by what they share with somebody."""
    born = {"date_of_birth": "1980-05-01"}
    more = {
        f"clients[{1 + place}]": {"ref": f"c-10{place}", "name": "Robin"} | born | other
        for place, other in enumerate(others)
    }
    return example(**more)


def noticed() -> set[tuple[str, str]]:
    return set(LookAlike.objects.values_list("client__ref", "by"))


def test_who_comes_in_bulk_and_looks_like_a_blocked_client_is_put_before_the_therapist():
    blocked = make_client(email="r.hale@example.com", phone="07700 900123")
    withdrawal.block(blocked, by=make_owner(), now=NOW, why="As we agreed.")
    enter(
        sharing(
            {"email": "RHale+again@Example.com"},
            {"email": "robin@example.com", "phone": "+44 7700 900 123"},
            {"email": "robin@example.org"},
        )
    )
    assert noticed() == {("c-100", "mailbox"), ("c-101", "phone")}
    assert list(Restriction.objects.values_list("client", flat=True)) == [blocked.pk]  # nobody is blocked by a guess
    enter(sharing({"email": "RHale+again@Example.com"}))
    assert LookAlike.objects.count() == 2


def test_an_address_that_a_later_file_changes_is_looked_at_too_from_both_sides():
    make_client(ref="c-here", phone="07700 900555")
    enter(sharing({"email": "robin@example.com"}))
    blocked = Client.objects.get(ref="c-100")
    withdrawal.block(blocked, by=make_owner(), now=NOW, why="As we agreed.")
    assert noticed() == set()
    enter(sharing({"email": "robin@example.com"}, {"email": "ro.bin@example.com"}))
    assert noticed() == {("c-101", "mailbox")}
    enter(sharing({"email": "robin@example.com", "phone": "0044 7700 900555"}))
    assert noticed() == {("c-101", "mailbox"), ("c-here", "phone")}


def test_import_confirms_nothing_and_reminds_of_what_is_to_come():
    enter(example(**{"bookings[1]": booking(start="2026-05-05T10:00", status="completed")}))
    kinds = Message.objects.exclude(kind="therapist_invited").values_list("kind", "recipient", "due_at")
    assert list(kinds) == [
        ("booking_reminder", "sam@example.com", at("2027-01-02 10:00")),
        ("booking_reminder", "sam@example.com", at("2027-01-04 08:00")),
    ]


# The command


def run(path, *options):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_practice", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_command_counts_and_shows_its_progress(tmp_path):
    file = tmp_path / "practice.yaml"
    file.write_text(EXAMPLE)
    out, err = run(file)
    assert "bookings                1        0          0\n" in out
    assert "Bookings: 100 % (1 of 1).\n" in err
    assert run(file)[0].endswith("Nothing changed.\n")


def test_command_says_that_a_dry_run_wrote_nothing(tmp_path):
    file = tmp_path / "practice.yaml"
    file.write_text(EXAMPLE)
    out, _ = run(file, "--dry-run")
    assert out.endswith("This was a dry run: nothing was written.\n")
    assert not Practice.objects.exists()


def test_command_fails_with_every_fault(tmp_path):
    file = tmp_path / "practice.yaml"
    file.write_text(
        EXAMPLE.replace("minutes: 60, price", "minutes: 0, price").replace("rooms: [garden]", "rooms: [attic]")
    )
    with pytest.raises(CommandError) as caught:
        run(file)
    assert str(caught.value).splitlines() == [
        "Nothing was imported: the file has 2 faults.",
        "session_types[0].lengths[0].minutes: must be a positive number",
        "session_types[0].rooms[0]: there is no room attic",
    ]
    assert caught.value.returncode != 0


def test_command_says_that_there_is_no_file(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        run(tmp_path / "none.yaml")


def test_thousands_of_bookings_take_few_queries(django_assert_max_num_queries):
    day = dt.date(2026, 7, 1)
    rows = [
        booking(ref=f"b-{number}", start=f"{day + dt.timedelta(days=number // 4)}T{9 + 2 * (number % 4):02}:00")
        for number in range(2000)
    ]
    tree = example(bookings=rows)
    with django_assert_max_num_queries(300):
        enter(tree)
    assert BookingChange.objects.count() == 2000


def test_how_a_client_heard_of_the_practice_comes_with_the_file_and_goes_with_it():
    said = {"clients[0].heard_from": "recommended"}
    enter(example(**said))
    assert Client.objects.get().heard_from == "recommended"
    assert current.tree()["clients"][0]["heard_from"] == "recommended"
    assert enter(example(**said)).counts["clients"] == [0, 0, 1]
    enter(example())
    assert Client.objects.get().heard_from == "recommended"


def test_client_who_wants_no_contact_and_what_they_chose_come_with_the_file_and_go_with_it():
    said = {"clients[0].no_contact": True, "clients[0].reached_by": {"reminder": ["sms"], "forms": []}}
    enter(example(**said))
    client = Client.objects.get()
    assert (client.contact_refused_at, client.reached_by) == (NOW, {"reminder": ["sms"], "forms": []})
    assert Message.objects.exclude(kind="therapist_invited").count() == 0

    (row,) = current.tree()["clients"]
    assert (row["no_contact"], row["reached_by"]) == (True, {"reminder": ["sms"], "forms": []})
    assert enter(example(**said)).counts["clients"] == [0, 0, 1]
    enter(example(**{"clients[0].no_contact": False}))
    client.refresh_from_db()
    assert (client.contact_refused_at, client.reached_by) == (None, {"reminder": ["sms"], "forms": []})
