"""The practice's side of bookings: who sees and does what, on whose clock, and how many queries a page takes."""

import datetime as dt
import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings import lifecycle
from bookings.models import (
    Booking,
    BookingChange,
    Closure,
    MoveRequest,
    Proposal,
    SessionType,
    Status,
    Therapist,
    TimeOff,
    WeeklyHours,
)
from bookings.tests.factories import (
    make_booking,
    make_closure,
    make_offer,
    make_room,
    make_session_type,
    make_therapist,
    make_therapist_at_work,
    make_time_off,
    make_weekly_hours,
)
from bookings.tests.test_readiness import make_flag
from clients.models import Client as Person
from clients.tests.factories import make_client, make_document, make_published, make_version
from outbox.models import Message
from practice.models import Practice
from practice.tests.factories import make_practice
from practice.walltime import from_wall

pytestmark = pytest.mark.django_db
BOOKINGS = "/admin/bookings/booking/"


def ahead(days: int, clock: str = "10:00") -> dt.datetime:
    """So many days from today, on the practice's wall clock; the pages read the real one."""
    zone = Practice.objects.current().zone
    on = timezone.now().astimezone(zone).date() + dt.timedelta(days=days)
    return from_wall(dt.datetime.combine(on, dt.time.fromisoformat(clock)), zone)


def typed(at: dt.datetime) -> str:
    return f"{at.astimezone(Practice.objects.current().zone):%Y-%m-%dT%H:%M}"


def booked(**fields) -> Booking:
    return make_booking(**{"starts_at": ahead(3), "created_at": timezone.now() - dt.timedelta(days=1)} | fields)


def browser(user) -> Client:
    made = Client()
    made.force_login(user)
    return made


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def act(user, booking: Booking, name: str, **values):
    return browser(user).post(f"{BOOKINGS}{booking.pk}/act/{name}/", values)


def offered(user, booking: Booking) -> list[str]:
    page = browser(user).get(f"{BOOKINGS}{booking.pk}/change/").content.decode()
    return re.findall(r"/act/([\w-]+)/", page)


# What a session type asks to be signed


def asks(slugs: list[str]) -> dict[str, object]:
    return {
        **{"name": "Deep massage", "slug": "deep", "kind": "standard", "buffer_before_minutes": 0, "order": 0},
        **{"buffer_after_minutes": 0, "approval": "none", "requires_stage": "preparation", "requires_consents": slugs},
        **{"lengths-TOTAL_FORMS": 1, "lengths-INITIAL_FORMS": 0, "lengths-0-minutes": 60, "lengths-0-price": "70.00"},
        **{"room_choices-TOTAL_FORMS": 0, "room_choices-INITIAL_FORMS": 0},
        **{"prerequisites-TOTAL_FORMS": 0, "prerequisites-INITIAL_FORMS": 0},
    }


def test_owner_sees_which_of_the_texts_of_a_session_nobody_is_asked_for() -> None:
    make_published(timezone.now(), make_document(slug="treatment", title="Treatment"))
    make_published(timezone.now(), make_document(slug="later", title="Later"), applies_from=dt.date(2199, 1, 1))
    make_version(make_document(slug="draft", title="Draft"))
    make_version(make_document(slug="other", title="Other"))
    kind = make_session_type(requires_consents=["treatment", "later", "draft", "gone"])

    page = browser(make_owner()).get(f"/admin/bookings/sessiontype/{kind.pk}/change/")

    assert page.context["adminform"].form.fields["requires_consents"].choices == [
        ("treatment", "Treatment"),
        ("later", "Later. This text does not apply yet, so nobody is asked for it today."),
        ("draft", "Draft. This text has not been published, so nobody is asked for it."),
        ("other", "Other"),
        ("gone", "“gone”: there is no such text."),
    ]
    seen = browser(make_front_desk()).get(f"/admin/bookings/sessiontype/{kind.pk}/change/")
    assert "Draft. This text has not been published" in seen.content.decode()


