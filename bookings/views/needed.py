"""Where a client does what is still missing: the address of each form, with the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from bookings.readiness import Missing, Weight
from clients.models import Document, Questionnaire


class Way(NamedTuple):
    address: str
    label: str


class Needed(NamedTuple):
    """What is missing in a sentence, and where it can be done; no way where it is not the client's to do."""

    sentence: str
    ways: list[Way]


def of(missing: Iterable[Missing], back: str = "", names: Mapping[str, str] | None = None) -> list[Needed]:
    """Each sentence once, with a way to each thing that it is about; `back` is the page that they lead back to, `names`
    what `titles` gives, for who asks about many sessions."""
    found: dict[str, list[Way]] = {}
    for each in {(each.code, each.about): each for each in missing}.values():
        ways = found.setdefault(each.sentence, [])
        if address := _address(each, back):
            names = titles() if names is None else names
            ways.append(Way(address, _label(each, names)))
    return [Needed(*each) for each in found.items()]


def titles() -> dict[str, str]:
    """What each form and each document is called, by its slug."""
    forms, texts = (each.objects.order_by().values_list("slug", "title") for each in (Questionnaire, Document))
    return dict(forms.union(texts))


def _address(missing: Missing, back: str) -> str:
    if missing.code == "consent_required" and missing.weight in (Weight.FORM, Weight.PHYSICS):
        path = reverse("my_agreement", args=[missing.about])
    elif missing.weight != Weight.FORM:
        return ""
    elif missing.code == "boundaries_required":
        path = reverse("my_boundaries")
    else:
        path = reverse("my_form", args=[missing.about])
    return f"{path}{onward(back)}"


def _label(missing: Missing, names: Mapping[str, str]) -> str:
    if missing.code == "boundaries_required":
        return "Read the boundaries"
    what = "Read and sign" if missing.code == "consent_required" else "Fill in"
    return f"{what} “{names.get(missing.about, missing.about)}”"


def way_on(request: HttpRequest) -> str:
    """Where the client came from, if it is a page of ours; else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


def onward(way: str) -> str:
    """The end of an address that keeps the way back."""
    return f"?{urlencode({'next': way})}" if way else ""
