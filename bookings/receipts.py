"""The receipt of one line that moved money, as a PDF: the practice, the session by its neutral name, and no clinical word.

Only reads. The same line gives the same paper each time.
"""

from __future__ import annotations

import re

from bookings.models import MoneyEntry, MoneyKind
from clients import copies
from practice import walltime, words
from practice.models import Practice

TITLES = {MoneyKind.DEPOSIT: "Receipt for a deposit", MoneyKind.REFUND: "Receipt for money given back"}


def pdf(entry: MoneyEntry, practice: Practice) -> bytes:
    """`entry` with its booking's client, and the line it corrects."""
    page = copies.begin(f"Receipt {entry.number}", practice, entry.at)
    copies.line(page, practice.name, size=14, style="B")
    for each in (*practice.address.splitlines(), practice.phone, practice.email):
        if each.strip() and each.strip() != practice.name:
            copies.line(page, each, size=9)
    page.ln(6)
    copies.line(page, title_of(entry), size=18, style="B")
    page.ln(2)
    for label, value in facts(entry, practice):
        copies.line(page, f"{label}: {value}")
    return bytes(page.output())


def title_of(entry: MoneyEntry) -> str:
    if entry.corrects_id:
        return "Correction of a receipt"
    return TITLES.get(MoneyKind(entry.kind), "Receipt")


def facts(entry: MoneyEntry, practice: Practice) -> list[tuple[str, str]]:
    booking = entry.booking
    found = [
        ("Number", str(entry.number)),
        ("Date", words.day(walltime.local_date(entry.at, practice.zone))),
        ("To" if entry.is_back else "From", booking.client.name),
        ("For", f"{entry.what}, {words.day(booking.session_on)}"),
        ("Amount", amount_of(entry)),
        ("Paid", entry.get_paid_by_display()),
    ]
    if entry.corrects:
        found.append(("Takes back", f"receipt {entry.corrects.number}, which was entered by mistake"))
    return found


def amount_of(entry: MoneyEntry) -> str:
    """“70.00 GBP”, as an invoice says it."""
    return f"{entry.amount:,.2f} {entry.currency}"


def filename(entry: MoneyEntry, practice: Practice) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", practice.name.lower()).strip("-")
    return f"{name or 'receipt'}-{entry.number}.pdf"
