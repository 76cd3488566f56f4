"""Every pair of colours that meets on a page, in both themes, against WCAG 2.2 AA. docs/accessibility.md has the figures."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "scss" / "_tokens.scss"
TEXT, SHAPE = 4.5, 3.0

WORDS_ON = {
    "ink": ["paper", "surface", "sunken", "accent-wash", "moss-wash", "amber-wash", "bad-wash"],
    "quiet": ["paper", "surface", "sunken", "moss-wash", "accent-wash"],
    "link": ["paper", "surface", "sunken", "moss-wash", "amber-wash"],
    "on-accent": ["accent", "accent-hover"],
    "moss": ["moss-wash", "paper"],
    "amber": ["amber-wash"],
    "bad": ["paper", "surface", "bad-wash"],
}
SHAPES_ON = {
    "edge": ["paper", "surface", "sunken"],  # the border of a field or button
    "focus": ["paper", "surface", "sunken", "accent-wash", "moss-wash", "bad-wash"],
    "accent": ["paper", "surface", "accent-wash"],  # the dot of a day with room, a chosen time
}


def theme(name: str) -> dict[str, str]:
    block = TOKENS.read_text("utf-8").split(f"@mixin {name} {{")[1].split("}")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(table: dict[str, list[str]], needed: float) -> list[tuple[str, str, float]]:
    return [(front, back, needed) for front, backs in table.items() for back in backs]


def test_black_on_white_is_twenty_one_to_one():
    assert contrast("#000000", "#ffffff") == 21


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "needed"), [*pairs(WORDS_ON, TEXT), *pairs(SHAPES_ON, SHAPE)])
def test_two_colours_that_meet_can_be_told_apart(name, front, back, needed):
    colours = theme(name)
    assert contrast(colours[front], colours[back]) >= needed
