"""The care record in the demo: signed notes with charts over several sessions, one amended, one still a draft.

Only for the demo and for development, a part of `care.demo`. All of it is made through the verbs, at the moments when a
therapist would have written it.
"""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from bookings.models import Booking, Status
from care import agreed, notes, reflections
from care.energy import Point
from care.models import SessionNote
from care.notes import Written

AFTER = dt.timedelta(minutes=10)
AMENDED_AFTER = dt.timedelta(days=1)

ROBINS = (
    Written(
        done="A first talk: what brings Robin here, what a session is and is not, and how to say stop.",
        response="Calm, a few good questions. Took the papers home to read in peace.",
        plan="A relaxing hour first, with the shoulders as the beginning.",
    ),
    Written(
        areas=agreed.bits(("neck", "shoulder-left", "shoulder-right", "upper-back")),
        done="Slow opening with resting hands, then long strokes. Shoulders and neck, medium pressure.",
        response="Breath became slower after a quarter of an hour. The left shoulder stayed firm.",
        aftercare="Drink enough, take the evening slowly, and keep the shoulders warm.",
        plan="Begin with the shoulders again; ask about the right one.",
        points={
            "throat": Point("underactive", "Speaks softly of what is wanted."),
            "heart": Point("balanced"),
            "solar-plexus": Point("blocked", "Held breath under the ribs."),
            "root": Point("underactive"),
        },
        shares_aftercare=True,
        shares_chart=True,
    ),
    Written(
        areas=agreed.bits(("neck", "upper-back", "lower-back")),
        done="Back and neck, medium pressure. Closed quietly, with time to come back.",
        response="Asked for less pressure once; followed at once. Slept for some minutes at the end.",
        aftercare="You may feel tired or tender for a day. Write or call if it stays longer.",
        plan="Ninety minutes next time, and quiet music or none.",
        points={
            "crown": Point("balanced"),
            "throat": Point("balanced"),
            "heart": Point("balanced"),
            "solar-plexus": Point("underactive", "Moves with the breath now."),
            "sacral": Point("overactive"),
            "root": Point("balanced"),
        },
        shares_aftercare=True,
        shares_chart=True,
        shares_chart_notes=True,
    ),
)
REEDS = (
    Written(
        done="Introduction: breathing together, seated. Then hands resting on back and shoulders, clothed.",
        response="Attentive, said stop once to try it out. Work stopped at once.",
        aftercare="Take the evening slowly.",
        plan="The same again; nothing new before the next talk.",
        points={"heart": Point("underactive"), "sacral": Point("blocked"), "root": Point("balanced")},
    ),
)
DRAFT = Written(done="Back and shoulders, light pressure. To be finished: how it was taken.")
AMENDMENT = ("It was the right shoulder that stayed firm.", "I wrote the wrong side.")
REFLECTION = "I hurried the opening with Robin. Arrive five minutes earlier, and let the first minutes be still."


def load(mara: User, now: dt.datetime) -> None:
    """Robin's three sessions and Reed's first are written; of Reed's second there is only a draft."""
    robins, reeds = _held("demo-robin", mara, now), _held("demo-reed", mara, now)
    signed = [_sign(booking, written, mara) for booking, written in zip(robins, ROBINS, strict=False)]
    for booking, written in zip(reeds, REEDS, strict=False):
        _sign(booking, written, mara)
    for booking in reeds[len(REEDS) :][-1:]:
        notes.save_draft(booking, DRAFT, seen=0, by=mara, now=booking.ends_at + AFTER)
    for note in signed[1:2]:
        words, reason = AMENDMENT
        notes.amend(note, words, reason=reason, by=mara, now=note.booking.ends_at + AMENDED_AFTER)
    for booking in robins[-1:]:
        reflections.write(booking.client, REFLECTION, by=mara, booking=booking, now=booking.ends_at + AFTER)


def _held(ref: str, mara: User, now: dt.datetime) -> list[Booking]:
    found = Booking.objects.filter(
        client__ref=ref, therapist__user=mara, status=Status.COMPLETED, ends_at__lt=now - AFTER
    )
    return list(found.select_related("client").order_by("starts_at"))


def _sign(booking: Booking, written: Written, mara: User) -> SessionNote:
    return notes.sign(booking, written, seen=0, by=mara, now=booking.ends_at + AFTER)
