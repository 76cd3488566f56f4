"""What a client tells: their forms page by page, saved and gone on with later, signed off.

Who came from another page, such as a booking, is led back to it: `?next=` goes along from page to page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import telling
from bookings.views import choice
from bookings.views.needed import onward, way_on
from clients import asking, intake
from clients.asking import Page, Standing
from clients.errors import AlreadySigned, ChangedElsewhere, Declined, NotAnswered, Renewed
from clients.forms import AnswersForm
from clients.models import Action, Client, Flag
from practice import walltime
from practice.models import Practice

LOOKED_AT = (
    "Thank you for telling us. Your therapist looks at it before the next session and writes to you; until then nothing "
    "is confirmed, and nothing is owed."
)
STOPPED = (
    "Thank you for telling us. With this it is better to wait: no session until you have talked it over with your therapist. "
    "Please write or call; nothing is owed."
)


def for_client(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands the view the client who is signed in; staff and those who are not known as a client are led on."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.user.is_staff:
            return redirect("admin:index")
        if not hasattr(request.user, "client"):
            return redirect("my_details")
        return view(request, request.user.client, **kwargs)

    return inner


def today(now: dt.datetime) -> dt.date:
    return walltime.local_date(now, Practice.objects.current().zone)


def to(request: HttpRequest, name: str, *args: object) -> HttpResponse:
    """On to another page of the forms, with the way back."""
    return redirect(reverse(name, args=args) + onward(way_on(request)))


def standing_of(client: Client, slug: str, now: dt.datetime) -> Standing:
    found = asking.standing(client, slug, today(now))
    if found is None:
        raise Http404
    return found


@require_safe
@for_client
def forms(request: HttpRequest, client: Client) -> HttpResponse:
    now = timezone.now()
    shown = {
        "standings": asking.standings(client, today(now)),
        "kept": choice.kept_times(request, now),
        "practice": Practice.objects.current(),
        "onward": onward(way_on(request)),
    }
    return render(request, "clients/intake_list.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_client
def form(request: HttpRequest, client: Client, slug: str) -> HttpResponse:
    """What the form asks and how far it is; the button begins it, or goes on with it."""
    now = timezone.now()
    standing = standing_of(client, slug, now)
    if request.method == "POST":
        try:
            opened = intake.open_submission(client, standing.version.questionnaire, now=now)
        except Declined as declined:
            messages.error(request, str(declined))
            return to(request, "my_forms")
        values, asked = asking.answers(opened), asking.pages(opened.version)
        left = next((page.number for page in asked if not _is_done(page, values)), 1)
        return to(request, "my_form_page", slug, left)
    values, pages = asking.answers(standing.open), asking.pages(standing.version)
    shown = {
        "standing": standing,
        "pages": [(page, bool(standing.open) and _is_done(page, values)) for page in pages],
        "kept": choice.kept_times(request, now),
        "practice": Practice.objects.current(),
        "onward": onward(way_on(request)),
    }
    return render(request, "clients/intake.html", shown)


def _is_done(page: Page, values: dict[str, Any]) -> bool:
    """Complete, and not merely because nothing on it is required."""
    return asking.complete(page, values) and any(key in values for key in page.rows)


@require_http_methods(["GET", "HEAD", "POST"])
@for_client
def page(request: HttpRequest, client: Client, slug: str, number: int) -> HttpResponse:
    now = timezone.now()
    standing = standing_of(client, slug, now)
    pages = asking.pages(standing.version)
    if request.method == "POST":
        return _save(request, client, standing, pages, number, now)
    if number not in range(1, len(pages) + 1):
        raise Http404
    if standing.open is None or standing.is_renewed:
        return to(request, "my_form", slug)
    values = asking.answers(standing.open)
    filled = AnswersForm.filled(values, asked=pages[number - 1].asked)
    return _page(request, standing, pages, number, filled)


def _save(
    request: HttpRequest, client: Client, standing: Standing, pages: Sequence[Page], number: int, now: dt.datetime
) -> HttpResponse:
    slug, opened = standing.version.questionnaire.slug, standing.open
    if request.POST.get("version") != str(standing.version.pk):
        return _renewed(request, client, standing, pages, now)
    if opened is None or request.POST.get("form") != str(opened.pk):
        messages.warning(request, AlreadySigned.sentence)
        return to(request, "my_form", slug)
    if number not in range(1, len(pages) + 1):
        raise Http404
    typed = AnswersForm(request.POST, asked=pages[number - 1].asked)
    if not typed.is_valid():
        return _page(request, standing, pages, number, typed)
    try:
        intake.save_page(opened, number, typed.values(), seen=request.POST.get("seen", ""), now=now)
    except ChangedElsewhere as changed:
        typed.add_error(None, str(changed))
        return _page(request, standing, pages, number, typed)
    except Declined as declined:
        messages.warning(request, str(declined))
        return to(request, "my_form", slug)
    telling.keep_held(client, by=request.user, now=now)
    return _on(request, slug, number, len(pages))


def _on(request: HttpRequest, slug: str, number: int, count: int) -> HttpResponse:
    if "later" in request.POST:
        messages.success(request, "Saved. You can go on whenever you like.")
        return redirect(way_on(request) or "my_forms")
    return to(request, "my_form_page", slug, number + 1) if number < count else to(request, "my_form_sign", slug)


def _renewed(
    request: HttpRequest, client: Client, standing: Standing, pages: Sequence[Page], now: dt.datetime
) -> HttpResponse:
    """A page of an earlier version was sent: what was saved is carried over, and what was typed is shown where it belongs."""
    slug = standing.version.questionnaire.slug
    if standing.open is None:
        messages.warning(request, Renewed.sentence)
        return to(request, "my_form", slug)
    opened = intake.open_submission(client, standing.version.questionnaire, now=now)
    typed = {name.removeprefix("q-") for name in request.POST if name.startswith("q-")}
    of_page = {page.number: len(_sent(page, typed)) for page in pages}
    number = max(of_page, key=lambda each: of_page[each])
    if not of_page[number]:
        messages.warning(request, Renewed.sentence)
        return to(request, "my_form", slug)
    form = AnswersForm(_only(request.POST, _sent(pages[number - 1], typed)), asked=pages[number - 1].asked)
    form.is_valid()
    form.add_error(None, Renewed.sentence)
    current = Standing(standing.version, opened, standing.signed, standing.on)
    return _page(request, current, pages, number, form)


def _sent(page: Page, typed: set[str]) -> list[str]:
    """The questions of a page for which something was typed; rows of a body map are sent as key-area."""
    return [key for key in page.rows if any(name == key or name.startswith(f"{key}-") for name in typed)]


def _only(sent: QueryDict, keys: Sequence[str]) -> QueryDict:
    """What was typed for these questions; the rest belongs to other pages now."""
    kept = sent.copy()
    for name in sent:
        asked = name.removeprefix("q-")
        if name.startswith("q-") and not any(asked == key or asked.startswith(f"{key}-") for key in keys):
            del kept[name]
    return kept


def _page(
    request: HttpRequest, standing: Standing, pages: Sequence[Page], number: int, form: AnswersForm
) -> HttpResponse:
    shown_page = pages[number - 1]
    shown = {
        "standing": standing,
        "page": shown_page,
        "count": len(pages),
        "form": form,
        "seen": asking.mark(asking.answers(standing.open), shown_page),
        "kept": choice.kept_times(request, timezone.now()),
        "practice": Practice.objects.current(),
        "onward": onward(way_on(request)),
    }
    return render(request, "clients/intake_page.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@for_client
def sign(request: HttpRequest, client: Client, slug: str) -> HttpResponse:
    """All the answers on one screen, and the client's word that they are true."""
    now = timezone.now()
    standing = standing_of(client, slug, now)
    if standing.open is None or standing.is_renewed:
        if request.method == "POST":
            messages.warning(request, Renewed.sentence if standing.is_renewed else AlreadySigned.sentence)
        return to(request, "my_form", slug)
    error = ""
    if request.method == "POST":
        if request.POST.get("form") != str(standing.open.pk) or request.POST.get("seen") != _seen(standing):
            error = "Something was changed in another window since you opened this page. Please look it over once more."
        elif request.POST.get("true") != "yes":
            error = "Please tick that this is true as far as you know."
        else:
            return _sign(request, standing, now)
    values, pages = asking.answers(standing.open), asking.pages(standing.version)
    shown = {
        "standing": standing,
        "told": asking.told(standing.open),
        "lacking": [page for page in pages if not asking.complete(page, values)],
        "seen": _seen(standing),
        "error": error,
        "kept": choice.kept_times(request, now),
        "practice": Practice.objects.current(),
        "onward": onward(way_on(request)),
    }
    return render(request, "clients/intake_sign.html", shown)


def _seen(standing: Standing) -> str:
    """Stands for all that is saved of the form."""
    values = asking.answers(standing.open)
    return "-".join(asking.mark(values, page)[:16] for page in asking.pages(standing.version))


def _sign(request: HttpRequest, standing: Standing, now: dt.datetime) -> HttpResponse:
    try:
        raised = telling.sign_off(standing.open, by=request.user, now=now)
    except NotAnswered as lacking:
        messages.warning(request, str(lacking))
        return to(request, "my_form_page", standing.version.questionnaire.slug, lacking.pages[0])
    except Declined as declined:
        messages.warning(request, str(declined))
        return to(request, "my_form", standing.version.questionnaire.slug)
    thank(request, raised)
    kept = choice.kept_times(request, now)
    return redirect(way_on(request) or (reverse("book_review", args=[kept[0].ref]) if kept else "my_forms"))


def thank(request: HttpRequest, raised: Sequence[Flag]) -> None:
    actions = {flag.action for flag in raised}
    if Action.STOP in actions:
        messages.warning(request, STOPPED)
    elif Action.REVIEW in actions:
        messages.info(request, LOOKED_AT)
    else:
        messages.success(request, "Thank you. It is signed off.")
