"""The practice that is booked over HTTP: ten therapists, each in a room of their own, and as many clients with tokens as
are needed.

Lies around the present day, since the server's clock is the real one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import ApiToken, User
from bench import data
from bookings.models import SessionType, Therapist
from bookings.tests.factories import make_session_type, make_therapist_at_work
from clients.models import Client
from practice.walltime import from_wall

THERAPISTS = 10
HOURS = range(9, 19)
FIRST_DAY = 7  # from today


@dataclass
class Crowd:
    offers: dict[int, SessionType]
    """By therapist."""
    therapists: list[Therapist]
    tokens: list[str]
    someone: Client

    def slots(self, first: int, days: int) -> list[tuple[Therapist, dt.datetime]]:
        """A hundred a day, from the day `first` on."""
        today = dt.datetime.combine(timezone.now().date(), dt.time()) + dt.timedelta(days=FIRST_DAY + first)
        zone = self.zone
        return [
            (therapist, from_wall(today + dt.timedelta(days=day, hours=hour), zone))
            for day in range(days)
            for hour in HOURS
            for therapist in self.therapists
        ]

    def __post_init__(self) -> None:
        from practice.models import Practice

        self.zone = Practice.objects.current().zone


def make(clients: int, history: int) -> Crowd:
    """`history` bookings of somebody else lie in the table already."""
    scene = data.make_scene()
    data.fill(scene, history, 1)
    offers = {}
    therapists = [make_therapist_at_work(opens="09:00", closes="19:00") for _ in range(THERAPISTS)]
    for therapist in therapists:
        offers[therapist.pk] = make_session_type(therapists=[therapist])
    return Crowd(offers, therapists, list(make_clients(clients)), scene.client)


def make_clients(number: int) -> Iterator[str]:
    """Their tokens. Written in bulk: ten thousand sign-ups are not what is measured."""
    now = timezone.now()
    people = [User(email=f"crowd{each}@example.com", name=f"Crowd {each}", password="!") for each in range(number)]
    User.objects.bulk_create(people, batch_size=500)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people], batch_size=500
    )
    Client.objects.bulk_create(
        [
            Client(
                ref=f"crowd-{each}", user=user, name=user.name, email=user.email, date_of_birth=dt.date(1980, 5, 1),
                created_at=now,
            )
            for each, user in enumerate(people)
        ],
        batch_size=500,
    )  # fmt: skip
    tokens = [f"mp_crowd_{each}" for each in range(number)]
    ApiToken.objects.bulk_create(
        [
            ApiToken(user=user, digest=hashlib.sha256(token.encode()).hexdigest(), created_at=now)
            for user, token in zip(people, tokens, strict=True)
        ],
        batch_size=500,
    )
    yield from tokens
