"""What a client says about being reached: their choices, text messages, no contact. Each change leaves a line of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.models import User
from clients import lookalikes, reach, records
from clients.models import Client
from outbox.models import Channel
from vault import ledger

CHOSEN = "client.contact_chosen"
TEXTS_AGREED = "client.texts_agreed"
TEXTS_REFUSED = "client.texts_refused"
CONTACT_REFUSED = "client.contact_refused"
CONTACT_WANTED = "client.contact_wanted"
SAFE_CONTACT, SAFE_EMAIL, SAFE_TEXTS = "safe-contact", "email", "text"
"""The question of the form about safe ways, and two of its answers."""


@transaction.atomic
def choose(
    client: Client,
    wishes: Mapping[str, Sequence[str]],
    *,
    texts: bool,
    by: User,
    now: dt.datetime,
    phone: str | None = None,
) -> Client:
    """Keeps the channels for each group, the number if they gave one, and whether they agree to text messages there; `wishes`
    may have the hours too.
    Changes of a booking go by e-mail where neither is chosen. Gives the client as they then are."""
    records.lock(client)
    if phone is not None and phone != client.phone:
        client.phone = phone
        client.save(update_fields=["phone"])
        lookalikes.notice(client, now)
    kept = {group: [each for each in Channel.values if each in wishes.get(group, ())] for group in reach.GROUPS}
    kept[reach.BOOKING] = kept[reach.BOOKING] or [Channel.EMAIL]
    if wishes.get(reach.HOURS):
        kept[reach.HOURS] = list(wishes[reach.HOURS])
    if kept != client.reached_by:
        client.reached_by = kept
        _note(CHOSEN, client, by, now, chosen=kept)
    _agree_to_texts(client, texts, by, now)
    client.save(update_fields=["reached_by", "texts_number", "texts_agreed_at"])
    return client


def _agree_to_texts(client: Client, texts: bool, by: User, now: dt.datetime) -> None:
    agreed = client.texts_agreed_at is not None and client.texts_number == client.phone
    if texts and client.phone and not agreed:
        client.texts_number, client.texts_agreed_at = client.phone, now
        _note(TEXTS_AGREED, client, by, now)
    elif not texts and client.texts_agreed_at is not None:
        client.texts_number = client.texts_agreed_at = None
        _note(TEXTS_REFUSED, client, by, now)


@transaction.atomic
def heed_form(client: Client, safe: Sequence[str], *, by: User, now: dt.datetime) -> None:
    """What they said in their form about being reached without anybody noticing, as the later word: no text messages where
    they left those out. What went by text message alone goes by e-mail, where that is safe."""
    records.lock(client)
    if SAFE_TEXTS in safe or client.texts_agreed_at is None:
        return
    _agree_to_texts(client, False, by, now)
    instead = [str(Channel.EMAIL)] if SAFE_EMAIL in safe else []
    wishes, hours = {group: reach.chosen(client, group) for group in reach.GROUPS}, reach.hours(client)
    client.reached_by = {
        group: [way for way in ways if way != Channel.SMS] or (instead if ways else [])
        for group, ways in wishes.items()
    }
    client.reached_by[reach.BOOKING] = client.reached_by[reach.BOOKING] or [Channel.EMAIL]
    if hours:
        client.reached_by[reach.HOURS] = hours
    _note(CHOSEN, client, by, now, chosen=client.reached_by)
    client.save(update_fields=["reached_by", "texts_number", "texts_agreed_at"])


@transaction.atomic
def refuse_contact(client: Client, *, by: User, now: dt.datetime) -> Client:
    """Nothing is sent to them any more, by the practice or by itself; staff may record it on the client's word."""
    records.lock(client)
    if client.contact_refused_at is None:
        client.contact_refused_at = now
        client.save(update_fields=["contact_refused_at"])
        _note(CONTACT_REFUSED, client, by, now)
    return client


@transaction.atomic
def allow_contact(client: Client, *, by: User, now: dt.datetime) -> Client:
    records.lock(client)
    if client.contact_refused_at is not None:
        client.contact_refused_at = None
        client.save(update_fields=["contact_refused_at"])
        _note(CONTACT_WANTED, client, by, now)
    return client


def _note(kind: str, client: Client, by: User, now: dt.datetime, **details: object) -> None:
    ledger.append(
        kind,
        actor_id=by.pk,
        subject=client.vault_subject(),
        object=f"clients.client:{client.pk}",
        details=details,
        now=now,
    )
