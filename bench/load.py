"""Many connections that send one request after the other and note each answer: status, code, seconds. Plain HTTP/1.1."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Call(NamedTuple):
    path: str
    body: dict[str, Any]
    token: str = ""

    def encoded(self) -> bytes:
        content = json.dumps(self.body).encode()
        lines = [
            f"POST {self.path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
        ]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class Told:
    """What the server said to all of them."""

    statuses: Counter[str] = field(default_factory=Counter)
    """By status and, for a refusal, its code; "broken" where there was no answer."""
    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def send(port: int, calls: Iterable[Call], connections: int) -> Told:
    told = Told()
    waiting = iter(calls)

    async def all_of_them() -> None:
        await asyncio.gather(*[_one(port, waiting, told) for _ in range(connections)])

    began = time.perf_counter()
    asyncio.run(all_of_them())
    told.elapsed = time.perf_counter() - began
    return told


async def _one(port: int, waiting: Iterator[Call], told: Told) -> None:
    """A connection that the server closes between two requests is opened anew, as a browser does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for call in waiting:
        began = time.perf_counter()
        try:
            status, body, is_kept = await _ask(reader, writer, call)
            told.statuses[_name(status, body)] += 1
        except (OSError, asyncio.IncompleteReadError, LookupError, ValueError):
            told.statuses["broken"] += 1
            is_kept = False
        told.seconds.append(time.perf_counter() - began)
        if not is_kept:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call) -> tuple[int, bytes, bool]:
    writer.write(call.encoded())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split()[1]), body, headers.get("connection") != "close"


def _name(status: int, body: bytes) -> str:
    return str(status) if status < 400 else f"{status} {json.loads(body).get('code')}"
