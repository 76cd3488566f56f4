"""Writes who works and who comes from a checked file: therapists, their offers and hours, closures, clients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress

from accounts.models import Role, User
from bookings import absences, invitations
from bookings.models import Closure, DateHours, Offer, OfferPrice, Room, SessionType, Therapist, TimeOff, WeeklyHours
from bookings.practice_file import spelling
from bookings.practice_file.offer_rows import in_order, settle, write
from bookings.practice_file.report import Report
from clients import lookalikes, records
from clients.models import Client
from practice.models import Practice
from practice.walltime import minutes_of_day

Row = dict[str, Any]
Times = WeeklyHours | DateHours | TimeOff | Closure

THERAPIST_FIELDS = {
    "name", "bio", "order", "active", "max_minutes_per_day", "max_sessions_per_day", "evening_list", "evening_names",
}  # fmt: skip
CLIENT_FIELDS = {"name", "email", "phone", "heard_from"}
REACHED_BY = ("email", "phone")


def therapists(rows: Sequence[Row], now: dt.datetime, report: Report) -> None:
    types = {kind.slug: kind for kind in SessionType.objects.prefetch_related("lengths")}
    settled = settle(
        Therapist,
        "slug",
        in_order(Therapist, rows),
        lambda row: {name: row[name] for name in THERAPIST_FIELDS & row.keys()},
    )
    for row, (therapist, is_new, is_changed) in zip(rows, settled, strict=True):
        changes = [
            is_changed,
            _account(therapist, row.get("email"), now, report),
            _offers(therapist, row.get("offers", []), types),
        ]
        report.settle("therapists", is_new=is_new, is_changed=any(changes))


def _account(therapist: Therapist, email: str | None, now: dt.datetime, report: Report) -> bool:
    """Joins the account of that address, or makes one without a password and invites its owner."""
    if email is None or therapist.user_id is not None:
        return False
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, None, name=therapist.name, role=Role.THERAPIST)
        invitations.invite(user, now=now)
        report.notes.append(f"{therapist.name} is invited at {user.email}.")
    return write(therapist, {"user": user})


def _offers(therapist: Therapist, rows: Iterable[Any], types: dict[str, SessionType]) -> bool:
    here = {offer.session_type_id: offer for offer in therapist.offers.all()}
    changed = False
    for row in rows:
        named: Row = {"session_type": row} if isinstance(row, str) else row
        kind = types[named["session_type"]]
        if kind.pk not in here:
            here[kind.pk] = Offer.objects.create(therapist=therapist, session_type=kind)
            changed = True
        changed |= _own_prices(here[kind.pk], named.get("prices", {}), kind)
    return changed


def _own_prices(offer: Offer, prices: Row, kind: SessionType) -> bool:
    here = {price.length_id: price for price in offer.prices.all()}
    lengths = {str(length.minutes): length for length in kind.lengths.all()}
    changed = False
    for minutes, text in prices.items():
        length, price = lengths[minutes], spelling.amount(text)
        if length.pk in here:
            changed |= write(here[length.pk], {"price": price})
        else:
            OfferPrice.objects.create(offer=offer, length=length, price=price)
            changed = True
    return changed


def hours(tree: Row, now: dt.datetime, report: Report) -> None:
    """Every kind of hours at once, so that the bookings which stand in their way are looked for once."""
    zone = Practice.objects.current().zone
    people = {each.slug: each for each in Therapist.objects.prefetch_related("weekly_hours", "date_hours", "time_off")}
    save: list[Times] = []
    remove: list[Times] = []
    for row in tree.get("therapists", []):
        therapist = people[row["slug"]]
        _merge("weekly hours", _weekly(therapist, row), therapist.weekly_hours.all(), save, report)
        away = [_period(TimeOff, period, zone, therapist=therapist) for period in row.get("time_off", [])]
        _merge("time off", away, therapist.time_off.all(), save, report)
        _dates(therapist, row.get("dates", []), save, remove, report)
    rooms = {room.slug: room for room in Room.objects.all()}
    wanted = [
        _period(Closure, row, zone, room=rooms[row["room"]] if row.get("room") else None)
        for row in tree.get("closures", [])
    ]
    _merge("closures", wanted, Closure.objects.all(), save, report)
    if save or remove:
        met = absences.change(save=save, remove=remove, now=now)
        report.notes.extend(
            f"Booking {booking.ref} stands in the way of these hours; it stays as it is." for booking in met
        )


def _value(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, each.attname) for each in row._meta.concrete_fields if not each.primary_key)


def _merge(kind: str, wanted: Iterable[Times], here: Iterable[Times], save: list[Times], report: Report) -> None:
    """Rows that the practice does not have yet; a row is the same if its values are."""
    seen = {_value(row) for row in here}
    for row in wanted:
        is_new = _value(row) not in seen
        seen.add(_value(row))
        if is_new:
            save.append(row)
        report.settle(kind, is_new=is_new, is_changed=False)


def _weekly(therapist: Therapist, row: Row) -> Iterator[WeeklyHours]:
    for entry in row.get("hours", []):
        for day in sorted(set(entry["days"]), key=spelling.DAYS.index):
            yield WeeklyHours(
                therapist=therapist,
                weekday=spelling.DAYS.index(day),
                opens=minutes_of_day(entry["from"]),
                closes=minutes_of_day(entry["to"]),
                valid_from=_date_or_none(entry.get("valid_from")),
                valid_until=_date_or_none(entry.get("valid_until")),
            )


def _date_or_none(text: str | None) -> dt.date | None:
    return None if text is None else spelling.date(text)


def _period(model: type[TimeOff] | type[Closure], row: Row, zone: ZoneInfo, **whose: Any) -> TimeOff | Closure:
    return model(starts_at=spelling.instant(row["from"], zone), ends_at=spelling.instant(row["to"], zone), **whose)


def _dates(therapist: Therapist, rows: Iterable[Row], save: list[Times], remove: list[Times], report: Report) -> None:
    """A date that the file lists has just the file's hours, since two sets for one date would make no sense."""
    for row in rows:
        on = spelling.date(row["date"])
        windows: set[tuple[int | None, int | None]] = {
            (minutes_of_day(window["from"]), minutes_of_day(window["to"])) for window in row["hours"]
        }
        windows = windows or {(None, None)}
        here = [each for each in therapist.date_hours.all() if each.on == on]
        kept = {(each.opens, each.closes) for each in here if (each.opens, each.closes) in windows}
        gone = [each for each in here if (each.opens, each.closes) not in windows]
        new = [
            DateHours(therapist=therapist, on=on, opens=opens, closes=closes)
            for opens, closes in sorted(windows - kept)
        ]
        save += new
        remove += gone
        report.settle("dates", is_new=not here, is_changed=bool(new or gone))


