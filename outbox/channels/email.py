"""E-mail, through whichever of Django's backends EMAIL_URL names: the practice's mail server, or a provider by django-anymail.

A whole send takes SEND_TIMEOUT seconds at most, however slowly the server speaks; a connection that was dropped between two
letters is made anew at once.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import smtplib
import ssl
import time
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email

from outbox.channels import NotNow, OutOfOrder, Refused, SendingFailed
from outbox.mime import written
from outbox.models import Message
from outbox.registry import Said

BARE = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
AWAY = "The mail server could not be reached."
NO_SIGN_IN = "The mail server does not accept the practice's sign-in."
NOT_FROM_US = "The mail server does not accept messages from the practice's address."
KEY_REFUSED = "The mail provider does not accept the practice's key."
PROVIDER_AWAY = "The mail provider could not be reached."


def address(raw: str) -> str:
    found = raw.strip(" ")
    if not found:
        raise Refused("There is no e-mail address.")
    if any(character in found for character in "\r\n"):
        raise Refused("The e-mail address has a line break in it.")
    if found.count("@") > 1 or any(character in found for character in ",;"):
        raise Refused("There is more than one e-mail address in the field.")
    try:
        validate_email(found)
    except ValidationError:
        raise Refused("That is not an e-mail address.") from None
    return found


class Line:
    def __init__(self) -> None:
        ours = {"django.core.mail.backends.smtp.EmailBackend": f"{__name__}.Backend"}
        self.mail: Any = get_connection(ours.get(settings.EMAIL_BACKEND, settings.EMAIL_BACKEND))
        self.host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"

    def open(self) -> None:
        try:
            self.mail.open()
        except (OSError, smtplib.SMTPException, AnymailError) as error:
            self.close()
            raise OutOfOrder(_why_closed(error)) from error

    def close(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):  # then it is gone already
            self.mail.close()

    def send(self, message: Message, said: Said) -> str:
        letter = self._letter(message, said)
        try:
            self._hand_over(letter)
        except BadHeaderError:
            raise Refused("There is a line break in its subject, where none may be.") from None
        except (OSError, smtplib.SMTPException, AnymailError) as error:
            failure = _failure(error)
            if isinstance(failure, OutOfOrder):
                self.close()
            raise failure from error
        called = getattr(getattr(letter, "anymail_status", None), "message_id", None)
        return "" if called is None else str(called)

    def _hand_over(self, letter: EmailMultiAlternatives) -> None:
        """Once more at once, if the server hung up before it was given the letter: it may do so after any other letter."""
        self.open()
        try:
            letter.send()
        except (OSError, smtplib.SMTPException) as error:
            if not _hung_up(error) or not getattr(self.mail, "may_be_asked_again", False):
                raise
            self.close()
            self.open()
            letter.send()

    def _letter(self, message: Message, said: Said) -> EmailMultiAlternatives:
        letter = EmailMultiAlternatives(
            said.subject,
            said.text,
            to=[address(message.recipient)],
            headers={"Message-ID": f"<{message.message_id}@{self.host}>", "Auto-Submitted": "auto-generated"},
            connection=self.mail,
        )
        if said.html:
            letter.attach_alternative(said.html, "text/html")
        for attachment in said.attachments:
            letter.attach(*attachment)
        return letter


class Backend(smtp.EmailBackend):
    """Django's own, over a connection that keeps time."""

    connection: Any

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return TimedSslConnection if self.use_ssl else TimedConnection

    @property
    def may_be_asked_again(self) -> bool:
        """It has nothing of the letter, and it hung up rather than fell silent."""
        line = self.connection
        return line is not None and not line.was_given_the_letter and not line.is_silent

    def _send(self, email_message: EmailMultiAlternatives) -> bool:
        """Django's own takes as long for what is plain and short already as for what is not."""
        sender, *recipients = (_bare(each) for each in (email_message.from_email, *email_message.recipients()))
        self.connection.sendmail(sender, recipients, written(email_message))
        return True

    def send_messages(self, email_messages: Any) -> int:
        if self.connection is not None:
            self.connection.start_the_clock()
        return super().send_messages(email_messages)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.start_the_clock()
        super().close()