def test_session_type_is_not_saved_with_a_text_that_there_is_not() -> None:
    make_published(timezone.now(), make_document(slug="treatment"))
    owner, add = browser(make_owner()), "/admin/bookings/sessiontype/add/"

    page = owner.post(add, asks(["treatment", "tantrik"]))
    assert page.context["adminform"].form.errors == {
        "requires_consents": [
            "There is no text “tantrik”, so nobody can be asked for it. Please choose among those that there are."
        ]
    }
    assert owner.post(add, asks(["treatment"])).status_code == 302
    kind = SessionType.objects.get(slug="deep")
    assert kind.requires_consents == ["treatment"]

    SessionType.objects.update(requires_consents=["gone"])
    page = owner.post(f"/admin/bookings/sessiontype/{kind.pk}/change/", asks(["gone"]))
    assert "There is no text “gone”" in str(page.context["adminform"].form.errors["requires_consents"])


# Lists and pages


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("bookings/booking", booked),
        ("bookings/room", make_room),
        ("bookings/sessiontype", make_session_type),
        ("bookings/therapist", make_therapist),
        ("bookings/timeoff", lambda: make_time_off(make_therapist(), ahead(1), ahead(2))),
        ("bookings/closure", lambda: make_closure(ahead(1), ahead(2), room=make_room())),
        ("clients/client", make_client),
        ("accounts/user", make_owner),
    ],
)
def test_a_list_takes_as_many_queries_for_one_row_as_for_three(path, make) -> None:
    owner = browser(make_owner())

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(f"/admin/{path}/").status_code == 200
        return len(seen)

    make()
    owner.get(f"/admin/{path}/")
    one = queries()
    make()
    make()
    assert queries() == one
    assert one <= 15


def test_a_bookings_page_takes_as_many_queries_whatever_its_history() -> None:
    booking, owner = booked(), browser(make_owner())

    def queries() -> int:
        BookingChange.objects.create(
            booking=booking, at=timezone.now(), by=make_owner(), via="staff", what="moved", after="confirmed"
        )
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(f"{BOOKINGS}{booking.pk}/change/").status_code == 200
        return len(seen)

    queries()
    one = queries()
    queries()
    assert queries() == one
    assert one <= 30


@pytest.mark.parametrize("when", ["", "today", "week", "answer", "past", "all", "nonsense"])
def test_the_list_shows_the_days_that_were_asked_for(when) -> None:
    made = {
        "earlier": booked(starts_at=ahead(-2)),
        "today": booked(starts_at=ahead(0, "12:00")),
        "soon": booked(status=Status.REQUESTED),
        "later": booked(starts_at=ahead(30)),
    }
    expected = {
        "today": ["today"],
        "week": ["today", "soon"],
        "answer": ["soon"],
        "past": ["earlier"],
        "all": ["earlier", "today", "soon", "later"],
    }
    page = browser(make_owner()).get(BOOKINGS, {"when": when} if when else {}).content.decode()
    assert [name for name, booking in made.items() if f"{BOOKINGS}{booking.pk}/change/" in page] == expected.get(
        when, ["today", "soon", "later"]
    )


