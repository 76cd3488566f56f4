from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from accounts.models import Role, User
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking
from care import unsigned
from care.models import Incident, NoteState, SessionNote
from clients import facts, reading
from clients.models import (
    BreakGlass,
    CareRelation,
    Client,
    Consent,
    Document,
    DocumentKind,
    DocumentVersion,
    Questionnaire,
    QuestionnaireVersion,
    Submission,
    Understanding,
    Withdrawal,
)
from practice import words
from reports import compliance, openings
from reports.asking import Asked, Filters
from reports.compliance import Number
from reports.meanings import MEANINGS
from reports.openings import Outside
from reports.period import Period, month_of, months_on, year_of
from reports.tests.generated import HOUR, NOW, SEEDS, SLOWLY, Made, generated
from vault import records as secrets

pytestmark = pytest.mark.django_db
SOME = settings(SLOWLY, max_examples=12)
DAY = dt.timedelta(days=1)


def paper_work(made: Made) -> None:
    """Two documents in two versions, the boundaries and two forms; who gave what, and until when; notes and incidents."""
    chance = made.random
    made.practice.consent_signers = chance.choice(["client", "both"])
    made.practice.save()
    _documents(made)
    for client in made.clients:
        _consents(made, client)
    for therapist in made.therapists:
        treated = chance.sample(made.clients, 4) if therapist.user else []
        CareRelation.objects.bulk_create(
            CareRelation(client=each, user=therapist.user, since=NOW, until=None if number else NOW)
            for number, each in enumerate(treated)
        )
    for booking in made.bookings:
        if booking.status == Status.COMPLETED and chance.random() < 0.5:
            state = chance.choice([NoteState.DRAFT, NoteState.SIGNED])
            signed = {"signed_at": NOW, "text_digest": "0" * 64} if state == NoteState.SIGNED else {}
            SessionNote.objects.create(booking=booking, author=made.owner, state=state, saved_at=NOW, **signed)
    for _ in range(6):
        _incident(made)


def _documents(made: Made) -> None:
    today, owner = made.asked().today, {"published_at": NOW, "sha256": "0" * 64}
    for kind in (DocumentKind.CONSENT, DocumentKind.NOTICE, DocumentKind.BOUNDARIES):
        document = Document.objects.create(slug=f"of-{kind}", title=f"The {kind}", kind=kind)
        for number, state in ((1, "superseded"), (2, "published")):
            applies_from = today - 90 * DAY if number == 1 else today + made.random.choice([-30, 0, 7]) * DAY
            DocumentVersion.objects.create(
                document=document, number=number, state=state, applies_from=applies_from, **owner
            )
    for number in (1, 2):
        form = Questionnaire.objects.create(slug=f"form-{number}", title=f"Form {number}")
        QuestionnaireVersion.objects.create(questionnaire=form, number=1, state="published", published_at=NOW)


def _consents(made: Made, client: Client) -> None:
    chance, today = made.random, made.asked().today
    ends = [None, today - DAY, today, today + 30 * DAY, today + 31 * DAY, today + 400 * DAY]
    for version in DocumentVersion.objects.select_related("document"):
        if chance.random() < 0.45:
            continue
        if version.document.kind == DocumentKind.BOUNDARIES:
            passed = chance.random() < 0.7
            Understanding.objects.create(client=client, version=version, answers=[], is_understood=passed, at=NOW)
            continue
        made_on = {"signed_at": NOW - 80 * DAY, "countersigned_at": chance.choice([None, NOW])}
        consent = Consent.objects.create(
            client=client, version=version, text_sha256="0" * 64, clauses=[], typed_name=client.name, given_by="online",
            signed_by=made.owner, expires_on=chance.choice(ends), **made_on,
        )  # fmt: skip
        if chance.random() < 0.15:
            Withdrawal.objects.create(consent=consent, at=NOW, by=made.owner)
    for form in QuestionnaireVersion.objects.all():
        for _ in range(chance.choice([0, 1, 2])):
            Submission.objects.create(
                client=client, version=form, started_at=NOW, saved_at=NOW, signed_at=NOW, expires_on=chance.choice(ends)
            )


