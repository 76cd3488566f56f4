"""The demo's mail: an SMTP server on the loopback that keeps each message as a file, and the reading of those files."""

import asyncio
import contextlib
import email
import email.message
import os
import socket
import threading
import time
from collections.abc import Iterator
from email.policy import default as modern
from pathlib import Path
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

from practice.environment import VAR_DIR

FOLDER = VAR_DIR / "demo-mail"
KEPT = 500


class Mail(NamedTuple):
    number: int
    message: email.message.EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["X-Demo-To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def sent(self) -> str:
        return str(self.message["Date"] or "")

    @property
    def text(self) -> str:
        return self.body("plain")

    @property
    def html(self) -> str:
        return self.body("html")

    def body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content().replace("\r\n", "\n") if part else ""

    @property
    def attachments(self) -> list[email.message.EmailMessage]:
        return list(self.message.iter_attachments())

    @property
    def attachment_names(self) -> list[str]:
        """For templates, which would look a method of a message up as one of its headers."""
        return [part.get_filename() or "attachment" for part in self.attachments]


class Keeper:
    """aiosmtpd's handler: each accepted message becomes one file, named by its number."""

    def __init__(self, folder: Path):
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        keep(self.folder, envelope.rcpt_tos, envelope.original_content or b"")
        return "250 Kept"


def keep(folder: Path, recipients: list[str], content: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = time.time_ns()
    part = folder / f"{number}.part"
    part.write_bytes(b"X-Demo-To: " + ", ".join(recipients).encode() + b"\r\n" + content)
    os.replace(part, folder / f"{number}.eml")  # a reader sees a whole message or none
    for old in numbers(folder)[KEPT:]:
        (folder / f"{old}.eml").unlink(missing_ok=True)


def numbers(folder: Path) -> list[int]:
    """Of all kept messages, newest first."""
    return sorted((int(path.stem) for path in folder.glob("*.eml")), reverse=True)


def read(number: int, folder: Path | None = None) -> Mail:
    """One message; FileNotFoundError where there is none of that number."""
    content = ((folder or FOLDER) / f"{number}.eml").read_bytes()
    return Mail(number, email.message_from_bytes(content, policy=modern))  # type: ignore[arg-type]


def read_all(to: str = "", folder: Path | None = None) -> list[Mail]:
    """All messages, newest first; with `to`, those that went to this address."""
    mails = (read(number, folder) for number in numbers(folder or FOLDER))
    return [mail for mail in mails if to.lower() in mail.to.lower()]


@contextlib.contextmanager
def receiving(folder: Path | None = None) -> Iterator[int]:
    """Accept mail on a free loopback port, in a thread; gives the port."""
    loop = asyncio.new_event_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        handler = Keeper(folder or FOLDER)
        making = loop.create_server(lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=True), sock=listener)
        server = loop.run_until_complete(making)
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            loop.call_soon_threadsafe(server.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
            loop.close()
