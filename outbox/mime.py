"""A letter's bytes, as Django's own message has them. One of the usual shape, a text and its HTML, is put together in one go:
Django's way by objects takes longer than all the writing and filling in. Only writes; what it cannot write it leaves to Django.
"""

from __future__ import annotations

import functools
import secrets
from email.policy import Compat32
from email.utils import formatdate
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import RFC5322_EMAIL_LINE_LENGTH_LIMIT, forbid_multi_line_headers

SHORT = 76
UTF_8 = "utf-8"
PART = b'\r\n--%b\r\nContent-Type: text/%b; charset="utf-8"\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: %b\r\n\r\n%b'
WHOLE = b'Content-Type: multipart/alternative;\r\n boundary="%b"\r\nMIME-Version: 1.0\r\n%b%b\r\n--%b--\r\n'


class Plain(Compat32):
    """Writes a header that needs neither folding nor encoding as it is."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        line = f"{name}: {value}"
        if isinstance(value, str) and len(line) <= SHORT and line.isascii() and line.isprintable():
            return f"{line}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


POLICY = Plain(linesep="\r\n")


def written(letter: EmailMultiAlternatives) -> bytes:
    """Raises BadHeaderError for a line break in a header."""
    return _usual(letter) or _any(letter)


def _any(letter: Any) -> bytes:
    message = letter.message()
    message.policy = Plain()
    for part in message.walk():
        if part.is_multipart():  # else a boundary is looked for in all the text, each time by a pattern made anew
            part.set_boundary(secrets.token_hex(16))
    return bytes(message.as_bytes(linesep="\r\n"))


def _usual(letter: Any) -> bytes:
    """Nothing where it is of another shape."""
    is_more = (
        letter.attachments or letter.cc or letter.reply_to or (letter.encoding or settings.DEFAULT_CHARSET) != UTF_8
    )
    if is_more or [each.mimetype for each in letter.alternatives] != ["text/html"]:
        return b""
    text, html = _body(letter.body), _body(letter.alternatives[0].content)
    if text is None or html is None:
        return b""
    boundary = secrets.token_hex(16).encode()
    parts = PART % (boundary, b"plain", *text) + PART % (boundary, b"html", *html)
    return WHOLE % (boundary, _headers(letter), parts, boundary)


def _body(text: str) -> tuple[bytes, bytes] | None:
    """How it is encoded, and it; None where Django would encode it otherwise."""
    if "\r" in text or not text:
        return None
    try:
        written = text.encode()
    except UnicodeEncodeError:
        return None
    if max(map(len, written.split(b"\n"))) > RFC5322_EMAIL_LINE_LENGTH_LIMIT:
        return None
    return b"7bit" if len(written) == len(text) else b"8bit", written.replace(b"\n", b"\r\n")


def _headers(letter: Any) -> bytes:
    headers = [_header("Subject", letter.subject), _cached("From", letter.from_email)]
    headers += [
        _header("To", ", ".join(letter.to)),
        _header("Date", formatdate(localtime=settings.EMAIL_USE_LOCALTIME)),
    ]
    return b"".join([*headers, *(_header(name, str(value)) for name, value in letter.extra_headers.items())])


def _header(name: str, value: str) -> bytes:
    return POLICY.fold_binary(*forbid_multi_line_headers(name, value, UTF_8))


_cached = functools.lru_cache(maxsize=8)(_header)
