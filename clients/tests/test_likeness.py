"""When two addresses or two numbers are probably the same person's."""

import pytest

from clients.likeness import mailbox, number


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("sam.field@example.com", "SamField+massage@Example.com", True),
        ("s.a.m@googlemail.com", "sam@gmail.com", True),
        ("sam@example.com", "sam@example.org", False),
        ("sam@example.com", "tom@example.com", False),
    ],
)
def test_mailbox_is_the_same_without_dots_capitals_and_tags(one: str, other: str, is_same: bool) -> None:
    assert mailbox(one)
    assert (mailbox(one) == mailbox(other)) is is_same


@pytest.mark.parametrize("email", ["", " ", "nobody", "@example.com", "+tag@example.com", "nobody@"])
def test_what_is_no_address_is_like_nothing(email: str) -> None:
    assert mailbox(email) == ""


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("07700 900123", "+44 (0)7700 900-123", True),
        ("0044 7700 900123", "7700900123", True),
        ("07700 900123", "07700 900124", False),
    ],
)
def test_phone_is_the_same_however_it_is_written(one: str, other: str, is_same: bool) -> None:
    assert number(one)
    assert (number(one) == number(other)) is is_same


@pytest.mark.parametrize("phone", ["", "12", "ext. 000123"])
def test_too_few_digits_are_like_nothing(phone: str) -> None:
    assert number(phone) == ""
