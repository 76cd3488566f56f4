from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from accounts.models import Role
from bookings import kinds
from bookings.models import Booking, Status
from clients import reach
from clients.models import CareRelation
from outbox import log, registry
from outbox.models import Message, State
from practice import words
from practice.walltime import local_date
from reports import reminded, sent
from reports.asking import Asked, Filters
from reports.meanings import MEANINGS
from reports.period import Period, year_of
from reports.sent import Totals
from reports.tests.generated import HOUR, NOW, SEEDS, SLOWLY, Made, generated

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
SOME = settings(SLOWLY, max_examples=12)
REASONS = (
    "",
    reach.REFUSED,
    reach.NOT_CHOSEN,
    reach.NO_TEXTS,
    reach.NOT_IN_TIME.format("09:00", "18:00"),
    "Otherwise.",
)


def say_more(made: Made, *, treats: bool = True) -> None:
    """Messages of every state and of several kinds, to clients and to the practice, around the hours that are hard to count."""
    chance, rows = made.random, []
    for number in range(40):
        booking = chance.choice(made.bookings)
        due_at = booking.starts_at - chance.choice([0, 1, 24, 24 * 30]) * HOUR
        state = chance.choice(State.values)
        left = state in log.DELIVERED
        whom, user = chance.choice([(f"client:{booking.client_id}", None), (f"user:{made.owner.pk}", made.owner)])
        about = chance.choice([f"booking:{booking.pk}", f"client:{booking.client_id}", "other:1"])
        rows.append(
            Message(
                kind=chance.choice([kinds.CONFIRMED, kinds.REMINDER, "cover_call", "of_old"]), user=user, whom=whom,
                recipient="sam@example.com", about=about, key=f"more:{number}", due_at=due_at,
                expires_at=due_at + 24 * HOUR, created_at=due_at - HOUR, state=state, attempts=chance.choice([1, 1, 2, 5]),
                sent_at=due_at + chance.choice([0, 9, 10, 11, 300]) * MINUTE if left else None,
                last_error=chance.choice(REASONS) if state == State.CANCELLED else "",
            )
        )  # fmt: skip
    Message.objects.bulk_create(rows)
    for therapist in made.therapists:
        if therapist.user and treats:
            treated = chance.sample(made.clients, 3)
            CareRelation.objects.bulk_create(
                CareRelation(client=each, user=therapist.user, since=NOW) for each in treated
            )


def slowly(asked: Asked, period: Period) -> list[Message]:
    """The messages of a period, one by one."""
    found = []
    booked = {f"booking:{each.pk}" for each in asked.bookings()}
    for each in log.for_user(asked.by, asked.now):
        if asked.filters != Filters() and each.about not in booked:
            continue
        if period.first <= local_date(each.due_at, asked.zone) <= period.last:
            found.append(each)
    return found


def became(message: Message) -> list[str]:
    if message.state in (State.SENT, State.BOUNCED):
        assert message.sent_at is not None
        late = ["late"] if message.sent_at - message.due_at > 10 * MINUTE else []
        again = ["again"] if message.attempts > 1 else []
        return ["sent", *late, *again, *(["bounced"] if message.state == State.BOUNCED else [])]
    if message.state == State.CANCELLED:
        return ["held_back"] if message.last_error.startswith("The client ") else ["not_needed"]
    return [{State.FAILED: "failed", State.EXPIRED: "too_late"}.get(State(message.state), "waiting")]


def counted(messages: list[Message]) -> Totals:
    found = Counter(name for message in messages for name in became(message))
    return Totals(*(found[name] for name in Totals._fields))


def sent_anew(made: Made) -> None:
    """What came back was sent before; the practice of the seed does not say when."""
    for each in Message.objects.filter(state=State.BOUNCED, sent_at=None):
        Message.objects.filter(pk=each.pk).update(sent_at=each.due_at)


@SOME
@given(SEEDS)
def test_the_numbers_of_messages_are_those_counted_one_by_one(seed: int) -> None:
    with generated(seed) as made:
        say_more(made)
        sent_anew(made)
        asked = made.asked_anyhow()
        theirs = slowly(asked, asked.period)
        tables = {each.table.key: each.table for each in sent.report(asked).sections}

        assert sent.totals(asked) == tuple(counted(slowly(asked, each)) for each in asked.period.compared())
        kinds_of = {registry.title_of(each.kind) for each in theirs}
        assert {row[0]: row[1:] for row in tables["kinds"].rows} == {
            name: numbers
            for name in kinds_of
            if any(numbers := shown([each for each in theirs if registry.title_of(each.kind) == name]))
        }
        assert {row[0]: row[1:] for row in tables["ways"].rows} == {
            name: numbers
            for name, way in (("E-mail", "email"), ("Text message", "sms"))
            if any(numbers := shown([each for each in theirs if each.channel == way]))
        }
        months = {row[0]: row[1:] for row in tables["months"].rows if any(row[1:])}
        by_month = {
            first: shown([each for each in theirs if local_date(each.due_at, made.zone).replace(day=1) == first])
            for first in {local_date(each.due_at, made.zone).replace(day=1) for each in theirs}
        }
        assert months == {first: numbers for first, numbers in by_month.items() if any(numbers)}
        for key in ("kinds", "ways", "months"):
            assert tables[key].total is None or tables[key].total[1:] == shown(theirs)
        assert len(list(sent.behind(asked).rows)) == len(theirs)


