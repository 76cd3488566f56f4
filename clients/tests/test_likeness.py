"""When two addresses or two numbers are probably the same person's."""

import pytest

from clients.likeness import mailbox, same_mailbox, same_phone


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("sam.field@example.com", "SamField+massage@Example.com", True),
        ("s.a.m@googlemail.com", "sam@gmail.com", True),
        ("sam@example.com", "sam@example.org", False),
        ("sam@example.com", "tom@example.com", False),
        ("", "", False),
    ],
)
def test_mailbox_is_the_same_without_dots_capitals_and_tags(one: str, other: str, is_same: bool) -> None:
    assert same_mailbox(one, other) is is_same


def test_mailbox_of_a_text_without_an_at_is_no_error() -> None:
    assert mailbox("nobody") == "@nobody"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("07700 900123", "+44 (0)7700 900-123", True),
        ("0044 7700 900123", "7700900123", True),
        ("07700 900123", "07700 900124", False),
        ("12", "12", False),
        ("", "", False),
    ],
)
def test_phone_is_the_same_however_it_is_written(one: str, other: str, is_same: bool) -> None:
    assert same_phone(one, other) is is_same
