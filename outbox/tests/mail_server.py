"""A real SMTP server on loopback that can refuse, hang, drip and hang up wherever a test says so."""

from __future__ import annotations

import contextlib
import email
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from email.message import Message as Letter
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """`rule` is asked for each command, with its word (CONNECT, EHLO, MAIL, RCPT, DATA, LETTER) and its line; it may answer,
    act on the connection, or give None for the usual answer."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.letters: list[Letter] = []
        self.connections = 0
        self.rule: Callable[[Talk, str, str], str | None] = lambda talk, word, line: None
        self.is_ending = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def to(self) -> list[str]:
        return [letter["To"] for letter in self.letters]


class HungUp(Exception):
    pass


class Talk(socketserver.StreamRequestHandler):
    server: MailServer
    USUAL = {"CONNECT": "220 ready", "EHLO": "250 here", "HELO": "250 here", "DATA": "354 go on", "QUIT": "221 bye"}

    def handle(self) -> None:
        self.server.connections += 1
        self.sent = 0
        with contextlib.suppress(HungUp, OSError):
            self.answer("CONNECT", "")
            for line in self.rfile:
                self.answer(line[:4].decode().upper().strip(), line.decode().strip())

    def answer(self, word: str, line: str) -> None:
        said = self.server.rule(self, word, line) or self.USUAL.get(word, "250 ok")
        self.say(said)
        if word == "DATA" and said.startswith("354"):
            self.letter()
        if word == "QUIT" or said.startswith("421"):
            self.hang_up()

    def letter(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        said = self.server.rule(self, "LETTER", "") or "250 kept"
        if said.startswith("250"):
            self.server.letters.append(email.message_from_bytes(b"".join(lines)))
            self.sent += 1
        self.say(said)

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        raise HungUp

    def wait(self) -> None:
        """Says nothing any more, until the test is over."""
        self.server.is_ending.wait()
        raise HungUp

    def drip(self, every: float) -> None:
        """A letter now and then, and never the end of the line."""
        while not self.server.is_ending.is_set():
            self.wfile.write(b"2")
            time.sleep(every)
        raise HungUp


@contextlib.contextmanager
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Running, and named in the settings."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        try:
            yield server
        finally:
            server.is_ending.set()
            server.shutdown()
            thread.join()
