"""A plan for the demo's regular client, changed once, and somebody whom its therapist named to be told.

Only for the demo and for development, like `care.demo`. Made through the verbs.
"""

from __future__ import annotations

import datetime as dt

from bookings.models import Length, Therapist
from care import named, plans
from care.named import Named
from care.plans import Work
from clients.models import Client

FIRST_MADE = dt.timedelta(days=21)


def load(mara: Therapist, robin: Client, now: dt.datetime) -> None:
    length = Length.objects.select_related("session_type").get(session_type__slug="relaxing-massage", minutes=60)
    first = Work(length, sessions=4, every_days=7, work_on="Arriving, and letting the shoulders rest.")
    plans.make(robin, mara, first, by=mara.user, now=now - FIRST_MADE, seen=0)
    changed = Work(
        length,
        sessions=6,
        every_days=14,
        work_on="More time between sessions, as Robin asked. Shoulders first; then breath, as far as it stays easy.",
    )
    plans.make(robin, mara, changed, by=mara.user, now=now, seen=1)
    lee = named.save(Named("Lee", "lee@demo.example"), by=mara.user, now=now)
    named.reached_by_mail(lee, now=now)
