"""YAML text to plain values and back. Stricter than YAML: no aliases, no tags, no key twice, nothing read as what it is not.

Keys are always text, and so are dates; a number that YAML would read differently from how it looks is `Unclear`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml
from yaml.resolver import Resolver

from bookings.practice_file.faults import Fault, Faults, FaultyFile, Path

LARGEST = 64 * 1024 * 1024
"""Bytes. A hundred thousand bookings take about half of it."""
DEEPEST = 16

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_RESOLVER = Resolver()
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})", re.ASCII)
_FRACTION = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}", re.ASCII)
_UNUSUAL = re.compile(r"[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\uf900-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TRUE = {"yes", "true", "on"}


@dataclass(frozen=True, slots=True)
class Unclear:
    """A scalar that YAML reads as a number although it does not look like that number."""

    raw: str

    @property
    def says(self) -> str:
        if ":" in self.raw and re.fullmatch(r"[0-9]+:[0-9]+", self.raw, re.ASCII):
            hours, minutes = (int(part) for part in self.raw.split(":"))
            return f'YAML read {self.raw} as the number {hours * 60 + minutes}; write it in quotes: "{self.raw}"'
        return f"YAML reads {self.raw[:40]} as a number of its own; write text in quotes, and numbers as plain digits"


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    value: list[Any] | dict[str, Any]
    path: Path
    key: str | None = None
    seen: set[str] = field(default_factory=set)

    def next_path(self) -> Path:
        return (*self.path, len(self.value) if self.key is None else self.key)

    def put(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is not None:
            self.value[self.key] = value
            self.key = None


def read(raw: bytes) -> dict[str, Any]:
    """The file's values. Raises FaultyFile."""
    if len(raw) > LARGEST:
        raise FaultyFile([Fault((), f"is larger than {LARGEST // 1024 // 1024} MB")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaultyFile([Fault((), "is not text in UTF-8")]) from None
    tree = _Reading().value_of(text)
    if not isinstance(tree, dict):
        raise FaultyFile(
            [Fault((), "must hold keys such as practice, rooms, therapists" if tree is not None else "is empty")]
        )
    return tree


class _Reading:
    """Builds values from the parser's events, without recursion, so that no nesting can exhaust the stack."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.open: list[_Open] = []
        self.root: Any = None
        self.documents = 0

    def value_of(self, text: str) -> Any:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._take(event)
        except yaml.YAMLError as error:
            self.faults.add((), _not_yaml(error))
        except RecursionError:
            self.faults.add((), "is nested too deeply")
        self.faults.raise_any()
        return self.root

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._refuse("aliases (*name) are not used in a practice file; write the values out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise FaultyFile([Fault((), "must be one YAML document, without a second ---")])

    def _scalar(self, event: Any) -> None:
        if self._expects_key():
            self._key(event.value)
            return
        path = self._path()
        if _is_tagged(event):
            self.faults.add(path, "YAML tags (!…) are not used in a practice file")
        if not _can_be_kept(event.value):
            self.faults.add(path, "holds a character that is not text")
        plain = event.implicit[0] and not event.tag
        self._put(_resolved(event.value) if plain else event.value)

    def _key(self, key: str) -> None:
        holder = self.open[-1]
        holder.key = key
        if not _can_be_kept(key):
            self.faults.add(holder.path, "holds a key with a character that is not text")
        elif key in holder.seen:
            self.faults.add((*holder.path, key), "stands twice in the same place")
        holder.seen.add(key)

    def _start(self, event: Any) -> None:
        if len(self.open) >= DEEPEST:
            raise FaultyFile([Fault(self._path()[:3], "is nested too deeply")])
        if self._expects_key():
            raise FaultyFile([Fault(self.open[-1].path, "holds a key that is a list or a mapping; keys are words")])
        if _is_tagged(event):
            self.faults.add(self._path(), "YAML tags (!…) are not used in a practice file")
        value: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append(_Open(value, self._path()))

    def _end(self) -> None:
        self._put(self.open.pop().value)

    def _refuse(self, says: str) -> None:
        if self._expects_key():
            self.faults.add(self.open[-1].path, says)
            self.open[-1].key = ""
        else:
            self.faults.add(self._path(), says)
            self._put(None)

    def _expects_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _path(self) -> Path:
        return self.open[-1].next_path() if self.open else ()

    def _put(self, value: Any) -> None:
        if self.open:
            self.open[-1].put(value)
        else:
            self.root = value


def _is_tagged(event: Any) -> bool:
    return event.tag is not None and event.tag != "!"


def _can_be_kept(text: str) -> bool:
    """A database keeps neither NUL nor half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))


@lru_cache(maxsize=4096)
def _resolved(raw: str) -> Any:
    """What a scalar without quotes means."""
    kind = _RESOLVER.resolve(yaml.ScalarNode, raw, (True, False)).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return raw.lower() in _TRUE
    if kind == "int":
        return int(raw) if _WHOLE.fullmatch(raw) else Unclear(raw)
    if kind == "float":
        return float(raw) if _FRACTION.fullmatch(raw) else Unclear(raw)
    return raw


def _not_yaml(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "holds characters that are not text, so it cannot be read"
    return f"is not YAML at line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', None) or 'it cannot be read'}"


class _Row(dict[str, Any]):
    """A mapping that is written on one line."""


class _Items(list[Any]):
    """A list that is written on one line."""


class _Dumper(_DUMPER):  # type: ignore[misc]
    """Writes small parts on one line, texts of several lines as they look, unusual characters as escapes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    style = None
    if _UNUSUAL.search(text):
        style = '"'
    elif "\n" in text:
        style = "|" if _is_block(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_block(text: str) -> bool:
    """Whether YAML's block style keeps it as it is: no spaces at its start or at the ends of lines, no tabs."""
    return "\t" not in text and text[0] not in " \n" and not any(line != line.rstrip() for line in text.split("\n"))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    _Row, lambda dumper, row: dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)
)
_Dumper.add_representer(
    _Items, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)


def write(tree: dict[str, Any]) -> str:
    """The tree as YAML in its own order, sections apart. Dates may be dates."""
    return "\n".join(
        yaml.dump(
            {name: _laid_out(part)},
            Dumper=_Dumper,
            allow_unicode=True,
            width=10**9,
            sort_keys=False,
            default_flow_style=False,
        )
        for name, part in tree.items()
    )


def _laid_out(part: Any) -> Any:
    """A list of plain values, and an item of a list that holds nothing deeper than those, stand on one line each."""
    if isinstance(part, dict):
        return {key: _laid_out(each) for key, each in part.items()}
    if not isinstance(part, list):
        return part
    if _depth(part) == 1:
        return _Items(part)
    return [_row(each) if _depth(each) <= 2 else _laid_out(each) for each in part]


def _row(part: Any) -> Any:
    if isinstance(part, dict) and not any(isinstance(each, str) and "\n" in each for each in part.values()):
        return _Row(
            {
                key: _Items(each) if isinstance(each, list) else _Row(each) if isinstance(each, dict) else each
                for key, each in part.items()
            }
        )
    return _laid_out(part)


def _depth(part: Any) -> int:
    if isinstance(part, dict):
        part = list(part.values())
    return 1 + max(map(_depth, part), default=0) if isinstance(part, list) else 0
