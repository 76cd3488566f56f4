"""The client's own receipts, and nobody else's."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_front_desk
from bookings import money, receipts
from bookings.models import Booking, MoneyEntry, Status
from bookings.tests.factories import make_booking, make_session_type
from clients.tests.factories import make_client_with_account
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

D = Decimal


def came(**fields: Any) -> Booking:
    start = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(days=2)
    made = {"starts_at": start, "created_at": start - dt.timedelta(days=3), "status": Status.COMPLETED}
    return make_booking(**(made | fields))


@pytest.fixture
def me(client: Client) -> Any:
    make_practice()
    found = make_client_with_account()
    client.force_login(found.user)
    return found


def pay(booking: Booking, amount: str = "70") -> MoneyEntry:
    return money.take(booking, D(amount), "card", by=make_front_desk(), now=timezone.now())


def test_receipts_stand_in_the_list_each_as_a_paper(client: Client, me: Any) -> None:
    mine = pay(came(client=me))
    others = pay(came())

    page = client.get("/my/receipts/").text
    assert re.findall(r'<h2 class="h3">(.*?)</h2>', page) == ["Receipt, £70"]
    paper = client.get(f"/my/receipts/{mine.number}/")
    assert (paper["Content-Type"], paper["Content-Disposition"], paper["Cache-Control"]) == (
        "application/pdf", 'attachment; filename="still-water-1.pdf"', "no-store",
    )  # fmt: skip
    assert client.get(f"/my/receipts/{others.number}/").status_code == 404


def test_what_is_left_is_said(client: Client, me: Any) -> None:
    owing = came(client=me)
    pay(owing, "30")
    back = came(client=me, status=Status.CONFIRMED)
    pay(back, "20")
    Booking.objects.filter(pk=back.pk).update(status=Status.CANCELLED)

    notices = re.findall(r'<p class="notice">(.*?)</p>', client.get("/my/receipts/").text)
    assert [re.sub(r"<[^>]+>", "", each).split(" for your")[0] for each in notices] == [
        "£40 is still to be paid", "We owe you £20",
    ]  # fmt: skip


def test_empty_list_says_so(client: Client, me: Any) -> None:
    assert "There are no receipts yet." in client.get("/my/receipts/").text


@pytest.mark.parametrize("number", [0, 1, 10**30])
def test_receipt_that_is_none_is_not_there(client: Client, me: Any, number: int) -> None:
    assert client.get(f"/my/receipts/{number}/").status_code == 404
    assert client.get(f"/my/receipts/?page={number + 2}").status_code == 404


def test_list_takes_the_same_queries_with_one_and_with_three(
    client: Client, me: Any, django_assert_num_queries: Any
) -> None:
    client.get("/my/receipts/")
    for number in (1, 2):
        for _ in range(number):
            pay(came(client=me))
        with django_assert_num_queries(8):
            client.get("/my/receipts/")


def test_receipt_says_what_was_paid_under_neutral_names() -> None:
    practice = make_practice(address="Still Water\n12 Mill Lane")
    kind = make_session_type(kind="tantric", name="Tantric introduction", neutral_name="Long session")
    booking = came(session_type=kind)
    desk = make_front_desk()
    paid = money.take(booking, D("12.50"), "cash", by=desk, now=timezone.now())
    counter = money.take_back(paid, by=desk, now=timezone.now(), why="A slip")
    said = dict(receipts.facts(paid, practice))
    assert (said["Number"], said["From"], said["Amount"], said["Paid"]) == (
        "1",
        booking.client.name,
        "12.50 GBP",
        "Cash",
    )
    assert said["For"].startswith("Long session, ")
    assert dict(receipts.facts(counter, practice))["Takes back"] == "receipt 1, which was entered by mistake"
    assert [receipts.title_of(each) for each in (paid, counter)] == ["Receipt", "Correction of a receipt"]
    assert receipts.pdf(paid, practice) == receipts.pdf(paid, practice)
