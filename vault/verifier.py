"""Asks whether the ledger is what was written: each entry, their order, and the heads that were sent out. Changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from vault import chain, registry
from vault.chain import Fault, Finding, Link, Mark
from vault.models import Anchor, Entry, Head

CHUNK = 2000


class Verdict(NamedTuple):
    """What was found, how many anchors there were to compare with, and what the reader should know besides."""

    finding: Finding
    anchors: int
    notes: list[str]

    @property
    def is_intact(self) -> bool:
        return self.finding.fault is None


def verify(anchor_file: Path, against: Sequence[Mark] = ()) -> Verdict:
    """`against` is what somebody kept elsewhere. Marks are read before the entries, so that an entry appended meanwhile
    lies past all of them."""
    marks, notes = marks_in(anchor_file)
    marks += against
    filed = Anchor.objects.count()
    if not marks and not filed:
        notes.append("No anchor was found, so a ledger cut short or written anew as a whole would not show.")
    finding = chain.examine(_links(), [*marks, *_own_marks()])
    if finding.fault is None:
        finding = finding._replace(fault=next(_rows_unlike(), None))
    if finding.fault is None and filed and not anchor_file.exists():
        finding = finding._replace(fault=_anchors_lost(filed, anchor_file))
    return Verdict(finding, len(marks), notes)


def _rows_unlike() -> Iterator[Fault]:
    """Where a row that the ledger vouches for was changed, removed or put in past it."""
    for kind, recorded in registry.vouched.items():
        lines = Entry.objects.filter(kind=kind)
        said = {line.object: line for line in lines.order_by("seq").iterator(chunk_size=CHUNK)}
        for name, digest in recorded():
            line = said.pop(name, None) or lines.filter(object=name).first()  # one that was written meanwhile
            if line is None:
                yield Fault(0, f"{name} stands in the database, and the ledger has no line of it.")
            elif digest != line.details.get("record"):
                yield Fault(line.seq, f"Entry {line.seq}: {name} is not as it was when it was written.")
        for name, line in said.items():
            yield Fault(line.seq, f"Entry {line.seq}: {name} is not there any more.")


def _anchors_lost(filed: int, path: Path) -> Fault:
    noun = "anchor was" if filed == 1 else "anchors were"
    return Fault(0, f"{filed} {noun} sent to {path}, and that file is not there.")


def _links() -> Iterator[Link]:
    rows = Entry.objects.order_by("seq").values_list(*Link._fields)
    return (Link(*row) for row in rows.iterator(chunk_size=CHUNK))


def _own_marks() -> Iterator[Mark]:
    """What the database itself remembers: worth less than a file elsewhere, and still more than nothing."""
    for head in Head.objects.filter(seq__gt=0):
        yield Mark(head.seq, head.hash, "the ledger's head")
    for anchor in Anchor.objects.order_by("pk").iterator(chunk_size=CHUNK):
        yield Mark(anchor.seq, anchor.hash, f"the anchor recorded at {anchor.at:%Y-%m-%d %H:%M} UTC")


def marks_in(path: Path) -> tuple[list[Mark], list[str]]:
    """The anchors in a file, and a note for each line that cannot be read (a crash can break off the last one)."""
    marks, notes = [], []
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        mark = _mark(line, f"line {number} of {path.name}")
        if mark:
            marks.append(mark)
        elif line.strip():
            notes.append(f"Line {number} of {path.name} is no anchor and was passed over.")
    return marks, notes


def mark_of(written: str) -> Mark:
    """A head as a mail names it, “1204:9f86…”. Raises ValueError for anything else."""
    if not re.fullmatch(r"[1-9][0-9]{0,18}:[0-9a-f]{64}", written.strip()):
        raise ValueError("Please give the head as the mail has it: the number, a colon, and 64 letters and digits.")
    seq, digest = written.strip().split(":")
    return Mark(int(seq), digest, "the head that you gave")


def _mark(line: str, source: str) -> Mark | None:
    try:
        found = json.loads(line)
        return Mark(int(found["seq"]), str(found["hash"]), source) if int(found["seq"]) > 0 else None
    except (ValueError, TypeError, KeyError):
        return None
