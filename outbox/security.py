"""The notice that something was done to an account: planned where it happens, said here. Codes and resets leave at once by
themselves, since somebody waits for them."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from accounts import happenings
from accounts.happenings import Happening
from outbox import planning, registry
from outbox.models import Message
from outbox.parts import Button, Context
from outbox.registry import Said
from outbox.wording import write
from practice import words
from practice.models import Practice

SECURITY_NOTICE = "security_notice"
KEEP_TRYING = dt.timedelta(days=3)
SENTENCES = {
    "password_changed": gettext_noop("The password of your account was changed."),
    "password_set": gettext_noop("A password was set for your account."),
    "password_reset": gettext_noop("The password of your account was set anew, by a link from a mail."),
    "email_changed": gettext_noop("The e-mail address of your account was changed. This was the address before."),
    "email_deleted": gettext_noop("An e-mail address was taken from your account."),
    "totp_activated": gettext_noop("Codes from an app are now the second step when you sign in."),
    "totp_deactivated": gettext_noop("Codes from an app are no longer asked for when you sign in."),
    "recovery_codes_generated": gettext_noop(
        "New recovery codes were made for your account; the old ones no longer work."
    ),
    "webauthn_added": gettext_noop("A passkey or security key was added to your account."),
    "calendar_address_made": gettext_noop(
        "A secret address was made with which a calendar program can read when your sessions are."
    ),
    "signed_in_anew": gettext_noop(
        "Somebody signed in to your account with a browser that had not been used for it before, or not since "
        "its password was changed."
    ),
    "webauthn_removed": gettext_noop("A passkey or security key was taken from your account."),
}
OTHER = gettext_noop("Something was changed about how you sign in.")
PLACEHOLDERS = {
    "what": "what was done, in a sentence",
    "when": "when",
    "zone": "whose time that is, like London time",
    "button": "the link to the account",
}


def register() -> None:
    happenings.when(plan)
    registry.register(
        SECURITY_NOTICE,
        still_wanted,
        say,
        title="About an account",
        group="security",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context("password_changed", "Thursday 4 June 2026, 10:00", "London time"),
        needs=("what",),
    )


def plan(happening: Happening) -> None:
    user, now = happening.user, happening.now
    message = planning.draft(
        SECURITY_NOTICE,
        recipient=happening.address,
        whom=f"user:{user.pk}",
        about=f"security:{happening.what}"[:40],
        key=f"user:{user.pk}:{happening.what}:{now.isoformat()}",
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
    )
    message.user_id = user.pk
    planning.plan([message])


def still_wanted(message: Message, now: dt.datetime) -> bool:
    return message.user_id is not None


def say(message: Message, now: dt.datetime) -> Said:
    practice = Practice.objects.current()
    when = words.moment(message.created_at, practice.zone)
    what = message.about.removeprefix("security:")
    return write(message, _context(what, when, words.zone(practice.timezone)), practice)


def _context(what: str, when: str, zone: str) -> Context:
    button = Button(gettext("See your account"), f"{settings.SITE_URL}/accounts/email/")
    return {"what": gettext(SENTENCES.get(what, OTHER)), "when": when, "zone": zone, "button": button}
