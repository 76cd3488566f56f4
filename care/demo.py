"""What happens in the room and before it, in the demo: so that each screen of this app has something to show.

Only for the demo and for development, like `bookings.demo`, on which it stands. All of it is made through the verbs.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from bookings import demo
from bookings.models import Booking, Therapist
from care import agreed, conversations, demo_notes, demo_plans, incidents, refusals, sheets
from care.incidents import Happened
from care.models import Consequence, Conversation, Covering, Ground, Pressure, Severity, WatchedWord
from care.refusals import Refused
from care.sheets import Agreed
from clients import lookalikes
from clients.models import Client
from outbox import planning
from practice.models import Practice
from practice.walltime import local_date

WATCHED = "extra"
FOLLOWED_UP_IN = dt.timedelta(days=2)
BACK = ("neck", "shoulder-left", "shoulder-right", "upper-back", "lower-back")
HEAD_AND_CALVES = ("scalp", "calf-left", "calf-right")


@transaction.atomic
def load(now: dt.datetime, *, with_past: bool = False) -> bool:
    """Gives a database without therapists the demo practice with all that belongs to it; whether it did. `with_past`, two
    years more before its own weeks."""
    if not demo.load(now, with_past=with_past):
        return False
    mara = Therapist.objects.select_related("user").get(slug="mara")
    WatchedWord.objects.create(word=WATCHED)
    fill_in_sheets(mara.user, now)
    talk_before(mara, now)
    refuse(mara, now)
    for each in Conversation.objects.all():  # what was written yesterday was told yesterday
        planning.cancel(f"conversation:{each.pk}")
    record_incidents(mara.user, now)
    lookalikes.notice(client("bo"), now)
    demo_notes.load(mara.user, now)
    demo_plans.load(mara, client("robin"), now)
    return True


def client(name: str) -> Client:
    return Client.objects.select_related("user").get(ref=f"demo-{name}")


def coming(name: str, now: dt.datetime) -> list[Booking]:
    found = Booking.objects.filter(client__ref=f"demo-{name}", starts_at__gt=now).order_by("starts_at")
    return list(found.select_related("client", "therapist__user", "session_type", "room"))


def fill_in_sheets(mara: User, now: dt.datetime) -> None:
    """Robin's next session is gone through together; for the one after it, Robin has begun alone."""
    first, second = coming("robin", now)
    sheets.save(
        first,
        Agreed(
            areas=agreed.bits(BACK),
            covering=Covering.UNDERWEAR,
            pressure=Pressure.MEDIUM,
            slower_word="amber",
            stop_word="red",
            wishes="Quiet, please; I like to hear the rain.",
        ),
        by=mara,
        now=now,
    )
    begun = Agreed(agreed.bits(BACK + HEAD_AND_CALVES), Covering.SHEET_ASIDE, Pressure.FIRM, "slow", "stop")
    sheets.save(second, begun, by=client("robin").user, now=now)


def talk_before(mara: Therapist, now: dt.datetime) -> None:
    """Robin waits for an answer; what Quinn asked came marked, and was declined."""
    robin, quinn = client("robin"), client("quinn")
    conversations.write(
        robin,
        mara,
        "My right shoulder is sore from carrying boxes. Could we begin there, and leave my feet out as always?",
        by=robin.user,
        now=now - dt.timedelta(hours=26),
    )
    theirs = Conversation.objects.get(client=robin, therapist=mara)
    conversations.reply(
        theirs,
        "Of course. We begin with the shoulder and see how much it likes; your feet stay out. Has a doctor looked at it?",
        by=mara.user,
        now=now - dt.timedelta(hours=25),
    )
    conversations.write(
        robin,
        mara,
        "Yes, a strain, nothing torn. One more thing: may I keep my socks on?",
        by=robin.user,
        now=now - dt.timedelta(hours=2),
    )
    conversations.write(
        quinn,
        mara,
        "Is there an extra that we could arrange between us, besides what stands on your page?",
        by=quinn.user,
        now=now - dt.timedelta(hours=5),
    )
    conversations.decline(
        Conversation.objects.get(client=quinn, therapist=mara),
        "Thank you for asking. What a session is, and what it is not, stands on our page about boundaries. There is "
        "nothing besides it.",
        by=mara.user,
        now=now - dt.timedelta(hours=4),
    )


def refuse(mara: Therapist, now: dt.datetime) -> None:
    """What Quinn had asked for is declined, and the ground is kept."""
    [asked] = coming("quinn", now)
    said = Refused(
        ground=Ground.OTHER,
        reply="Thank you for your interest. We cannot offer you this session. I wish you well.",
        words="Asked for something besides the session after reading our boundaries. I do not feel at ease with it.",
    )
    refusals.refuse(asked, said, by=mara.user, now=now)


def record_incidents(mara: User, now: dt.datetime) -> None:
    """Warren's is settled and left a warning; Blake's is to be looked at again."""
    warren, blake = client("warren"), client("blake")
    settled = incidents.record(
        warren,
        Happened(
            at=_last_session(warren).ends_at,
            severity=Severity.MINOR,
            what="Came twenty minutes late, wanted the full hour all the same, and raised his voice.",
            done="I ended on time and said why. He paid and left.",
        ),
        by=mara,
        now=now,
        booking=_last_session(warren),
        consequence=Consequence.WARN,
    )
    incidents.follow_up(
        settled, "He wrote the next day and was sorry. We keep to the clock; nothing more.", by=mara, now=now
    )
    incidents.record(
        blake,
        Happened(
            at=_last_session(blake).ends_at,
            severity=Severity.SERIOUS,
            what="Did not keep to what was agreed on the sheet, twice, after I had said stop.",
            done="I ended the session and asked him to leave. No further booking is possible.",
            follow_up_on=local_date(now, Practice.objects.current().zone) + FOLLOWED_UP_IN,
        ),
        by=mara,
        now=now,
        booking=_last_session(blake),
    )


def _last_session(person: Client) -> Booking:
    return Booking.objects.filter(client=person, status="completed").latest("starts_at")
