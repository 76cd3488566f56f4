"""What is still missing is asked on every way in: each thing that can be missing, against each way a booking moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings import lifecycle, moves, readiness, visits, withdrawal
from bookings.errors import Conflict, NotReady, Refusal, UnderAge
from bookings.models import Booking, BookingChange, MoveRequest, Proposal, SessionType, Status, Therapist
from bookings.placing import Wish
from bookings.readiness import Weight
from bookings.tests import calling, practice_files
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_prerequisite,
    make_session_type,
    make_therapist_at_work,
)
from clients.models import (
    Client,
    Flag,
    Questionnaire,
    QuestionnaireVersion,
    Restriction,
    Stage,
    StageDecision,
    Submission,
    Withdrawal,
)
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from practice.models import Practice

pytestmark = pytest.mark.django_db
START, LATER = "2026-06-04 10:00", "2026-06-05 10:00"
TODAY = dt.date(2026, 6, 1)


# What can be missing


def change(row: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def make_questionnaire(*, asked: str = "intake", for_kind: str = "", slug: str = "health") -> QuestionnaireVersion:
    questionnaire = Questionnaire.objects.create(slug=slug, title="Health", asked=asked, for_kind=for_kind)
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire, number=1, state="published", published_at=NOW - dt.timedelta(days=9)
    )


def make_signed(client: Client, version: QuestionnaireVersion, **overrides: Any) -> Submission:
    then = NOW - dt.timedelta(days=2)
    fields = {"client": client, "version": version, "started_at": then, "saved_at": then, "signed_at": then}
    return Submission.objects.create(**(fields | overrides))


def make_flag(client: Client, action: str, about: str = "") -> Flag:
    return Flag.objects.create(client=client, action=action, words="…", about=about, raised_at=NOW)


def make_decision(client: Client, slug: str, *, is_reached: bool = True, at_moment: dt.datetime = NOW) -> StageDecision:
    return StageDecision.objects.create(
        client=client,
        stage=Stage.objects.get(slug=slug),
        is_reached=is_reached,
        decided_on=TODAY,
        decided_at=at_moment,
        by=make_owner(),
        note="",
    )


def make_agreed(client: Client, kind: SessionType) -> Any:
    change(kind, requires_consents=["treatment"])
    version = make_published(NOW - dt.timedelta(days=3), make_document(slug="treatment"))
    return make_consent(client, version, NOW - dt.timedelta(days=2))


def under_age(client: Client, kind: SessionType) -> None:
    Client.objects.filter(pk=client.pk).update(date_of_birth=dt.date(2010, 1, 1))
    client.date_of_birth = dt.date(2010, 1, 1)


def blocked(client: Client, kind: SessionType) -> None:
    Restriction.objects.create(client=client, kind="block", since=NOW, by=make_owner(), why="…")


def stopped(client: Client, kind: SessionType) -> None:
    make_flag(client, "stop")


def withdrawn(client: Client, kind: SessionType) -> None:
    Withdrawal.objects.create(consent=make_agreed(client, kind), at=NOW - dt.timedelta(days=1), by=client.user)


def too_early(client: Client, kind: SessionType) -> None:
    change(kind, requires_stage="clearing")


def no_consultation(client: Client, kind: SessionType) -> None:
    change(kind, requires_consultation=True)


def too_few_sessions(client: Client, kind: SessionType) -> None:
    make_prerequisite(kind, make_session_type(slug="first", name="First massage"), count=2)


def no_intake(client: Client, kind: SessionType) -> None:
    make_questionnaire()


def no_consent(client: Client, kind: SessionType) -> None:
    change(kind, requires_consents=["treatment"])
    make_published(NOW - dt.timedelta(days=3), make_document(slug="treatment"))


def no_boundaries(client: Client, kind: SessionType) -> None:
    change(kind, kind="tantric")
    make_published(NOW - dt.timedelta(days=3), make_document(slug="boundaries", kind="boundaries"))


def to_review(client: Client, kind: SessionType) -> None:
    make_flag(client, "review")


MISSING: dict[Callable[[Client, SessionType], None], tuple[str, Weight, str]] = {
    under_age: ("under_age", Weight.PHYSICS, ""),
    blocked: ("not_available", Weight.PHYSICS, ""),
    stopped: ("stopped", Weight.PHYSICS, ""),
    withdrawn: ("consent_required", Weight.PHYSICS, "treatment"),
    too_early: ("stage_required", Weight.POLICY, "clearing"),
    no_consultation: ("stage_required", Weight.POLICY, "consultation"),
    too_few_sessions: ("stage_required", Weight.POLICY, "first"),
    no_intake: ("intake_required", Weight.FORM, "health"),
    no_consent: ("consent_required", Weight.FORM, "treatment"),
    no_boundaries: ("boundaries_required", Weight.FORM, "boundaries"),
    to_review: ("review_required", Weight.LOOK, ""),
}


def bookable() -> tuple[Client, SessionType, Therapist]:
    kind = make_session_type(slug="relaxing")
    return make_client_with_account(), kind, make_therapist_at_work(offers=[kind])


@pytest.mark.parametrize("lack", MISSING, ids=lambda lack: lack.__name__)
def test_each_thing_that_is_missing_is_found_and_nothing_else(lack) -> None:
    client, kind, _ = bookable()
    assert readiness.of(client, kind, TODAY).missing == ()
    lack(client, kind)
    found = readiness.of(client, kind, TODAY).missing
    assert [(each.code, each.weight, each.about) for each in found] == [MISSING[lack]]
    assert readiness.of_each(client, [kind], TODAY)[kind.pk] == readiness.of(client, kind, TODAY)


# Every way in


def wish(client: Client, kind: SessionType, therapist: Therapist) -> Wish:
    return Wish(client, kind.lengths.select_related("session_type").get(), at(START), therapist)


def booked(status: str = Status.CONFIRMED, **fields: Any) -> Booking:
    client, kind, therapist = bookable()
    return make_booking(client=client, session_type=kind, therapist=therapist, status=status, **fields)


ALL = frozenset(Weight)
FIRM = frozenset({Weight.PHYSICS})
STAFF = frozenset({Weight.PHYSICS, Weight.POLICY})
OWN = frozenset({Weight.PHYSICS, Weight.POLICY, Weight.FORM})


def take_proposal(booking: Booking) -> Booking:
    proposal = Proposal.objects.create(
        booking=booking, therapist=booking.therapist, starts_at=at(LATER), made_at=booking.created_at
    )
    return moves.take_proposal(proposal, by=booking.client.user, now=NOW)


def cancelled(by_therapist: bool = False) -> Booking:
    booking = booked()
    return lifecycle.cancel(booking, by=booking.therapist.user if by_therapist else booking.client.user, now=NOW)


def asked_to_move() -> Booking:
    booking = booked()
    MoveRequest.objects.create(
        booking=booking, therapist=booking.therapist, starts_at=at(LATER), asked_at=NOW, answer_by_at=at(START)
    )
    return booking


def agree_to_move(booking: Booking) -> Booking:
    return moves.approve_move(MoveRequest.objects.get(booking=booking), by=make_owner(), now=NOW)


def by_desk(world: tuple[Client, SessionType, Therapist]) -> Booking:
    return lifecycle.book(wish(*world), by=make_front_desk(), now=NOW)


WAYS: dict[str, tuple[Callable[[], Any], Callable[[Any], Any], frozenset[Weight]]] = {
    "a client keeps a time": (bookable, lambda w: lifecycle.hold(wish(*w), by=w[0].user, now=NOW), STAFF),
    "a client books at once": (bookable, lambda w: lifecycle.book(wish(*w), by=w[0].user, now=NOW), OWN),
    "a client finishes a hold": (
        lambda: booked(Status.HELD),
        lambda b: lifecycle.finish(b, by=b.client.user, now=NOW),
        OWN,
    ),
    "a client finishes a hold that ran out": (
        lambda: booked(Status.EXPIRED, hold_ends_at=NOW - dt.timedelta(minutes=1)),
        lambda b: lifecycle.finish(b, by=b.client.user, now=NOW),
        OWN,
    ),
    "staff book": (bookable, lambda w: lifecycle.book(wish(*w), by=make_owner(), now=NOW), STAFF),
    "the desk books": (bookable, by_desk, STAFF),
    "staff book with a reason": (
        bookable,
        lambda w: lifecycle.book(wish(*w), by=make_owner(), now=NOW, override=True, why="Known here."),
        FIRM,
    ),
    "the therapist approves": (
        lambda: booked(Status.REQUESTED),
        lambda b: lifecycle.approve(b, by=make_owner(), now=NOW, looked=True),
        FIRM,
    ),
    "a client moves it": (booked, lambda b: moves.reschedule(b, at(LATER), by=b.client.user, now=NOW), OWN),
    "staff move it": (booked, lambda b: moves.reschedule(b, at(LATER), by=make_owner(), now=NOW), FIRM),
    "a client takes a proposal": (lambda: booked(Status.REQUESTED), take_proposal, OWN),
    "the therapist agrees to a move": (asked_to_move, agree_to_move, FIRM),
    "a client takes a cancellation back": (
        cancelled,
        lambda b: lifecycle.undo_cancel(b, by=b.client.user, now=NOW),
        ALL,
    ),
    "staff take a cancellation back": (
        lambda: cancelled(by_therapist=True),
        lambda b: lifecycle.undo_cancel(b, by=make_owner(), now=NOW),
        FIRM,
    ),
    "the client is checked in": (
        booked,
        lambda b: visits.check_in(b, by=make_owner(), now=b.starts_at, identity_seen=True),
        FIRM,
    ),
    "the session starts": (
        lambda: booked(checked_in_at=at(START)),
        lambda b: visits.start(b, by=make_owner(), now=b.starts_at),
        ALL,
    ),
}


@pytest.mark.parametrize("lack", MISSING, ids=lambda lack: lack.__name__)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_missing_stands_in_each_way_as_firmly_as_it_should(way, lack) -> None:
    make, go, refused = WAYS[way]
    made = make()
    client, kind = (made.client, made.session_type) if isinstance(made, Booking) else made[:2]
    lack(client, kind)
    code, weight, about = MISSING[lack]
    if weight not in refused:
        assert go(made).pk
        return
    with pytest.raises(UnderAge if lack is under_age else NotReady) as raised:
        go(made)
    if way == "the desk books":  # in neutral words
        assert raised.value.code == ("under_age" if lack is under_age else "not_available")
    elif lack is not under_age:
        assert [(each.code, each.about) for each in raised.value.missing] == [(code, about)]
        assert raised.value.code == code


@pytest.mark.parametrize("way", WAYS)
def test_without_anything_missing_every_way_is_open(way) -> None:
    make, go, _ = WAYS[way]
    assert go(make()).pk


# The API, with its stable codes


@pytest.mark.parametrize(
    "lack",
    [blocked, stopped, withdrawn, too_early, no_intake, no_consent, no_boundaries],
    ids=lambda lack: lack.__name__,
)
def test_the_api_says_what_comes_first(lack) -> None:
    kind, _ = calling.make_open_practice()
    client = make_client_with_account()
    lack(client, kind)
    answer = calling.post("/bookings", calling.asking(calling.a_start()), client.user)
    code, _, about = MISSING[lack]
    said = answer.json()
    assert (answer.status_code, said["code"]) == (403, code)
    assert [(each["code"], each["about"]) for each in said["missing"]] == [(code, about)]
    assert said["detail"] == said["missing"][0]["sentence"]
    assert not Booking.objects.exists()


def test_a_review_makes_the_booking_a_request_over_the_api_too() -> None:
    kind, _ = calling.make_open_practice()
    client = make_client_with_account()
    to_review(client, kind)
    answer = calling.post("/bookings", calling.asking(calling.a_start()), client.user)
    assert (answer.status_code, answer.json()["status"]) == (201, "requested")


def test_the_front_desk_learns_over_the_api_that_it_cannot_be_and_not_why() -> None:
    kind, _ = calling.make_open_practice()
    client = make_client_with_account()
    stopped(client, kind)
    answer = calling.post("/bookings", calling.asking(calling.a_start(), client=client.ref), make_front_desk())
    said = answer.json()
    assert (answer.status_code, said["code"]) == (403, "not_available")
    assert said["detail"] == "This client cannot have this session at present. The therapist can say more."


def test_a_blocked_client_learns_only_that_no_booking_is_possible() -> None:
    client, kind, therapist = bookable()
    blocked(client, kind)
    stopped(client, kind)
    too_early(client, kind)
    no_consent(client, kind)
    with pytest.raises(NotReady) as raised:
        lifecycle.book(wish(client, kind, therapist), by=client.user, now=NOW)
    assert str(raised.value) == "We are sorry: no booking is possible."


def test_a_hold_is_kept_while_the_client_does_what_is_missing() -> None:
    client, kind, therapist = bookable()
    version = make_questionnaire()
    held = lifecycle.hold(wish(client, kind, therapist), by=client.user, now=NOW)
    with pytest.raises(NotReady):
        lifecycle.finish(held, by=client.user, now=NOW)
    lifecycle.keep(held, by=client.user, now=NOW + dt.timedelta(minutes=5))
    make_signed(client, version)
    done = lifecycle.finish(held, by=client.user, now=NOW + dt.timedelta(minutes=14))
    assert (done.pk, done.status) == (held.pk, Status.CONFIRMED)


# What an import brings


def test_an_imported_booking_is_kept_shown_incomplete_and_cannot_start() -> None:
    practice_files.enter(practice_files.EXAMPLE)
    booking = Booking.objects.select_related("client", "session_type").get()
    make_questionnaire()
    assert readiness.incomplete([booking], booking.session_on) == {booking.pk}
    Booking.objects.filter(pk=booking.pk).update(checked_in_at=booking.starts_at)
    booking.refresh_from_db()
    with pytest.raises(NotReady) as raised:
        visits.start(booking, by=make_owner(), now=booking.starts_at)
    assert "intake_required" in {each.code for each in raised.value.missing}


# How it is reckoned


def test_an_intake_that_ran_out_is_asked_for_anew() -> None:
    client, kind, _ = bookable()
    make_signed(client, make_questionnaire(), expires_on=TODAY)
    assert readiness.of(client, kind, TODAY).missing == ()
    assert [each.code for each in readiness.of(client, kind, TODAY + dt.timedelta(days=1)).missing] == [
        "intake_required"
    ]


def test_a_new_version_of_a_text_is_asked_for_from_its_date_on() -> None:
    client, kind, _ = bookable()
    consent = make_agreed(client, kind)
    make_published(NOW, consent.version.document, applies_from=TODAY + dt.timedelta(days=5))
    assert readiness.of(client, kind, TODAY + dt.timedelta(days=4)).missing == ()
    found = readiness.of(client, kind, TODAY + dt.timedelta(days=5)).missing
    assert [(each.code, each.weight) for each in found] == [("consent_required", Weight.FORM)]


def test_the_tantric_part_is_asked_for_tantric_sessions_alone() -> None:
    client, kind, _ = bookable()
    make_questionnaire(for_kind="tantric", slug="tantric")
    assert readiness.of(client, kind, TODAY).missing == ()
    change(kind, kind="tantric")
    assert [each.about for each in readiness.of(client, kind, TODAY).missing] == ["tantric"]


def test_a_consultation_asks_for_no_form_about_health() -> None:
    client, kind, _ = bookable()
    make_questionnaire()
    change(kind, kind="consultation")
    assert readiness.of(client, kind, TODAY).missing == ()


def test_earlier_sessions_are_counted_down_in_words() -> None:
    client, kind, therapist = bookable()
    first = make_session_type(slug="first", name="First massage", therapists=[therapist])
    make_prerequisite(kind, first, count=3)

    def said() -> list[str]:
        return [each.sentence for each in readiness.of(client, kind, TODAY).missing]

    assert said() == ["Three more of “First massage” come first."]
    for day in ("2026-05-04", "2026-05-11"):
        make_booking(client=client, session_type=first, starts_at=at(f"{day} 10:00"), status=Status.COMPLETED,
                     created_at=at("2026-05-01 09:00"))  # fmt: skip
    assert said() == ["One more of “First massage” comes first."]


def test_not_yet_changes_nothing_and_the_latest_stage_counts() -> None:
    client, kind, _ = bookable()
    change(kind, requires_stage="balancing")
    make_decision(client, "balancing", at_moment=NOW - dt.timedelta(days=3))
    make_decision(client, "awakening", is_reached=False, at_moment=NOW - dt.timedelta(days=2))
    assert readiness.of(client, kind, TODAY).missing == ()
    make_decision(client, "clearing", at_moment=NOW - dt.timedelta(days=1))
    assert [each.about for each in readiness.of(client, kind, TODAY).missing] == ["balancing"]


def test_a_stop_at_a_visit_concerns_that_visit_alone() -> None:
    booking = booked()
    make_flag(booking.client, "stop", about=f"booking:{booking.pk}")
    other = make_booking(client=booking.client, starts_at=at(LATER))
    of_this = readiness.of(booking.client, booking.session_type, TODAY, booking=booking)
    of_that = readiness.of(other.client, other.session_type, TODAY, booking=other)
    assert ([each.code for each in of_this.missing], of_that.missing) == (["stopped"], ())


@pytest.mark.parametrize(
    ("born", "today", "missing"),
    [
        (dt.date(2008, 6, 2), TODAY, ["under_age"]),
        (dt.date(2008, 6, 1), TODAY, []),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28), ["under_age"]),
        (dt.date(2008, 2, 29), dt.date(2026, 3, 1), []),
    ],
)
def test_adults_only_to_the_day(born, today, missing) -> None:
    client, kind, _ = bookable()
    client.date_of_birth = born
    assert [each.code for each in readiness.of(client, kind, today).missing] == missing


def test_what_staff_set_aside_with_a_reason_is_kept_with_the_booking() -> None:
    client, kind, therapist = bookable()
    too_early(client, kind)
    made = lifecycle.book(wish(client, kind, therapist), by=make_owner(), now=NOW, override=True, why="Known here.")
    line = BookingChange.objects.get(booking=made)
    assert (line.details, line.why) == ({"set_aside": ["stage_required:clearing"]}, "Known here.")
    assert visits.to_start(made, made.starts_at) == []


def test_asking_about_one_client_is_one_query_and_about_many_bookings_four() -> None:
    client, kind, _ = bookable()
    for lack in (stopped, too_early, too_few_sessions, no_intake, no_consent):
        lack(client, kind)
    with CaptureQueriesContext(connection) as one:
        readiness.of(client, kind, TODAY)
    many = [booked_as(number) for number in range(3)]
    with CaptureQueriesContext(connection) as four:
        assert readiness.incomplete(many, TODAY) == {each.pk for each in many}
    assert (len(one), len(four)) == (1, 4)


def booked_as(number: int) -> Booking:
    return make_booking(starts_at=at(f"2026-06-0{number + 4} 10:00"), price=Decimal("70.00"))


def test_each_reason_is_a_sentence() -> None:
    client, kind, _ = bookable()
    for lack in MISSING:
        if lack not in (no_consent, under_age, blocked):  # no_consent needs the document that withdrawn made
            lack(client, kind)
    sentences = [each.sentence for each in readiness.of(client, kind, TODAY).missing]
    assert len(sentences) == 8
    assert all(
        sentence[0].isupper() and sentence.endswith(".") for sentence in (*sentences, readiness.BLOCKED.sentence)
    )


def test_nobody_keeps_a_time_with_an_address_that_is_not_confirmed() -> None:
    client, kind, therapist = bookable()
    with pytest.raises(Refusal):
        lifecycle.hold(wish(client, kind, therapist), by=make_user(confirmed=False), now=NOW)


# Ways round that somebody might try


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("lack", [blocked, stopped, withdrawn], ids=lambda lack: lack.__name__)
def test_a_move_over_the_api_leads_round_nothing(lack, staff) -> None:
    kind, therapist = calling.make_open_practice()
    client = make_client_with_account()
    booking = make_booking(client=client, session_type=kind, therapist=therapist, starts_at=calling.a_start())
    lack(client, kind)
    body = {"start": calling.a_start(14).isoformat()}
    answer = calling.post(f"/bookings/{booking.ref}/reschedule", body, make_owner() if staff else client.user)
    assert (answer.status_code, answer.json()["code"]) == (403, MISSING[lack][0])
    assert Booking.objects.get().starts_at == booking.starts_at


@pytest.mark.parametrize("lack", [blocked, stopped, withdrawn], ids=lambda lack: lack.__name__)
def test_staff_lead_nobody_round_it_over_the_api(lack) -> None:
    kind, _ = calling.make_open_practice()
    client = make_client_with_account()
    lack(client, kind)
    answer = calling.post("/bookings", calling.asking(calling.a_start(), client=client.ref), make_owner())
    assert (answer.status_code, answer.json()["code"]) == (403, MISSING[lack][0])
    assert not Booking.objects.exists()


def test_a_booking_whose_consent_was_taken_back_is_shown_as_incomplete() -> None:
    booking = booked()
    withdrawn(booking.client, booking.session_type)
    assert readiness.incomplete([booking], TODAY) == {booking.pk}


@pytest.mark.parametrize("restricted", ["approval", "review"])
def test_who_is_approved_each_time_asks_for_each_move_too(restricted) -> None:
    """A booking that was agreed to is no ticket for any other time."""
    booking = booked()
    if restricted == "approval":
        Restriction.objects.create(client=booking.client, kind="approval", since=NOW, by=make_owner(), why="…")
    else:
        to_review(booking.client, booking.session_type)
    moves.reschedule(booking, at(LATER), by=booking.client.user, now=NOW)
    booking.refresh_from_db()
    asked = MoveRequest.objects.get(booking=booking)
    assert (booking.starts_at, booking.status, asked.starts_at) == (at(START), Status.CONFIRMED, at(LATER))


@pytest.mark.parametrize("action", ["stop", "review"])
def test_times_proposed_before_something_was_told_are_looked_at_again(action) -> None:
    booking = booked(Status.REQUESTED)
    (proposal,) = moves.propose(booking, [at(LATER)], by=booking.therapist.user, now=NOW)
    make_flag(booking.client, action)
    (changed,) = withdrawal.stop(booking.client, by=booking.client.user, now=NOW)
    assert (changed, changed.status) == (booking, Status.REQUESTED)
    proposal.refresh_from_db()
    assert proposal.answer == "withdrawn"
    Flag.objects.update(cleared_at=NOW)
    fresh = Proposal.objects.select_related("booking__client__user", "booking__session_type").get()
    with pytest.raises(Conflict):
        moves.take_proposal(fresh, by=booking.client.user, now=NOW)
    again = moves.propose(changed, [at(LATER)], by=booking.therapist.user, now=NOW)
    assert moves.take_proposal(again[0], by=booking.client.user, now=NOW).status == Status.CONFIRMED


@pytest.mark.parametrize("lack", [blocked, stopped, withdrawn], ids=lambda lack: lack.__name__)
def test_what_a_file_brings_is_kept_shown_as_it_is_and_does_not_start(lack) -> None:
    practice_files.enter(practice_files.example(**{"bookings[0].start": "2026-06-04T10:00"}))
    booking = Booking.objects.select_related("client", "session_type", "therapist__user").get()
    booking.client.user = make_user()
    booking.client.save()
    lack(booking.client, booking.session_type)
    with pytest.raises(NotReady):
        visits.check_in(booking, by=make_owner(), now=booking.starts_at, identity_seen=True)
    Booking.objects.update(checked_in_at=booking.starts_at)
    booking.refresh_from_db()
    for reason in ({}, {"override": True, "why": "Known here."}):
        with pytest.raises(NotReady):
            visits.start(booking, by=make_owner(), now=booking.starts_at, **reason)


@pytest.mark.parametrize("lack", [blocked, stopped, withdrawn, under_age], ids=lambda lack: lack.__name__)
@pytest.mark.parametrize("act", ["approve", "approve-move", "undo-cancel", "move", "check-in", "start"])
def test_no_button_of_the_practices_side_leads_round_what_nobody_may_override(act, lack) -> None:
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=2)
    client, kind, therapist = bookable()
    status = {"approve": Status.REQUESTED}.get(act, Status.CONFIRMED)
    seen = {"checked_in_at": timezone.now()} if act == "start" else {}
    made = {"status": status, "starts_at": start, "created_at": start - dt.timedelta(days=1)} | seen
    booking = make_booking(client=client, session_type=kind, therapist=therapist, **made)
    if act == "approve-move":
        about = {"starts_at": start + dt.timedelta(days=1), "asked_at": NOW, "answer_by_at": start}
        MoveRequest.objects.create(booking=booking, therapist=therapist, **about)
    if act == "undo-cancel":
        lifecycle.cancel(booking, by=make_owner(), now=timezone.now())
    lack(client, kind)
    browser = Browser()
    browser.force_login(make_owner())
    to = (start + dt.timedelta(days=1)).astimezone(Practice.objects.current().zone)
    sent = {"identity_seen": "on", "override": "on", "why": "Known here.", "therapist": therapist.pk}
    sent |= {"starts_at": f"{to:%Y-%m-%dT%H:%M}", "starts_at_0": f"{to:%Y-%m-%d}", "starts_at_1": f"{to:%H:%M}"}
    before = Booking.objects.values().get()
    answer = browser.post(f"/admin/bookings/booking/{booking.pk}/act/{act}/", sent, follow=True)
    assert answer.status_code == 200
    said = {blocked: "The client is blocked.", stopped: "please look under Flags", under_age: "for adults"}
    assert said.get(lack, "was withdrawn; the client alone can give it again") in answer.content.decode()
    assert Booking.objects.values().get() == before
