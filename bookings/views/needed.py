"""Where a client does what is still missing: the address of each form, with the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from bookings.readiness import Missing, Weight


class Needed(NamedTuple):
    """What is missing in a sentence, and where it can be done; no address where it is not the client's to do."""

    sentence: str
    address: str
    label: str


def of(missing: Iterable[Missing], back: str = "") -> list[Needed]:
    """Each thing once; `back` is the page that the form leads back to."""
    told = {(each.code, each.about): Needed(each.sentence, _address(each, back), _label(each)) for each in missing}
    return list(dict.fromkeys(told.values()))


def _address(missing: Missing, back: str) -> str:
    if missing.code == "consent_required" and missing.weight in (Weight.FORM, Weight.PHYSICS):
        path = reverse("my_agreement", args=[missing.about])
    elif missing.weight != Weight.FORM:
        return ""
    elif missing.code == "boundaries_required":
        path = reverse("my_boundaries")
    else:
        path = reverse("my_form", args=[missing.about])
    return f"{path}?{urlencode({'next': back})}" if back else path


def _label(missing: Missing) -> str:
    return {
        "consent_required": "Read and sign",
        "boundaries_required": "Read the boundaries",
    }.get(missing.code, "Fill it in")
