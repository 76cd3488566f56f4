"""Whose calls stand below /api/v1/: modules that have a `router`, by name, in the order of the document.

An app above names its own in its `AppConfig.ready`, as it does with its messages; here nothing of it is imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ninja import NinjaAPI

MODULES = ["bookings.api.offer", "bookings.api.bookings"]


def install(api: NinjaAPI) -> None:
    for name in MODULES:
        api.add_router("", import_module(name).router)
