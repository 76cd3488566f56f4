"""What the API says when something stands in the way: `application/problem+json` with a stable code, for every error.

Decides nothing; it gives each family of errors its status.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from accounts.errors import EntryRefused, Throttled
from bookings import errors
from bookings.availability import Reason
from bookings.errors import Refusal

MEDIA_TYPE = "application/problem+json"

CODES: dict[str, tuple[int, str]] = {
    "unauthenticated": (401, "A token is needed"),
    "consent_required": (403, "A consent comes first"),
    "intake_required": (403, "Some questions come first"),
    "boundaries_required": (403, "The boundaries come first"),
    "stage_required": (403, "Not yet"),
    "under_age": (403, "For adults"),
    "review_required": (403, "The therapist looks first"),
    "stopped": (403, "Not at present"),
    "not_available": (403, "Not available"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Not done this way"),
    "slot_taken": (409, "Just taken"),
    "conflict": (409, "Changed in the meantime"),
    "late": (409, "Inside the notice"),
    "too_large": (413, "Too large"),
    "unsupported_media_type": (415, "Send JSON"),
    "invalid": (422, "Please check what was sent"),
    "not_offered": (422, "Not offered"),
    "key_reused": (422, "Key used before"),
    "rate_limited": (429, "A little too often"),
}

NO_TOKEN = "Send a token of your own as “Authorization: Bearer …”. The practice makes one for you."
SENTENCES = {
    "missing": "This is needed.",
    "extra_forbidden": "This field is not known here.",
    "string_type": "Write this as text.",
    "bool_type": "Write true or false.",
    "int_type": "Write a whole number.",
    "string_pattern_mismatch": "This holds a character that cannot be used here.",
    "string_unicode": "This holds a character that cannot be used here.",
    "model_type": "Send a JSON object.",
    "model_attributes_type": "Send a JSON object.",
}


class WrongMediaType(Exception):
    """Something else than JSON was sent."""


def problem(code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> HttpResponse:
    status, title = CODES[code]
    said = {"type": f"/api/v1/docs#{code}", "title": title, "status": status, "code": code, "detail": detail}
    return HttpResponse(json.dumps(said | more), status=status, content_type=MEDIA_TYPE, headers=headers)


def invalid(fields: dict[str, str]) -> HttpResponse:
    return problem("invalid", "Some of what was sent cannot be used.", fields=fields)


def not_found() -> HttpResponse:
    return problem("not_found", "There is nothing here, or it is not yours.")


def reasons(found: list[Reason]) -> list[dict[str, str]]:
    return [{"code": reason.value, "sentence": errors.SENTENCES[reason]} for reason in found]


def refused(error: Refusal, **more: Any) -> HttpResponse:
    match error:
        case errors.NotGiven():
            return invalid({error.field: str(error)})
        case errors.NotOffered():
            more["reasons"] = reasons(error.reasons)
        case errors.Elsewhere():
            more["reasons"] = [{"code": error.reason, "sentence": str(error)}]
        case errors.Late():
            more |= {"fee": str(error.fee), "currency": error.currency}
        case errors.NotReady():
            more["missing"] = [
                {"code": each.code, "about": each.about, "sentence": each.sentence} for each in error.missing
            ]
    return problem(error.code, str(error), **more)


def not_let_in(error: EntryRefused) -> HttpResponse:
    if isinstance(error, Throttled):
        return problem(error.code, str(error), {"Retry-After": str(error.retry_after)})
    return problem("unauthenticated", str(error), {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'})


def misshapen(error: ValidationError) -> HttpResponse:
    return invalid({_field(each["loc"]): _sentence(each) for each in error.errors})


def of_ninja(error: HttpError) -> HttpResponse:
    """401: no token was sent. 400: the body could not be read, and the cause says why."""
    if error.status_code == 401:
        return problem("unauthenticated", NO_TOKEN, {"WWW-Authenticate": 'Bearer realm="api"'})
    if isinstance(error.__cause__, WrongMediaType):
        return problem("unsupported_media_type", "Send JSON, with “Content-Type: application/json”.")
    return invalid({"body": "This is not JSON that can be read."})


def install(api: NinjaAPI) -> None:
    """Every error that an API call may end in; anything else is a fault of ours and goes up."""
    answers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        EntryRefused: not_let_in,
        Refusal: refused,
        ValidationError: misshapen,
        HttpError: of_ninja,
        Http404: lambda error: not_found(),
        RequestDataTooBig: lambda error: problem("too_large", "Please send less at once."),
        UnreadablePostError: lambda error: invalid({"body": "It did not arrive whole."}),
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, _handler(answer))


def _handler(answer: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: answer(error)


def _field(place: tuple[Any, ...]) -> str:
    """The field's own name: ("body", "asked", "minutes") is minutes, ("query", "from") is from, and so is one of several
    of a name, ("query", "range", "from", 1)."""
    source, *path = place
    if source == "body":
        path = path[1:]
    if source == "query":
        path = [step for step in path if isinstance(step, str)][-1:]
    return ".".join(str(step) for step in path) or "body"


def _sentence(fault: dict[str, Any]) -> str:
    context = fault.get("ctx", {})
    match fault["type"]:
        case "sentence":
            return str(fault["msg"])
        case "string_too_long":
            return f"Write at most {context['max_length']} characters."
        case "greater_than_equal":
            return f"Write {context['ge']} or more."
        case "less_than_equal":
            return f"Write {context['le']} or less."
        case "enum" | "literal_error":
            return f"Choose one of {context['expected']}."
    return SENTENCES.get(fault["type"], "This cannot be used here.")
