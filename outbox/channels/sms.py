"""Text messages, through the provider that SMS_URL names: `twilio://SID:TOKEN@+441234567890`, or `console:` to see them.

Twilio takes no key by which it would know a second attempt from a new message, so an answer that got lost may cost a copy.
"""

from __future__ import annotations

import sys
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import phonenumbers
import requests
from django.conf import settings
from django.urls import reverse

from outbox import segments
from outbox.channels import NotNow, OutOfOrder, Refused, SendingFailed
from outbox.models import Message
from outbox.registry import Said

LONGEST = 1600
"""Letters; providers take no more in one piece."""
NOT_SET_UP = "Text messages are not set up (SMS_URL)."
AWAY = "The text message provider could not be reached."
KEY_REFUSED = "The text message provider does not accept the practice's key."
BAD_NUMBER = "That is not a telephone number with its country, like +44 20 7946 0018."
TWILIO = "https://api.twilio.com"
OURS = {20003, 20404, 21212, 21603, 21606, 21659, 21660, 30002, 63038}
"""Twilio's codes for what is wrong with the practice's account or sender, not with the message."""


def address(raw: str) -> str:
    """As E.164, which every provider takes."""
    if not raw.strip():
        raise Refused("There is no telephone number.")
    try:
        number = phonenumbers.parse(raw, None)
    except phonenumbers.NumberParseException:
        raise Refused(BAD_NUMBER) from None
    if not phonenumbers.is_possible_number(number) or any(character in raw for character in ",;\r\n"):
        raise Refused(BAD_NUMBER)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Provider(Protocol):
    def send(self, number: str, text: str) -> str: ...
    def close(self) -> None: ...


class Line:
    def __init__(self) -> None:
        self.provider: Provider | None = None

    def open(self) -> None:
        parts = urlsplit(settings.SMS_URL)
        if parts.scheme not in PROVIDERS:
            raise OutOfOrder(NOT_SET_UP)
        self.provider = PROVIDERS[parts.scheme](parts)

    def send(self, message: Message, said: Said) -> str:
        if self.provider is None:
            raise OutOfOrder(NOT_SET_UP)
        text, number = said.text.strip(), address(message.recipient)
        if len(text) > LONGEST:
            raise Refused(
                f"The text is too long for a text message: {len(text)} letters, {segments.count(text)} parts."
            )
        return self.provider.send(number, text)

    def close(self) -> None:
        if self.provider is not None:
            self.provider.close()


class Console:
    """Prints them: for a development machine."""

    def __init__(self, parts: SplitResult) -> None:
        pass

    def send(self, number: str, text: str) -> str:
        print(f"Text message to {number} ({segments.count(text)} in length):\n{text}\n", file=sys.stdout, flush=True)
        return ""

    def close(self) -> None:
        pass


class Twilio:
    """Its Messages API. `?api=http://…` in SMS_URL names another server that speaks it."""

    def __init__(self, parts: SplitResult) -> None:
        self.session = requests.Session()
        self.session.auth = (unquote(parts.username or ""), unquote(parts.password or ""))
        self.sender = sender_of(parts)
        api = parse_qs(parts.query).get("api", [TWILIO])[0]
        self.url = f"{api}/2010-04-01/Accounts/{parts.username}/Messages.json"

    def send(self, number: str, text: str) -> str:
        form = {"To": number, "From": self.sender, "Body": text, "StatusCallback": callback_url()}
        try:
            answer = self.session.post(
                self.url,
                data=form,
                timeout=(settings.EMAIL_TIMEOUT, settings.SEND_TIMEOUT - settings.EMAIL_TIMEOUT),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise OutOfOrder(AWAY) from error
        said = _json(answer)
        if answer.status_code != 201:
            raise failure(answer.status_code, said.get("code"))
        return str(said.get("sid", ""))

    def close(self) -> None:
        self.session.close()


PROVIDERS: dict[str, Any] = {"console": Console, "twilio": Twilio}


def sender_of(parts: SplitResult) -> str:
    """A number, or a name that the country allows; `urlsplit` would make its letters small."""
    return unquote(parts.netloc.rpartition("@")[2])


def callback_url() -> str:
    return settings.SITE_URL + reverse("sms_hook")


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def failure(status: int, code: object) -> SendingFailed:
    if status in (401, 403) or code in OURS:
        return OutOfOrder(
            KEY_REFUSED if status in (401, 403) else f"The provider refused the practice's sender (code {code})."
        )
    if status == 429:
        return NotNow("The provider asked for patience (code 429).")
    if 400 <= status < 500:
        return Refused(f"The text message provider refused it (code {code or status}).")
    return OutOfOrder(AWAY)