def _incident(made: Made) -> None:
    chance = made.random
    at = NOW - chance.randrange(700) * DAY
    seen_to = at + 3 * DAY if chance.random() < 0.5 else None
    due = chance.choice([None, made.asked().today - DAY, made.asked().today, made.asked().today + DAY])
    Incident.objects.create(
        client=chance.choice(made.clients), happened_at=at, severity=2, what_happened="Something.", recorded_at=at,
        recorded_by=made.owner, follow_up_on=due, followed_up_at=seen_to,
    )  # fmt: skip


# One client after another


def theirs(asked: Asked) -> list[Client]:
    found = []
    standing = ("requested", "confirmed", "completed", "no_show")
    for client in Client.objects.all():
        treats = CareRelation.objects.filter(client=client, user=asked.by, until=None).exists()
        with_them = [
            each for each in asked.filters.therapists if each.bookings.filter(client=client, status__in=standing)
        ]
        if (asked.by.is_owner or treats) and (with_them or not asked.filters.therapists):
            found.append(client)
    return found


def comes(client: Client, asked: Asked) -> bool:
    return any(
        (each.status in ("requested", "confirmed") and each.starts_at > asked.now)
        or (each.status == "completed" and each.session_on >= months_on(asked.today, -12))
        for each in client.bookings.all()
    )


def papers_of(client: Client, today: dt.date) -> Iterator[tuple[str, str]]:
    """What is to be seen to, as its kind and its state."""
    known = facts.of(client, today)
    for slug, each in known.agreements.items():
        what = "boundaries" if each.kind == "boundaries" else "consent"
        given: list[tuple[int, dt.date | None]] = [
            (consent.version.number, consent.expires_on)
            for consent in Consent.objects.filter(client=client, version__document__slug=slug, withdrawal=None)
        ]
        understood = Understanding.objects.filter(client=client, version__document__slug=slug, is_understood=True)
        given += [(one.version.number, None) for one in understood]
        if each.is_given:
            if each.lacks_therapist:
                yield what, "waits"
            elif runs_out([until for number, until in given if number == each.number], today):
                yield what, "runs out"
        elif given and not each.is_withdrawn:
            yield what, "out"
    for slug, form in known.forms.items():
        ends = [one.expires_on for one in client.submissions.filter(version__questionnaire__slug=slug)]
        if form.is_valid and runs_out(ends, today):
            yield "form", "runs out"
        if ends and not form.is_valid:
            yield "form", "out"


def runs_out(ends: list[dt.date | None], today: dt.date) -> bool:
    dated = [each for each in ends if each is not None]
    return len(dated) == len(ends) and max(dated) <= today + 30 * DAY


def about(made: Made) -> Asked:
    reader = made.random.choice([made.owner, made.own_user()])
    return made.asked(by=reader, filters=made.filters())


def tables(asked: Asked) -> dict[str, Any]:
    return {each.table.key: each.table for each in compliance.report(asked).sections}


def number(clients: list[Client]) -> tuple[int, int]:
    return len(clients), len({each.pk for each in clients})


@SOME
@given(SEEDS)
def test_what_is_due_is_what_is_due_of_one_client_after_another(seed: int) -> None:
    with generated(seed) as made:
        paper_work(made)
        asked = about(made)
        clients = theirs(asked)
        papers = [(each, *paper) for each in clients if comes(each, asked) for paper in papers_of(each, asked.today)]
        notes = [
            each
            for each in Booking.objects.filter(asked.filters.on(), status="completed")
            if (asked.by.is_owner or each.therapist.user_id == asked.by.pk) and waits_for_its_note(each, asked)
        ]
        incidents = [each for each in Incident.objects.all() if each.client in clients]
        open_ones = [each for each in incidents if each.followed_up_at is None]
        late = [each for each in open_ones if each.follow_up_on and each.follow_up_on < asked.today]

        assert [row[1:] for row in tables(asked)["now"].rows] == [
            number([each for each, what, state in papers if (what, state) == ("consent", "out")]),
            number([each for each, what, state in papers if (what, state) == ("boundaries", "out")]),
            number([each for each, what, state in papers if (what, state) == ("form", "out")]),
            number([each for each, _, state in papers if state == "runs out"]),
            number([each for each, _, state in papers if state == "waits"]),
            number([each.client for each in notes]),
            number([each.client for each in open_ones]),
            number([each.client for each in late]),
        ]
        found = tables(asked)
        assert sorted(row[0] for row in found["clients"].rows) == sorted(each.name for each, *_ in papers)
        assert sum(row[1] for row in found["notes"].rows) == len(notes)
        assert [row[1:] for row in found["incidents"].rows] == [
            tuple(sum(1 for at in when if at and within(asked, each, at)) for each in asked.period.compared())
            for when in ([each.happened_at for each in incidents], [each.followed_up_at for each in incidents])
        ]
        assert len(list(compliance.behind(asked).rows)) == len(papers) + len(notes) + len(open_ones)


