"""Checking out, the end of the day and the list of lines, on the practice's side."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import money
from bookings.models import Booking, CashUp, MoneyEntry, Status
from bookings.tests.factories import make_booking, make_session_type
from clients.tests.factories import make_client
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

D = Decimal


def inside(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def desk() -> User:
    make_practice()
    return make_front_desk(name="Dee Porter")


def today() -> dt.date:
    return timezone.now().astimezone(Practice.objects.current().zone).date()


def came(**fields: Any) -> Booking:
    start = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(hours=2)
    made = {"starts_at": start, "created_at": start - dt.timedelta(days=3), "status": Status.COMPLETED}
    if "client" not in fields:
        fields["client"] = make_client(name="Sam Field")
    return make_booking(**(made | fields))


def door(booking: Booking) -> str:
    return f"/admin/bookings/booking/{booking.pk}/check-out/"


def fields_of(page: str, do: str) -> dict[str, str]:
    """What a browser sends with the form of this name."""
    form = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'name="do" value="{do}"' in each)
    inputs = re.findall(r"<input[^>]*>", form)
    named = [(re.search(r'name="([^"]+)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs]
    return {name[1]: value[1] if value else "" for name, value in named if name and name[1] != "csrfmiddlewaretoken"}


def errors(page: str) -> list[str]:
    return re.findall(r'<ul class="errorlist"[^>]*><li>(.*?)</li>', page)


def test_two_taps_record_all_that_is_due(desk: User) -> None:
    browser, booking = inside(desk), came()
    shown = browser.get(door(booking)).text
    ready = fields_of(shown, "take")
    assert ready == {"do": "take", "seen": "0", "amount": "70.00"}
    assert re.findall(r'name="paid_by" value="(\w+)">([^<]+)', shown)[:3] == [
        ("cash", "Cash"), ("card", "Card terminal"), ("transfer", "Transfer"),
    ]  # fmt: skip

    after = browser.post(door(booking), ready | {"paid_by": "cash"}, follow=True).text

    assert "£70 taken." in after
    assert "It is settled." in after
    assert list(MoneyEntry.objects.values_list("kind", "amount", "paid_by", "by")) == [("payment", 70, "cash", desk.pk)]


def test_way_back_to_the_day_stays_open(desk: User) -> None:
    booking = came()
    page = inside(desk).get(f"{door(booking)}?back=today").text
    assert "Back to today" in page
    sent = fields_of(page, "take") | {"paid_by": "card"}
    answer = inside(desk).post(f"{door(booking)}?back=today", sent)
    assert answer["Location"] == f"{door(booking)}?back=today"


def test_parts_deposits_waivers_refunds_and_corrections_are_recorded_where_they_are_seen(desk: User) -> None:
    browser, booking = inside(desk), came()
    for do, typed in (
        ("take", {"amount": "30", "paid_by": "cash"}),
        ("waive", {"amount": "10", "why": "We began late"}),
        ("take", {"amount": "30", "paid_by": "card"}),
        ("give_back", {"amount": "5", "paid_by": "cash", "why": "A coin too many"}),
    ):
        page = browser.get(door(booking)).text
        browser.post(door(booking), fields_of(page, do) | typed)
    wrong = booking.money.filter(kind="payment", paid_by="card").get()
    browser.post(door(booking), {"do": "take_back", "entry": wrong.pk, "why": "It was a transfer"})

    assert list(booking.money.values_list("kind", "amount", "paid_by", "number", "why")) == [
        ("payment", 30, "cash", 1, ""),
        ("waiver", 10, "", None, "We began late"),
        ("payment", 30, "card", 2, ""),
        ("refund", 5, "cash", 3, "A coin too many"),
        ("payment", 30, "card", 4, "It was a transfer"),
    ]
    page = browser.get(door(booking)).text
    assert "Payment, taken back (receipt 2)" in page
    assert fields_of(page, "take")["amount"] == "35.00"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "70.01", "paid_by": "cash"}, "No more than £70 is still to be paid."),
        ({"amount": "-1", "paid_by": "cash"}, "Ensure this value is greater than or equal to 0."),
        ({"amount": "0", "paid_by": "cash"}, "Please type an amount above nothing, in whole pence or cents."),
        ({"amount": "1.005", "paid_by": "cash"}, "Ensure that there are no more than 2 decimal places."),
        ({"amount": "seven", "paid_by": "cash"}, "Enter a number."),
        ({"amount": "", "paid_by": "cash"}, "This field is required."),
        ({"amount": "70"}, "Please press how it was paid."),
        ({"amount": "70", "paid_by": "cheque"}, "Select a valid choice. cheque is not one of the available choices."),
        ({"do": "give_back", "amount": "1", "paid_by": "cash"}, "Nothing was taken for this booking."),
        ({"do": "waive", "amount": "1", "why": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(desk: User, typed: dict[str, str], said: str) -> None:
    answer = inside(desk).post(door(came()), {"do": "take", "seen": "0"} | typed)
    assert errors(answer.text) == [said]
    assert MoneyEntry.objects.count() == 0


def test_second_tab_records_nothing_again(desk: User) -> None:
    browser, booking = inside(desk), came()
    sent = fields_of(browser.get(door(booking)).text, "take") | {"amount": "30", "paid_by": "cash"}
    browser.post(door(booking), sent)
    again = browser.post(door(booking), sent)
    assert errors(again.text) == ["Something was recorded for this booking in the meantime. Please look at it again."]
    assert booking.money.count() == 1
    assert fields_of(browser.get(door(booking)).text, "take")["amount"] == "40.00"


def test_line_of_another_booking_is_not_taken_back_here(desk: User) -> None:
    other = money.take(came(), D(70), "cash", by=desk, now=timezone.now())
    booking = came()
    money.take(booking, D(70), "cash", by=desk, now=timezone.now())
    inside(desk).post(door(booking), {"do": "take_back", "entry": other.pk, "why": "So"})
    assert MoneyEntry.objects.count() == 2


@pytest.mark.parametrize("do", ["", "steal"])
def test_deed_that_is_none_is_not_there(desk: User, do: str) -> None:
    assert inside(desk).post(door(came()), {"do": do}).status_code == 404


def test_a_session_is_named_neutrally_at_the_desk_and_on_the_receipt(desk: User) -> None:
    kind = make_session_type(kind="tantric", name="Tantric introduction", neutral_name="Long session")
    booking = came(session_type=kind)
    entry = money.take(booking, D(70), "cash", by=desk, now=timezone.now())
    page = inside(desk).get(door(booking)).text
    assert ("Long session" in page, "Tantric" in page, entry.what) == (True, False, "Long session")
    paper = inside(desk).get(f"/admin/bookings/moneyentry/{entry.pk}/receipt/")
    assert (paper["Content-Type"], paper["Cache-Control"]) == ("application/pdf", "no-store")
    assert paper.content.startswith(b"%PDF")


def test_a_bookings_page_says_what_it_comes_to(desk: User) -> None:
    booking = came()
    money.take(booking, D(30), "cash", by=desk, now=timezone.now())
    page = inside(desk).get(f"/admin/bookings/booking/{booking.pk}/change/").text
    assert re.search(r"Still to be paid</dt><dd>£40<", page)
    assert door(booking) in page


def test_another_therapist_sees_no_money_of_it(desk: User) -> None:
    booking, colleague = came(), came().therapist.user
    page = inside(colleague).get(f"/admin/bookings/booking/{booking.pk}/change/").text
    assert "Still to be paid" not in page
    assert inside(colleague).get(door(booking)).status_code == 404
    assert inside(booking.therapist.user).get(door(booking)).status_code == 200


def test_lists_show_a_therapist_their_own_and_take_few_queries(desk: User, django_assert_max_num_queries: Any) -> None:
    bookings = [came() for _ in range(3)]
    for booking in bookings:
        money.take(booking, D(70), "cash", by=desk, now=timezone.now())
    path = "/admin/bookings/moneyentry/"
    assert "3 money" in inside(desk).get(path).text
    assert "1 money entry" in inside(bookings[0].therapist.user).get(path).text
    browser = inside(make_owner())
    browser.get(path)
    with django_assert_max_num_queries(12):
        browser.get(path)
    assert "1 money entry" in browser.get(f"{path}?q=2").text


# The end of the day


def counts(**typed: str) -> dict[str, str]:
    return {f"{way}-counted": typed.get(way, "0") for way in ("cash", "card", "transfer")}


def test_day_is_counted_closed_once_and_shown(desk: User) -> None:
    browser, booking = inside(desk), came()
    money.take(booking, D(70), "cash", by=desk, now=timezone.now())
    on = today().isoformat()

    short = browser.post(f"/admin/cash-up/?on={on}", counts(cash="60"))
    assert errors(short.text) == ["This is £10 less than expected. Please say why."]
    done = browser.post(
        f"/admin/cash-up/?on={on}", counts(cash="60") | {"cash-why": "Change was given twice"}, follow=True
    ).text
    again = browser.post(f"/admin/cash-up/?on={on}", counts(cash="70")).text

    assert "The day is closed." in done
    assert "Closed by Dee Porter" in done
    assert "Change was given twice" in done
    assert ">£10 less<" in done
    assert "Sam Field" not in done
    assert "This day is closed already" in again
    assert list(CashUp.objects.values_list("paid_by", "expected", "counted")) == [
        ("card", 0, 0), ("cash", 70, 60), ("transfer", 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("asked", ["nonsense", "2026-02-30", "0001-01-01", "9999-12-31", "%00"])
def test_day_that_is_none_or_to_come_is_not_there(desk: User, asked: str) -> None:
    assert inside(desk).get(f"/admin/cash-up/?on={asked}").status_code == 404


def test_empty_count_is_asked_for(desk: User) -> None:
    answer = inside(desk).post("/admin/cash-up/", {"cash-counted": ""})
    assert errors(answer.text) == ["This field is required."] * 3
    assert CashUp.objects.count() == 0


def test_days_that_nobody_closed_are_named(desk: User) -> None:
    before = timezone.now() - dt.timedelta(days=2)
    money.take(came(), D(70), "card", by=desk, now=before)
    page = inside(desk).get("/admin/cash-up/").text
    assert f'Days that nobody has closed yet: <a href="?on={today() - dt.timedelta(days=2)}"' in page


def test_page_of_the_day_takes_the_same_few_queries_however_much_was_taken(
    desk: User, django_assert_num_queries: Any
) -> None:
    browser = inside(desk)
    browser.get("/admin/cash-up/")
    for number in (1, 3):
        for _ in range(number):
            money.take(came(), D(70), "card", by=desk, now=timezone.now())
        with django_assert_num_queries(11):
            browser.get("/admin/cash-up/")


def test_bookings_are_found_by_what_is_left_to_pay_and_to_give_back(desk: User) -> None:
    names = ("Paid Up", "Owing Still", "Given Back")
    bookings = [came(client=make_client(name=name)) for name in names]
    for booking in (bookings[0], bookings[2]):
        money.take(booking, D(70), "card", by=desk, now=timezone.now())
    Booking.objects.filter(pk=bookings[2].pk).update(status=Status.CANCELLED)

    def found(when: str) -> list[str]:
        page = inside(desk).get(f"/admin/bookings/booking/?when={when}").text
        return [name for name in names if f">{name}<" in page]

    assert (found("due"), found("back")) == (["Owing Still"], ["Given Back"])


def test_fee_stands_beside_the_tick_that_waives_it(desk: User) -> None:
    soon = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(hours=2)
    near = came(status=Status.CONFIRMED, starts_at=soon)
    missed = came(status=Status.CONFIRMED, late_fee=D(50), is_late=True)

    def said(booking: Booking, act: str) -> list[str]:
        page = inside(desk).get(f"/admin/bookings/booking/{booking.pk}/act/{act}/").text
        return re.findall(r"(?:Otherwise|Nothing comes)[^<]*", page)

    assert said(near, "cancel") == ["Otherwise £35 comes due where the client asked for it."]
    assert said(missed, "no-show") == ["Otherwise £20 comes due now."]
