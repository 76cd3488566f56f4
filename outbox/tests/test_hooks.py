"""What providers call back: believed only when it proves itself, and no more than once."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from outbox import views
from outbox.models import Message, State
from outbox.tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db
SECRET = "postmark:" + "long-password-" * 2


@pytest.fixture
def postmark(settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.MAIL_HOOK_SECRET = SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "POSTMARK_SERVER_TOKEN": "t"}


@pytest.fixture
def twilio(settings: Any) -> None:
    settings.SMS_URL = "twilio://AC1:12345@+441632960000"


def make_sent(channel: str = "email", provider_id: str = "p-1") -> Message:
    return make_message(channel=channel, provider_id=provider_id, state=State.SENT, sent_at=NOW)


def call_mail(client: Client, secret: str = SECRET, **event: Any) -> int:
    proof = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    body = json.dumps({"MessageID": "p-1", "Recipient": "sam@example.com"} | event)
    return client.post("/hooks/mail/", body, content_type="application/json", headers=proof).status_code


DELIVERED = {"RecordType": "Delivery", "DeliveredAt": "2026-06-01T08:00:05Z"}
BOUNCED = {
    "RecordType": "Bounce",
    "Type": "HardBounce",
    "ID": 1,
    "Email": "sam@example.com",
    "BouncedAt": "2026-06-01T08:00:05Z",
}


def became(message: Message) -> tuple[str, dt.datetime | None, str]:
    message.refresh_from_db()
    return message.state, message.delivered_at, message.last_error


def test_delivery_and_a_later_bounce_are_noted_once(client: Client, postmark: None) -> None:
    message = make_sent()
    at = NOW + dt.timedelta(seconds=5)

    assert call_mail(client, **DELIVERED) == 200
    assert became(message) == (State.SENT, at, "")
    assert call_mail(client, **BOUNCED) == 200
    came_back = (State.BOUNCED, at, "It came back: the address does not take it.")
    assert became(message) == came_back
    assert [call_mail(client, **each) for each in (DELIVERED, BOUNCED)] == [200, 200]
    assert became(message) == came_back


@pytest.mark.parametrize("secret", ["", "postmark:guess", "other:" + "long-password-" * 2])
def test_forged_call_about_mail_changes_nothing(client: Client, postmark: None, secret: str) -> None:
    message = make_sent()

    assert call_mail(client, secret, **BOUNCED) == 403
    assert became(message) == (State.SENT, None, "")


def test_call_about_mail_that_makes_no_sense_is_refused_quietly(client: Client, postmark: None) -> None:
    proof = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
    for body in ("", "[]", "{", '"x"'):
        assert client.post("/hooks/mail/", body, content_type="application/json", headers=proof).status_code == 400
    assert call_mail(client, RecordType="Delivery", MessageID="unknown", DeliveredAt="2026-06-01T08:00:05Z") == 200


def test_calls_are_closed_unless_their_secret_is_set(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.SMS_URL = "console:"

    assert call_mail(client, **BOUNCED) == 404
    assert client.post("/hooks/sms/", {"MessageSid": "p-1"}).status_code == 404


def test_a_mail_server_calls_nobody(client: Client, settings: Any) -> None:
    settings.MAIL_HOOK_SECRET = SECRET

    assert call_mail(client, **BOUNCED) == 404


@pytest.mark.parametrize(
    "provider",
    ["brevo", "mailersend", "mailgun", "mailjet", "mandrill", "postal", "postmark", "sparkpost", "unisender_go"],
)
def test_each_provider_has_its_reader(settings: Any, provider: str) -> None:
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": SECRET,
        "MANDRILL_WEBHOOK_KEY": "k",
        "MAILERSEND_SIGNING_SECRET": "k",
        "POSTAL_WEBHOOK_KEY": "k",
        "UNISENDER_GO_API_KEY": "k",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "k",
    }
    assert views.mail_hook_of(f"anymail.backends.{provider}.EmailBackend") is not None


def test_signature_is_the_one_in_twilios_own_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    signature = views.twilio_signature("https://mycompany.com/myapp.php?foo=1&bar=2", form, "12345")
    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def call_sms(client: Client, token: str = "12345", **form: str) -> int:
    signature = views.twilio_signature("http://testserver/hooks/sms/", form, token)
    return client.post("/hooks/sms/", form, headers={"X-Twilio-Signature": signature}).status_code


def test_text_message_is_followed_until_it_arrived_or_not(client: Client, twilio: None) -> None:
    arrived, lost = make_sent("sms", "SM1"), make_sent("sms", "SM2")

    assert call_sms(client, MessageSid="SM1", MessageStatus="sent") == 200
    assert became(arrived) == (State.SENT, None, "")
    assert call_sms(client, MessageSid="SM1", MessageStatus="delivered") == 200
    assert call_sms(client, MessageSid="SM2", MessageStatus="undelivered", ErrorCode="30003") == 200
    arrived.refresh_from_db()
    assert (arrived.state, arrived.delivered_at is not None) == (State.SENT, True)
    assert became(lost) == (State.BOUNCED, None, "It could not be delivered (code 30003).")


def test_forged_call_about_a_text_message_changes_nothing(client: Client, twilio: None) -> None:
    message = make_sent("sms", "SM1")
    form = {"MessageSid": "SM1", "MessageStatus": "failed"}

    assert call_sms(client, token="guess", **form) == 403
    assert client.post("/hooks/sms/", form).status_code == 403
    signature = views.twilio_signature("http://testserver/hooks/sms/", {**form, "MessageStatus": "sent"}, "12345")
    assert client.post("/hooks/sms/", form, headers={"X-Twilio-Signature": signature}).status_code == 403
    assert client.post("/hooks/sms/", form, headers={"X-Twilio-Signature": "é"}).status_code == 403
    assert became(message) == (State.SENT, None, "")
