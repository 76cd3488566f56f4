"""Filters of the list of bookings that ask more than a field."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings import owing
from bookings.models import Booking


class PaidFilter(admin.SimpleListFilter):
    """Of whenever the session was: what is owed lies behind us mostly."""

    title = "money"
    parameter_name = "money"
    CHOICES = {None: "all", "open": "still to be paid", "back": "to give back"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, label in self.CHOICES.items() if key]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.CHOICES.items():
            asked = {self.parameter_name: key, "when": "all"} if key else {}
            query = changelist.get_query_string(asked, [] if key else [self.parameter_name, "when"])
            yield {"selected": self.value() == key, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        wanted = {"open": owing.not_paid, "back": owing.to_give_back}.get(self.value() or "")
        return wanted(queryset) if wanted else queryset
