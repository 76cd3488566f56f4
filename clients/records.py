"""Who is a client, and which account is theirs: the writer of client rows for those who come in by themselves.

A row is never given to an account by a guess, and none goes that anything rests on: where it is not plain whose row it is,
both stay and staff look at them (`doubles`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, Q, QuerySet

from accounts.happenings import Happening
from accounts.models import User
from clients import lookalikes
from clients.errors import NotToJoin
from clients.models import Client, LookAlike
from vault import ledger, trail

JOINED = "client.joined"


def lock(client: Client) -> None:
    """Whoever else acts on this client waits until the transaction ends; what is read after this is as they left it."""
    Client.objects.select_for_update(no_key=True).values_list("pk").get(pk=client.pk)


def register(user: User, *, name: str, date_of_birth: dt.date, now: dt.datetime, heard_from: str = "") -> Client:
    """The client's row of an account that has none; a second call gives the first row."""
    known = {"name": name, "email": user.email, "date_of_birth": date_of_birth, "created_at": now}
    known["heard_from"] = heard_from or None
    client, is_new = Client.objects.get_or_create(user=user, defaults=known)
    if is_new:
        lookalikes.notice(client, now)
    return client


@transaction.atomic
def enter(
    *, name: str, email: str, phone: str, date_of_birth: dt.date, now: dt.datetime, heard_from: str = ""
) -> Client:
    """Somebody whom the practice writes down at its desk; an account joins the row once that address is confirmed."""
    told = {"date_of_birth": date_of_birth, "heard_from": heard_from or None}
    client = Client.objects.create(name=name, email=email, phone=phone, created_at=now, **told)
    lookalikes.notice(client, now)
    return client


def follow_address(happening: Happening) -> None:
    """An account whose address changed is written to at the new one, where the client's own was the one before."""
    if happening.what != "email_changed":
        return
    for client in Client.objects.filter(user=happening.user, email__iexact=happening.address):
        client.email = happening.user.email
        client.save(update_fields=["email"])
        lookalikes.notice(client, happening.now)


def correct(user: User, *, name: str, date_of_birth: dt.date, heard_from: str = "") -> None:
    """What somebody typed wrongly while signing up, put right before their address is confirmed."""
    Client.objects.filter(user=user).update(name=name, date_of_birth=date_of_birth, heard_from=heard_from or None)


@transaction.atomic
def join_account(user: User) -> Client | None:
    """Gives an account the row that the practice already keeps under its confirmed address, and with it all that stands there.

    Exactly one row without an account must have the address, and the same date of birth as the row that was made at
    sign-up, on which nothing may rest yet; else both stay as they are. Gives the client that the account then has.
    """
    own = Client.objects.filter(user=user).first()
    address = _confirmed(user)
    kept = list(Client.objects.filter(user=None, email__iexact=address)[:2]) if address else []
    if len(kept) != 1 or (own is not None and own.date_of_birth != kept[0].date_of_birth):
        return own
    _lock_both(own, kept[0])
    if own is not None and is_in_use(own):
        return own
    return _joined(user, own, kept[0])


def _confirmed(user: User) -> str:
    address = EmailAddress.objects.filter(user=user, verified=True, primary=True).first()
    return address.email if address else ""


def _lock_both(*rows: Client | None) -> None:
    """In the order of their keys; nobody can book, sign or write for either in the meantime."""
    keys = [row.pk for row in rows if row is not None]
    list(Client.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def is_in_use(client: Client) -> bool:
    """Whether anything rests on the row: a booking, a form, a consent, a message, a line of the ledger. What was noticed
    about it is carried on, so it does not count."""
    if any(model._base_manager.filter(**{name: client}).exists() for model, name in _referring()):
        return True
    return trail.about(client.vault_subject()).exists()


def _referring() -> Iterator[tuple[Any, str]]:
    """Every model of every app that names a client, and by which field."""
    for each in Client._meta.get_fields(include_hidden=True):
        if isinstance(each, ForeignObjectRel) and each.related_model is not LookAlike:
            yield each.related_model, each.field.name


def _joined(user: User, own: Client | None, kept: Client) -> Client:
    if own is not None:
        _carry_on(own, kept)
        Client.objects.filter(pk=kept.pk, heard_from=None).update(heard_from=own.heard_from)
        own.delete()
    Client.objects.filter(pk=kept.pk, user=None).update(user=user)
    return Client.objects.get(user=user)


def _carry_on(own: Client, kept: Client) -> None:
    """What was noticed about the row that goes, and answered, stands with the one that stays."""
    noticed = LookAlike.objects.filter(client=own).exclude(resembles=kept)
    there = LookAlike.objects.filter(client=kept, resembles=OuterRef("resembles"), by=OuterRef("by"))
    noticed.exclude(Exists(there)).update(client=kept)


# Two rows with one address, for staff to look at


def doubles(client: Client) -> QuerySet[Client]:
    """The other rows with this client's address, where one of the two has an account and the other has none."""
    if not client.email:
        return Client.objects.none()
    others = Client.objects.filter(email__iexact=client.email, user__isnull=client.user_id is not None)
    return others.exclude(pk=client.pk)


def double() -> QuerySet[Client]:
    """Every client of whom there is such another row."""
    others = Client.objects.filter(email__iexact=OuterRef("email")).exclude(pk=OuterRef("pk"))
    has_no_account = Q(Exists(others.filter(user__isnull=False)), user=None)
    has_account = Q(Exists(others.filter(user=None)), user__isnull=False)
    return Client.objects.exclude(email="").filter(has_no_account | has_account)


def obstacle(kept: Client, own: Client) -> str:
    """What keeps staff from joining the two, as a sentence; empty where nothing does."""
    if own.user is None or kept.user_id is not None:
        return "One of the two must have an account, and the other none."
    if _confirmed(own.user).casefold() != kept.email.casefold():
        return "The account has not confirmed this address yet."
    if is_in_use(own):
        return "Something is kept with the newer record already, so both stay. Please go on with the newer one."
    return ""


@transaction.atomic
def join_by_word(kept: Client, own: Client, *, by: User, now: dt.datetime) -> Client:
    """Staff know that both are one person, whatever the dates of birth say: the account gets the row the practice kept, and
    the newer row goes. Raises NotToJoin."""
    _lock_both(kept, own)
    found = Client.objects.select_related("user").in_bulk([kept.pk, own.pk])
    if len(found) < 2:
        raise NotToJoin("One of the two records is gone already.")
    kept, own = found[kept.pk], found[own.pk]
    if why := obstacle(kept, own):
        raise NotToJoin(why)
    user = User.objects.get(client=own)
    joined = _joined(user, own, kept)
    details = {"account": user.pk, "gone": own.ref}
    subject, about = joined.vault_subject(), f"clients.client:{joined.pk}"
    ledger.append(JOINED, actor_id=by.pk, subject=subject, object=about, details=details, now=now)
    return joined
