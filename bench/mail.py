"""A real SMTP server on the loopback in a process of its own. It writes down whom it heard and what it accepted, and behaves as
it is told: refuses, delays, hangs, drops, or is away.

The journal has one JSON object a line: `{"connected": …}`, `{"asked": …}` for each letter begun, and
`{"accepted": …, "started": …, "id": …, "is_told": …, "line": …}`; moments are seconds of the machine's clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from practice.servers import die_with_parent, stop, wait_until

ROOT = Path(__file__).resolve().parent.parent
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)", re.IGNORECASE | re.MULTILINE)
MOODS = ("later", "never", "hang", "drop", "untold", "closed")
"""451, 550, no answer, hangs up before it took the letter, hangs up after it took it, 421 to everybody."""


class Copy(NamedTuple):
    """One acceptance of a letter."""

    id: str
    started: float
    accepted: float
    is_told: bool
    """Whether the sender was told."""
    line: int
    """The sender's port, by which whoever watches the sender knows whose letter it was."""


class MailServer:
    """To be entered: then `port` is known, and it stays the same however often the server is taken away and put back."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.journal, self.mood = folder / "mail.jsonl", folder / "mood.json"
        self.durable = durable
        self.port = 0

    def __enter__(self) -> Self:
        self.behave()
        self.journal.touch()
        self.put_back()
        return self

    def __exit__(self, *about: object) -> None:
        self.take_away()

    def behave(self, *moods: str, share: float = 1.0, delay: float = 0.0) -> None:
        """From the next letter on: so large a share of them meets one of these moods; each answer takes so many seconds."""
        new = self.mood.with_suffix(".new")
        new.write_text(json.dumps({"moods": moods, "share": share, "delay": delay}))
        new.replace(self.mood)

    def put_back(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", self.port))
            self.port = int(probe.getsockname()[1])
        words = [str(self.port), str(self.journal), str(self.mood), *(["--durable"] if self.durable else [])]
        command = [sys.executable, "-m", "bench.mail", *words]
        self.process = subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent)
        wait_until(self._is_there, self.process, "The mail server")

    def take_away(self) -> None:
        stop(self.process)

    def _is_there(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_text().splitlines()]

    def copies(self) -> list[Copy]:
        return [Copy(**event) for event in self.events() if "accepted" in event]

    def count(self, what: str) -> int:
        """Of "connected", "asked" or "accepted"."""
        with self.journal.open() as lines:
            return sum(line.startswith(f'{{"{what}"') for line in lines)


class _Clerk:
    """aiosmtpd's handler: what it says to each letter."""

    def __init__(self, journal: Path, mood: Path, durable: bool) -> None:
        self.journal = journal.open("a", buffering=1)
        self.mood_file, self.durable = mood, durable
        self.rng = random.Random(1)

    def mood(self) -> tuple[str, float]:
        found = json.loads(self.mood_file.read_text())
        meets_it = found["moods"] and self.rng.random() < found["share"]
        return (self.rng.choice(found["moods"]) if meets_it else ""), found["delay"]

    def note(self, **what: object) -> None:
        self.journal.write(json.dumps(what) + "\n")
        if self.durable and "accepted" in what:
            os.fsync(self.journal.fileno())

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        now = time.time()
        self.note(asked=now)
        mood, delay = self.mood()
        envelope.started, envelope.mood = now, mood  # type: ignore[attr-defined]
        if mood == "closed":
            return "421 Closed"
        await asyncio.sleep(delay)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = {"later": "451 Later", "never": "550 Nobody of that name"}.get(envelope.mood)  # type: ignore[attr-defined]
        if answer:
            return answer
        if envelope.mood == "drop":  # type: ignore[attr-defined]
            server.transport.abort()
        if envelope.mood == "hang":  # type: ignore[attr-defined]
            await asyncio.sleep(600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        found = MESSAGE_ID.search(envelope.content or b"")  # type: ignore[arg-type]
        is_told = envelope.mood != "untold"  # type: ignore[attr-defined]
        self.note(
            accepted=time.time(),
            started=envelope.started,  # type: ignore[attr-defined]
            id=found[1].decode() if found else "",
            is_told=is_told,
            line=session.peer[1],
        )
        if not is_told:
            server.transport.abort()
        return "250 Accepted"


class _Line(SMTP):
    def connection_made(self, transport: Any) -> None:
        self.event_handler.note(connected=time.time())
        super().connection_made(transport)


async def serve(port: int, clerk: _Clerk) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Line(clerk, hostname="mail.example", loop=loop), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main(port: str, journal: str, mood: str, *words: str) -> None:
    asyncio.run(serve(int(port), _Clerk(Path(journal), Path(mood), "--durable" in words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