def clients(rows: Sequence[Row], now: dt.datetime, report: Report) -> None:
    """New rows all at once; there may be thousands. Who looks like somebody that is blocked is put before the therapist."""
    here = Client.objects.in_bulk([row["ref"] for row in rows], field_name="ref")
    new: list[Client] = []
    reached_anew: list[Client] = []
    for row in rows:
        fields = {name: row[name] for name in CLIENT_FIELDS & row.keys()} | {
            "date_of_birth": spelling.date(row["date_of_birth"])
        }
        known = here.get(row["ref"])
        fields |= _contact(row, known, now)
        if known:
            if any(fields.get(name, getattr(known, name)) != getattr(known, name) for name in REACHED_BY):
                reached_anew.append(known)
            report.settle("clients", is_new=False, is_changed=write(known, fields))
        else:
            new.append(Client(ref=row["ref"], created_at=now, **fields))
    Client.objects.bulk_create(new, batch_size=500)
    lookalikes.notice_all(new + reached_anew, now)
    _join_accounts([client.email for client in new])
    report.count("clients", created=len(new))


def _contact(row: Row, known: Client | None, now: dt.datetime) -> Row:
    """How they are reached. Text messages are not sent before the client agrees to them here."""
    fields: Row = {"reached_by": row["reached_by"]} if "reached_by" in row else {}
    refused_at = known.contact_refused_at if known else None
    if row.get("no_contact", refused_at is not None) != (refused_at is not None):
        fields["contact_refused_at"] = now if row["no_contact"] else None
    return fields


def _join_accounts(addresses: Sequence[str]) -> None:
    """Accounts that have no client's row yet and have confirmed one of the addresses; the others are joined once they have."""
    for first in range(0, len(addresses), 500):
        emails = {address.lower() for address in addresses[first : first + 500] if address}
        confirmed = EmailAddress.objects.filter(
            email__in=emails, verified=True, primary=True, user__role=Role.CLIENT, user__client=None
        )
        for address in confirmed.select_related("user"):
            records.join_account(address.user)
