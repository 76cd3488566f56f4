"""The day on one page: who comes and what is missing, as each role may know it, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import lifecycle, visits
from bookings.models import Answer, Booking, MoveRequest, Status
from bookings.tests.factories import NOW, make_booking, make_session_type, make_therapist
from care import sheets, today
from care.tests.factories import agree, make_conversation, make_visit
from care.tests.test_cover import beats, make_named
from clients import agreements
from clients.models import CareRelation, Client, Consent, Flag, LookAlike
from clients.tests.factories import (
    make_client,
    make_client_with_account,
    make_consent,
    make_document,
    make_published,
)
from clients.tests.forms import make_form
from outbox.models import Message
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

ASKED = {"fever": {"kind": "yes_no", "is_required": True, "choices": {"yes": "stop", "no": ""}}}
MORNING = NOW.replace(hour=7)
"""08:00 in London on the day of NOW."""


def coming(hours: float = 2, **fields: object) -> Booking:
    """Somebody who comes later on the day of NOW."""
    starts_at = MORNING + dt.timedelta(hours=hours)
    return make_booking(**({"starts_at": starts_at, "created_at": MORNING - dt.timedelta(days=3)} | fields))


def treat(user: User, client: Client) -> None:
    CareRelation.objects.create(client=client, user=user, since=MORNING)


def flag(client: Client, action: str = "stop", **fields: object) -> Flag:
    return Flag.objects.create(client=client, action=action, words="A blood clot.", raised_at=MORNING, **fields)


def refs(found: list[today.Visit]) -> list[int]:
    return [each.booking.pk for each in found]


def test_each_role_sees_the_day_it_works() -> None:
    mine, other = coming(1), coming(3)
    coming(30), coming(1, status=Status.CANCELLED)
    assert refs(today.visits(make_owner(), MORNING)) == [mine.pk, other.pk]
    assert refs(today.visits(make_front_desk(), MORNING)) == [mine.pk, other.pk]
    assert refs(today.visits(mine.therapist.user, MORNING)) == [mine.pk]


def test_a_day_is_the_practices_own() -> None:
    make_practice(timezone="Pacific/Auckland")
    late = make_booking(starts_at=NOW.replace(hour=11))  # 23:00 there
    early = make_booking(starts_at=NOW.replace(hour=13))  # 01:00 of the next day
    found = today.visits(make_owner(), NOW.replace(hour=10))
    assert refs(found) == [late.pk] and early.session_on == late.session_on + dt.timedelta(days=1)


def test_what_is_missing_is_told_to_those_who_may_know() -> None:
    make_published(NOW - dt.timedelta(days=9), make_document(slug="treatment"))
    booking = coming(session_type=make_session_type(requires_consents=["treatment"]))
    flag(booking.client)
    flag(booking.client, "review", about="booking:0")  # another visit's

    def told(user: User) -> tuple[object, ...]:
        (visit,) = today.visits(user, MORNING)
        return visit.is_first, visit.lacks_forms, visit.lacks_sheet, [each.action for each in visit.flags]

    assert told(make_owner()) == (True, True, True, ["stop"])
    assert told(make_front_desk()) == (True, True, False, [])
    assert told(booking.therapist.user) == (True, True, False, [])  # does not treat them yet
    treat(booking.therapist.user, booking.client)
    assert told(booking.therapist.user) == (True, True, True, ["stop"])


def test_a_sheet_that_was_filled_in_is_not_missing() -> None:
    booking = coming()
    sheets.save(booking, agree(), by=booking.therapist.user, now=MORNING)
    (visit,) = today.visits(make_owner(), MORNING)
    assert (visit.lacks_sheet, visit.lacks_nothing) == (False, True)


def test_what_is_still_to_be_paid_stands_with_the_visit() -> None:
    booking = coming()
    coming(4, status=Status.REQUESTED)
    assert [each.to_pay for each in today.visits(make_front_desk(), MORNING)] == [booking.price, 0]


def test_the_quiet_mark_of_a_first_visit_goes_with_the_second() -> None:
    client = make_client()
    make_visit(client=client, starts_at=NOW - dt.timedelta(days=9))
    known, new = coming(client=client), coming()
    assert {each.booking.pk: each.is_first for each in today.visits(make_owner(), MORNING)} == {
        known.pk: False,
        new.pk: True,
    }


def test_what_waits_for_a_word_is_collected() -> None:
    owner = make_owner()
    assert today.decisions(owner, NOW).is_empty
    asked = make_booking(status=Status.REQUESTED)
    moved = make_booking()
    move = MoveRequest.objects.create(
        booking=moved, therapist=moved.therapist, starts_at=moved.starts_at, asked_at=NOW, answer_by_at=moved.starts_at
    )
    looked_at, note = flag(make_client(), "review"), flag(make_client(), "note")
    thread, answered = make_conversation(), make_conversation()
    answered.lines.create(at=NOW + dt.timedelta(hours=1), by=owner, is_clients=False, words="Thank you.")
    alike = LookAlike.objects.create(client=make_client(), resembles=make_client(), by="phone", noticed_at=NOW)
    held = make_visit()
    found = today.decisions(owner, NOW + dt.timedelta(hours=2))
    assert [few.rows for few in found[:-1]] == [[asked], [move], [looked_at], [], [thread], [alike], [held]]
    assert note not in found.flags.rows


def test_a_consent_waits_for_the_therapist_until_they_signed_it_too() -> None:
    make_practice(consent_signers="both")
    booking, version = make_booking(), make_published(NOW - dt.timedelta(days=9), make_document(slug="treatment"))
    consent = make_consent(booking.client, version, NOW)
    therapist, other = booking.therapist.user, make_therapist().user
    treat(therapist, booking.client)

    def waits_for(user: User) -> list[Consent]:
        return today.decisions(user, NOW).signatures.rows

    assert (waits_for(therapist), waits_for(make_owner())) == ([consent], [consent])
    assert (waits_for(other), waits_for(make_front_desk())) == ([], [])
    shown = page(therapist)
    assert "Consents to sign as the therapist" in shown
    assert f"/admin/clients/consent/of/{booking.client_id}/?back=today" in shown
    at = Browser()
    at.force_login(therapist)
    answer = at.post(f"/admin/clients/consent/of/{booking.client_id}/treatment/countersign/?back=today")
    assert (answer.headers["Location"], waits_for(therapist)) == ("/admin/today/", [])


def test_a_consent_that_was_taken_back_or_whose_text_has_changed_waits_for_nobody() -> None:
    make_practice(consent_signers="both")
    document, client, later = make_document(slug="treatment"), make_client_with_account(), NOW + dt.timedelta(hours=1)
    make_consent(client, make_published(NOW - dt.timedelta(days=9), document), NOW)
    assert len(today.decisions(make_owner(), NOW).signatures.rows) == 1
    version = make_published(NOW, document)
    assert today.decisions(make_owner(), later).signatures.rows == []
    again = make_consent(client, version, later)
    assert today.decisions(make_owner(), later).signatures.rows == [again]
    agreements.withdraw([again], by=client.user, now=later)
    assert today.decisions(make_owner(), later).signatures.rows == []


def test_where_the_client_alone_signs_nothing_waits() -> None:
    make_practice()
    make_consent(make_client_with_account(), make_published(NOW, make_document(slug="treatment")), NOW)
    assert today.decisions(make_owner(), NOW).signatures.rows == []


def test_a_therapist_decides_about_their_own_and_the_front_desk_about_nothing_clinical() -> None:
    make_booking(status=Status.REQUESTED)
    mine = make_booking(status=Status.REQUESTED)
    flag(mine.client)
    make_conversation()
    found = today.decisions(mine.therapist.user, NOW)
    assert (found.requests.rows, found.flags.rows, found.conversations.rows) == ([mine], [], [])
    desk = today.decisions(make_front_desk(), NOW)
    assert len(desk.requests.rows) == 2
    assert not (desk.flags.rows or desk.conversations.rows or desk.look_alikes.rows or desk.notes.rows)


def test_more_than_a_dozen_of_one_kind_lead_to_their_list() -> None:
    for _ in range(today.AT_MOST + 1):
        make_booking(status=Status.REQUESTED)
    found = today.decisions(make_owner(), NOW).requests
    assert (len(found.rows), found.has_more) == (today.AT_MOST, True)


def test_forms_of_the_next_days_are_asked_for_and_later_ones_not_yet() -> None:
    make_published(NOW - dt.timedelta(days=9), make_document(slug="treatment"))
    kind = make_session_type(requires_consents=["treatment"])
    soon, later = coming(50, session_type=kind), coming(24 * 6, session_type=kind)
    assert today.forms_missing(make_owner(), MORNING) == [soon] != [later]


def test_what_goes_out_until_the_morning_is_counted_by_kind() -> None:
    def message(key: str, hours: int, **fields: object) -> None:
        due_at = MORNING + dt.timedelta(hours=hours)
        row = {"kind": "booking_reminder", "key": key, "due_at": due_at, "created_at": MORNING, "about": "booking:1"}
        Message.objects.create(**(row | {"expires_at": due_at + dt.timedelta(days=1)} | fields))

    for number, (hours, fields) in enumerate(
        [(1, {}), (23, {}), (2, {"kind": "booking_confirmed"}), (26, {}), (1, {"state": "sent"})]
    ):
        message(str(number), hours, **fields)
    found = today.going_out(make_owner(), MORNING)
    assert [each.number for each in found] == [1, 2]
    assert today.going_out(make_therapist().user, MORNING) == []


# The pages


def noon() -> dt.datetime:
    """The moment that the pages read; the practice lies where it is midday now, so that its day is the same all through."""
    now = timezone.now()
    ahead = (12 - now.hour + 12) % 24 - 12
    make_practice(timezone=str(ZoneInfo(f"Etc/GMT{-ahead:+d}")))
    return now.replace(second=0, microsecond=0)


def page(user: User, path: str = "") -> str:
    browser = Browser()
    browser.force_login(user)
    answer = browser.get(f"/admin/today/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def around(now: dt.datetime, minutes: int = 30, **fields: object) -> Booking:
    made = {"starts_at": now + dt.timedelta(minutes=minutes), "created_at": now - dt.timedelta(days=2)}
    return make_booking(**(made | fields))


def test_the_page_tells_who_comes_and_what_can_be_done_next() -> None:
    now = noon()
    booking = around(now, client=make_client(name="Sam Field"))
    shown = page(make_owner())
    assert "Sam Field" in shown and "first visit" in shown and "No boundary sheet yet" in shown
    assert f"/admin/bookings/booking/{booking.pk}/act/check-in/?back=today" in shown
    visits.check_in(booking, by=make_owner(), now=now, identity_seen=True)
    assert f"/admin/bookings/booking/{booking.pk}/act/start/?back=today" in page(make_owner())


def test_an_act_that_was_chosen_here_leads_back_here_and_nowhere_else() -> None:
    now, browser = noon(), Browser()
    browser.force_login(make_owner())
    for number, (back, place) in enumerate([("today", "/admin/today/"), ("//elsewhere.example", None)]):
        booking = around(now, 30 + 90 * number)
        answer = browser.post(
            f"/admin/bookings/booking/{booking.pk}/act/check-in/?back={back}", {"identity_seen": "on"}
        )
        assert answer.headers["Location"] == (place or f"/admin/bookings/booking/{booking.pk}/change/")


def test_the_sheet_that_was_opened_here_leads_back_here() -> None:
    now, at = noon(), Browser()
    booking = around(now, client=make_client_with_account())
    therapist = booking.therapist.user
    treat(therapist, booking.client)
    at.force_login(therapist)
    new = f"/admin/care/boundarysheet/add/?booking={booking.pk}&back=today"
    assert new.replace("&", "&amp;") in at.get("/admin/today/").content.decode()
    agreed = {"areas": ["neck"], "covering": "2", "pressure": "2", "slower_word": "amber", "stop_word": "red"}
    answer = at.post(new, agreed)
    assert answer.headers["Location"] == "/admin/today/"
    kept = f"/admin/care/boundarysheet/{booking.sheet.pk}/change/?back=today"
    assert at.get(new).headers["Location"] == kept
    visits.check_in(booking, by=therapist, now=now, identity_seen=True)
    visits.start(booking, by=therapist, now=now)
    assert kept in at.get("/admin/today/").content.decode()
    less = {"covering": "3", "pressure": "1", "areas": ["neck"]}
    assert at.post(kept, less).headers["Location"] == "/admin/today/"


def test_what_the_client_answers_on_the_device_leads_back_here() -> None:
    now, at = noon(), Browser()
    version, booking = make_form(ASKED, asked="visit", slug="today", valid_for_months=None), around(now)
    at.force_login(make_owner())
    asked = f"/admin/bookings/booking/{booking.pk}/visit/?back=today"
    assert asked in at.get("/admin/today/").content.decode()
    answer = at.post(asked, {"version": str(version.pk), "today-q-fever": "no"})
    assert answer.headers["Location"] == f"{asked}&told=1"
    assert "Back to Today" in at.get(answer.headers["Location"]).content.decode()


def test_check_in_leads_through_what_is_agreed_at_the_door() -> None:
    booking = around(noon())
    browser = Browser()
    browser.force_login(booking.therapist.user)
    url = f"/admin/bookings/booking/{booking.pk}/act/check-in/"
    assert "is not filled in yet" in browser.get(url).content.decode()
    sheets.save(booking, agree(), by=booking.therapist.user, now=timezone.now())
    assert "go through it once more" in browser.get(url).content.decode()
    browser.force_login(make_front_desk())
    assert "boundary sheet" not in browser.get(url).content.decode()


def test_the_sheet_on_paper_names_nobody_and_tells_nothing_of_the_work() -> None:
    now = noon()
    client = make_client(name="Quentin Zorillo", phone="020 7946 0123", email="quentin@example.com")
    booking = around(now, client=client, session_type=make_session_type(name="Tantric massage therapy", kind="tantric"))
    shown = page(make_owner(), "sheet/")
    assert "Q. Z." in shown and str(booking.room) in shown and "Session" in shown
    for word in ("Quentin", "Zorillo", "020 7946", "quentin@", "Tantric", "tantric"):
        assert word not in shown
    assert "Nothing is booked" in page(make_owner(), f"sheet/?on={booking.session_on + dt.timedelta(days=2)}")
    assert "Q. Z." in page(make_owner(), "sheet/?on=2026-02-31")


CLINICAL = (
    "Flag:",
    "boundary sheet",
    "Boundary sheet",
    "Please note",
    "Notes to sign",
    "Messages to answer",
    "Flags to look at",
)


def test_the_front_desks_day_has_no_clinical_word() -> None:
    now = noon()
    booking = around(now, client=make_client_with_account())
    flag(booking.client)
    make_conversation(client=booking.client, therapist=booking.therapist)
    desk, owner = make_front_desk(), make_owner()
    for path in ("", "aside/"):
        assert not [word for word in CLINICAL if word in page(desk, path)]
        assert "Flags to look at" in page(owner, path)


@pytest.mark.parametrize("role", [Role.OWNER, Role.FRONT_DESK, Role.THERAPIST])
def test_the_number_of_queries_does_not_grow_with_the_day(role: str) -> None:
    now, therapist = noon(), make_therapist()
    user = {Role.OWNER: make_owner, Role.FRONT_DESK: make_front_desk, Role.THERAPIST: lambda: therapist.user}[role]()
    kind = make_session_type(rooms=[], buffer_after_minutes=0)

    def one(number: int) -> None:
        booking = around(
            now, 90 * number - 300, therapist=therapist, session_type=kind, client=make_client_with_account()
        )
        treat(therapist.user, booking.client)
        flag(booking.client)
        MoveRequest.objects.create(
            booking=booking, therapist=therapist, starts_at=now, asked_at=now, answer_by_at=now, answer=Answer.OPEN
        )
        around(now, 3000 + 90 * number, therapist=therapist, session_type=kind, status=Status.REQUESTED)
        make_conversation(client=booking.client, therapist=therapist)
        LookAlike.objects.create(client=booking.client, resembles=make_client(), by="phone", noticed_at=now)

    def queries() -> int:
        browser = Browser()
        browser.force_login(user)
        browser.get("/admin/today/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get("/admin/today/").status_code == 200
        return len(asked)

    one(0)
    before = queries()
    for number in (1, 2, 3):
        one(number)
    assert queries() == before


def test_sessions_that_are_still_to_come_ask_no_more_queries() -> None:
    now, therapist, browser = noon(), make_therapist(), Browser()
    kind = make_session_type(rooms=[], buffer_after_minutes=0, lengths={60: "70.00", 90: "95.00"})
    browser.force_login(make_owner())

    def queries() -> int:
        browser.get("/admin/today/")
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/admin/today/").status_code == 200
        return len(asked)

    around(now, 60, therapist=therapist, session_type=kind)
    before = queries()
    for number in (1, 2, 3):
        around(now, 60 + 90 * number, therapist=therapist, session_type=kind)
    assert queries() == before


def test_sessions_that_run_ask_no_more_queries() -> None:
    """Each says how it is covered: with a person who is told, without one, and of one who is only here yet."""
    now, owner, browser = noon(), make_owner(), Browser()
    browser.force_login(owner)

    def run(minutes: int, *, is_named: bool, starts: bool) -> None:
        booking = around(now, minutes, client=make_client_with_account())
        if is_named:
            make_named(booking.therapist.user)
        visits.check_in(booking, by=booking.therapist.user, now=now, identity_seen=True)
        if starts:
            beats(now)
            visits.start(booking, by=booking.therapist.user, now=now)

    def queries() -> tuple[int, int]:
        browser.get("/admin/today/")
        with CaptureQueriesContext(connection) as asked:
            shown = browser.get("/admin/today/").content.decode()
        return len(asked), shown.count("office-cover")

    def one_of_each(minutes: int) -> None:
        run(minutes, is_named=True, starts=True)
        run(minutes, is_named=False, starts=True)
        run(minutes, is_named=True, starts=False)

    one_of_each(1)
    before, shown = queries()
    one_of_each(2), one_of_each(3)
    assert (shown, *queries()) == (3, before, 9)


def test_a_cancelled_booking_is_not_of_the_day() -> None:
    now = noon()
    booking = around(now, 60)
    lifecycle.cancel(booking, by=make_owner(), now=now, via="staff")
    assert "Nobody is booked for today" in page(make_owner())
