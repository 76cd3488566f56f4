"""The therapist's decisions about the journey: dated, noted, sealed, only ever added to; and the pages they are made on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from clients import decisions, facts
from clients.errors import DateAhead, RecordClosed
from clients.models import BreakGlass, Stage, StageDecision
from clients.tests.factories import make_client
from clients.tests.test_reading import NOW, make_therapist, treat
from vault import trail
from vault.models import Entry

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)


def decide(client, by, slug="clearing", verb=decisions.move_to_stage, **said) -> StageDecision:
    given = {"decided_on": TODAY, "note": "Calm, and clear about her limits.", "now": NOW} | said
    return verb(client, Stage.objects.get(slug=slug), by=by, **given)


def stage_of(client) -> str:
    return facts.of(client, TODAY).stage


def test_a_client_starts_in_the_first_stage_and_moves_when_the_therapist_decides() -> None:
    client, mara = make_client(), make_therapist()
    treat(mara, client)
    assert stage_of(client) == "preparation"
    made = decide(client, mara)
    assert (stage_of(client), made.note, made.decided_on) == ("clearing", "Calm, and clear about her limits.", TODAY)
    entry = trail.about(client.vault_subject()).get()
    assert (entry.kind, entry.actor_id, entry.details) == (
        "stage.decided",
        mara.pk,
        {"stage": "clearing", "reached": 1},
    )


def test_not_yet_leaves_the_client_where_they_are() -> None:
    client, owner = make_client(), make_owner()
    made = decide(client, owner, verb=decisions.not_yet)
    assert (stage_of(client), made.is_reached) == ("preparation", False)


def test_only_those_who_treat_decide() -> None:
    client = make_client()
    for user in (make_front_desk(), make_therapist()):
        with pytest.raises(RecordClosed):
            decide(client, user)
    assert not StageDecision.objects.exists()
    assert not Entry.objects.exists()


def test_a_decision_is_not_dated_ahead() -> None:
    client, owner = make_client(), make_owner()
    with pytest.raises(DateAhead):
        decide(client, owner, decided_on=TODAY + dt.timedelta(days=1))
    assert decide(client, owner, decided_on=TODAY - dt.timedelta(days=30))


def test_the_note_is_sealed_and_a_decision_is_only_added_to() -> None:
    made = decide(make_client(), make_owner())
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM clients_stagedecision")
        assert b"Calm" not in bytes(cursor.fetchone()[0])
    for change in (lambda: made.delete(), lambda: StageDecision.objects.update(is_reached=False)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# The practice's side


def browser(user) -> Browser:
    made = Browser()
    made.force_login(user)
    return made


def test_the_journey_page_decides_and_leaves_a_line_each_time_it_is_opened() -> None:
    client, mara = make_client(), make_therapist()
    treat(mara, client)
    url = f"/admin/clients/client/{client.pk}/journey/"
    today = timezone.localdate()
    sent = {"what": "moved", "stage": Stage.objects.get(slug="clearing").pk, "decided_on": today, "note": "Calm."}
    assert browser(mara).post(url, sent).status_code == 302
    shown = browser(mara).get(url).content.decode()
    assert ("At Clearing" in shown, "Calm." in shown) == (True, True)
    kinds = trail.about(client.vault_subject()).values_list("kind", flat=True)
    assert list(kinds) == ["record.read", "stage.decided", "record.read"]
    ahead = browser(mara).post(url, sent | {"decided_on": today + dt.timedelta(days=2)})
    assert "A decision is dated today or earlier." in ahead.content.decode()
    assert StageDecision.objects.count() == 1


def test_a_decision_thought_over_before_anothers_is_not_kept_until_it_was_looked_at() -> None:
    client, owner = make_client(), make_owner()
    url = f"/admin/clients/client/{client.pk}/journey/"
    page = browser(owner)
    seen = page.get(url).context["form"].initial["seen"]
    today = timezone.localdate()
    other = decide(client, make_owner(), verb=decisions.not_yet, now=timezone.now(), decided_on=today)
    sent = {
        "what": "moved",
        "stage": Stage.objects.get(slug="clearing").pk,
        "decided_on": today,
        "note": "Calm.",
        "seen": seen,
    }
    answer = page.post(url, sent).content.decode()
    assert "Somebody has decided about this client in the meantime." in answer
    assert ("Not yet Clearing" in answer, "Calm." in answer, f'value="{other.pk}"' in answer) == (True, True, True)
    assert list(StageDecision.objects.values_list("is_reached", flat=True)) == [False]
    assert page.post(url, sent | {"seen": other.pk}).status_code == 302
    assert StageDecision.objects.count() == 2


def test_a_therapist_who_does_not_treat_is_led_to_opening_it_in_need() -> None:
    client, mara = make_client(), make_therapist()
    make_owner()
    page = f"/admin/clients/client/{client.pk}/"
    assert browser(mara).get(f"{page}journey/").headers["Location"] == f"{page}open/"
    assert "Open the record in need" in browser(mara).get(f"{page}change/").content.decode()
    assert browser(mara).post(f"{page}open/", {"why": " "}).status_code == 200
    assert not BreakGlass.objects.exists()
    browser(mara).post(f"{page}open/", {"why": "The client fell."})
    assert browser(mara).get(f"{page}journey/").status_code == 200
    shown = browser(mara).get(f"{page}change/").content.decode()
    assert ("journey/" in shown, "Open the record in need" in shown) == (True, False)


def test_the_desk_finds_no_way_into_the_record() -> None:
    client, desk = make_client(), browser(make_front_desk())
    page = f"/admin/clients/client/{client.pk}/"
    assert [desk.get(f"{page}{name}/").status_code for name in ("journey", "open")] == [403, 403]
    shown = desk.get(f"{page}change/").content.decode()
    assert ("journey/" in shown, "/open/" in shown) == (False, False)


def test_the_owner_reads_why_a_record_was_opened_and_that_leaves_a_line_too() -> None:
    client, mara = make_client(), make_therapist()
    then = timezone.now()
    glass = BreakGlass.objects.create(
        client=client, user=mara, why="She fell.", opened_at=then, open_until_at=then + dt.timedelta(days=1)
    )
    shown = browser(make_owner()).get(f"/admin/clients/breakglass/{glass.pk}/change/").content.decode()
    assert "She fell." in shown
    assert trail.about(client.vault_subject()).get().object == "record:opening"
    assert browser(mara).get(f"/admin/clients/breakglass/{glass.pk}/change/").status_code == 403


def test_the_owner_renames_a_stage_and_cannot_take_one_away() -> None:
    stage, owner = Stage.objects.get(slug="clearing"), browser(make_owner())
    url = f"/admin/clients/stage/{stage.pk}/"
    owner.post(f"{url}change/", {"name": "Making room", "text": "Room and time."})
    stage.refresh_from_db()
    assert (stage.name, stage.slug) == ("Making room", "clearing")
    assert [owner.get(f"{url}delete/").status_code, owner.get("/admin/clients/stage/add/").status_code] == [403, 403]
