"""The client's own receipts: the list, each as a PDF, and what is still to be paid."""

from __future__ import annotations

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from bookings import owing, receipts
from bookings.models import Booking, MoneyEntry
from bookings.views.agreements import client_of
from practice import walltime, words
from practice.models import Practice

PAGE = 20


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    client_of(request)
    practice = Practice.objects.current()
    found = MoneyEntry.objects.for_user(request.user).receipts().select_related("booking").order_by("-number")
    try:
        page = Paginator(found, PAGE).page(request.GET.get("page", "1"))
    except InvalidPage:
        raise Http404 from None
    rows = [
        {
            "entry": entry,
            "title": receipts.title_of(entry),
            "amount": words.money(entry.amount, entry.currency),
            "when": words.day(walltime.local_date(entry.at, practice.zone)),
            "session_on": words.day(entry.booking.session_on),
        }
        for entry in page.object_list
    ]
    bookings = Booking.objects.for_user(request.user).select_related("session_type")
    open_ones = [*owing.not_paid(bookings), *owing.to_give_back(bookings)]
    left = [
        {
            "booking": each,
            "amount": words.money(abs(each.balance), each.currency),
            "is_ours": each.balance < 0,
            "on": words.day(each.session_on),
        }
        for each in open_ones
    ]
    return render(request, "bookings/receipts.html", {"practice": practice, "rows": rows, "page": page, "left": left})


@require_safe
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    client_of(request)
    return answer(get_object_or_404(of(request), number=number))


def of(request: HttpRequest):
    return MoneyEntry.objects.for_user(request.user).receipts().select_related("booking__client", "corrects")


def answer(entry: MoneyEntry) -> HttpResponse:
    """The paper, to be kept by nobody on the way."""
    practice = Practice.objects.current()
    response = HttpResponse(receipts.pdf(entry, practice), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{receipts.filename(entry, practice)}"'
    response["Cache-Control"] = "no-store"
    return response
