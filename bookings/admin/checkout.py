"""Checking out: what a booking comes to, what is taken, given back or waived for it, and the receipts.

The amount that is due stands there already, so that one press on a way of paying records it. No card's data is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from bookings import mailing, money, owing
from bookings.errors import Refusal
from bookings.models import Booking, MoneyEntry, PaidBy, Status
from bookings.owing import Account
from bookings.permissions import may_change
from bookings.views import back, receipts
from practice import words

WHY_KEPT = "Kept with the line."
CHECKED_OUT = (Status.REQUESTED, *owing.WITH_FEES)
"""Bookings that money is taken for; for the rest it can only go back."""


def pages(site: AdminSite) -> list[Any]:
    return [
        path("bookings/booking/<int:pk>/check-out/", site.admin_view(checkout), name="bookings_booking_checkout"),
        path("bookings/moneyentry/<int:pk>/receipt/", site.admin_view(receipt), name="bookings_moneyentry_receipt"),
        path("bookings/moneyentry/<int:pk>/send/", site.admin_view(send), name="bookings_moneyentry_send"),
    ]


def may_take_money(booking: Booking, user: User) -> bool:
    """The front desk and the owner for everybody's bookings, a therapist for their own."""
    return user.has_perm("bookings.add_moneyentry") and may_change(booking, user)


class AmountForm(forms.Form):
    """How much; `seen` is how many lines there were when the page was made."""

    amount = forms.DecimalField(
        label="Amount", min_value=0, max_digits=9, decimal_places=2, widget=forms.NumberInput(attrs={"step": "0.01"})
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: list[MoneyEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"seen": len(lines)}


class TakeForm(AmountForm):
    paid_by = forms.ChoiceField(
        choices=PaidBy, widget=forms.HiddenInput, error_messages={"required": "Please press how it was paid."}
    )


class GiveBackForm(TakeForm):
    why = forms.CharField(
        label="Reason",
        required=False,
        max_length=300,
        help_text=f"Needed where it was not to be given back. {WHY_KEPT}",
    )


class WaiveForm(AmountForm):
    why = forms.CharField(label="Reason", max_length=300, help_text=WHY_KEPT)


class TakeBackForm(forms.Form):
    why = forms.CharField(label="What was wrong", max_length=300, help_text=WHY_KEPT)
    field_order = ("entry", "why")

    def __init__(self, *args: Any, lines: list[MoneyEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entry"] = EntryField(standing(lines), label="Which line")
        self.order_fields(self.field_order)


class EntryField(forms.ModelChoiceField):
    """A line by what it says."""

    def __init__(self, lines: list[MoneyEntry], **kwargs: Any) -> None:
        found = MoneyEntry.objects.filter(pk__in=[each.pk for each in lines])
        super().__init__(found, widget=forms.RadioSelect, empty_label=None, **kwargs)

    def label_from_instance(self, entry: MoneyEntry) -> str:
        way = f", {entry.get_paid_by_display().lower()}" if entry.paid_by else ""
        number = f", receipt {entry.number}" if entry.number else ""
        return f"{entry.get_kind_display()} {words.money(entry.amount, entry.currency)}{way}{number}"


def standing(lines: list[MoneyEntry]) -> list[MoneyEntry]:
    """Those that can be taken back."""
    gone = {each.corrects_id for each in lines}
    return [each for each in lines if each.corrects_id is None and each.pk not in gone]


class Deed(NamedTuple):
    """One thing that can be done on the page: its form, what it starts with, the verb, and how it is said."""

    form: type[forms.Form]
    initial: Callable[[Account, Booking], Any]
    run: Callable[..., MoneyEntry]
    done: str


def _take_back(booking: Booking, *, entry: MoneyEntry, **how: Any) -> MoneyEntry:
    entry.booking = booking
    return money.take_back(entry, **how)


DEEDS = {
    "take": Deed(TakeForm, lambda found, booking: owing.may_be_taken(booking, found), money.take, "taken"),
    "give_back": Deed(GiveBackForm, lambda found, booking: found.to_give_back, money.give_back, "given back"),
    "waive": Deed(WaiveForm, lambda found, booking: found.to_pay, money.waive, "waived"),
    "take_back": Deed(TakeBackForm, lambda found, booking: None, _take_back, "taken back by a line of its own"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, pk: int) -> HttpResponse:
    found = Booking.objects.for_user(request.user).select_related("client", "therapist", "session_type", "room")
    booking = get_object_or_404(found, pk=pk)
    if not may_take_money(booking, request.user):
        raise Http404
    chosen = request.POST.get("do", "take") if request.method == "POST" else ""
    if request.method == "POST" and chosen not in DEEDS:
        raise Http404
    lines = lines_of(booking)
    account = owing.account_of(booking)
    made = {name: _form(deed, account, booking, lines) for name, deed in DEEDS.items()}
    if chosen:
        form = made[chosen] = DEEDS[chosen].form(request.POST, lines=lines)
        if form.is_valid() and (entry := _do(booking, DEEDS[chosen], form, request.user, timezone.now())):
            messages.success(request, f"{words.money(entry.amount, entry.currency)} {DEEDS[chosen].done}.")
            return redirect(f"{reverse('admin:bookings_booking_checkout', args=[pk])}{back.kept(request)}")
        lines, account = lines_of(booking), owing.account_of(booking)
    return _page(request, booking, account, lines, forms=made, chosen=chosen)


def _do(booking: Booking, deed: Deed, form: forms.Form, by: User, now: dt.datetime) -> MoneyEntry | None:
    """The line that was written; None where it was refused, which the form then says."""
    try:
        return deed.run(booking, **form.cleaned_data, by=by, now=now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None


def _form(deed: Deed, account: Account, booking: Booking, lines: list[MoneyEntry]) -> forms.Form:
    amount = deed.initial(account, booking)
    return deed.form(initial={"amount": amount} if amount else {}, lines=lines, auto_id=f"id_{deed.run.__name__}_%s")


def lines_of(booking: Booking) -> list[MoneyEntry]:
    """Each with what became of the letter that its receipt was sent with, where it was."""
    lines = list(booking.money.select_related("by", "corrects").order_by("pk"))
    mailed = mailing.last_sent(lines)
    for line in lines:
        line.mailed = mailed.get(line.pk)  # type: ignore[attr-defined]
    return lines


def _page(
    request: HttpRequest, booking: Booking, account: Account, lines: list[MoneyEntry], **shown: Any
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": f"Check out: {booking.client}",
        "opts": Booking._meta,
        "booking": booking,
        "account": account,
        "may_be_taken": owing.may_be_taken(booking, account),
        "lines": lines,
        "standing": standing(lines),
        "ways": PaidBy.choices,
        "back": back.kept(request),
        "why_not_mailed": mailing.why_not(booking.client),
        **shown,
    }
    return render(request, "admin/bookings/booking/checkout.html", context)


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt to its client, by e-mail; back to where the lines stand."""
    entry = get_object_or_404(receipts.of(request).select_related("booking__client", "booking__therapist"), pk=pk)
    if not may_take_money(entry.booking, request.user):
        raise Http404
    try:
        address = mailing.send(entry, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Receipt {entry.number} is on its way to {address}.")
    if request.POST.get("from") == "booking":
        return redirect("admin:bookings_booking_change", entry.booking_id)
    return redirect(f"{reverse('admin:bookings_booking_checkout', args=[entry.booking_id])}{back.kept(request)}")


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("bookings.view_moneyentry"):
        raise Http404
    return receipts.answer(get_object_or_404(receipts.of(request), pk=pk))
