import pytest

from outbox import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("“quoted” " + "a" * 61, 1),
        ("🌿" * 35, 1),
        ("🌿" * 36, 2),
    ],
)
def test_length_is_counted_as_providers_count_it(text: str, parts: int) -> None:
    assert segments.count(text) == parts
