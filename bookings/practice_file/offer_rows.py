"""Writes what is offered from a checked file: the practice, its texts, rooms, session types with their lengths and needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models

from bookings.models import Length, Prerequisite, Room, SessionType, SessionTypeRoom
from bookings.practice_file import spelling
from bookings.practice_file.report import Report
from practice.models import PageText, Practice

Row = dict[str, Any]
HIGHEST_ORDER = 32767

PRACTICE_FIELDS = {
    "name", "strapline", "timezone", "currency", "horizon_days", "late_fee_percent", "no_show_fee_percent",
    "email", "phone", "address", "directions", "bring", "consent_signers", "calendar_domain",
}  # fmt: skip
PRACTICE_SPANS = {"min_notice", "cancellation_notice", "reschedule_notice", "request_expires_after"}
TYPE_FIELDS = {
    "name", "kind", "summary", "description", "neutral_name", "approval", "order", "active", "preparation", "aftercare",
}  # fmt: skip


def differing(row: models.Model, fields: Row) -> Row:
    """Those of the fields that the row has otherwise."""
    return {name: value for name, value in fields.items() if getattr(row, name) != value}


def settle(model: Any, key: str, rows: Sequence[Row], fields_of: Callable[[Row], Row]) -> list[tuple[Any, bool, bool]]:
    """Each row of the file as its object, whether it is new, and whether its own fields changed. A key left out changes nothing."""
    here = {getattr(each, key): each for each in model.objects.filter(**{f"{key}__in": [row[key] for row in rows]})}
    return [_settled(model, key, row, fields_of(row), here.get(row[key])) for row in rows]


def _settled(model: Any, key: str, row: Row, fields: Row, here: Any) -> tuple[Any, bool, bool]:
    if here is None:
        return model.objects.create(**{key: row[key]}, **fields), True, False
    return here, False, write(here, fields)


def write(row: models.Model, fields: Row) -> bool:
    """Saves the fields that differ; whether there were any."""
    changes = differing(row, fields)
    for name, value in changes.items():
        setattr(row, name, value)
    if changes:
        row.save(update_fields=list(changes))
    return bool(changes)


def in_order(model: Any, rows: Sequence[Row]) -> list[Row]:
    """New rows without an order of their own come after those that are here, in the file's order."""
    here = set(model.objects.values_list("slug", flat=True))
    first = (model.objects.aggregate(highest=models.Max("order"))["highest"] or 0) + 1 if here else 0
    return [
        row if "order" in row or row["slug"] in here else {**row, "order": min(first + index, HIGHEST_ORDER)}
        for index, row in enumerate(rows)
    ]


def practice(row: Row | None, report: Report) -> None:
    if row is None:
        return
    fields = {name: row[name] for name in PRACTICE_FIELDS & row.keys()}
    fields |= {name: spelling.duration(row[name]) for name in PRACTICE_SPANS & row.keys()}
    if "reminder_before" in row:
        fields["reminders"] = spelling.reminders([row["reminder_before"]])
    if "reminders" in row:
        fields["reminders"] = spelling.reminders(row["reminders"])
    if "slot_step" in row:
        fields["slot_step_minutes"] = row["slot_step"]
    here = Practice.objects.first()
    if here is None:
        Practice(**fields).save()
    report.settle("practice", is_new=here is None, is_changed=here is not None and write(here, fields))


def pages(rows: Sequence[Row], report: Report) -> None:
    for _, is_new, is_changed in settle(
        PageText, "slug", rows, lambda row: {"title": row["title"], "body": row["body"]}
    ):
        report.settle("pages", is_new=is_new, is_changed=is_changed)


def rooms(rows: Sequence[Row], report: Report) -> None:
    ordered = in_order(Room, rows)
    for _, is_new, is_changed in settle(
        Room, "slug", ordered, lambda row: {name: row[name] for name in ("name", "order") if name in row}
    ):
        report.settle("rooms", is_new=is_new, is_changed=is_changed)


def session_types(rows: Sequence[Row], report: Report) -> None:
    """All types first: one may ask for completed sessions of another that comes later."""
    settled = settle(SessionType, "slug", in_order(SessionType, rows), _type_fields)
    types = {kind.slug: kind for kind in SessionType.objects.all()}
    for row, (kind, is_new, is_changed) in zip(rows, settled, strict=True):
        changes = [
            is_changed,
            _lengths(kind, row.get("lengths", [])),
            _rooms(kind, row.get("rooms", []), report),
            _prerequisites(kind, row.get("requires", {}).get("completed", []), types),
        ]
        report.settle("session types", is_new=is_new, is_changed=any(changes))


def _type_fields(row: Row) -> Row:
    requires = row.get("requires", {})
    fields = {name: row[name] for name in TYPE_FIELDS & row.keys()}
    for key, name in (("buffer_before", "buffer_before_minutes"), ("buffer_after", "buffer_after_minutes")):
        if key in row:
            fields[name] = row[key]
    for key in ("cancellation_notice", "reschedule_notice"):
        if key in row:
            fields[key] = None if row[key] is None else spelling.duration(row[key])
    if "reminders" in row:
        fields["reminders"] = "" if row["reminders"] is None else spelling.reminders(row["reminders"])
    for key in ("stage", "consultation", "consents"):
        if key in requires:
            fields[f"requires_{key}"] = requires[key]
    return fields


def _lengths(kind: SessionType, rows: Iterable[Row]) -> bool:
    here = {length.minutes: length for length in kind.lengths.all()}
    changed = False
    for row in rows:
        price = spelling.amount(row["price"])
        if row["minutes"] in here:
            changed |= write(here[row["minutes"]], {"price": price})
        else:
            Length.objects.create(session_type=kind, minutes=row["minutes"], price=price)
            changed = True
    return changed


def _rooms(kind: SessionType, slugs: Sequence[str], report: Report) -> bool:
    """The file's rooms in its order; rooms that only the practice has stay, after them."""
    here = list(kind.room_choices.select_related("room"))
    kept = [choice.room.slug for choice in here if choice.room.slug not in slugs]
    wanted = [*slugs, *kept] if slugs else kept
    if kept:
        report.notes.append(f"{kind.slug} keeps its rooms that the file does not list: {', '.join(kept)}.")
    if wanted == [choice.room.slug for choice in here]:
        return False
    choices = {choice.room.slug: choice for choice in here}
    by_slug = {room.slug: room for room in Room.objects.filter(slug__in=wanted)}
    for order, slug in enumerate(wanted):
        choice = choices.get(slug) or SessionTypeRoom(session_type=kind, room=by_slug[slug])
        choice.order = order
        choice.save()
    return True


def _prerequisites(kind: SessionType, rows: Iterable[Row], types: dict[str, SessionType]) -> bool:
    here = {need.completed_id: need for need in kind.prerequisites.all()}
    changed = False
    for row in rows:
        completed, count = types[row["session_type"]], row.get("count", 1)
        if completed.pk in here:
            changed |= write(here[completed.pk], {"count": count})
        else:
            Prerequisite.objects.create(session_type=kind, completed=completed, count=count)
            changed = True
    return changed
