"""The practice whose reminders are sent by the thousand: therapists, clients, confirmed bookings, and one reminder each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count, islice

from django.db import transaction
from django.utils import timezone

from bookings import notices
from bookings.models import Booking, SessionType, Status, Therapist, Way
from bookings.tests.factories import make_session_type, make_therapist
from clients.models import Client
from outbox import planning
from outbox.models import Message
from practice.models import Practice
from practice.tests.factories import make_practice
from practice.walltime import local_date

THERAPISTS = 50
HOUR = dt.timedelta(hours=1)
_number = count(1)


class Scene:
    """Each booking is of another client."""

    def __init__(self, practice: Practice | None = None) -> None:
        self.practice = practice or make_practice(horizon_days=365, min_notice=dt.timedelta(0))
        self.session_type: SessionType = make_session_type(rooms=[])
        self.therapists: list[Therapist] = [
            make_therapist(user=None, order=order, offers=[self.session_type]) for order in range(THERAPISTS)
        ]
        self.begins_at = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
        self.free = self._free()

    def _free(self) -> Iterator[tuple[Therapist, dt.datetime]]:
        for hour in count():
            yield from ((therapist, self.begins_at + hour * HOUR) for therapist in self.therapists)

    def bookings(self, number: int) -> list[Booking]:
        """Confirmed, from tomorrow on, without any message."""
        clients = self._clients(number)
        made = [self._booking(client, *where) for client, where in zip(clients, islice(self.free, number), strict=True)]
        return Booking.objects.bulk_create(made, batch_size=500)

    def _clients(self, number: int) -> list[Client]:
        now = timezone.now()
        numbers = list(islice(_number, number))
        people = [
            Client(
                ref=f"chaos-{each}",
                name=f"Sam Field {each}",
                email=f"sam{each}@client.example",
                date_of_birth=dt.date(1980, 5, 1),
                created_at=now,
            )
            for each in numbers
        ]
        return Client.objects.bulk_create(people, batch_size=500)

    def _booking(self, client: Client, therapist: Therapist, start: dt.datetime) -> Booking:
        now, practice = timezone.now(), self.practice
        return Booking(
            ref=f"b-{client.ref}",
            client=client,
            therapist=therapist,
            session_type=self.session_type,
            minutes=60,
            starts_at=start,
            ends_at=start + HOUR,
            busy_from_at=start,
            busy_until_at=start + HOUR,
            session_on=local_date(start, practice.zone),
            booked_on=local_date(now, practice.zone),
            status=Status.CONFIRMED,
            made_via=Way.WEB,
            price=70,
            currency=practice.currency,
            cancellation_notice=practice.cancellation_notice,
            reschedule_notice=practice.reschedule_notice,
            late_fee_percent=practice.late_fee_percent,
            no_show_fee_percent=practice.no_show_fee_percent,
            created_at=now,
        )

    def remind(
        self, bookings: list[Booking], due_at: dt.datetime, every: dt.timedelta = dt.timedelta(0)
    ) -> list[Message]:
        """One reminder each, planned as the practice plans them but for when: due then, and so much later each."""
        rows = [
            message
            for number, booking in enumerate(bookings)
            for message in notices.to_somebody(booking, notices.REMINDER, due_at + number * every, booking.created_at)
        ]
        with transaction.atomic():
            planning.plan(rows)
        return rows

    def due_now(self, number: int) -> list[Message]:
        return self.remind(self.bookings(number), timezone.now())