def shown(messages: list[Message]) -> tuple[int, ...]:
    found = counted(messages)
    return tuple(getattr(found, name) for name in sent.SHOWN)


@SOME
@given(SEEDS)
def test_reminders_against_no_shows_are_those_counted_one_by_one(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        told = set(reminded.reminded(Booking.objects.all()).values_list("pk", flat=True))
        found = {
            (each.pk in told, each.status) + (each.pk,)
            for each in asked.bookings()
            if asked.period.first <= each.session_on <= asked.period.last
            and each.session_on >= reminded.known_from(asked.today)
        }

        def number(reminder: bool, status: str) -> int:
            return sum(1 for is_told, became, _ in found if (is_told, became) == (reminder, status))

        assert reminded.kept(asked) == tuple(
            reminded.Kept(number(each, Status.COMPLETED), number(each, Status.NO_SHOW)) for each in (True, False)
        )


def test_a_message_about_nobody_s_screen_is_not_counted_for_anybody() -> None:
    with generated(1) as made:
        Message.objects.all().delete()
        say_more(made)
        Message.objects.exclude(kind="cover_call").delete()

        assert Message.objects.exists()
        assert sent.totals(made.asked(year_of(NOW.date()))) == (sent.NONE,) * 3


@pytest.mark.parametrize("role", [Role.OWNER, Role.FRONT_DESK, Role.THERAPIST])
def test_the_report_asks_as_many_queries_for_few_messages_as_for_many(role: str) -> None:
    numbers = set()
    for bookings in (1, 30):
        with generated(3, bookings=bookings) as made:
            if bookings == 30:
                say_more(made)
            reader = {Role.OWNER: made.owner, Role.FRONT_DESK: made.front_desk}.get(Role(role)) or made.own_user()
            with CaptureQueriesContext(
                connection,
            ) as asked_for:
                sent.report(made.asked(year_of(NOW.date()), by=reader))
            numbers.add(len(asked_for))
    assert numbers == {4}


def test_a_practice_that_said_nothing_has_a_sensible_page() -> None:
    with generated(2, bookings=0) as made:
        report = sent.report(made.asked(Period(dt.date(2030, 1, 1), dt.date(2030, 1, 31))))

        assert report.sentences == ("No message was to go out in this period.",)
        assert [each.table.rows for each in report.sections[1:]] == [(), (), (), ()]
        assert list(sent.behind(made.asked()).rows) == []


def test_each_number_has_its_meaning() -> None:
    with generated(2) as made:
        tables: list[Any] = [each.table for each in sent.report(made.asked()).sections]
    said = {key for table in tables for key in (*table.means, *(each.means for each in table.columns)) if key}
    assert said <= set(MEANINGS)


def test_the_sentences_say_one_and_many_and_what_is_no_longer_kept() -> None:
    with generated(2, bookings=0) as made:
        practice = {"recipient": "sam@example.com", "whom": "", "about": "other:1", "created_at": NOW}
        for number, state in enumerate((State.SENT, State.SENT, State.BOUNCED, State.FAILED)):
            Message.objects.create(
                kind="of_old", key=f"said:{number}", due_at=NOW - 24 * HOUR * 31 * (number == 0), expires_at=NOW, state=state,
                sent_at=NOW + HOUR if state in log.DELIVERED else None, **practice,
            )  # fmt: skip
        on = local_date(NOW, made.zone)

        assert sent.report(made.asked(Period(on, on))).sentences == (
            f"2 messages were sent on {on.day} April 2026.",
            "2 of them left late, 1 came back, and 1 could not be sent.",
        )
        both = sent.report(made.asked(Period(on - dt.timedelta(days=900), on))).sentences
        assert both[1:] == (
            "3 of them left late, 1 came back, and 1 could not be sent.",
            f"What was said before {words.day(on - dt.timedelta(days=729))} is no longer kept, and is not counted.",
        )


def test_a_share_of_nothing_is_none() -> None:
    assert reminded.Kept(0, 0).share is None
    assert reminded.Kept(3, 1).share == Decimal("0.25")
