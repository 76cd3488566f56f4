"""What a placeholder may stand for besides plain words: a box of facts, a list, a button. Each knows itself as text, as text
without its links, and as HTML."""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from django.template import Context as Filling
from django.template import Template
from django.template.loader import get_template
from django.utils.html import conditional_escape, escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

LEFT_OUT = "(link)"
"""Stands for a link in what is kept of a message."""


class Part(Protocol):
    def text(self) -> str: ...
    def kept(self) -> str: ...
    def html(self) -> SafeString: ...


Value = str | Part
Context = Mapping[str, Value]


def _filled(name: str, **values: str | tuple[str, ...]) -> SafeString:
    """Its template with these values. What stands around them is asked of it once; so it may repeat over a tuple, and look at
    nothing of a value itself."""
    shape = tuple((key, None if isinstance(value, str) else len(value)) for key, value in values.items())
    said = list(_around(get_template(f"emails/_{name}.html").template, shape))  # type: ignore[attr-defined]
    flat = [each for value in values.values() for each in ((value,) if isinstance(value, str) else value)]
    said[1::2] = [conditional_escape(flat[int(number)]) for number in said[1::2]]
    return mark_safe("".join(said))  # noqa: S308 each value escaped the moment before


@functools.lru_cache(maxsize=128)
def _around(template: Template, shape: tuple[tuple[str, int | None], ...]) -> tuple[str, ...]:
    """In turns words of the template, and the number of the value that stands between them."""
    mark, numbers = secrets.token_hex(), count()
    marks = {
        key: f"{mark}{next(numbers)}." if lines is None else [f"{mark}{next(numbers)}." for _ in range(lines)]
        for key, lines in shape
    }
    return tuple(re.split(mark + r"(\d+)\.", template.render(Filling(marks)).strip()))


@dataclass(frozen=True, slots=True)
class Box:
    """Facts under each other, the most important first."""

    lines: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(self.lines)

    kept = text

    def html(self) -> SafeString:
        return _filled("box", lines=self.lines)


@dataclass(frozen=True, slots=True)
class Points:
    """One point a line; nothing at all where there are none."""

    lines: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(f"- {line}" for line in self.lines)

    kept = text

    def html(self) -> SafeString:
        return _filled("points", lines=self.lines) if self.lines else SafeString("")


@dataclass(frozen=True, slots=True)
class Code:
    """A line to be copied letter by letter."""

    line: str

    def text(self) -> str:
        return self.line

    kept = text

    def html(self) -> SafeString:
        return _filled("code", line=self.line)


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do next; `quiet` links stand under each other in smaller letters."""

    label: str
    url: str
    quiet: bool = False

    def text(self) -> str:
        return f"{self.label}: {self.url}"

    def kept(self) -> str:
        return f"{self.label}: {LEFT_OUT}"

    def html(self) -> SafeString:
        return _filled("link" if self.quiet else "button", label=self.label, url=self.url)


@dataclass(frozen=True, slots=True)
class Links:
    """Several links, the first of them the button; nothing at all where there are none."""

    buttons: tuple[Button, ...]

    def text(self) -> str:
        return "\n".join(each.text() for each in self.buttons)

    def kept(self) -> str:
        return "\n".join(each.kept() for each in self.buttons)

    def html(self) -> SafeString:
        return mark_safe("".join(each.html() for each in self.buttons))  # noqa: S308 put together of safe strings


def as_text(value: Value) -> str:
    return value if isinstance(value, str) else value.text()


def as_kept(value: Value) -> str:
    return value if isinstance(value, str) else value.kept()


def within_html(value: Value) -> SafeString:
    """Inside a line of other words."""
    return mark_safe(escape(as_text(value)).replace("\n", "<br>"))  # noqa: S308 escaped the moment before


def alone_in_html(value: Value) -> SafeString:
    """By itself between two blank lines."""
    if isinstance(value, str):
        return mark_safe(linebreaks(value, autoescape=True)) if value.strip() else SafeString("")  # noqa: S308 escaped by it
    return value.html()
