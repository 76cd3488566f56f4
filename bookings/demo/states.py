"""Clients of the demo in each state that the record of one can be in, so that every screen can be seen.

Their names say where they stand. All of it is made through the verbs of every client; what they booked is in `BOOKED`.
"""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from bookings import withdrawal
from bookings.demo.told import begin_forms, sign_agreements, sign_forms, understand_boundaries
from clients import agreements, decisions
from clients.models import Client, Document, Stage

CLIENTS = (
    ("demo-holly", "Holly Halfway", "holly@demo.example", "1990-02-14"),
    ("demo-stella", "Stella Stopwell", "stella@demo.example", "1966-07-03"),
    ("demo-rowan", "Rowan Review", "rowan@demo.example", "1972-10-19"),
    ("demo-olive", "Olive Oldersign", "olive@demo.example", "1981-05-27"),
    ("demo-blake", "Blake Blockley", "blake@demo.example", "1977-01-09"),
    ("demo-reed", "Reed Readymoor", "reed@demo.example", "1988-08-31"),
    ("demo-quinn", "Quinn Question", "quinn@demo.example", "1983-11-15"),
    ("demo-warren", "Warren Warnley", "warren@demo.example", "1975-04-22"),
    ("demo-bo", "Bo Blockley", "b.lake@demo.example", "1977-09-01"),
)
# Week (0 is the current one), day, client, therapist, start, session type, minutes, room.
BOOKED = (
    (-3, 2, "demo-reed", "mara", "10:00", "consultation", 30, None),
    (-2, 2, "demo-reed", "mara", "13:00", "tantric-introduction", 120, "quiet"),
    (-1, 2, "demo-reed", "mara", "13:00", "tantric-introduction", 120, "quiet"),
    (-3, 2, "demo-blake", "mara", "16:00", "relaxing-massage", 60, "garden"),
    (2, 2, "demo-blake", "mara", "12:00", "relaxing-massage", 60, "hearth"),
    (1, 2, "demo-stella", "mara", "11:30", "relaxing-massage", 60, "hearth"),
    (1, 2, "demo-rowan", "mara", "14:00", "relaxing-massage", 60, "garden"),
    (-2, 2, "demo-olive", "mara", "16:00", "relaxing-massage", 60, "garden"),
    (1, 2, "demo-olive", "mara", "16:00", "relaxing-massage", 60, "garden"),
    (2, 2, "demo-quinn", "mara", "14:00", "tantric-introduction", 120, "quiet"),
    (-2, 2, "demo-warren", "mara", "10:00", "relaxing-massage", 60, "garden"),
    (2, 2, "demo-warren", "mara", "10:00", "relaxing-massage", 60, "garden"),
)
SIGNED_BEFORE = dt.timedelta(days=40)
CHANGED_BEFORE = dt.timedelta(days=21)
DECIDED_BEFORE = dt.timedelta(days=2)
ADDED = "\nIf a session has to end early, we sit down together afterwards, when you like.\n"


def sign_before(now: dt.datetime) -> None:
    """Olive has told and signed everything, and then the text of the consent became another."""
    olive = Client.objects.get(ref="demo-olive")
    sign_forms(olive, now - SIGNED_BEFORE)
    sign_agreements(olive, now - SIGNED_BEFORE, "privacy", "treatment")
    draft = agreements.new_draft(Document.objects.get(slug="treatment"))
    draft.text += ADDED
    draft.save(update_fields=["text"])
    agreements.publish(draft, by=User.objects.get(email="owner@demo.example"), now=now - CHANGED_BEFORE)


def enter_states(now: dt.datetime, today: dt.date) -> None:
    """Half an intake, a stop, a review, a block, one who has done all that the next stage asks, and two of whom `care`
    has more to tell."""
    holly, stella, rowan, blake, reed, quinn, warren = (
        Client.objects.select_related("user").get(ref=f"demo-{name}")
        for name in ("holly", "stella", "rowan", "blake", "reed", "quinn", "warren")
    )
    begin_forms(holly, now, pages=2)
    sign_forms(stella, now, {"circulation": ["clot"], "circulation-more": "Left calf; the doctor looks again soon."})
    sign_agreements(stella, now, "privacy", "treatment")
    sign_forms(rowan, now, {"circulation": ["pacemaker"], "circulation-more": "Since 2019, checked each spring."})
    sign_agreements(rowan, now, "privacy", "treatment")
    _block(blake, now)
    _make_ready(reed, now, today)
    sign_forms(quinn, now)
    sign_agreements(quinn, now, "privacy", "treatment", "tantric-session")
    understand_boundaries(quinn, now)
    sign_forms(warren, now)
    sign_agreements(warren, now, "privacy", "treatment")


def _block(client: Client, now: dt.datetime) -> None:
    sign_forms(client, now)
    sign_agreements(client, now, "privacy", "treatment")
    mara = User.objects.get(email="therapist@demo.example")
    withdrawal.block(client, by=mara, now=now, why="Did not keep to what was agreed, and would not talk about it.")


def _make_ready(client: Client, now: dt.datetime, today: dt.date) -> None:
    """Only the therapist's decision is left, who wanted some more time when they last spoke of it."""
    sign_forms(client, now)
    sign_agreements(client, now, "privacy", "treatment", "tantric-session")
    understand_boundaries(client, now)
    decisions.not_yet(
        client,
        Stage.objects.get(slug="clearing"),
        by=User.objects.get(email="therapist@demo.example"),
        decided_on=today - DECIDED_BEFORE,
        note="Calm and clear in both introductions. One more conversation, then I would say yes.",
        now=now,
    )