def test_pages_show_instants_on_the_practices_clock() -> None:
    make_practice(timezone="Asia/Kathmandu")
    booking = booked(
        starts_at=dt.datetime(2099, 6, 4, 4, 15, tzinfo=dt.UTC), created_at=dt.datetime(2099, 6, 1, 4, tzinfo=dt.UTC)
    )
    desk = browser(make_front_desk())
    assert "Thu 4 Jun 2099, 10:00" in desk.get(BOOKINGS).content.decode()
    assert "Thu 4 Jun 2099, 10:00" in desk.get(f"{BOOKINGS}{booking.pk}/change/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


def test_no_field_of_a_booking_can_be_written_and_none_be_deleted() -> None:
    booking, owner = booked(), browser(make_owner())
    page = owner.get(f"{BOOKINGS}{booking.pk}/change/").content.decode()
    assert 'name="status"' not in page
    assert owner.post(f"{BOOKINGS}{booking.pk}/change/", {"status": "cancelled"}).status_code == 403
    assert owner.post(f"{BOOKINGS}{booking.pk}/delete/", {"post": "yes"}).status_code == 403
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_request_with_something_to_look_at_is_confirmed_by_who_has_looked() -> None:
    owner, booking = make_owner(), booked(status=Status.REQUESTED)
    assert "looked" not in browser(owner).get(f"{BOOKINGS}{booking.pk}/act/approve/").content.decode()
    make_flag(booking.client, "review")
    asked = browser(owner).get(f"{BOOKINGS}{booking.pk}/act/approve/").content.decode()
    assert "I have looked at it" in asked
    assert "Please look first, and tick it." in act(owner, booking, "approve").content.decode()
    chosen = {"action": "confirm_requests", "_selected_action": [booking.pk]}
    assert "look" in said(browser(owner).post(f"{BOOKINGS}?when=all", chosen))
    assert Booking.objects.get().status == Status.REQUESTED
    act(owner, booking, "approve", looked="on")
    assert Booking.objects.get().status == Status.CONFIRMED
    assert BookingChange.objects.get().details == {}  # the front desk reads it


def test_a_change_that_was_chosen_in_the_calendar_leads_back_to_its_day_there() -> None:
    owner, booking = make_owner(), booked()
    part = browser(owner).get(f"/admin/calendar/booking/{booking.pk}/", headers={"X-Dialog": "1"}).content.decode()
    address = f"{BOOKINGS}{booking.pk}/act/move/?back=calendar"
    assert address in part
    start = timezone.localtime(booking.starts_at) + dt.timedelta(days=2)
    sent = {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "therapist": booking.therapist_id, "override": "on", "why": "So."}
    answer = browser(owner).post(address, sent)
    assert (answer.status_code, answer.url) == (302, f"/admin/calendar/?from={start.date()}")


def test_a_bookings_page_tells_its_history_and_its_messages() -> None:
    owner, booking = make_owner(), booked(status=Status.REQUESTED)
    act(owner, booking, "approve")
    page = browser(owner).get(f"{BOOKINGS}{booking.pk}/change/").content.decode()
    assert "Approved" in page
    assert "Iris Owner" in page
    assert "Request granted" in page
    assert Message.objects.filter(about=f"booking:{booking.pk}").exists()


# What is open to whom


def test_each_state_offers_its_acts() -> None:
    owner = make_owner()
    begun = {"starts_at": ahead(-1), "created_at": ahead(-5)}
    assert {
        "requested": offered(owner, booked(status=Status.REQUESTED)),
        "confirmed": offered(owner, booked()),
        "begun": offered(owner, booked(**begun)),
        "held": offered(owner, booked(status=Status.HELD, created_at=timezone.now())),
        "no show": offered(owner, booked(status=Status.NO_SHOW, **begun)),
        "completed": offered(owner, booked(status=Status.COMPLETED, **begun)),
        "cancelled": offered(owner, lifecycle.cancel(booked(), by=owner, now=timezone.now())),
        "cancelled request": offered(
            owner, lifecycle.cancel(booked(status=Status.REQUESTED), by=owner, now=timezone.now())
        ),
        "declined": offered(owner, booked(status=Status.DECLINED)),
    } == {
        "requested": ["approve", "propose", "decline", "move", "cancel"],
        "confirmed": ["move", "cancel"],
        "begun": ["complete", "no-show", "cancel"],
        "held": [],
        "no show": ["came"],
        "completed": ["no-show"],
        "cancelled": ["undo-cancel"],
        "cancelled request": [],
        "declined": [],
    }


def test_the_front_desk_moves_and_cancels_and_leaves_answers_to_the_therapist() -> None:
    assert offered(make_front_desk(), booked(status=Status.REQUESTED)) == ["move", "cancel"]


def test_a_therapist_acts_on_their_own_calendar_and_sees_the_rest() -> None:
    mara = make_therapist()
    own, other = booked(therapist=mara, status=Status.REQUESTED), booked(status=Status.REQUESTED)
    assert offered(mara.user, own) == ["approve", "propose", "decline", "move", "cancel"]
    assert offered(mara.user, other) == []
    assert "not yours to do" in said(act(mara.user, other, "approve"))
    other.refresh_from_db()
    assert other.status == Status.REQUESTED


def test_an_unknown_act_or_booking_is_not_there() -> None:
    owner = browser(make_owner())
    assert owner.get(f"{BOOKINGS}{booked().pk}/act/vanish/").status_code == 404
    assert owner.get(f"{BOOKINGS}999999/act/approve/").status_code == 404


def test_looking_at_an_act_changes_nothing() -> None:
    booking = booked(status=Status.REQUESTED)
    owner = browser(make_owner())
    for name in ("approve", "propose", "decline", "move", "cancel"):
        assert owner.get(f"{BOOKINGS}{booking.pk}/act/{name}/").status_code == 200
    assert not BookingChange.objects.exists()


# The acts


def test_a_request_is_confirmed() -> None:
    booking = booked(status=Status.REQUESTED)
    act(make_owner(), booking, "approve")
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_a_reason_to_decline_is_kept_and_not_said() -> None:
    booking = booked(status=Status.REQUESTED)
    act(make_owner(), booking, "decline", why="No room for new clients")
    booking.refresh_from_db()
    assert booking.status == Status.DECLINED
    assert booking.changes.get().why == "No room for new clients"


def test_other_times_are_proposed_on_the_practices_clock() -> None:
    therapist = make_therapist_at_work()
    booking = booked(therapist=therapist, status=Status.REQUESTED)
    act(make_owner(), booking, "propose", first=typed(ahead(4)), second=typed(ahead(5)))
    assert list(Proposal.objects.values_list("starts_at", flat=True)) == [ahead(4), ahead(5)]


def test_a_move_goes_to_another_start_and_therapist() -> None:
    kind = make_session_type()
    mara, jon = make_therapist_at_work(offers=[kind]), make_therapist_at_work(offers=[kind])
    booking = booked(session_type=kind, therapist=mara)
    act(make_front_desk(), booking, "move", starts_at=typed(ahead(4, "14:00")), therapist=jon.pk)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.therapist) == (ahead(4, "14:00"), jon)


