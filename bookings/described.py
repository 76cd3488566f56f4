"""What people call each message about a booking, what may stand in its words, and values of nobody for previews."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from bookings import kinds
from outbox.parts import Box, Button, Context, Points

PLACEHOLDERS = {
    "client": "the client's name",
    "therapist": "the therapist's name",
    "session": "the neutral name of the session",
    "when": "day and time of the session",
    "until": "when it ends",
    "zone": "whose time that is, like London time",
    "length": "how long it takes",
    "price": "what was agreed",
    "facts": "a box with time, session, therapist and address",
    "terms": "the price, and until when cancelling is free",
    "coming": "what to bring and how to find you, from the practice's settings",
    "button": "the link to what comes next",
}
OF_SOME = {
    "times": "the other times, one a line",
    "owed": "what is owed by the terms, or that nothing is",
    "asked": "“a session” or “another time”",
    "confirm_link": "a button to say “I will come”, without signing in; nothing once they said so",
    "change_link": "a link to choose another time, without signing in",
    "cancel_link": "a link to cancel, without signing in",
    "preparation": "the session type's own text for before a session",
    "aftercare": "the session type's own text for after a session",
}
IN_SMS = ("client", "therapist", "when", "until", "zone", "length")
SAMPLE: Context = {
    "client": "Robin Vale",
    "therapist": "Mara",
    "session": "Session",
    "when": "Thursday 4 June 2026, 10:00",
    "until": "11:00",
    "zone": "London time",
    "length": "60 minutes",
    "price": "£70",
    "facts": Box(("Thursday 4 June 2026, 10:00 to 11:00 (London time)", "Session, 60 minutes", "With Mara", "1 Mill Lane")),
    "terms": "The price is £70. Cancelling is free until Wednesday 3 June 2026, 10:00 (London time); after that half the "
    "price is due.",
    "coming": "Come as you are. There are towels and water.\n\nHow to find us: the blue door, second bell.",
    "times": Points(("Friday 5 June 2026, 15:00 (London time)", "Saturday 6 June 2026, 11:30 (London time)")),
    "owed": "Nothing is owed.",
    "asked": "another time",
    "confirm_link": Button("Yes, I will come", settings.SITE_URL + "/"),
    "change_link": Button("Choose another time", settings.SITE_URL + "/", quiet=True),
    "cancel_link": Button("Cancel", settings.SITE_URL + "/", quiet=True),
    "preparation": "Please eat lightly before you come, and allow yourself a quiet hour afterwards.",
    "aftercare": "Drink some water, and take the evening gently.",
}  # fmt: skip

LINKS = ("change_link", "cancel_link")
LINKS_OUT = ("confirm_link", *LINKS)
"""What works without signing in. A text message that ships has none of them, since each is longer than its words."""
MINE, THEIRS, ANEW = "my booking", "booking in the office", "book"


@dataclass(frozen=True, slots=True)
class About:
    title: str
    button: str
    leads_to: str = MINE
    more: tuple[str, ...] = ()
    """Placeholders beyond those that all have."""
    group: str = "booking"
    needs: tuple[str, ...] = ("facts",)
    in_sms: tuple[str, ...] = ()
    """What may stand in its text message beyond what may in all."""


ABOUT = {
    kinds.CONFIRMED: About("Booking confirmed", gettext_noop("See or change the booking"), more=LINKS),
    kinds.REQUESTED: About("Request received", gettext_noop("See the request")),
    kinds.APPROVED: About("Request granted", gettext_noop("See or change the booking"), more=LINKS),
    kinds.DECLINED: About("Request declined", gettext_noop("Choose another session"), ANEW, needs=()),
    kinds.PROPOSED: About(
        "Other times proposed", gettext_noop("Choose a time"), more=("times",), needs=("times", "button")
    ),
    kinds.MOVED: About("Booking moved", gettext_noop("See or change the booking"), more=LINKS),
    kinds.LENGTH_CHANGED: About("Length changed", gettext_noop("See or change the booking"), more=LINKS),
    kinds.MOVE_REQUESTED: About(
        "Wish for another time received", gettext_noop("See the booking"), more=("times",), needs=()
    ),
    kinds.MOVE_DECLINED: About("Wish for another time declined", gettext_noop("See or change the booking"), more=LINKS),
    kinds.CANCELLED: About("Booking cancelled", gettext_noop("Book another time"), ANEW, more=("owed",)),
    kinds.EXPIRED: About("Request expired", gettext_noop("Choose another time"), ANEW, needs=()),
    kinds.WAITING: About("Session not confirmed at present", gettext_noop("See the session")),
    kinds.REMINDER: About(
        "Reminder of a session",
        gettext_noop("See or change the booking"),
        more=("confirm_link", *LINKS),
        group="reminder",
    ),
    kinds.PREPARATION: About(
        "Before a session",
        gettext_noop("See the booking"),
        more=("preparation",),
        group="care",
        needs=("preparation",),
        in_sms=("button",),
    ),
    kinds.AFTERCARE: About(
        "After a session",
        gettext_noop("See the session"),
        more=("aftercare",),
        group="care",
        needs=("aftercare",),
        in_sms=("button",),
    ),
    kinds.FORMS_MISSING: About("Forms still missing", gettext_noop("Fill them in"), group="forms", needs=("button",)),
    kinds.TO_ANSWER: About(
        "A request to answer", gettext_noop("Answer the request"), THEIRS, ("times", "asked"), "staff", ("button",)
    ),
    kinds.NOT_ANSWERED: About("A request has expired", gettext_noop("See the booking"), THEIRS, group="staff"),
    kinds.TO_LOOK_AT: About(
        "A session to look at", gettext_noop("Answer it"), THEIRS, group="staff", needs=("button",)
    ),
}


def placeholders_of(kind: str) -> dict[str, str]:
    return PLACEHOLDERS | {name: OF_SOME[name] for name in ABOUT[kind].more}


def sample_of(kind: str) -> Context:
    """All that this kind may say, with a button that leads to the site's first page."""
    shown = {name: SAMPLE[name] for name in placeholders_of(kind) if name != "button"}
    return shown | {"button": Button(gettext(ABOUT[kind].button), settings.SITE_URL + "/")}
