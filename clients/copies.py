"""The client's copy of what they signed, as a PDF: the text, the clauses, who signed when, and the digests. Only reads."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

from fpdf import FPDF, FontFace
from fpdf.enums import XPos, YPos
from markdown_it import MarkdownIt

from clients import clauses
from clients.models import Consent, DocumentKind, Withdrawal
from practice import words
from practice.models import Practice

FONTS = Path(__file__).parent / "fonts"
markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink"])


class Page(FPDF):
    """A4 with the house's quiet margins; every page says what it is a copy of and which page it is."""

    foot = ""

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("house", size=8)
        self.cell(0, 8, f"{self.foot} · page {self.page_no()} of {{nb}}", align="C")


def pdf(consent: Consent, practice: Practice, now: dt.datetime) -> bytes:
    """`consent` with its version, document and client."""
    version, document = consent.version, consent.version.document
    page = begin(f"{document.title}, version {version.number}", practice, now)
    line(page, practice.name, size=10)
    line(page, document.title, size=18, style="B")
    applies = version.applies_from and words.day(version.applies_from)
    line(page, f"Version {version.number}, in force from {applies}", size=9)
    page.ln(3)
    headings = {f"h{level}": FontFace(color=(40, 40, 40), size_pt=13) for level in range(1, 7)}
    page.write_html(markdown.render(version.text), tag_styles=headings)
    page.ln(4)
    line(
        page, "Read" if document.kind == DocumentKind.NOTICE else "Agreed to, each point by itself", size=13, style="B"
    )
    for clause in consent.clauses:
        line(page, f"✓  {clause}")
    page.ln(4)
    line(page, "Signed", size=13, style="B")
    for label, value in _facts(consent, practice):
        line(page, f"{label}: {value}")
    if consent.signature:
        page.image(io.BytesIO(clauses.drawing_bytes(str(consent.signature))), w=70)
    return bytes(page.output())


def begin(title: str, practice: Practice, now: dt.datetime) -> Page:
    """A paper of the practice's, with its first page; the papers of other apps begin with it too."""
    page = Page(format="A4")
    page.set_title(title)
    page.set_lang("en-GB")
    page.set_creation_date(now)
    page.foot = title
    for style, file in (
        ("", "DejaVuSans.ttf"),
        ("B", "DejaVuSans-Bold.ttf"),
        ("I", "DejaVuSans.ttf"),
        ("BI", "DejaVuSans-Bold.ttf"),
    ):
        page.add_font("house", style, FONTS / file)
    page.set_font("house", size=10)
    page.set_margins(22, 20)
    page.set_auto_page_break(True, margin=22)
    page.add_page()
    return page


def line(page: Page, text: Any, *, size: int = 10, style: str = "") -> None:
    page.set_font("house", style, size)
    page.multi_cell(0, size * 0.55, str(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(1)
    page.set_font("house", size=10)


def _facts(consent: Consent, practice: Practice) -> list[tuple[str, str]]:
    zone = practice.zone
    found = [
        ("Name as typed", consent.typed_name),
        ("Client", consent.client.name),
        ("When", f"{words.moment(consent.signed_at, zone)} ({words.zone(practice.timezone)})"),
        ("How", consent.get_given_by_display()),
    ]
    if consent.expires_on:
        found.append(("Holds until", words.day(consent.expires_on)))
    if consent.countersigned_at and consent.countersigned_by:
        when = words.moment(consent.countersigned_at, zone)
        found.append(("Signed by the therapist", f"{consent.countersigned_by.name}, {when}"))
    if withdrawn := Withdrawal.objects.filter(consent=consent).first():
        found.append(("Withdrawn", words.moment(withdrawn.at, zone)))
    return [
        *found,
        ("SHA-256 of the text and its points", consent.text_sha256),
        ("Number of the record", str(consent.pk)),
    ]
