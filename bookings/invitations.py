"""The invitation of a therapist whose account was made for them: planned here, said here, with a link to set a password."""

from __future__ import annotations

import datetime as dt

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from outbox import planning, registry
from outbox.models import Message
from outbox.parts import Button, Context
from outbox.registry import Said
from outbox.wording import write
from practice.models import Practice

INVITED = "therapist_invited"
KEEP_TRYING = dt.timedelta(days=7)
PLACEHOLDERS = {
    "name": "the therapist's name",
    "address": "the address to sign in with",
    "button": "the link to choose a password",
    "ask_again": "the link to ask for a new one",
}


def register() -> None:
    registry.register(
        INVITED,
        still_wanted,
        say,
        title="Invitation of a therapist",
        group="security",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context("Mara", "mara@example.com", settings.SITE_URL + "/"),
        needs=("button",),
    )


def invite(user: User, *, now: dt.datetime) -> None:
    """Plans the one invitation that an account gets."""
    about = f"user:{user.pk}"
    message = planning.draft(
        INVITED,
        recipient=user.email,
        whom=about,
        about=about,
        key=f"{about}:{INVITED}",
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
    )
    message.user = user
    planning.plan([message])


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """Until the therapist has a password, or the account is closed."""
    user = message.user
    return user is not None and user.is_active and not user.has_usable_password()


def say(message: Message, now: dt.datetime) -> Said:
    if message.user is None:
        raise ValueError("The account is gone.")
    context = _context(message.user.name, message.user.email, _password_link(message.user))
    return write(message, context, Practice.objects.current())


def _context(name: str, address: str, link: str) -> Context:
    again = settings.SITE_URL + reverse("account_reset_password")
    return {
        "name": name,
        "address": address,
        "button": Button(gettext("Choose your password"), link),
        "ask_again": Button(gettext("Ask for a new link"), again, quiet=True),
    }


def _password_link(user: User) -> str:
    key = EmailAwarePasswordResetTokenGenerator().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.SITE_URL + path
