"""The practice as it is, in the shape of a practice file. Only reads. Rows come in an order that an import gives back.

Left out: held and expired bookings, what was asked or proposed about a booking, its history, accounts, and clinical content.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from bookings.models import Booking, Closure, DateHours, Offer, Room, SessionType, Status, Therapist, WeeklyHours
from bookings.models.booking import BookingQuerySet
from bookings.practice_file.physics import OF_THE_VISIT, TO_COME
from bookings.practice_file.spelling import DAYS, spell_amount, spell_duration, spell_instant, spell_reminders
from clients.models import Client
from outbox import wording
from outbox.models import Channel, Wording
from practice.models import PageText, Practice
from practice.walltime import clock

LEFT_OUT = (Status.HELD, Status.EXPIRED)

Row = dict[str, Any]


def tree() -> Row:
    """Every section that has rows."""
    zone = Practice.objects.current().zone
    sections: Row = {
        "practice": next(map(practice_row, Practice.objects.all()), {}),
        "pages": [
            {"slug": page.slug, "title": page.title, "body": plain(page.body)}
            for page in _by(PageText.objects.all(), "slug")
        ],
        "wordings": _wordings(),
        "rooms": _in_order(Room.objects.all(), lambda room: {"slug": room.slug, "name": room.name}),
        "session_types": _in_order(
            SessionType.objects.prefetch_related("lengths", "room_choices__room", "prerequisites__completed"), type_row
        ),
        "therapists": _in_order(_therapists(), lambda therapist: therapist_row(therapist, zone)),
        "closures": _closures(zone),
        "clients": [client_row(client) for client in _by(Client.objects.all(), "ref")],
        "bookings": [booking_row(booking, zone) for booking in _by(bookings(), "starts_at", "ref")],
    }
    return {name: rows for name, rows in sections.items() if rows}


def _wordings() -> list[Row]:
    """Those that an import takes: whose message there is, with placeholders that can be filled in."""
    usable = [
        own
        for own in _by(Wording.objects.filter(language=""), "kind", "channel")
        if wording.is_usable(own.kind, own.channel, wording.Words(own.subject, own.text))
    ]
    return [wording_row(own) for own in usable]


def wording_row(own: Wording) -> Row:
    subject = {"subject": own.subject} if own.channel == Channel.EMAIL else {}
    return {"message": own.kind, "channel": own.channel, **subject, "text": own.text}


def bookings() -> BookingQuerySet:
    """Those that a file can hold, with all that their rows name."""
    return Booking.objects.exclude(status__in=LEFT_OUT).select_related("client", "therapist", "session_type", "room")


def _therapists() -> Iterable[Therapist]:
    children = ("offers__session_type", "offers__prices__length", "weekly_hours", "date_hours", "time_off")
    return Therapist.objects.select_related("user").prefetch_related(*children)


def _by(rows: Iterable[Any], *names: str) -> list[Any]:
    """Sorted here, since databases sort text each in their own way."""
    return sorted(rows, key=attrgetter(*names))


def _in_order(rows: Iterable[Any], spell: Any) -> list[Row]:
    """`order` is written only where it is not the place in the list."""
    return [spell(row) | ({"order": row.order} if row.order != index else {}) for index, row in enumerate(rows)]


def plain(text: str) -> str:
    """Browsers end lines in two characters; one is enough."""
    return text.replace("\r\n", "\n")


def practice_row(practice: Practice) -> Row:
    return {
        "name": practice.name,
        "strapline": practice.strapline,
        "timezone": practice.timezone,
        "currency": practice.currency,
        "slot_step": practice.slot_step_minutes,
        "min_notice": spell_duration(practice.min_notice),
        "horizon_days": practice.horizon_days,
        "cancellation_notice": spell_duration(practice.cancellation_notice),
        "reschedule_notice": spell_duration(practice.reschedule_notice),
        "late_fee_percent": practice.late_fee_percent,
        "no_show_fee_percent": practice.no_show_fee_percent,
        "request_expires_after": spell_duration(practice.request_expires_after),
        "reminders": spell_reminders(practice.reminders),
        "consent_signers": practice.consent_signers,
        "calendar_domain": practice.calendar_domain,
        "email": practice.email,
        "phone": practice.phone,
        "address": plain(practice.address),
        "directions": plain(practice.directions),
        "bring": plain(practice.bring),
    }


def type_row(kind: SessionType) -> Row:
    return {
        "slug": kind.slug,
        "name": kind.name,
        "kind": kind.kind,
        "summary": kind.summary,
        "description": plain(kind.description),
        "neutral_name": kind.neutral_name,
        "lengths": [
            {"minutes": length.minutes, "price": spell_amount(length.price)}
            for length in _by(kind.lengths.all(), "minutes")
        ],
        "buffer_before": kind.buffer_before_minutes,
        "buffer_after": kind.buffer_after_minutes,
        "rooms": [choice.room.slug for choice in kind.room_choices.all()],
        "approval": kind.approval,
        "requires": {
            "stage": kind.requires_stage,
            "completed": [
                {"session_type": need.completed.slug, "count": need.count}
                for need in _by(kind.prerequisites.all(), "completed.order", "completed.pk")
            ],
            "consultation": kind.requires_consultation,
            "consents": list(kind.requires_consents),
        },
        "cancellation_notice": _duration_or_none(kind.cancellation_notice),
        "reschedule_notice": _duration_or_none(kind.reschedule_notice),
        "reminders": spell_reminders(kind.reminders) if kind.reminders else None,
        "preparation": plain(kind.preparation),
        "aftercare": plain(kind.aftercare),
        "active": kind.active,
    }


def _duration_or_none(length: dt.timedelta | None) -> str | None:
    return None if length is None else spell_duration(length)


def therapist_row(therapist: Therapist, zone: zoneinfo.ZoneInfo) -> Row:
    return {
        "slug": therapist.slug,
        "name": therapist.name,
        **({"email": therapist.user.email} if therapist.user else {}),
        "bio": plain(therapist.bio),
        "offers": [_offer(offer) for offer in _by(therapist.offers.all(), "session_type.order", "session_type.pk")],
        "max_minutes_per_day": therapist.max_minutes_per_day,
        "max_sessions_per_day": therapist.max_sessions_per_day,
        "hours": _weekly(therapist.weekly_hours.all()),
        "dates": _dates(therapist.date_hours.all()),
        "time_off": _periods(((row.starts_at, row.ends_at) for row in therapist.time_off.all()), zone),
        "evening_list": therapist.evening_list,
        "evening_names": therapist.evening_names,
        "active": therapist.active,
    }


def _offer(offer: Offer) -> str | Row:
    prices = {own.length.minutes: spell_amount(own.price) for own in _by(offer.prices.all(), "length.minutes")}
    return {"session_type": offer.session_type.slug, "prices": prices} if prices else offer.session_type.slug


def _weekly(rows: Iterable[WeeklyHours]) -> list[Row]:
    """Days with the same hours are one entry."""
    days: dict[tuple[Any, ...], set[int]] = {}
    for row in rows:
        days.setdefault((row.valid_from, row.valid_until, row.opens, row.closes), set()).add(row.weekday)
    ordered = sorted(
        days.items(), key=lambda item: (item[0][0] or dt.date.min, item[0][1] or dt.date.max, min(item[1]), item[0][2:])
    )
    return [_weekly_row(hours, weekdays) for hours, weekdays in ordered]


def _weekly_row(hours: tuple[Any, ...], weekdays: set[int]) -> Row:
    valid_from, valid_until, opens, closes = hours
    valid = {"valid_from": valid_from, "valid_until": valid_until}
    row = {"days": [DAYS[day] for day in sorted(weekdays)], "from": clock(opens), "to": clock(closes)}
    return row | {name: on for name, on in valid.items() if on is not None}


def _dates(rows: Iterable[DateHours]) -> list[Row]:
    """A date with a day off beside hours has the hours: an empty window opens nothing."""
    dates: dict[dt.date, set[tuple[int, int]]] = {}
    for row in rows:
        windows = dates.setdefault(row.on, set())
        if row.opens is not None and row.closes is not None:
            windows.add((row.opens, row.closes))
    return [
        {"date": on, "hours": [{"from": clock(opens), "to": clock(closes)} for opens, closes in sorted(windows)]}
        for on, windows in sorted(dates.items())
    ]


def _periods(spans: Iterable[tuple[dt.datetime, dt.datetime]], zone: zoneinfo.ZoneInfo) -> list[Row]:
    return [
        {"from": spell_instant(begins, zone), "to": spell_instant(ends, zone)} for begins, ends in sorted(set(spans))
    ]


def _closures(zone: zoneinfo.ZoneInfo) -> list[Row]:
    rows: Sequence[Closure] = list(Closure.objects.select_related("room"))
    spans = sorted({(row.starts_at, row.ends_at, row.room.slug if row.room else "") for row in rows})
    return [
        {"from": spell_instant(begins, zone), "to": spell_instant(ends, zone)} | ({"room": room} if room else {})
        for begins, ends, room in spans
    ]


def client_row(client: Client) -> Row:
    return {
        "ref": client.ref,
        "name": client.name,
        "email": client.email,
        "phone": client.phone,
        "date_of_birth": client.date_of_birth,
        **({"heard_from": client.heard_from} if client.heard_from else {}),
        **({"no_contact": True} if client.contact_refused_at else {}),
        **({"reached_by": client.reached_by} if client.reached_by is not None else {}),
    }


def booking_row(booking: Booking, zone: zoneinfo.ZoneInfo) -> Row:
    """Price, buffers and terms are those that were agreed, whatever the practice asks today."""
    row = {
        "ref": booking.ref,
        "client": booking.client.ref,
        "therapist": booking.therapist.slug,
        "session_type": booking.session_type.slug,
        "minutes": booking.minutes,
        "room": booking.room.slug if booking.room else None,
        "start": spell_instant(booking.starts_at, zone),
        "status": booking.status,
        "booked_on": booking.booked_on,
        "price": spell_amount(booking.price),
        "currency": booking.currency,
        "buffer_before": _minutes(booking.starts_at - booking.busy_from_at),
        "buffer_after": _minutes(booking.busy_until_at - booking.ends_at),
        "cancellation_notice": spell_duration(booking.cancellation_notice),
        "reschedule_notice": spell_duration(booking.reschedule_notice),
        "late_fee_percent": booking.late_fee_percent,
        "no_show_fee_percent": booking.no_show_fee_percent,
    }
    return row | _happened(booking, zone)


def _happened(booking: Booking, zone: zoneinfo.ZoneInfo) -> Row:
    """What came to pass, where anything did; of a session that runs just now only that it is booked."""
    moments = {"answer_by": booking.answer_by_at, "cancelled_at": booking.cancelled_at}
    if booking.status not in TO_COME:
        moments |= {name: getattr(booking, name) for name in OF_THE_VISIT}
    row: Row = {"late": True} if booking.is_late else {}
    if booking.late_fee:
        row["late_fee"] = spell_amount(booking.late_fee)
    return row | {name: spell_instant(at, zone) for name, at in moments.items() if at is not None}


def _minutes(span: dt.timedelta) -> int:
    return int(span.total_seconds()) // 60
