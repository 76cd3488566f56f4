"""Walks every address of the site as everybody, with everybody's ids, and holds the answers against tests/access.txt.

An address that is not in the table fails, and so does a line whose address is gone. Nothing a walk does is kept.
"""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import records
from accounts.models import ApiToken
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings import links, money
from bookings.links import Purpose
from bookings.models import Booking, Proposal, Status, Therapist
from bookings.tests.factories import (
    make_booking,
    make_closure,
    make_offer,
    make_room,
    make_session_type,
    make_therapist_at_work,
    make_time_off,
)
from care import links as care_links
from care import reflections
from care.models import CannedReply, Cover, NamedPerson, Phrase, Plan, WatchedWord
from care.tests.factories import (
    make_conversation,
    make_incident,
    make_refusal,
    make_sheet,
    make_signed_note,
    make_visit,
)
from clients import intake
from clients.models import BreakGlass, CareRelation, LookAlike, Stage
from clients.tests.factories import make_client, make_consent, make_document, make_published
from clients.tests.forms import make_form
from outbox.models import Message, Wording
from practice.tests.factories import make_page_text, make_practice
from reports.tests.samples import make_file

pytestmark = pytest.mark.django_db
WALKERS = ["visitor", "other", "client", "desk", "colleague", "therapist", "owner"]
ADMIN_OBJECT = re.compile(r"admin/(\w+)/(\w+)/")


def routes() -> list[str]:
    """Every pattern of the site once, as it is written, its parameters in pointed brackets."""
    return sorted(set(_walk(get_resolver(), "")))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + re.sub(r"^\^", "", str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)


def table() -> dict[str, tuple[str, str]]:
    rows = (line.split() for line in (Path(__file__).parent / "access.txt").read_text().splitlines())
    return {row[0].strip("'"): (row[1], row[2]) for row in rows if row and not row[0].startswith("#")}


def world() -> SimpleNamespace:
    """Two clients, two therapists, the front desk and the owner; everything that has an id belongs to the first of each."""
    now = timezone.now().replace(second=0, microsecond=0)
    make_practice()
    w = SimpleNamespace(other=make_user(), client=make_user(), desk=make_front_desk(), owner=make_owner())
    w.kind = make_session_type(slug="relaxing")
    mara, jon = make_therapist_at_work(offers=[w.kind]), make_therapist_at_work(offers=[w.kind])
    w.therapist, w.colleague = mara.user, jon.user
    sam = make_client(user=w.client)
    make_client(user=w.other)
    when = {"created_at": now - dt.timedelta(days=1), "starts_at": now + dt.timedelta(days=3)}
    w.booking = make_booking(client=sam, therapist=mara, session_type=w.kind, **when)
    asked = make_booking(client=sam, status=Status.REQUESTED, **when)
    w.proposal = Proposal.objects.create(booking=asked, therapist=asked.therapist, starts_at=now, made_at=now)
    w.held = make_booking(client=sam, status=Status.HELD, **{**when, "created_at": now})
    w.tokens = {name: records.create_api_token(getattr(w, name), name="", now=now) for name in WALKERS[1:]}
    message = {
        "kind": "booking_confirmed",
        "recipient": "sam@example.com",
        "key": "k",
        "due_at": now,
        "expires_at": now + dt.timedelta(days=1),
        "state": "sent",
        "version": w.booking.version,
    }
    w.rows = {
        "practice": 1,
        "pagetext": make_page_text().pk,
        "room": make_room().pk,
        "sessiontype": w.kind.pk,
        "therapist": mara.pk,
        "offer": make_offer(mara, make_session_type()).pk,
        "timeoff": make_time_off(mara, now, now + dt.timedelta(hours=1)).pk,
        "closure": make_closure(now, now + dt.timedelta(hours=1)).pk,
        "booking": w.booking.pk,
        "client": sam.pk,
        "user": w.client.pk,
        "apitoken": ApiToken.objects.get(user=w.client).pk,
        "message": Message.objects.create(about=f"booking:{w.booking.pk}", created_at=now, **message).pk,
        "wording": Wording.objects.create(kind="booking_moved", text="…", changed_at=now).pk,
    }
    opened = {"user": jon.user, "why": "…", "opened_at": now - dt.timedelta(days=3)}
    w.rows |= {
        "stage": Stage.objects.get(slug="clearing").pk,
        "breakglass": BreakGlass.objects.create(client=sam, open_until_at=now - dt.timedelta(days=2), **opened).pk,
    }
    make_client(email=sam.email)  # another record with the same address
    w.rows["moneyentry"] = money.take(w.booking, w.booking.price, "cash", by=w.desk, now=now).pk
    w.rows |= care_rows(w.booking, mara, now)
    past = {"client": sam, "therapist": mara, "session_type": w.kind}
    w.visit = make_visit(starts_at=now - dt.timedelta(hours=3), **past)
    w.rows["sessionnote"] = make_signed_note(make_visit(starts_at=now - dt.timedelta(days=2), **past), now=now).pk
    w.rows["reflection"] = reflections.write(sam, "…", by=mara.user, now=now).pk
    w.rows["phrase"] = Phrase.objects.filter(user=None).first().pk
    w.rows |= form_rows(sam, w.kind.slug, now)
    w.rows |= agreement_rows(sam, w.kind.slug, now)
    w.rows["file"] = make_file(w.desk, now).ref
    w.browser = Client()
    w.sessions = {name: session_of(getattr(w, name)) for name in WALKERS[1:]}
    return w


