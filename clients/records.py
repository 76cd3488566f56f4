"""Who is a client, and which account is theirs: the writer of client rows for those who come in by themselves."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User
from clients import lookalikes
from clients.models import Client


def lock(client: Client) -> None:
    """Whoever else acts on this client waits until the transaction ends; what is read after this is as they left it."""
    Client.objects.select_for_update(no_key=True).values_list("pk").get(pk=client.pk)


def register(user: User, *, name: str, date_of_birth: dt.date, now: dt.datetime) -> Client:
    """The client's row of an account that has none; a second call gives the first row."""
    known = {"name": name, "email": user.email, "date_of_birth": date_of_birth, "created_at": now}
    client, is_new = Client.objects.get_or_create(user=user, defaults=known)
    if is_new:
        lookalikes.notice(client, now)
    return client


def correct(user: User, *, name: str, date_of_birth: dt.date) -> None:
    """What somebody typed wrongly while signing up, put right before their address is confirmed."""
    Client.objects.filter(user=user).update(name=name, date_of_birth=date_of_birth)


@transaction.atomic
def join_account(user: User) -> Client | None:
    """Gives an account the row that the practice already keeps under its confirmed address, and with it all that stands there.

    Exactly one row without an account must have the address; where there are several the desk looks. The row that was
    made at sign-up goes, unless something rests on it already. Gives the client that the account then has.
    """
    own = Client.objects.filter(user=user).first()
    address = EmailAddress.objects.filter(user=user, verified=True, primary=True).first()
    if address is None:
        return own
    kept = Client.objects.filter(user=None, email__iexact=address.email)[:2]
    if len(kept) != 1 or (own is not None and own.bookings.exists()):
        return own
    if own is not None:
        own.delete()
    Client.objects.filter(pk=kept[0].pk, user=None).update(user=user)
    return Client.objects.filter(user=user).first()