def waits_for_its_note(booking: Booking, asked: Asked) -> bool:
    note = SessionNote.objects.filter(booking=booking).first()
    if (note and note.is_signed) or not (booking.ended_at or note):
        return False
    return unsigned.ended_at(booking) <= asked.now - 24 * HOUR


def within(asked: Asked, period: Period, at: dt.datetime) -> bool:
    return period.first <= at.astimezone(asked.zone).date() <= period.last


# Who opened what


def glass(user: User, client: Client, at: dt.datetime) -> None:
    BreakGlass.objects.create(client=client, user=user, why="A call.", opened_at=at, open_until_at=at + DAY)


def test_what_was_read_of_clients_whom_the_reader_did_not_treat_then_is_counted() -> None:
    with generated(4, bookings=0) as made:
        mara, sam, lee = made.own_user(), made.clients[0], made.clients[1]
        since = NOW - 20 * DAY
        CareRelation.objects.create(client=sam, user=mara, since=since, until=NOW - 5 * DAY)
        glass(mara, sam, NOW - 25 * DAY)
        glass(mara, lee, NOW - 2 * DAY)
        glass(mara, lee, NOW - 90 * DAY)
        for at in (NOW - 25 * DAY + HOUR, since, NOW - 10 * DAY):
            reading.note_reading(mara, sam, "notes", at, to_them=True)
        for at in (NOW - 2 * DAY, NOW - 2 * DAY + HOUR, NOW - 3 * DAY):
            reading.note_reading(mara, lee, "intake", at, to_them=True)
        reading.note_reading(made.owner, sam, "record", NOW - DAY)
        reading.note_reading(made.owner, sam, "record", NOW - 200 * DAY)
        march = month_of(dt.date(2026, 3, 1))
        asked = made.asked(march)

        assert openings.outside(asked) == [
            Outside(str(made.owner), march.first, 1, 1, 0),
            Outside(str(mara), march.first, 2, 4, 3),
        ]
        assert openings.opened_in_need(asked, march) == {str(mara): 2}
        narrowed = made.asked(march, filters=Filters(therapists=(mara.therapist,)))
        assert [each.reader for each in openings.outside(narrowed)] == [str(mara)]
        found = tables(asked)
        assert [found["in_need"].total, [row[1:] for row in found["outside"].rows]] == [
            ("All", 2),
            [(str(made.owner), 1, 1, 0), (str(mara), 2, 4, 3)],
        ]


def test_what_was_read_of_somebody_who_has_been_erased_is_nobody_s() -> None:
    with generated(4, bookings=0) as made:
        sam = made.clients[0]
        reading.note_reading(made.owner, sam, "record", NOW - DAY)
        secrets.destroy(sam.vault_subject(), by=None, now=NOW, why="erased")

        assert openings.outside(made.asked(month_of(dt.date(2026, 3, 1)))) == []


def test_only_the_owner_sees_who_read_and_the_front_desk_sees_nothing() -> None:
    with generated(6) as made:
        paper_work(made)
        found = {
            role: tables(made.asked(by=reader))
            for role, reader in (("owner", made.owner), ("therapist", made.own_user()), ("desk", made.front_desk))
        }
        assert {role: {"in_need", "outside"} & set(each) for role, each in found.items()} == {
            "owner": {"in_need", "outside"},
            "therapist": set(),
            "desk": set(),
        }
        assert {row[1:] for row in found["desk"]["now"].rows} == {(0, 0)}
        assert [found["desk"][key].rows for key in ("papers", "clients", "notes")] == [(), (), ()]
        assert list(compliance.behind(made.asked(by=made.front_desk)).rows) == []


def test_nothing_of_what_was_told_or_recorded_is_in_it() -> None:
    with generated(6) as made:
        paper_work(made)
        asked = made.asked(year_of(NOW.date()))
        Incident.objects.create(
            client=made.clients[0], happened_at=NOW, severity=3, what_happened="Secret words.", recorded_at=NOW,
            recorded_by=made.owner,
        )  # fmt: skip
        said = f"{compliance.report(asked)}{list(compliance.behind(asked).rows)}"
        assert "Secret" not in said
        assert "grave" not in said


