"""How a request is read: JSON alone, and no name that the call does not know."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import BaseModel

from bookings.api.problems import WrongMediaType
from bookings.errors import NotGiven


class JsonParser(Parser):
    """Ninja wraps whatever is raised here in an error of its own; `problems.of_ninja` looks at the cause."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise WrongMediaType
        return json.loads(request.body.decode(), parse_constant=_no_number)


def known_only(request: HttpRequest, query: type[BaseModel]) -> None:
    """A misspelt filter must not be passed over in silence. Raises NotGiven."""
    known = {field.alias or name for name, field in query.model_fields.items()}
    for name in request.GET:
        if name not in known:
            raise NotGiven(name, "This is not known here.")


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON.")
