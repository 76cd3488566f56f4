"""What is wrong in a practice file, and where. Knows nothing of YAML, of the database or of what is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def spelled(path: Path) -> str:
    """“session_types[2].lengths[0].minutes”; a key that is not a plain word stands in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _PLAIN_KEY.fullmatch(part) else ascii(part[:60]))
    return text or "the file"


class Fault(NamedTuple):
    path: Path
    says: str

    def __str__(self) -> str:
        return f"{spelled(self.path)}: {self.says}"


class FaultyFile(Exception):
    """The file cannot be used, and every reason why. Nothing of it was kept."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Faults:
    """Collects faults, at most one for a place, and knows which places are sound."""

    def __init__(self) -> None:
        self._by_path: dict[Path, Fault] = {}
        self._above: set[Path] = set()

    def __iter__(self) -> Iterator[Fault]:
        """By place."""
        return iter(
            sorted(self._by_path.values(), key=lambda fault: [(isinstance(part, str), part) for part in fault.path])
        )

    def __bool__(self) -> bool:
        return bool(self._by_path)

    def add(self, path: Path, says: str) -> None:
        if path not in self._by_path:
            self._by_path[path] = Fault(path, says)
            self._above.update(path[:depth] for depth in range(len(path)))

    def is_sound(self, path: Path) -> bool:
        """Nothing is wrong at this place, around it or inside it."""
        if not self._by_path:
            return True
        return path not in self._above and not any(path[:depth] in self._by_path for depth in range(len(path) + 1))

    def raise_any(self) -> None:
        if self._by_path:
            raise FaultyFile(self)
