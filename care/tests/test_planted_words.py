"""Marked words are planted in every sealed field, through the verbs, and then looked for everywhere else: none.

In the database's own bytes, in what is logged, in the mails, in the rows of the mails, and in what the broker holds.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import logging
import time
from itertools import count
from pathlib import Path
from typing import Any

import kombu.transport.memory
import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import connection, models
from django.test import Client as Browser
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from accounts.tests.factories import make_owner
from bookings import telling, withdrawal
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_therapist
from care import conversations, incidents, restricting, sheets
from care.incidents import Happened
from care.models import Incident
from care.tests.factories import NOW, agree, make_refusal
from clients import agreements, decisions, documents, intake, reading, restrictions
from clients.models import CareRelation, Client, Flag, Stage
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from clients.tests.forms import begin, make_form
from outbox import delivery
from outbox.models import Message
from practice.tests.factories import make_practice
from vault.fields import SealedField

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "zorillo"
NO_WORDS = {
    "Flag.words": "the practice's own question and choice, which stand in its questionnaire in clear",
    "Understanding.answers": "numbers of the options chosen",
    "Refusal.ground": "one of a list",
}
_number = count(1)


def planted() -> str:
    """A word that stands nowhere else, another one each time."""
    return f"{MARK}{next(_number)}x"


def drawing() -> str:
    """A picture as its data address; the mark is in its bytes."""
    said, picture = PngInfo(), io.BytesIO()
    said.add_text("Comment", planted())
    Image.new("RGB", (40, 20), "white").save(picture, "PNG", pnginfo=said)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()


def tell_and_agree(client: Client, owner: Any) -> None:
    form = make_form({"hopes": {"kind": "long"}, "heart": {"kind": "one", "choices": {"well": "", "ill": "review"}}})
    filled = begin(client, form)
    intake.save_page(filled, 1, {"hopes": planted(), "heart": "ill"}, now=NOW)
    telling.sign_off(filled, by=client.user, now=NOW)
    intake.clear_flag(Flag.objects.get(), by=owner, why=planted(), now=NOW)
    treatment = make_document(slug="treatment")
    make_consent(client, make_published(NOW, treatment), NOW, drawing=drawing())
    withdrawal.withdraw(client, treatment, by=client.user, now=NOW)
    boundaries = make_published(NOW, make_document(slug="boundaries", kind="boundaries"))
    shown = documents.current("boundaries", NOW.date()) or boundaries
    agreements.record_understanding(client, shown, [1, 1], shown.sha256, by=client.user, now=NOW)
    decisions.not_yet(client, Stage.objects.first(), by=owner, decided_on=NOW.date(), note=planted(), now=NOW)
    reading.break_glass(make_therapist().user, client, why=planted(), now=NOW)


def meet(client: Client, owner: Any) -> None:
    """The sheet, the conversation, a refusal, an incident and a block that is lifted again."""
    booking = make_booking(client=client)
    therapist = booking.therapist
    CareRelation.objects.create(client=client, user=therapist.user, since=NOW)
    words = {"slower_word": planted(), "stop_word": planted(), "wishes": planted()}
    sheets.save(booking, agree(**words), by=client.user, now=NOW)
    conversations.write(client, therapist, planted(), by=client.user, now=NOW)
    asked = make_booking(
        client=client, therapist=therapist, status=Status.REQUESTED, starts_at=NOW + dt.timedelta(days=9)
    )
    make_refusal(asked, words=planted(), reply=planted())
    happened = Happened(at=NOW, severity=3, what=planted(), done=planted())
    incident = incidents.record(client, happened, by=therapist.user, now=NOW, consequence="warn")
    incidents.follow_up(incident, planted(), by=owner, now=NOW)
    restrictions.lift(incident.restriction, why=planted(), by=owner, now=NOW)
    restricting.restrict(client, "block", why=planted(), by=owner, now=NOW)


def look_at_pages(client: Client, owner: Any) -> None:
    """Both sides open what there is, and mistype, so that what a page logs is looked at too."""
    browser = Browser()
    browser.force_login(client.user)
    booking = Booking.objects.filter(sheet__isnull=False).get()
    browser.get(f"/my/{booking.ref}/sheet/")
    browser.get(f"/my/messages/{booking.therapist.slug}/")
    browser.post(f"/my/messages/{booking.therapist.slug}/", {"words": planted()})
    browser.force_login(owner)
    page = f"/admin/care/incident/{Incident.objects.get().pk}/change/"
    assert MARK in browser.get(page).content.decode()
    browser.post(page, {"words": planted() * 1000})


def sealed_fields() -> list[tuple[type[models.Model], SealedField]]:
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedField)
    ]


def without_words() -> list[str]:
    """The sealed fields in which no marked word can be read, the words of the drawing being in its bytes."""
    return [
        f"{model.__name__}.{field.name}"
        for model, field in sealed_fields()
        if not any(MARK in _read(getattr(row, field.attname)) for row in model._default_manager.all())
    ]


def _read(value: Any) -> str:
    text = str(value or "")
    return base64.b64decode(text.partition(",")[2]).decode("latin-1") if text.startswith("data:") else text


def database_bytes() -> bytes:
    """All that the database keeps: the file with its log on SQLite, a copy of every table on PostgreSQL."""
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        return b"".join(path.read_bytes() for path in sorted(name.parent.glob(f"{name.name}*")))
    found = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', found)
    return found.getvalue().encode()


def broker_holds() -> str:
    """What the nudges have put there."""
    time.sleep(1)
    if settings.CELERY_BROKER_URL.startswith("memory"):
        return str([list(queue.queue) for queue in kombu.transport.memory.Channel.queues.values()])
    server = redis.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://"))
    try:
        lists = [key for key in server.scan_iter() if server.type(key) == b"list"]
        return str([server.lrange(key, 0, -1) for key in lists])
    finally:
        server.close()


def test_marked_words_stand_in_no_other_place(caplog: pytest.LogCaptureFixture) -> None:
    make_practice(email="practice@example.com")
    client, owner = make_client_with_account(), make_owner()

    with caplog.at_level(logging.DEBUG):
        tell_and_agree(client, owner)
        meet(client, owner)
        delivery.sweep(lambda: NOW + dt.timedelta(minutes=5))
        look_at_pages(client, owner)

    assert set(without_words()) == set(NO_WORDS)
    kept = database_bytes()
    assert client.email.encode() in kept  # what is not sealed is found this way
    places = {
        "database": kept.lower(),
        "log": caplog.text.encode().lower(),
        "mail": b"".join(each.message().as_bytes() for each in mail.outbox).lower(),
        "rows": str(list(Message.objects.values())).encode().lower(),
        "broker": broker_holds().encode().lower(),
    }
    spellings = (MARK.encode(), MARK.encode().hex().encode(), *encoded(MARK))
    assert [place for place, held in places.items() if any(each in held for each in spellings)] == []
    assert len(mail.outbox) > 0


def encoded(word: str) -> set[bytes]:
    """The word as it stands inside base64, wherever it begins, in lower case as everything is compared."""
    return {base64.b64encode(b" " * shift + word.encode())[4:-4].lower() for shift in range(3)}