def test_a_refused_move_tells_every_reason_and_what_is_free_and_can_be_overridden_with_one() -> None:
    kind = make_session_type()
    mara = make_therapist_at_work(offers=[kind])
    make_time_off(mara, ahead(4, "00:00"), ahead(4, "23:59"))
    booking, desk = booked(session_type=kind, therapist=mara), make_front_desk()
    night = {"starts_at": typed(ahead(4, "22:00")), "therapist": mara.pk}
    page = act(desk, booking, "move", **night).content.decode()
    for sentence in (
        "The session would lie outside the working hours.",
        "The therapist is away then.",
        "You can book it all the same, with a reason.",
        "Free near it: ",
    ):
        assert sentence in page
    assert "Please give a reason" in act(desk, booking, "move", **night, override="on").content.decode()
    act(desk, booking, "move", **night, override="on", why="She asked")
    booking.refresh_from_db()
    assert booking.starts_at == ahead(4, "22:00")
    assert booking.changes.get().details["overridden"] == ["outside_hours", "away"]


def test_a_taken_time_cannot_be_overridden() -> None:
    kind = make_session_type()
    mara = make_therapist_at_work(offers=[kind])
    booked(session_type=kind, therapist=mara, starts_at=ahead(4))
    booking = booked(session_type=kind, therapist=mara)
    answer = act(
        make_owner(), booking, "move", starts_at=typed(ahead(4)), therapist=mara.pk, override="on", why="Please"
    )
    page = answer.content.decode()
    assert "The therapist has another booking then." in page
    assert "You can book it all the same" not in page


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"whose": "practice"}, (False, 0)),
        ({"whose": "client"}, (True, 35)),
        ({"whose": "client", "waive": "on", "why": "Ill"}, (True, 0)),
    ],
)
def test_who_cancels_decides_about_the_fee(values, expected) -> None:
    booking = booked(starts_at=timezone.now().replace(second=0, microsecond=0) + dt.timedelta(hours=2))
    act(make_front_desk(), booking, "cancel", **values)
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert (booking.is_late, booking.late_fee) == expected