def care_rows(booking: Booking, mara: Therapist, now: dt.datetime) -> dict[str, Any]:
    """What stands about the first client and their therapist in the room and before it."""
    treats = {"client": booking.client, "user": mara.user, "until": None}
    CareRelation.objects.get_or_create(**treats, defaults={"since": now})
    incident = make_incident(booking.client, by=mara.user, consequence="warn")
    alike = {"client": booking.client, "resembles": make_client(), "by": "phone", "noticed_at": now}
    return {
        **alone_rows(booking, now),
        "boundarysheet": make_sheet(booking=booking).pk,
        "conversation": make_conversation(client=booking.client, therapist=mara).pk,
        "incident": incident.pk,
        "restriction": incident.restriction_id,
        "refusal": make_refusal(make_booking(client=booking.client, therapist=mara, status=Status.REQUESTED)).pk,
        "lookalike": LookAlike.objects.create(**alike).pk,
        "cannedreply": CannedReply.objects.first().pk,
        "watchedword": WatchedWord.objects.create(word="word").pk,
    }


def alone_rows(booking: Booking, now: dt.datetime) -> dict[str, Any]:
    """Whom the first client's therapist named, and a session that is covered."""
    person = NamedPerson.objects.create(user=booking.therapist.user, name="Lee", email="lee@example.com", saved_at=now)
    times = {"armed_at": now, "expected_at": now + dt.timedelta(hours=1), "ask_at": now + dt.timedelta(hours=2)}
    cover = Cover.objects.create(
        booking=booking, user=person.user, person="Lee", tell_at=now + dt.timedelta(hours=3), **times
    )
    plan = Plan.objects.create(
        client=booking.client,
        therapist=booking.therapist,
        number=1,
        session_type=booking.session_type,
        minutes=60,
        sessions=3,
        every_days=7,
        made_at=now,
        by=person.user,
    )
    return {"namedperson": person.pk, "cover": cover.pk, "plan": plan.pk}


def agreement_rows(sam: Any, slug: str, now: dt.datetime) -> dict[str, Any]:
    """A document that the first client signed, and the boundaries; the pages about a consent go by its client."""
    version = make_published(now, make_document(slug=slug))
    make_published(now, make_document(kind="boundaries"))
    make_consent(sam, version, now)
    return {"document": version.document_id, "documentversion": version.pk, "consent": sam.pk}


def form_rows(sam: Any, slug: str, now: dt.datetime) -> dict[str, Any]:
    """A form that the first client signed off, with a flag; it is asked for sessions of another kind."""
    asked = {"well": {"kind": "one", "choices": {"no": "note"}}}
    version = make_form(asked, slug=slug, for_kind="tantric")
    signed = intake.open_submission(sam, version.questionnaire, now=now)
    intake.save_page(signed, 1, {"well": "no"}, now=now)
    (flag,) = intake.sign_off(signed, by=sam.user, now=now, on=now.date())
    section = version.sections.get()
    return {
        "questionnaire": version.questionnaire_id,
        "questionnaireversion": version.pk,
        "section": section.pk,
        "question": section.questions.get().pk,
        "submission": signed.pk,
        "flag": flag.pk,
    }