# The page as a whole


@pytest.mark.parametrize("role", [Role.OWNER, Role.THERAPIST])
def test_the_report_asks_as_many_queries_for_few_clients_as_for_many(role: str) -> None:
    numbers = []
    for clients in (1, 8):
        with generated(3, bookings=0) as made:
            mara = made.own_user()
            reader = made.owner if role == Role.OWNER else mara
            for client in made.clients[:clients]:
                make_booking(client=client, starts_at=NOW + DAY, created_at=NOW)
            paper_work(made)
            CareRelation.objects.all().delete()
            for client in made.clients[:clients]:
                CareRelation.objects.create(client=client, user=mara, since=NOW)
                Submission.objects.create(
                    client=client, version=QuestionnaireVersion.objects.first(), started_at=NOW, saved_at=NOW, signed_at=NOW,
                    expires_on=made.asked().today, about="",
                )  # fmt: skip
                glass(mara, client, NOW - DAY)
                reading.note_reading(made.owner, client, "record", NOW - DAY)
            with CaptureQueriesContext(connection) as asked_for:
                compliance.report(made.asked(year_of(NOW.date()), by=reader))
            numbers.append(len(asked_for))
    assert max(numbers) <= (20 if role == Role.OWNER else 13)
    assert numbers[0] == numbers[1]


def test_a_paper_says_why_it_is_out_of_date() -> None:
    with generated(2, bookings=0) as made:
        today, document = made.asked().today, Document.objects.create(slug="treatment", title="Treatment")
        known = {"document": document, "published_at": NOW, "sha256": "0" * 64}
        first = DocumentVersion.objects.create(number=1, state="superseded", applies_from=today - 90 * DAY, **known)
        second = DocumentVersion.objects.create(number=2, state="published", applies_from=today - 30 * DAY, **known)
        given = ((first, today + 90 * DAY), (second, today - DAY), (second, today))
        for client, (version, until) in zip(made.clients, given, strict=False):
            make_booking(client=client, starts_at=NOW + DAY, created_at=NOW)
            Consent.objects.create(
                client=client, version=version, text_sha256="0" * 64, clauses=[], typed_name=client.name, given_by="online",
                signed_by=made.owner, signed_at=NOW - 80 * DAY, expires_on=until,
            )  # fmt: skip

        assert tables(made.asked())["clients"].rows == (
            (made.clients[0].name, "Treatment", "a newer version applies", None),
            (made.clients[1].name, "Treatment", "has run out", today - DAY),
            (made.clients[2].name, "Treatment", "runs out within 30 days", today),
        )


def test_a_practice_where_nothing_is_due_says_so() -> None:
    with generated(2, bookings=0) as made:
        asked = made.asked(Period(dt.date(2030, 1, 1), dt.date(2030, 1, 31)))
        found = compliance.report(asked)

        assert found.sentences == (
            f"As it stands on {words.day(asked.today)}; only incidents and readings are of the period asked for.",
            "No clients have a session to come or had one in the last twelve months.",
            "No notes are not signed a day after the session, and no incidents are open.",
        )
        assert list(compliance.behind(asked).rows) == []


def test_the_sentences_are_right_for_one_client() -> None:
    with generated(2, bookings=0) as made:
        make_booking(client=made.clients[0], starts_at=NOW + DAY, created_at=NOW)
        sentences = compliance.report(made.asked()).sentences

        assert sentences[1] == (
            "One client has a session to come or had one in the last twelve months; nothing of theirs is out of date."
        )


def test_a_long_list_says_how_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compliance, "LISTED", 1)
    with generated(3) as made:
        paper_work(made)
        asked = made.asked()
        section = next(each for each in compliance.report(asked).sections if each.table.key == "clients")
        whole = [row for row in compliance.behind(asked).rows if row[1] not in ("Note", "Incident")]

        assert len(whole) > 1
        assert section.table.rows == (whole[0][:4],)
        assert section.sentences == (
            f"The first 1 of {len(whole)} stand here; the rows behind this report have them all.",
        )


def test_each_number_has_its_meaning() -> None:
    with generated(2) as made:
        found = tables(made.asked())
    said = {key for table in found.values() for key in (*table.means, *(each.means for each in table.columns)) if key}
    assert said <= set(MEANINGS)


def test_numbers_are_named() -> None:
    assert Number(3, 2).clients == 2
