"""The invitation of a therapist whose account was made for them: planned here, said here, with a link to set a password."""

from __future__ import annotations

import datetime as dt

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from outbox import planning, registry
from outbox.models import Message
from outbox.registry import Said
from practice.models import Practice

INVITED = "therapist_invited"
KEEP_TRYING = dt.timedelta(days=7)


def register() -> None:
    registry.register(INVITED, still_wanted, say)


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
    context = {
        "practice": Practice.objects.current(),
        "user": message.user,
        "link": _password_link(message.user),
        "ask_again": settings.SITE_URL + reverse("account_reset_password"),
    }
    subject = " ".join(render_to_string("emails/therapist_invited.subject.txt", context).split())
    return Said(
        subject=subject,
        text=render_to_string("emails/therapist_invited.txt", context),
        html=render_to_string("emails/therapist_invited.html", context),
        kept=render_to_string("emails/therapist_invited.txt", context | {"link": "(link)"}),
    )


def _password_link(user: User) -> str:
    key = EmailAwarePasswordResetTokenGenerator().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.SITE_URL + path