def session_of(user: Any) -> str:
    browser = Client()
    browser.force_login(user)
    return browser.session.session_key


def address(route: str, w: SimpleNamespace) -> str:
    """A real path for a pattern: the first client's booking, hold or proposal, or the row an admin page is about."""
    admin = ADMIN_OBJECT.match(route)
    ref = w.held.ref if route.startswith("book/review/") else w.booking.ref
    if "proposals" in route:
        ref = w.proposal.booking.ref
    values = {
        "token": token_for(route, w.booking),
        "ref": ref,
        "slug": "messages" if route.startswith(("reports/", "api/v1/reports/")) else w.kind.slug,
        "number": 1,
        "therapist": w.booking.therapist.slug,
        "name": "cancel",
        "object_id": w.rows.get(admin[2], "") if admin else "1",
        "content_type_id": "1",
        "url": "nowhere/",
        "pk": w.rows.get(admin[2], "") if admin else w.proposal.pk,
        "uidb36": "1",
        "key": "x-y",
        "app_label": "bookings",
        "secret": "x" * 43,
        "called": "booking_confirmed",
        "channel": "email",
        "form": "text",
        "booking": w.visit.pk,
        "client": w.booking.client_id,
        "table": "rows",
        "ending": "csv",
        "file": w.rows["file"],
    }
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda found: str(values[found[1]]), route)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), path)
    return "/" + path.removesuffix("$")


def token_for(route: str, booking: Booking) -> str:
    """What stands in the address of a signed link of this kind."""
    if route.startswith(("link/reached/", "link/well/")):
        return alone_token(route, booking)
    purpose = route.split("/")[1] if route.startswith("link/") else Purpose.DONE
    return links.path(booking, Purpose(purpose), booking.starts_at).split("/")[3]


def alone_token(route: str, booking: Booking) -> str:
    """The same for the links about working alone."""
    person = NamedPerson.objects.get(user=booking.therapist.user)
    is_test = route.startswith("link/reached/")
    found = care_links.reached(person, timezone.now()) if is_test else care_links.to_answer(booking.cover)
    return found.split("/")[-2]


def knock(w: SimpleNamespace, name: str, method: str, path: str) -> str:
    """One request, told as one letter; whatever it changed is taken back."""
    browser, headers = w.browser, {}
    browser.cookies.clear()
    if name != "visitor" and path.startswith("/api/"):
        headers["Authorization"] = f"Bearer {w.tokens[name]}"
    elif name != "visitor":
        browser.cookies["sessionid"] = w.sessions[name]
    sent = {"data": {}, "content_type": "application/json"} if method == "post" and path.startswith("/api/") else {}
    mark = transaction.savepoint()
    try:
        answer = getattr(browser, method)(path, headers=headers, **sent)
        for _ in answer:  # a file that nobody reads to its end stays open
            pass
        return letter(answer)
    finally:
        transaction.savepoint_rollback(mark)


def letter(answer: Any) -> str:
    status = answer.status_code
    if status in (301, 302):
        return "s" if answer.headers["Location"].startswith(("/accounts/login/", "/admin/login/")) else "g"
    known = {401: "u", 403: "f", 404: "n", 405: "m", 503: "d"}
    return known.get(status) or ("o" if status < 300 else "x" if status < 500 else "!")


@pytest.mark.parametrize("name", WALKERS)
def test_everybody_finds_what_the_table_says_and_nothing_else(name) -> None:
    w, place = world(), WALKERS.index(name)
    found = {
        route: tuple(knock(w, name, method, address(route, w)) for method in ("get", "post")) for route in routes()
    }
    said = {route: tuple(row[place] for row in rows) for route, rows in table().items()}
    assert {route: answer for route, answer in found.items() if said.get(route) != answer} == {}


def test_every_address_has_its_line_and_every_line_its_address() -> None:
    assert set(table()) == set(routes())


def test_an_address_that_does_not_exist_is_not_there_for_anybody() -> None:
    w = world()
    assert [knock(w, name, "get", "/nowhere/") for name in WALKERS] == ["n"] * len(WALKERS)
