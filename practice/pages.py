"""The practice's own texts, looked up for a page. A text nobody has edited is read as it ships.

The shipped ones stand in practice/texts/. Never writes; defaults.py does.
"""

from __future__ import annotations

from pathlib import Path

from practice.models import PageText

TEXTS = Path(__file__).parent / "texts"


def text(slug: str) -> PageText:
    return PageText.objects.filter(slug=slug).first() or shipped_text(slug)


def texts(*slugs: str) -> dict[str, PageText]:
    """Several at once, in one query, each under its slug with underscores, as templates need it."""
    found = PageText.objects.in_bulk(slugs, field_name="slug")
    return {slug.replace("-", "_"): found.get(slug) or shipped_text(slug) for slug in slugs}


def shipped_text(slug: str) -> PageText:
    """The text under this slug as it ships, unsaved; FileNotFoundError where none ships."""
    heading, body = (TEXTS / f"{slug}.md").read_text("utf-8").split("\n", 1)
    return PageText(slug=slug, title=heading.removeprefix("# "), body=body.strip() + "\n")


def shipped_slugs() -> list[str]:
    return sorted(path.stem for path in TEXTS.glob("*.md"))
