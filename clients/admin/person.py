"""Who comes here, as staff see and keep it: name, how to reach them, date of birth, and the way to their bookings."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clients import lookalikes, records
from clients.admin import contact, doubles, record
from clients.models import Client
from practice.admin_site import OfficeAdmin, clock

OLDEST_YEARS = 120


class ClientForm(ModelForm):
    def clean_date_of_birth(self) -> Any:
        born = self.cleaned_data["date_of_birth"]
        today = timezone.localdate()
        if born.year < today.year - OLDEST_YEARS or born > today:
            raise ValidationError("This date of birth cannot be right.")
        return born


@admin.register(Client)
class ClientAdmin(OfficeAdmin):
    form = ClientForm
    list_display = ["name", "email", "phone", "ref"]
    search_fields = ["name", "email", "phone", "ref"]
    list_filter = [doubles.DoubleFilter, contact.ReachFilter]
    ordering = ["name", "pk"]
    show_full_result_count = False
    change_form_template = "admin/clients/client/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Client | None = None) -> list[str]:
        kept = ["reached", "ref", "account", "since"] if obj else []
        return ["name", "email", "phone", "date_of_birth", "heard_from", *kept]

    def get_readonly_fields(self, request: HttpRequest, obj: Client | None = None) -> list[str]:
        return ["reached", "ref", "account", "since"] if obj else ["since"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        return Client.objects.for_user(request.user).select_related("user")

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = timezone.now()
        obj.save()
        lookalikes.notice(obj, timezone.now())

    def get_urls(self) -> list[Any]:
        return [
            *record.paths(self.admin_site),
            *doubles.paths(self.admin_site),
            *contact.paths(self.admin_site),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.get_object(request, object_id)
        beside = record.shown_beside(request, found) | {"has_double": records.doubles(found).exists()} if found else {}
        kwargs["extra_context"] = (kwargs.get("extra_context") or {}) | beside
        return super().change_view(request, object_id, *args, **kwargs)

    @admin.display(description="is reached")
    def reached(self, client: Client) -> str:
        return contact.in_a_word(client)

    @admin.display(description="signs in as")
    def account(self, client: Client) -> str:
        return client.user.email if client.user else "–"

    @admin.display(description="client since")
    def since(self, client: Client) -> str:
        return clock(client.created_at)
