"""The OpenAPI document, from the code, and the page that shows it to people: made on the server, without a script."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.operation import Operation

from bookings.api.problems import CODES, MEDIA_TYPE

HEADERS = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer"}, "description": "Seconds to wait."}},
}


class Interface(NinjaAPI):
    """Ninja's, with what it does not write of itself: the media type of problems and the headers beside them."""

    @cached_property
    def document(self) -> dict[str, Any]:
        document = super().get_openapi_schema()
        for path in document["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if status >= 400:
                        _describe_problem(status, answer)
        return document

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        return self.document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _describe_problem(status: int, answer: dict[str, Any]) -> None:
    codes = [code for code, (its_status, _) in CODES.items() if its_status == status]
    answer["description"] = ", ".join(codes)
    answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    if status in HEADERS:
        answer["headers"] = HEADERS[status]


class DocsPage(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        document = api.get_openapi_schema()
        calls = [
            _call(document, method.upper(), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        codes = [{"code": code, "status": status, "title": title} for code, (status, title) in CODES.items()]
        return render(request, "bookings/api_docs.html", {"calls": calls, "codes": codes, "info": document["info"]})


def _call(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good = next(answer for status, answer in operation["responses"].items() if status < 400)
    return {
        "method": method,
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "is_public": not operation.get("security"),
        "takes": [_parameter(each) for each in operation["parameters"]] + _fields(document, body),
        "gives": _fields(document, good["content"]["application/json"]["schema"]),
        "responses": [
            {"status": status, "codes": answer["description"]} for status, answer in operation["responses"].items()
        ],
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    places = {"query": "in the query", "path": "in the path", "header": "header"}
    return _field(parameter["name"], parameter["schema"], parameter["required"], places[parameter["in"]])


def _fields(document: dict[str, Any], schema: dict[str, Any] | None) -> list[dict[str, Any]]:
    schema = _followed(document, schema or {})
    required = schema.get("required", [])
    fields = []
    for name, each in schema.get("properties", {}).items():
        followed = _followed(document, each)
        parts = list(_followed(document, followed.get("items", {})).get("properties", {}))
        fields.append(_field(name, followed, name in required, "in the body") | {"parts": parts})
    return fields


def _followed(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or the one that it refers to; of several, the first that is not null."""
    for one in schema.get("anyOf", []):
        if one.get("type") != "null":
            schema = one | {key: value for key, value in schema.items() if key == "description"}
    if "$ref" in schema:
        named = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return named | {key: value for key, value in schema.items() if key == "description"}
    return schema


def _field(name: str, schema: dict[str, Any], required: bool, place: str) -> dict[str, Any]:
    kind = schema.get("format") or schema.get("type") or "string"
    options = schema.get("enum", [])
    return {
        "name": name,
        "kind": kind,
        "options": options,
        "is_required": required,
        "place": place,
        "description": schema.get("description", ""),
    }
