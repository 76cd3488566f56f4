"""Filters for texts, figures and forms on a page. They format; they never ask the database."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.forms import BaseForm, BoundField
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from practice import words

register = template.Library()
LONGEST_OPENING = 160
# No HTML of the writer's own, and no images: the page must not reach another host.
markdown = (
    MarkdownIt("commonmark", {"html": False, "typographer": True})
    .enable(["replacements", "smartquotes"])
    .disable("image")
)


@register.filter
def prose(text: str, top: int = 2) -> SafeString:
    """A text in Markdown as HTML; what looks like HTML in it is shown as it was typed.

    `top` is the level that its highest headings (##) get on this page.
    """
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1]), 2) + top - 2, 6)}"
    return mark_safe(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S308 (HTML in the text is escaped)


@register.filter
def opening(text: str) -> str:
    """The first paragraph of a text in Markdown, as plain words on one line that is not too long for a search engine."""
    blocks = re.split(r"\n\s*\n", text.strip())
    first = next((block for block in blocks if not block.lstrip().startswith(("#", "-", "*", ">"))), "")
    inline = [token for token in markdown.parse(first) if token.type == "inline"]
    parts = (part for token in inline for part in token.children or ())
    plain = "".join(" " if part.type.endswith("break") else part.content for part in parts)
    return textwrap.shorten(plain, LONGEST_OPENING, placeholder="…")


@register.filter
def money(amount: Decimal, currency: str) -> str:
    return words.money(amount, currency)


@register.filter
def price(amount: Decimal, currency: str) -> str:
    return words.price(amount, currency)


@register.filter
def listed(names: Sequence[str]) -> str:
    return words.listed(names)


@register.filter
def span(length: dt.timedelta) -> str:
    return words.span(length)


@register.filter
def share(percent: int) -> str:
    return words.share(percent)


@register.filter
def zone(name: str) -> str:
    return words.zone(name)


@register.filter
def without_placeholders(form: BaseForm) -> BaseForm:
    """The same form for show: a label above each field says what it is, a second time within would be noise."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form


MANY = 3
"""What more fields than this lack in the same way is told in one line, so that the summary stays one."""


@register.filter
def summed(form: BaseForm) -> list[tuple[str, str]]:
    """What is wrong with the fields that are seen: where each line leads to, and the line; in the order of the form."""
    wrong: dict[str, list[BoundField]] = {}
    for field in form.visible_fields():
        for error in field.errors:
            wrong.setdefault(str(error), []).append(field)
    return [line for error, fields in wrong.items() for line in _lines(error, fields)]


def _lines(error: str, fields: list[BoundField]) -> list[tuple[str, str]]:
    if len(fields) > MANY:
        return [(_place(fields[0]), f"{error} That is so at {len(fields)} places; this leads to the first.")]
    return [(_place(field), f"{field.label}: {error}") for field in fields]


def _place(field: BoundField) -> str:
    return field.id_for_label or f"{field.auto_id}_0"
