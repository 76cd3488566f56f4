"""Names of the demo's earlier clients, put together from two lists, and how each heard of the practice. All invented."""

from __future__ import annotations

from clients.models import HeardFrom

FIRST = [
    "Alba",
    "Bertie",
    "Cleo",
    "Dorian",
    "Edie",
    "Fabian",
    "Greta",
    "Hugo",
    "Ilse",
    "Jasper",
    "Kezia",
    "Linus",
    "Mabel",
    "Nico",
    "Ottilie",
    "Piers",
    "Romy",
    "Silas",
    "Thea",
    "Ulric",
    "Vera",
    "Wendell",
    "Xanthe",
    "Yorick",
    "Zelda",
    "Ambrose",
    "Birdie",
    "Casper",
    "Delphi",
    "Emil",
    "Flora",
    "Gideon",
    "Hester",
    "Ivo",
]
LAST = [
    "Alderbrook",
    "Birchley",
    "Cloverdell",
    "Dewhollow",
    "Elmstead",
    "Fernacre",
    "Gorsemoor",
    "Hazelmere",
    "Ivydale",
    "Juniperton",
    "Kestrelby",
    "Larchfield",
    "Mossbank",
    "Nettlecombe",
    "Oakenshaw",
    "Plumleigh",
    "Quillwood",
    "Rushford",
    "Sorrelby",
    "Thornaby",
    "Underleaf",
    "Vetchling",
    "Willowmead",
    "Yarrowby",
]
HEARD_FROM = {
    "": 10,
    HeardFrom.RECOMMENDED: 34,
    HeardFrom.SEARCH: 22,
    HeardFrom.MAP: 9,
    HeardFrom.SOCIAL: 8,
    HeardFrom.PROFESSIONAL: 8,
    HeardFrom.PASSING: 5,
    HeardFrom.PRESS: 2,
    HeardFrom.OTHER: 2,
}
"""How many of a hundred."""


def name(number: int) -> str:
    """Another one for each of the first 816 numbers."""
    first, last = len(FIRST), len(LAST)
    return f"{FIRST[number % first]} {LAST[(number + number // (first * last // 2)) % last]}"


def address(person: str) -> str:
    return f"{person.lower().replace(' ', '.')}@demo.example"
