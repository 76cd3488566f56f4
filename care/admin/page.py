"""What the pages of care share: only who may read the client's record comes in, and each reading leaves its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.models import User
from bookings.models import Booking
from bookings.permissions import may_answer
from clients import permissions
from clients.errors import Declined
from clients.models import Client
from clients.reading import note_reading
from practice.admin_site import ReadOnlyAdmin
from practice.errors import Refusal


class CareAdmin(ReadOnlyAdmin):
    """Rows about one client: `to_client` is the way to them, `reads` the word that the client finds in their record,
    `author` who decided it, who may read that much back also when they do not treat the client any more."""

    to_client = "client"
    reads = ""
    author = ""
    template = "act"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mine = Q(**{f"{self.to_client}__in": permissions.readable_by(request.user, timezone.now())})
        own = Q(**{self.author: request.user}) if self.author else mine
        return super().get_queryset(request).filter(mine | own)

    def may(self, request: HttpRequest, verb: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{verb}_{self.opts.model_name}")

    def demand(self, request: HttpRequest, verb: str) -> None:
        if not self.may(request, verb):
            raise PermissionDenied

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row, if it is there for this member of staff; a text that is no number of a row is not there either."""
        self.demand(request, "view")
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def opened(self, request: HttpRequest, object_id: str) -> Any:
        """The row with what is clinical in it, which leaves a line."""
        row = self.found(request, object_id)
        is_own = bool(self.author) and getattr(row, f"{self.author}_id") == request.user.pk
        self.note(request, self.client_of(row), is_theirs=is_own)
        return row

    def client_of(self, row: Any) -> Client:
        for step in self.to_client.split("__"):
            row = getattr(row, step)
        return row

    def note(self, request: HttpRequest, client: Client, *, is_theirs: bool = False) -> None:
        """`is_theirs`: written to this reader or by them."""
        try:
            note_reading(request.user, client, self.reads, timezone.now(), to_them=is_theirs)
        except Declined:
            raise Http404 from None

    def booking(self, request: HttpRequest) -> Booking:
        """The booking that ?booking= names, which must be this member of staff's to answer."""
        number = request.GET.get("booking", "")
        found = Booking.objects.for_user(request.user).select_related(
            "client", "therapist__user", "session_type", "room"
        )
        booking = get_object_or_404(found, pk=number if number.isdecimal() and len(number) < 10 else 0)
        if not may_answer(booking, request.user):
            raise PermissionDenied
        return booking

    def attempt(self, request: HttpRequest, form: forms.Form | None, act: Callable[[], object], done: str) -> bool:
        """Runs a verb; what it refuses is said in the form, or above the page."""
        try:
            act()
        except Refusal as refusal:
            if form is None:
                messages.error(request, str(refusal))
            else:
                form.add_error(None, str(refusal))
            return False
        messages.success(request, done)
        return True

    def page(
        self, request: HttpRequest, *, title: str, form: forms.Form | None = None, template: str = "", **shown: Any
    ) -> HttpResponse:
        """`template` where it is not the one of all pages of these rows."""
        media = self.media + form.media if form else self.media
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": media,
            "form": form,
            "title": title,
            **shown,
        }
        return render(request, f"admin/care/{template or self.template}.html", context)

    def to_row(self, row: Model) -> HttpResponse:
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)


def concerned(user: User, now: dt.datetime) -> QuerySet[Client]:
    """Of whom this member of staff may record something: whom they may read about, or have had a booking with."""
    theirs = Booking.objects.filter(therapist__user_id=user.pk).values("client")
    readable = permissions.readable_by(user, now).values("pk")
    return Client.objects.filter(Q(pk__in=readable) | Q(pk__in=theirs)).order_by("name", "pk")


def typed(request: HttpRequest) -> Any:
    """What was sent; a POST with nothing in it is still one."""
    return request.POST if request.method == "POST" else None
