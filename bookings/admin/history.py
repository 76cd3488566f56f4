"""A booking's own lines on its history page: each change with who, what and why, as they were written."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Model

from bookings.models import Booking
from practice.admin_site import Happened
from practice.templatetags.office import told, words


def of_booking(row: Model) -> Iterator[Happened]:
    if not isinstance(row, Booking):
        return
    for change in row.changes.select_related("by"):
        more = f": {told(change.details)}" if change.details else ""
        yield Happened(change.at, str(change.by or "by itself"), f"{words(change.what).capitalize()}{more}", change.why)


admin.site.add_story(of_booking)