def test_a_fee_is_not_waived_without_a_reason() -> None:
    booking = booked()
    assert (
        "Please give a reason" in act(make_front_desk(), booking, "cancel", whose="client", waive="on").content.decode()
    )


def test_a_session_is_marked_as_held_as_missed_and_corrected() -> None:
    owner, booking = make_owner(), booked(starts_at=ahead(-1), created_at=ahead(-5))
    for name, values, expected in (
        ("complete", {}, (Status.COMPLETED, 0)),
        ("no-show", {"why": "A slip"}, (Status.NO_SHOW, 70)),
        ("came", {"why": "She was late"}, (Status.COMPLETED, 0)),
    ):
        act(owner, booking, name, **values)
        booking.refresh_from_db()
        assert (booking.status, booking.late_fee) == expected


def test_a_move_that_a_client_asked_for_is_answered() -> None:
    kind = make_session_type()
    mara = make_therapist_at_work(offers=[kind])
    booking = booked(session_type=kind, therapist=mara)
    MoveRequest.objects.create(
        booking=booking, therapist=mara, starts_at=ahead(5), asked_at=timezone.now(), answer_by_at=ahead(1)
    )
    assert offered(mara.user, booking) == ["approve-move", "decline-move", "move", "cancel"]
    act(mara.user, booking, "approve-move")
    booking.refresh_from_db()
    assert booking.starts_at == ahead(5)


def test_the_second_of_two_who_answer_is_told_so() -> None:
    owner, booking = make_owner(), booked(status=Status.REQUESTED)
    act(owner, booking, "approve")
    assert "not possible for this booking as it is now" in said(act(owner, booking, "decline"))


def test_confirming_several_names_each_that_could_not_be() -> None:
    mara = make_therapist()
    mine = booked(therapist=mara, status=Status.REQUESTED)
    confirmed = booked(therapist=mara, starts_at=ahead(5))
    other = booked(status=Status.REQUESTED, client=make_client(name="Kim Other"))
    answer = browser(mara.user).post(
        BOOKINGS, {"action": "confirm_requests", "_selected_action": [each.pk for each in (mine, confirmed, other)]}
    )
    told = said(answer)
    assert "1 confirmed." in told
    assert f"{confirmed.client}, " in told
    assert "Kim Other" in told
    assert "another therapist" in told
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["confirmed", "confirmed", "requested"]


def test_the_front_desk_has_no_way_to_confirm_requests_from_the_list() -> None:
    booking = booked(status=Status.REQUESTED)
    browser(make_front_desk()).post(BOOKINGS, {"action": "confirm_requests", "_selected_action": [booking.pk]})
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


# Booking for a client


def new(user, **values):
    return browser(user).post(f"{BOOKINGS}add/", values)


def test_staff_book_for_a_client_and_it_is_confirmed_at_once() -> None:
    kind = make_session_type(approval="always")
    mara, client = make_therapist_at_work(offers=[kind]), make_client()
    answer = new(make_front_desk(), client=client.ref, length=kind.lengths.get().pk, starts_at=typed(ahead(3)))
    booking = Booking.objects.get()
    assert answer.headers["Location"] == f"{BOOKINGS}{booking.pk}/change/"
    assert (booking.client, booking.therapist, booking.starts_at, booking.status, booking.made_via) == (
        client, mara, ahead(3), Status.CONFIRMED, "staff",
    )  # fmt: skip


