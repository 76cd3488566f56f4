"""Marked words are planted in every sealed field, through the verbs, and then looked for everywhere else: none.

In the database's own files and in dumps of it, in what is logged, in the mails and their rows, and in the broker: every
command that reaches it while a real worker sends, what it holds then, and the files it writes of that.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import logging
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client as Browser
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from accounts.tests.factories import make_owner
from bookings import telling, withdrawal
from bookings.models import Booking, Status
from bookings.practice_file import current, text
from bookings.tests.factories import make_booking, make_therapist
from care import conversations, incidents, notes, plans, reflections, restricting, sheets
from care.energy import Point
from care.incidents import Happened
from care.models import Incident
from care.plans import Work
from care.tests.factories import NOW, agree, make_refusal, make_signed_note, make_visit
from care.tests.sending import through, wait_until_sent, watched, worker
from clients import agreements, decisions, documents, intake, reading, restrictions
from clients.models import CareRelation, Client, Flag, Stage
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from clients.tests.forms import begin, make_form
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


def work(client: Client) -> None:
    """A plan, and a session that took place: its note with a chart, an amendment, a reflection."""
    booking = make_visit(client=client)
    therapist = booking.therapist
    length = booking.session_type.lengths.select_related("session_type").get()
    CareRelation.objects.create(client=client, user=therapist.user, since=NOW)
    plans.make(client, therapist, Work(length, 4, 7, planted()), by=therapist.user, now=NOW, seen=0)
    words = {name: planted() for name in ("done", "response", "aftercare", "plan")}
    note = make_signed_note(booking, **words, points={"root": Point("balanced", planted())})
    notes.amend(note, planted(), reason=planted(), by=therapist.user, now=NOW)
    reflections.write(client, planted(), by=therapist.user, now=NOW, booking=booking)


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
    """All that the database keeps: its files, and what a dump of it says."""
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        files = sorted(name.parent.glob(f"{name.name}*"))
        return b"".join(path.read_bytes() for path in files) + "\n".join(connection.connection.iterdump()).encode()
    found = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', found)
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        (number,) = cursor.fetchone()
    data = Path(connection.settings_dict["HOST"]) / "data"  # where the tests' own server keeps it
    files = [*data.glob(f"base/{number}/*"), *data.glob("pg_wal/*")]
    return found.getvalue().encode() + b"".join(path.read_bytes() for path in files if path.is_file())


def dumped() -> str:
    """What Django's own dump gives of each table, and the practice file."""
    sealed = {model for model, _ in sealed_fields()}
    for model in sealed:
        with pytest.raises(CommandError, match="is sealed and cannot be dumped"):
            call_command("dumpdata", model._meta.label, stdout=io.StringIO())
    found = io.StringIO()
    call_command("dumpdata", *(model._meta.label for model in apps.get_models() if model not in sealed), stdout=found)
    return found.getvalue() + text.write(current.tree())


def outgoing(folder: Path) -> bytes:
    """The mails of the worker, and those that left at once."""
    letters = b"".join(path.read_bytes() for path in folder.glob("*.log") if path.name != "worker.log")
    return letters + b"".join(each.message().as_bytes() for each in mail.outbox)


def test_marked_words_stand_in_no_other_place(
    caplog: pytest.LogCaptureFixture, valkey_url: str, tmp_path: Path
) -> None:
    make_practice(email="practice@example.com")
    client, owner = make_client_with_account(), make_owner()
    later = NOW + dt.timedelta(minutes=5)

    with watched(valkey_url) as broker, through(valkey_url), caplog.at_level(logging.DEBUG):
        with worker(valkey_url, tmp_path, later):
            tell_and_agree(client, owner)
            work(client)
            meet(client, owner)
            wait_until_sent(later)
            look_at_pages(client, owner)
        held = broker.holds()

    assert set(without_words()) == set(NO_WORDS)
    kept, letters, log = database_bytes(), outgoing(tmp_path), (tmp_path / "worker.log").read_bytes()
    assert client.email.encode() in kept  # what is not sealed is found this way
    assert client.email.encode() in letters
    assert b"outbox.sweep" in held and b"outbox.sweep" in log
    places = {
        "database": kept,
        "dump": dumped().encode(),
        "log": caplog.text.encode() + log,
        "mail": letters,
        "rows": str(list(Message.objects.values())).encode(),
        "broker": held,
    }
    spellings = (MARK.encode(), MARK.encode().hex().encode(), *encoded(MARK))
    assert [place for place, said in places.items() if any(each in said.lower() for each in spellings)] == []


def encoded(word: str) -> set[bytes]:
    """The word as it stands inside base64, wherever it begins, in lower case as everything is compared."""
    return {base64.b64encode(b" " * shift + word.encode())[4:-4].lower() for shift in range(3)}