@functools.lru_cache(maxsize=1024)
def _bare(address: str) -> str:
    """The address alone, as the server takes it."""
    return address if BARE.fullmatch(address) else sanitize_address(address, "utf-8")


class Timed:
    """smtplib waits EMAIL_TIMEOUT for each few bytes; this one also counts from the start of the send."""

    sock: Any
    file: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.start_the_clock()
        super().__init__(*args, **kwargs)

    def start_the_clock(self) -> None:
        self.ends_at = time.monotonic() + settings.SEND_TIMEOUT
        self.was_given_the_letter = self.is_silent = False

    def seconds_left(self) -> float:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("The whole send took too long.")
        return min(left, settings.EMAIL_TIMEOUT)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(_Ear(self))
        return super().getreply()  # type: ignore[misc, no-any-return]

    def send(self, data: Any) -> None:
        if self.sock:
            try:
                self.sock.settimeout(self.seconds_left())
            except TimeoutError as error:
                self.close()  # type: ignore[attr-defined]
                raise smtplib.SMTPServerDisconnected(str(error)) from error
        super().send(data)  # type: ignore[misc]

    def data(self, message: Any) -> tuple[int, bytes]:
        self.was_given_the_letter = True
        return super().data(message)  # type: ignore[misc, no-any-return]


class TimedConnection(Timed, smtplib.SMTP):
    pass


class TimedSslConnection(Timed, smtplib.SMTP_SSL):
    pass


class _Ear(io.RawIOBase):
    """Reads what the server says, waiting each time no longer than is left."""

    def __init__(self, connection: Timed) -> None:
        super().__init__()
        self.connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        sock = self.connection.sock
        try:
            sock.settimeout(self.connection.seconds_left())
            return int(sock.recv_into(buffer))
        except TimeoutError:
            self.connection.is_silent = True
            raise


def _codes(error: Exception) -> Iterator[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        yield from (code for code, _ in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        yield error.smtp_code


def _hung_up(error: Exception) -> bool:
    """Without a word, or with “421 closing”; smtplib takes an answer of 0 letters for −1."""
    return isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError) or bool({421, -1} & set(_codes(error)))


def _why_closed(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NO_SIGN_IN
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server is closed to us (code {error.smtp_code})."
    if isinstance(error, ssl.SSLCertVerificationError):
        return "The mail server could not prove who it is."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "The mail server does not offer what the settings ask of it."
    return AWAY


def _failure(error: Exception) -> SendingFailed:
    if isinstance(error, AnymailError):
        return _of_provider(error)
    codes = list(_codes(error))
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return OutOfOrder(_why_closed(error))
    if not codes or _hung_up(error):
        return OutOfOrder(AWAY)
    if isinstance(error, smtplib.SMTPSenderRefused) and codes[0] >= 500:
        return OutOfOrder(NOT_FROM_US)
    if any(500 <= code < 600 for code in codes):
        return Refused(f"The mail server refused it (code {codes[0]}).")
    return NotNow(f"The mail server did not take it yet (code {codes[0]}).")


def _of_provider(error: AnymailError) -> SendingFailed:
    code = getattr(error, "status_code", None)
    if isinstance(error, AnymailRecipientsRefused):
        return Refused("The mail provider refused the address.")
    if code in (401, 403, 404):
        return OutOfOrder(KEY_REFUSED)
    if code is not None and 400 <= code < 500 and code not in (408, 429):
        return Refused(f"The mail provider refused it (code {code}).")
    if isinstance(error, AnymailAPIError):
        return OutOfOrder(PROVIDER_AWAY)
    return Refused("The mail provider cannot send a message like this one.")
