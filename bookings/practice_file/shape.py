"""Holds a file's values against the published schema, and says each difference in our own words.

What a value alone cannot show (names that stand twice, references, overlaps) is sense.py's.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import jsonschema

from bookings.practice_file import spelling
from bookings.practice_file.faults import Faults, Path
from bookings.practice_file.text import Unclear
from practice.walltime import minutes_of_day

SCHEMA_FILE = FilePath(__file__).with_name("practice.schema.json")

_FORMATS: dict[str, Callable[[str], object]] = {
    "date": spelling.date,
    "time-of-day": minutes_of_day,
    "wall-clock": spelling.wall_clock,
    "duration": spelling.duration,
    "time-zone": spelling.time_zone,
    "e-mail": spelling.email,
}

_WHOLE_NUMBERS = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
)
"""JSON Schema takes 60.0 for a whole number; a practice file does not."""


@cache
def schema() -> Any:
    return json.loads(SCHEMA_FILE.read_text("utf-8"))


@cache
def _validator() -> Any:
    checker = jsonschema.FormatChecker(formats=())
    for name, reads in _FORMATS.items():
        checker.checks(name, raises=ValueError)(
            lambda value, reads=reads: not isinstance(value, str) or reads(value) is not None
        )
    draft = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=_WHOLE_NUMBERS)
    return draft(_inlined(schema(), schema()["$defs"]), format_checker=checker)


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """The same schema without references, which are what takes the time with thousands of rows."""
    if isinstance(part, list):
        return [_inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(each, definitions) for key, each in part.items() if key != "$defs"}


def check(tree: dict[str, Any]) -> Faults:
    """Each place where the values are not what the schema asks for."""
    faults = Faults()
    for error in _validator().iter_errors(tree):
        for path, says in _said(error):
            faults.add(path, says)
    return faults


def _said(error: Any) -> Iterator[tuple[Path, str]]:
    path: Path = tuple(error.absolute_path)
    if isinstance(error.instance, Unclear):
        yield path, error.instance.says
    elif error.validator == "additionalProperties":
        known, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
        for key in error.instance:
            if key not in known and not any(re.search(pattern, key) for pattern in patterns):
                yield (*path, key), "must be a number of minutes" if patterns else _unknown(key, list(known))
    elif error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield (*path, key), "is missing"
    elif error.validator == "format" and error.cause is not None:
        yield path, str(error.cause)
    else:
        yield path, _wrong(error)


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return (
        f"is not a key that is known here; perhaps {close[0]} is meant" if close else "is not a key that is known here"
    )


def _wrong(error: Any) -> str:
    if error.validator == "type" and isinstance(error.instance, bool) and "string" in error.validator_value:
        return f"YAML reads this word as {'true' if error.instance else 'false'}; write it in quotes"
    if error.validator == "type" and isinstance(error.instance, int | float) and error.validator_value == "string":
        return f"{_expected(error)}; YAML reads this as a number, so write it in quotes"
    return _expected(error)


def _expected(error: Any) -> str:
    if error.validator == "type" and error.validator_value == "array":
        return "must be a list"
    if error.validator == "type" and error.validator_value == "object":
        return "must be a mapping of keys and values"
    return error.schema.get("errorMessage", "is not what stands here")
