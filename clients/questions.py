"""What an answer may look like for each kind of question, what it raises, and how it is told in words. Values in, values out.

An answer is a text, “yes” or “no”, a choice's key, a list of keys, a date's text, or areas and chakras by their names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from clients.areas import AREAS, CHAKRA_STATES, CHAKRAS

SHORT, LONG, YES_NO, ONE, MANY, DATE, BODY, CENTRES = (
    "short", "long", "yes_no", "one", "many", "date", "areas", "chakras",
)  # fmt: skip
LENGTHS = {SHORT: 200, LONG: 5000}
WITH_CHOICES = (YES_NO, ONE, MANY)
YES_OR_NO = {"yes": "Yes", "no": "No"}
FOCUS, AVOID = "focus", "avoid"
YEARS = range(1900, 2200)

NOT_A_CHOICE = "Please choose one of the answers that are given."
NOT_TEXT = "This holds a character that cannot be kept. Please write it anew."


class Unfit(Exception):
    """An answer that the question does not take; says in a sentence what it needs."""


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    words: str
    raises: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, apart from where it is stored."""

    key: str
    kind: str
    words: str
    is_required: bool = False
    options: tuple[Option, ...] = ()
    help: str = ""

    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen: yes and no have their own words where the owner gave none."""
        given = {each.key: each.words for each in self.options}
        return [*({**YES_OR_NO, **given} if self.kind == YES_NO else given).items()]


@dataclass(frozen=True, slots=True)
class Raised:
    """What an answer asks the therapist to do, in words."""

    action: str
    words: str


def empty(value: Any) -> bool:
    return value in (None, "", [], {})


def check(asked: Asked, value: Any) -> Any:
    """The answer as it is kept, None for one that is left out. Raises Unfit."""
    fit = KINDS[asked.kind](asked, value) if not empty(value) else None
    if empty(fit):
        if asked.is_required:
            raise Unfit("Please answer this; it matters for your safety.")
        return None
    return fit


def _text(asked: Asked, value: Any) -> str:
    longest = LENGTHS[asked.kind]
    if not isinstance(value, str) or "\0" in value or not _is_written(value):
        raise Unfit(NOT_TEXT)
    if len(value.strip()) > longest:
        raise Unfit(f"This is longer than {longest} characters. Please shorten it.")
    return value.strip()


def _is_written(value: str) -> bool:
    """Whether it could be stored: half of a character cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _one(asked: Asked, value: Any) -> str:
    if value not in dict(asked.choices()):
        raise Unfit(NOT_A_CHOICE)
    return value


def _many(asked: Asked, value: Any) -> list[str]:
    given = dict(asked.choices())
    if not isinstance(value, list) or any(each not in given for each in value):
        raise Unfit(NOT_A_CHOICE)
    return [key for key in given if key in value]


def _date(asked: Asked, value: Any) -> str:
    try:
        on = dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unfit("Write the date like 31/05/1980, or choose it in the calendar.") from None
    if on.year not in YEARS:
        raise Unfit("Please look at the year again.")
    return on.isoformat()


def _areas(asked: Asked, value: Any) -> dict[str, list[str]]:
    """Areas to focus on and to leave out, in their order; none is both."""
    if not isinstance(value, dict) or value.keys() - {FOCUS, AVOID}:
        raise Unfit(NOT_A_CHOICE)
    kept = {mark: [area for area in AREAS if area in _listed(value.get(mark))] for mark in (FOCUS, AVOID)}
    if both := set(kept[FOCUS]) & set(kept[AVOID]):
        raise Unfit(f"“{AREAS[min(both)]}” cannot be both. Please choose one.")
    return {mark: areas for mark, areas in kept.items() if areas}


def _listed(value: Any) -> list[str]:
    if value is not None and (not isinstance(value, list) or any(each not in AREAS for each in value)):
        raise Unfit("Please choose from the areas that are listed.")
    return value or []


def _chakras(asked: Asked, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Unfit(NOT_A_CHOICE)
    if any(name not in CHAKRAS or state not in CHAKRA_STATES for name, state in value.items()):
        raise Unfit(NOT_A_CHOICE)
    return {name: value[name] for name in CHAKRAS if name in value}


KINDS: dict[str, Callable[[Asked, Any], Any]] = {
    SHORT: _text, LONG: _text, YES_NO: _one, ONE: _one, MANY: _many, DATE: _date, BODY: _areas, CENTRES: _chakras,
}  # fmt: skip


def told(asked: Asked, value: Any) -> list[str]:
    """The answer in words, line by line; nothing for one that was left out."""
    if empty(value):
        return []
    if asked.kind in WITH_CHOICES:
        words = dict(asked.choices())
        keys: list[str] = value if isinstance(value, list) else [value]
        return [words.get(each, each) for each in keys]
    if asked.kind == DATE:
        on = dt.date.fromisoformat(value)
        return [f"{on.day} {on:%B %Y}"]
    if asked.kind == BODY:
        labels = {FOCUS: "To focus on", AVOID: "To leave out"}
        return [f"{labels[mark]}: {_names(value[mark])}" for mark in labels if value.get(mark)]
    if asked.kind == CENTRES:
        return [f"{CHAKRAS[name]}: {CHAKRA_STATES[state]}" for name, state in value.items()]
    return str(value).splitlines()


def _names(areas: Sequence[str]) -> str:
    return ", ".join(AREAS[area].lower() for area in areas)


def raised(asked: Asked, value: Any) -> list[Raised]:
    """What the therapist is asked to do: by the choices that raise something, and by areas to leave out."""
    if empty(value):
        return []
    if asked.kind == BODY:
        areas = value.get(AVOID, [])
        return [Raised(AVOID, f"To leave out: {_names(areas)}")] if areas else []
    if asked.kind not in WITH_CHOICES:
        return []
    chosen = set(value if isinstance(value, list) else [value])
    words = dict(asked.choices())
    return [
        Raised(each.raises, f"{asked.words} {words[each.key]}")
        for each in asked.options
        if each.raises and each.key in chosen
    ]


def faults(pages: Sequence[tuple[str, Sequence[Asked]]]) -> list[str]:
    """What keeps these pages (title and questions) from being published, in sentences."""
    found = [] if pages else ["There is no section yet."]
    seen: set[str] = set()
    for title, asked in pages:
        found += [] if asked else [f"The section “{title}” has no question yet."]
        for each in asked:
            if each.key in seen:
                found.append(f"The name “{each.key}” stands for two questions.")
            seen.add(each.key)
            found += _question_faults(each)
    return found


def _question_faults(asked: Asked) -> list[str]:
    keys = [each.key for each in asked.options]
    if asked.kind in (ONE, MANY) and not keys:
        return [f"“{asked.words}” has no choice yet."]
    if asked.kind == YES_NO and set(keys) - set(YES_OR_NO):
        return [f"“{asked.words}” is answered with yes or no: its choices are named “yes” and “no”."]
    if asked.kind not in WITH_CHOICES and keys:
        return [f"“{asked.words}” takes no choices."]
    return []
