"""A receipt sent by e-mail: one letter with the paper, under neutral names, to who takes e-mail, and told where it stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import mailing, money
from bookings.mailing import NotMailed
from bookings.models import MoneyEntry, Status
from bookings.tests.factories import NOW, make_booking, make_session_type, make_therapist
from clients import reaching
from clients.models import Client
from clients.tests.factories import make_client, make_client_with_account
from outbox import delivery, log
from outbox.models import Message
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def practice(db: None) -> None:
    make_practice(name="Still Water")


def make_paid(client: Client | None = None, **overrides: Any) -> MoneyEntry:
    kind = make_session_type(name="Tantric massage therapy", kind="tantric")
    made = {"status": Status.COMPLETED, "starts_at": NOW - dt.timedelta(hours=2), "session_type": kind}
    made["created_at"] = NOW - dt.timedelta(days=3)
    booking = make_booking(client=client or make_client(email="sam@example.com"), **(made | overrides))
    return money.take(booking, Decimal(70), "card", by=make_front_desk(), now=NOW)


def sweep(at: dt.datetime) -> list[Any]:
    mail.outbox.clear()
    delivery.sweep(lambda: at)
    return list(mail.outbox)


def test_the_letter_has_the_paper_and_nothing_that_tells_what_the_session_was() -> None:
    entry = make_paid()
    assert mailing.send(entry, now=NOW) == "sam@example.com"
    [letter] = sweep(NOW)
    assert (letter.to, letter.subject) == (["sam@example.com"], f"Receipt {entry.number}")
    assert f"Receipt {entry.number} of Monday 1 June 2026 over £70 is attached as a PDF." in letter.body
    [paper] = letter.attachments
    assert (paper[0], paper[1][:5], paper[2]) == (f"still-water-{entry.number}.pdf", b"%PDF-", "application/pdf")
    for word in ("Tantric", "tantric", "massage", "/my/"):
        assert word not in letter.subject + letter.body + letter.alternatives[0][0]


def test_who_has_an_account_is_led_to_all_their_receipts() -> None:
    mailing.send(make_paid(make_client_with_account()), now=NOW)
    [letter] = sweep(NOW)
    assert "See your receipts: " in letter.body and "/my/receipts/" in letter.body


def test_two_presses_are_one_letter_and_a_later_one_sends_it_again() -> None:
    entry = make_paid()
    mailing.send(entry, now=NOW)
    with pytest.raises(NotMailed, match="on its way"):
        mailing.send(entry, now=NOW)
    assert len(sweep(NOW)) == 1
    mailing.send(entry, now=NOW + MINUTE)
    assert len(sweep(NOW + MINUTE)) == 1
    assert Message.objects.filter(kind=mailing.RECEIPT, state="sent").count() == 2


def refuse(client: Client) -> None:
    reaching.refuse_contact(client, by=make_owner(), now=NOW)


def take_texts_alone(client: Client) -> None:
    wishes = {"booking": ["sms"]}
    reaching.choose(client, wishes, texts=True, by=make_owner(), now=NOW, phone="+447700900123")


def leave_no_address(client: Client) -> None:
    Client.objects.filter(pk=client.pk).update(email="")


@pytest.mark.parametrize("does", [refuse, take_texts_alone, leave_no_address])
def test_who_takes_no_email_is_sent_none_and_the_desk_reads_why(does: Any) -> None:
    entry = make_paid()
    does(entry.booking.client)
    fresh = MoneyEntry.objects.select_related("booking__client").get(pk=entry.pk)
    reason = mailing.why_not(fresh.booking.client)
    with pytest.raises(NotMailed) as refused:
        mailing.send(fresh, now=NOW)
    assert str(refused.value) == reason != ""
    assert not Message.objects.filter(kind=mailing.RECEIPT).exists()


@pytest.mark.parametrize("does", [refuse, take_texts_alone])
def test_who_says_so_meanwhile_is_sent_none_either(does: Any) -> None:
    entry = make_paid()
    mailing.send(entry, now=NOW)
    does(entry.booking.client)
    assert sweep(NOW) == []
    row = Message.objects.get(kind=mailing.RECEIPT)
    assert row.state == "cancelled" and row.last_error


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def test_the_desk_sends_it_with_one_button_and_sees_what_became_of_it() -> None:
    entry = make_paid()
    desk = make_front_desk()
    at, door = browser_of(desk), f"/admin/bookings/booking/{entry.booking_id}/check-out/"
    send = f"/admin/bookings/moneyentry/{entry.pk}/send/"
    assert f'formaction="{send}"' in at.get(door).content.decode()
    shown = at.post(send, follow=True)
    assert shown.redirect_chain == [(door, 302)]
    assert f"Receipt {entry.number} is on its way to sam@example.com." in shown.content.decode()
    assert "Send it again" in shown.content.decode()
    [row] = log.for_user(desk, NOW).filter(kind=mailing.RECEIPT)
    assert log.may_read(desk, row)
    listed = at.get("/admin/outbox/message/").content.decode()
    assert "Receipt" in listed and "sam@example.com" in listed
    page = f"/admin/bookings/booking/{entry.booking_id}/change/"
    assert f'formaction="{send}"' in at.get(page).content.decode()
    assert at.post(send, {"from": "booking"}).headers["Location"] == page


def test_it_is_the_desks_and_the_sessions_own_therapists_to_send() -> None:
    entry = make_paid()
    send = f"/admin/bookings/moneyentry/{entry.pk}/send/"
    assert browser_of(make_therapist().user).post(send).status_code == 404
    assert browser_of(entry.booking.therapist.user).post(send).status_code == 302
    assert [each.about for each in Message.objects.filter(kind=mailing.RECEIPT)] == [f"receipt:{entry.pk}"]


def test_who_cannot_be_written_to_has_no_button_and_a_sentence() -> None:
    entry = make_paid(make_client(email=""))
    shown = browser_of(make_owner()).get(f"/admin/bookings/booking/{entry.booking_id}/check-out/").content.decode()
    assert mailing.NO_ADDRESS in shown
    assert "/send/" not in shown
