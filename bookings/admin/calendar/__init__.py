"""The calendar of the practice's side: its page and list, what it shows, and what is done in it.

Every act is one of the verbs; nothing is decided here.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import path

from bookings.admin.calendar import blocks, dialogs, drops, pages


def paths(site: Any) -> list[Any]:
    view = site.admin_view
    booking = "calendar/booking/<int:pk>/"
    return [
        path("calendar/", view(pages.calendar), name="calendar"),
        path("calendar/events/", view(pages.events), name="calendar_events"),
        path("calendar/book/", view(dialogs.book), name="calendar_book"),
        path("calendar/block/", view(blocks.block), name="calendar_block"),
        path("calendar/block/undo/", view(blocks.undo), name="calendar_block_undo"),
        path("calendar/clients/", view(dialogs.clients), name="calendar_clients"),
        path(booking, view(dialogs.booking), name="calendar_booking"),
        path(f"{booking}move/", view(drops.move), name="calendar_move"),
        path(f"{booking}length/", view(drops.length), name="calendar_length"),
        path(f"{booking}undo/", view(drops.undo), name="calendar_undo"),
    ]


admin.site.add_pages(paths)
