"""Working alone: armed at the start where it can be, asked, told, closed; and a word for help that shows nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, check_password
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from accounts.tests.factories import make_front_desk, make_owner
from bookings import visits, withdrawal
from bookings.errors import NotGiven
from bookings.models import Booking, BookingChange
from bookings.tests.factories import NOW, make_booking
from care import alerts, constraints, cover, links, named, standing
from care.models import Cover, NamedPerson
from care.named import Named
from clients.tests.factories import make_client_with_account
from outbox import alarm, delivery, log
from outbox.health import SWEEP, TICK
from outbox.models import Heartbeat, Message
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
WORDS = {"closing_word": "Evening Tea", "help_word": "blue lamp"}


@pytest.fixture(autouse=True)
def practice(db: None) -> None:
    make_practice(name="Still Water", address="1 Mill Lane", phone="020 7946 0018")


def beats(now: dt.datetime) -> None:
    for name in (SWEEP, TICK):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": now})


def make_named(user: Any, *, tested: bool = True, **overrides: Any) -> NamedPerson:
    person = named.save(Named(**({"name": "Lee", "email": "lee@example.com"} | overrides)), by=user, now=NOW)
    if tested:
        NamedPerson.objects.filter(pk=person.pk).update(email_reached_at=NOW)
    return NamedPerson.objects.get(pk=person.pk)


def make_begun(*, sweeps: bool = True, person: dict[str, Any] | None = None, **overrides: Any) -> Booking:
    """A session that began at its time; `person={}` names somebody, None nobody."""
    booking = make_booking(client=make_client_with_account(name="Robin Vale"), **overrides)
    if person is not None:
        make_named(booking.therapist.user, **person)
    if sweeps:
        beats(booking.starts_at)
    therapist = booking.therapist.user
    visits.check_in(booking, by=therapist, now=booking.starts_at, identity_seen=True)
    visits.start(booking, by=therapist, now=booking.starts_at)
    return booking


def end(booking: Booking, *, word: str = "", by: Any = None, late: int = 0) -> None:
    visits.end(booking, by=by or booking.therapist.user, now=booking.ends_at + late * MINUTE, word=word)


def sweep(at: dt.datetime) -> list[tuple[str, str]]:
    """What leaves when a round is made then."""
    mail.outbox.clear()
    delivery.sweep(lambda: at)
    return [
        (letter.to[0], letter.subject) for letter in mail.outbox if "lee@" in letter.to[0] or "Is all" in letter.subject
    ]


def planned(booking: Booking) -> list[tuple[str, str, dt.datetime]]:
    rows = Message.objects.filter(about=alerts.about(booking.cover)).order_by("due_at", "pk")
    return [(row.kind, row.state, row.due_at) for row in rows]


# Arming


def test_a_session_is_covered_from_its_start() -> None:
    booking = make_begun(person={})
    ends = booking.ends_at
    made = Cover.objects.get()
    assert (made.user, made.person, made.expected_at) == (booking.therapist.user, "Lee", ends)
    assert planned(booking) == [
        (alerts.ASK, "planned", ends + 15 * MINUTE),
        (alerts.TELL, "planned", ends + 25 * MINUTE),
    ]
    assert standing.state_of(booking, booking.starts_at).name == "armed"


@pytest.mark.parametrize(
    ("begun", "sentence"),
    [
        ({"person": None}, standing.NOBODY_NAMED),
        ({"person": {"tested": False}}, "Not covered: no test has reached Lee yet."),
        ({"person": {}, "sweeps": False}, standing.NOT_SENDING),
    ],
)
def test_it_does_not_arm_and_says_why(begun, sentence) -> None:
    booking = make_booking(client=make_client_with_account())
    if begun["person"] is not None:
        make_named(booking.therapist.user, **begun["person"])
    if begun.get("sweeps", True):
        beats(booking.starts_at)
    before = standing.state_of(booking, booking.starts_at)
    assert (before.name, before.sentence, before.is_trouble) == ("off", sentence, True)
    visits.check_in(booking, by=booking.therapist.user, now=booking.starts_at, identity_seen=True)
    visits.start(booking, by=booking.therapist.user, now=booking.starts_at)
    assert not Cover.objects.exists()
    assert not Message.objects.filter(about__startswith="cover:").exists()
    assert standing.state_of(booking, booking.starts_at).name == "off"


@pytest.mark.parametrize("name", [SWEEP, TICK])
def test_it_does_not_arm_when_a_round_was_last_made_long_ago(name) -> None:
    booking = make_booking(client=make_client_with_account())
    make_named(booking.therapist.user)
    beats(booking.starts_at)
    assert standing.why_not(booking, booking.starts_at) == ""
    Heartbeat.objects.filter(name=name).update(finished_at=booking.starts_at - 6 * MINUTE)
    assert standing.why_not(booking, booking.starts_at) == standing.NOT_SENDING


def test_a_session_that_began_late_is_expected_later() -> None:
    booking = make_booking(client=make_client_with_account())
    make_named(booking.therapist.user)
    late = booking.starts_at + 20 * MINUTE
    beats(late)
    visits.check_in(booking, by=booking.therapist.user, now=late, identity_seen=True)
    visits.start(booking, by=booking.therapist.user, now=late)
    assert Cover.objects.get().expected_at == booking.ends_at + 20 * MINUTE


# Asking and telling


def test_the_therapist_is_asked_and_then_the_person_is_told_and_nothing_of_the_client() -> None:
    booking = make_begun(person={"own_phone": "+447700900123"})
    therapist = booking.therapist
    assert sweep(booking.ends_at + 14 * MINUTE) == []
    assert sweep(booking.ends_at + 15 * MINUTE) == [(therapist.user.email, "Is all well?")]
    beats(booking.ends_at + 16 * MINUTE)
    assert standing.state_of(booking, booking.ends_at + 16 * MINUTE).name == "asked"
    assert sweep(booking.ends_at + 25 * MINUTE) == [("lee@example.com", f"{therapist.name} has not reported back")]
    [letter] = mail.outbox
    for said in (therapist.name, "Still Water", "1 Mill Lane", "11:00", "020 7946 0018", "+447700900123"):
        assert said in letter.body
    for private in ("Robin", "Vale", booking.client.email, booking.ref, booking.session_type.name):
        assert private not in letter.body + letter.subject
    assert standing.state_of(booking, booking.ends_at + 26 * MINUTE).name == "told"


def test_at_night_and_whatever_the_client_chose_it_goes_out_all_the_same() -> None:
    booking = make_begun(person={}, starts_at=NOW.replace(hour=22) + dt.timedelta(days=2))
    booking.client.contact_refused_at = NOW
    booking.client.save()
    assert sweep(booking.ends_at + 15 * MINUTE) and sweep(booking.ends_at + 25 * MINUTE)


def test_ending_the_session_takes_it_all_back() -> None:
    booking = make_begun(person={})
    end(booking)
    assert {state for _, state, _ in planned(booking)} == {"cancelled"}
    assert sweep(booking.ends_at + dt.timedelta(hours=2)) == []
    assert standing.state_of(booking, booking.ends_at).name == "closed"


def test_the_question_is_answered_by_the_link_in_it() -> None:
    booking = make_begun(person={})
    sweep(booking.ends_at + 15 * MINUTE)
    [letter] = mail.outbox
    (path,) = re.findall(r"http://testserver(/link/well/\S+/)", letter.body)
    assert path in links.to_answer(booking.cover)
    cover.say_well(booking.cover, word="", now=booking.ends_at + 16 * MINUTE)
    assert sweep(booking.ends_at + 25 * MINUTE) == []


def test_half_an_hour_longer_is_asked_and_told_later() -> None:
    booking = make_begun(person={})
    ends = booking.ends_at
    sweep(ends + 15 * MINUTE)
    cover.say_longer(booking.cover, word="", now=ends + 17 * MINUTE)
    assert sweep(ends + 25 * MINUTE) == []
    assert sweep(ends + 47 * MINUTE) == [(booking.therapist.user.email, "Is all well?")]
    assert sweep(ends + 57 * MINUTE) == [("lee@example.com", f"{booking.therapist.name} has not reported back")]


def test_who_was_told_hears_that_all_is_well_after_all() -> None:
    booking = make_begun(person={})
    sweep(booking.ends_at + 25 * MINUTE)
    end(booking, late=30)
    assert sweep(booking.ends_at + 31 * MINUTE) == [
        ("lee@example.com", f"{booking.therapist.name} has answered: all is well")
    ]


def test_nothing_that_the_client_or_somebody_else_does_closes_it() -> None:
    booking = make_begun(person={})
    end(booking, by=make_owner())
    assert Cover.objects.get().closed_at is None
    other = make_begun(person={})
    withdrawal.stop(other.client, by=other.client.user, now=other.starts_at + MINUTE)
    other.refresh_from_db()
    assert other.ended_at and Cover.objects.get(booking=other).closed_at is None


def test_a_session_that_is_broken_off_by_its_therapist_is_closed_unless_they_have_words() -> None:
    plain, careful = make_begun(person={}), make_begun(person=WORDS)
    for booking in (plain, careful):
        withdrawal.stop(booking.client, by=booking.therapist.user, now=booking.starts_at + MINUTE)
    assert [Cover.objects.get(booking=each).closed_at is not None for each in (plain, careful)] == [True, False]


# The words


def test_words_are_kept_as_hashes_and_never_readable() -> None:
    person = make_named(make_booking().therapist.user, **WORDS)
    kept = str(NamedPerson.objects.filter(pk=person.pk).values().get()).casefold()
    assert "evening" not in kept and "lamp" not in kept
    assert check_password("blue lamp", person.help_word) and check_password("evening tea", person.closing_word)


def seen_after(word: str) -> tuple[list[Any], ...]:
    """All that a screen can show of a session that was ended with that word, its names and numbers taken out."""
    booking = make_begun(person=WORDS)
    therapist = booking.therapist.user
    end(booking, word=word)
    changes = list(BookingChange.objects.filter(booking=booking).values_list("what", "details", "why"))
    now = booking.ends_at
    shown = [
        [(line.title, line.outcome) for line in log.about(f"booking:{booking.pk}", each, now)]
        + sorted(log.for_user(each, now).filter(about=alerts.about(booking.cover)).values_list("kind", "state"))
        for each in (therapist, make_owner())
    ]
    state = standing.state_of(booking, now)
    row = Cover.objects.filter(booking=booking).values_list("version", "closed_at").get()
    return changes, shown, [state.name, state.sentence], [*row]


def test_the_word_for_help_tells_the_person_at_once_and_shows_nothing() -> None:
    ordinary = seen_after("evening tea")
    assert sweep(NOW + dt.timedelta(days=30)) == []
    assert seen_after(" Blue  LAMP ") == ordinary
    booking = Booking.objects.latest("pk")
    beats(booking.ends_at)
    told = sweep(booking.ends_at)
    assert told == [("lee@example.com", f"{booking.therapist.name} wants help now")]
    assert sweep(booking.ends_at + dt.timedelta(hours=1)) == []


def test_a_word_that_is_neither_is_typed_again_and_nothing_is_ended() -> None:
    booking = make_begun(person=WORDS)
    for word in ("", "blue lamb"):
        with pytest.raises(NotGiven, match="not one of your words"):
            end(booking, word=word)
    booking.refresh_from_db()
    assert booking.ended_at is None and Cover.objects.get().closed_at is None


def test_the_word_for_help_works_on_longer_too() -> None:
    booking = make_begun(person=WORDS)
    cover.say_longer(booking.cover, word="blue lamp", now=booking.ends_at)
    assert sweep(booking.ends_at) == [("lee@example.com", f"{booking.therapist.name} wants help now")]


def test_who_was_told_already_is_never_told_that_all_is_well_by_the_word_for_help() -> None:
    booking = make_begun(person=WORDS)
    sweep(booking.ends_at + 25 * MINUTE)
    end(booking, word="blue lamp", late=30)
    assert sweep(booking.ends_at + 31 * MINUTE) == [("lee@example.com", f"{booking.therapist.name} wants help now")]


class CountingHasher(MD5PasswordHasher):
    """Notes each comparison, which is what takes the time."""

    algorithm = "counting"
    compared: ClassVar[list[str]] = []

    def verify(self, password: str, encoded: str) -> bool:
        self.compared.append(password)
        return super().verify(password, encoded)


@override_settings(PASSWORD_HASHERS=["care.tests.test_cover.CountingHasher"])
def test_each_word_is_compared_with_both_so_that_neither_answer_takes_longer() -> None:
    for word in ("evening tea", "blue lamp"):
        booking = make_begun(person=WORDS)
        CountingHasher.compared.clear()
        end(booking, word=word)
        assert CountingHasher.compared == [word, word]


@pytest.mark.parametrize(
    "words", [{"closing_word": "tea"}, {"help_word": "tea"}, {"closing_word": "tea", "help_word": " TEA "}]
)
def test_two_different_words_or_none(words) -> None:
    with pytest.raises(NotGiven):
        make_named(make_booking().therapist.user, **words)


# Naming and testing


def test_another_address_has_to_be_tested_anew() -> None:
    user = make_booking().therapist.user
    person = make_named(user, phone="+447700900001")
    named.reached_by_text(person, links.code(person), now=NOW)
    assert [way[0] for way in alerts.ways(NamedPerson.objects.get())] == ["email", "sms"]
    changed = named.save(Named("Lee", "new@example.com", "+447700900001"), by=user, now=NOW)
    assert (changed.email_reached_at, changed.phone_reached_at) == (None, NOW)
    with pytest.raises(NotGiven):
        named.reached_by_text(person, "000000" if links.code(person) != "000000" else "111111", now=NOW)


def test_a_test_reaches_the_person_and_their_button_counts_for_that_address_alone() -> None:
    person = make_named(make_booking().therapist.user, tested=False)
    named.send_test(person, "email", now=NOW)
    assert [to for to, _ in sweep(NOW)] == ["lee@example.com"]
    [letter] = mail.outbox
    (path,) = re.findall(r"http://testserver(/link/reached/\S+/)", letter.body)
    token = path.split("/")[3]
    assert links.who_was_reached(token, NOW) == person
    named.reached_by_mail(person, now=NOW)
    assert NamedPerson.objects.get().email_reached_at == NOW
    named.save(Named("Lee", "else@example.com"), by=person.user, now=NOW)
    with pytest.raises(links.NoSuchLink):
        links.who_was_reached(token, NOW)


def test_who_is_relied_on_at_the_moment_is_not_removed() -> None:
    booking = make_begun(person={})
    person = NamedPerson.objects.get()
    with pytest.raises(named.InUse):
        named.remove(person)
    end(booking)
    named.remove(person)
    assert not NamedPerson.objects.exists()


# When messages stop leaving


def test_owners_are_told_who_relies_on_messages_that_stopped() -> None:
    owner = make_owner()
    booking = make_begun(person={"own_phone": "+447700900123"})
    mail.outbox.clear()
    now = booking.starts_at + 10 * MINUTE
    assert standing.state_of(booking, now).name == "unwatched"
    alarm.look(now)
    [letter] = [each for each in mail.outbox if each.to == [owner.email]]
    assert f"{booking.therapist.name} (+447700900123) works alone" in letter.body
    assert "Robin" not in letter.body


# What the database keeps


def changing(**fields: Any) -> None:
    with transaction.atomic():
        Cover.objects.update(**fields)


def test_a_cover_is_only_put_off_or_closed_and_then_stays() -> None:
    booking = make_begun(person={})
    row = Cover.objects.get()
    for fields in ({"person": "Kim"}, {"ask_at": row.ask_at - MINUTE}, {"expected_at": NOW}, {"version": 0}):
        with pytest.raises(DatabaseError):
            changing(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        Cover.objects.all().delete()
    end(booking)
    with pytest.raises(DatabaseError):
        changing(closed_at=None)


def test_without_the_guard_a_closed_cover_could_be_opened_again() -> None:
    end(make_begun(person={}))
    constraints.remove(connection, constraints.PLANNED)
    try:
        changing(closed_at=None)
        assert Cover.objects.get().closed_at is None
    finally:
        constraints.install(connection, constraints.PLANNED)


# Who sees it


def test_covers_are_the_therapists_own_and_the_owners() -> None:
    booking = make_begun(person={})
    other = make_booking().therapist.user
    seen = [
        Cover.objects.for_user(each).count()
        for each in (booking.therapist.user, make_owner(), other, make_front_desk())
    ]
    assert seen == [1, 1, 0, 0]