def test_a_start_that_is_refused_keeps_what_was_typed_and_shows_every_reason() -> None:
    kind = make_session_type()
    mara, client = make_therapist_at_work(offers=[kind]), make_client(name="Sam Kept")
    make_closure(ahead(3, "00:00"), ahead(3, "12:00"))
    wish = {
        "client": client.ref,
        "length": kind.lengths.get().pk,
        "therapist": mara.pk,
        "starts_at": typed(ahead(3, "10:07")),
    }
    page = new(make_owner(), **wish).content.decode()
    for words in (
        "Sessions do not start at that minute.",
        "The practice is closed then.",
        "Free near it: ",
        client.ref,
        typed(ahead(3, "10:07")),
    ):
        assert words in page
    assert not Booking.objects.exists()
    new(make_owner(), **wish, override="on", why="A friend of the house")
    assert Booking.objects.get().starts_at == ahead(3, "10:07")


@pytest.mark.parametrize("words", ["c-kim", "KIM@example.com", "kim m"])
def test_a_client_is_found_by_ref_address_or_a_part_of_the_name(words) -> None:
    kind = make_session_type()
    make_therapist_at_work(offers=[kind])
    kim = make_client(ref="c-kim", name="Kim Marsh", email="kim@example.com")
    make_client(name="Kim Other")
    new(make_front_desk(), client=words, length=kind.lengths.get().pk, starts_at=typed(ahead(3)))
    assert Booking.objects.get().client == kim


def test_several_clients_or_none_who_match_are_told() -> None:
    for ref in ("c-1", "c-2"):
        make_client(ref=ref, name="Kim", email="")
    desk = make_front_desk()
    assert "Kim (no e-mail, c-1); Kim (no e-mail, c-2)" in new(desk, client="kim").content.decode()
    assert "No client is found for “Jo”." in new(desk, client="Jo").content.decode()


def test_a_start_refused_with_any_therapist_offers_what_is_free_near_it() -> None:
    kind = make_session_type()
    make_therapist_at_work(offers=[kind])
    page = new(make_owner(), client=make_client().ref, length=kind.lengths.get().pk, starts_at=typed(ahead(3, "03:00")))
    assert "The session would lie outside the working hours." in page.content.decode()
    assert "Free near it: " in page.content.decode()


def test_a_therapist_books_into_their_own_calendar_alone() -> None:
    kind = make_session_type()
    mara, jon = make_therapist_at_work(offers=[kind]), make_therapist_at_work(offers=[kind])
    wish = {"client": make_client().ref, "length": kind.lengths.get().pk, "starts_at": typed(ahead(3))}
    assert new(mara.user, **wish, therapist=jon.pk).status_code == 200
    assert new(mara.user, **wish).status_code == 200
    assert not Booking.objects.exists()
    assert new(mara.user, **wish, therapist=mara.pk).status_code == 302


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"client": "x", "length": "9" * 30, "therapist": "-1", "starts_at": "never"},
        {"client": "\x00", "length": "\x00", "starts_at": "2027-02-30T10:00"},
        {"starts_at": "0001-01-01T00:00"},
        {"starts_at": "9999-12-31T23:59"},
        {"starts_at": "2027-01-01T10:00+05:00"},
    ],
)
def test_nonsense_in_the_form_is_told_and_writes_nothing(values) -> None:
    answer = new(make_owner(), **values)
    assert answer.status_code == 200
    assert not Booking.objects.exists()


def test_the_form_comes_filled_for_a_client_and_ignores_nonsense_in_its_address() -> None:
    client, owner = make_client(name="Sam Filled"), browser(make_owner())
    page = owner.get(f"/admin/clients/client/{client.pk}/change/").content.decode()
    assert f"{BOOKINGS}add/?client={client.ref}" in page
    assert f'value="{client.ref}"' in owner.get(f"{BOOKINGS}add/", {"client": client.ref}).content.decode()
    assert owner.get(f"{BOOKINGS}add/", {"client": "\x00", "starts_at": "x", "length": "9" * 40}).status_code == 200


# Hours and time off


def hours_form(therapist: Therapist, **values) -> dict:
    form = {
        f"{name}-{field}": "0"
        for name in ("weekly_hours", "date_hours", "time_off", "offers")
        for field in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    own = {
        "bio": "",
        "name": therapist.name,
        "slug": therapist.slug,
        "order": 0,
        "active": "on",
        "evening_list": "full",
    }
    return form | own | values


def test_a_therapist_keeps_their_own_hours_and_nobody_elses() -> None:
    mara, jon = make_therapist(), make_therapist()
    page = f"/admin/bookings/therapist/{mara.pk}/change/"
    values = hours_form(
        mara,
        **{
            "weekly_hours-TOTAL_FORMS": 1,
            "weekly_hours-0-weekday": 3,
            "weekly_hours-0-opens": "9:30",
            "weekly_hours-0-closes": "24:00",
        },
        **{"date_hours-TOTAL_FORMS": 1, "date_hours-0-on": "2099-02-13"},
        **{
            "time_off-TOTAL_FORMS": 1,
            "time_off-0-starts_at": "2099-07-01T00:00",
            "time_off-0-ends_at": "2099-07-08T00:00",
        },
    )
    assert browser(mara.user).post(page, values).status_code == 302
    assert [str(row) for row in mara.weekly_hours.all()] == ["Thursday 09:30 to 24:00"]
    assert [str(row) for row in mara.date_hours.all()] == ["2099-02-13 off"]
    assert [row.starts_at for row in mara.time_off.all()] == [dt.datetime(2099, 6, 30, 23, tzinfo=dt.UTC)]
    assert browser(jon.user).get(page).status_code == 302
    assert browser(make_front_desk()).post(page, values).status_code == 403


def test_a_therapist_cannot_change_what_the_owner_decides() -> None:
    mara = make_therapist(order=3)
    browser(mara.user).post(
        f"/admin/bookings/therapist/{mara.pk}/change/", hours_form(mara, slug="owner", order=1, max_sessions_per_day=4)
    )
    mara.refresh_from_db()
    assert (mara.slug != "owner", mara.order, mara.max_sessions_per_day) == (True, 3, 4)


def test_hours_that_end_before_they_begin_are_told() -> None:
    mara = make_therapist()
    values = hours_form(
        mara,
        **{
            "weekly_hours-TOTAL_FORMS": 1,
            "weekly_hours-0-weekday": 3,
            "weekly_hours-0-opens": "18:00",
            "weekly_hours-0-closes": "09:00",
        },
    )
    page = browser(mara.user).post(f"/admin/bookings/therapist/{mara.pk}/change/", values).content.decode()
    assert "The hours must end after they begin." in page
    assert not WeeklyHours.objects.exists()


def test_hours_that_are_changed_list_the_bookings_in_their_way() -> None:
    mara = make_therapist()
    weekday = ahead(3).astimezone(Practice.objects.current().zone).weekday()
    row = make_weekly_hours(mara, weekday=weekday)
    booking = booked(therapist=mara)
    values = hours_form(
        mara,
        **{
            "weekly_hours-TOTAL_FORMS": 1,
            "weekly_hours-INITIAL_FORMS": 1,
            "weekly_hours-0-id": row.pk,
            "weekly_hours-0-therapist": mara.pk,
        },
        **{"weekly_hours-0-weekday": weekday, "weekly_hours-0-opens": "12:00", "weekly_hours-0-closes": "18:00"},
    )
    answer = browser(mara.user).post(f"/admin/bookings/therapist/{mara.pk}/change/", values)
    told = said(answer)
    assert "1 booking stands in the way" in told
    assert f'<a href="{BOOKINGS}{booking.pk}/change/">' in told
    assert Booking.objects.get().status == Status.CONFIRMED


def test_time_off_is_typed_on_the_practices_clock_and_lists_what_stands_in_its_way() -> None:
    make_practice(timezone="America/New_York")
    mara = make_therapist()
    booking = booked(therapist=mara)
    values = {"therapist": mara.pk, "starts_at": typed(ahead(3, "00:00")), "ends_at": typed(ahead(4, "00:00"))}
    answer = browser(mara.user).post("/admin/bookings/timeoff/add/", values)
    assert TimeOff.objects.get().starts_at == ahead(3, "00:00")
    assert f"{BOOKINGS}{booking.pk}/change/" in said(answer)


def test_a_therapist_takes_time_off_for_themselves_alone() -> None:
    mara, jon = make_therapist(), make_therapist()
    values = {"therapist": jon.pk, "starts_at": typed(ahead(3)), "ends_at": typed(ahead(4))}
    assert browser(mara.user).post("/admin/bookings/timeoff/add/", values).status_code == 200
    assert not TimeOff.objects.exists()
    row = make_time_off(jon, ahead(3), ahead(4))
    assert browser(mara.user).post(f"/admin/bookings/timeoff/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert TimeOff.objects.exists()


def test_an_instant_in_the_second_pass_of_an_hour_survives_a_save_that_does_not_touch_it() -> None:
    second_pass = dt.datetime(2099, 10, 25, 1, 30, tzinfo=dt.UTC)  # 01:30 in London, for the second time
    mara = make_therapist()
    row = make_time_off(mara, second_pass, second_pass + dt.timedelta(hours=3))
    browser(make_owner()).post(
        f"/admin/bookings/timeoff/{row.pk}/change/", {"starts_at": "2099-10-25T01:30", "ends_at": "2099-10-25T06:00"}
    )
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at) == (second_pass, dt.datetime(2099, 10, 25, 6, tzinfo=dt.UTC))


def test_time_off_and_closures_are_called_by_the_practices_clock() -> None:
    make_practice(timezone="Asia/Kathmandu")
    rows = [
        make_closure(ahead(2, "09:30"), ahead(3, "00:00")),
        make_time_off(make_therapist(), ahead(2, "09:30"), ahead(3, "00:00")),
    ]
    for row in rows:
        page = browser(make_owner()).get(f"/admin/bookings/{row._meta.model_name}/{row.pk}/delete/").content.decode()
        assert f"{ahead(2).date()} 09:30 to {ahead(3).date()} 00:00" in page
        assert not re.search(r"\bUTC\b", page)


def test_a_closure_lists_the_bookings_in_its_way_and_goes_again() -> None:
    booking, owner = booked(), browser(make_owner())
    answer = owner.post(
        "/admin/bookings/closure/add/", {"room": "", "starts_at": typed(ahead(2)), "ends_at": typed(ahead(5))}
    )
    assert f"{BOOKINGS}{booking.pk}/change/" in said(answer)
    owner.post(
        "/admin/bookings/closure/",
        {"action": "delete_selected", "_selected_action": [Closure.objects.get().pk], "post": "yes"},
    )
    assert not Closure.objects.exists()


# The offer


def test_an_own_price_is_given_for_the_lengths_of_that_session_alone() -> None:
    kind, other = make_session_type(), make_session_type(lengths={45: "50.00"})
    offer = make_offer(make_therapist(), kind)
    page = browser(make_owner()).get(f"/admin/bookings/offer/{offer.pk}/change/").content.decode()
    assert f'<option value="{kind.lengths.get().pk}">' in page
    assert f'<option value="{other.lengths.get().pk}">' not in page


def test_what_is_in_use_is_not_removed_and_says_what_uses_it() -> None:
    booking, owner = booked(), browser(make_owner())
    for path in (
        f"bookings/room/{booking.room_id}",
        f"bookings/therapist/{booking.therapist_id}",
        f"clients/client/{booking.client_id}",
    ):
        assert booking.ref in owner.get(f"/admin/{path}/delete/").content.decode()
        owner.post(f"/admin/{path}/delete/", {"post": "yes"})
    booking.refresh_from_db()
    assert Person.objects.count() == 1
