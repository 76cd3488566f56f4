"""The practice that the browser tests book at, and the steps of a visitor in it."""

from __future__ import annotations

import datetime as dt
import gzip
import importlib
import re
from pathlib import Path
from typing import Any

from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import SessionType
from bookings.tests.factories import make_room, make_session_type, make_therapist_at_work
from clients.models import Stage
from practice.models import Practice
from practice.tests.factories import make_practice

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
PASSWORD = "a-quiet-garden-7"
ROBIN = {"Your name": "Robin Hale", "E-mail": "robin@example.com", "Date of birth": "1990-02-03", "Password": PASSWORD}


def build(**overrides: Any) -> SessionType:
    """Still Water: two rooms, three therapists, a session with two lengths and two others; gives the first."""
    shown = {
        "address": "Still Water\n12 Mill Lane\nLondon N1 4XX",
        "directions": "The blue door beside the bakery; please ring at “Garden”.",
        "bring": "Nothing but yourself. Towels and tea are here.",
        "phone": "020 7946 0991",
        "min_notice": dt.timedelta(hours=2),
        "horizon_days": 60,
        "strapline": "Massage without hurry",
    }
    cache.clear()  # what the sign-in pages count stays in the table from test to test
    make_practice(**(shown | overrides))
    rooms = [make_room(slug="garden", name="Garden room"), make_room(slug="loft", name="Loft")]
    mara = make_therapist_at_work(slug="mara", name="Mara", opens="10:00", closes="18:00", order=1)
    jonas = make_therapist_at_work(
        slug="jonas", name="Jonas", opens="12:00", closes="20:00", weekdays=(0, 2, 4), order=2
    )
    summary = "Slow, warm and unhurried, from head to foot."
    first = make_session_type(
        slug="relaxing-massage",
        name="Relaxing massage",
        summary=summary,
        lengths={60: "70.00", 90: "95.00"},
        rooms=rooms,
        therapists=[mara, jonas],
        buffer_after_minutes=15,
    )
    tantric = "A longer session with time to arrive and to talk first."
    make_session_type(
        slug="tantric-massage",
        name="Tantric massage therapy",
        kind="tantric",
        summary=tantric,
        lengths={150: "190.00"},
        rooms=rooms,
        therapists=[mara],
        approval="always",
    )
    talk = "A talk by phone about what you need."
    make_session_type(
        slug="consultation",
        name="Consultation",
        kind="consultation",
        summary=talk,
        lengths={30: "0.00"},
        rooms=[],
        therapists=[mara],
    )
    return first


def stages() -> None:
    """The four stages of a journey, which a flushed database has lost."""
    texts = importlib.import_module("clients.migrations.0003_guards_and_stages").STAGES
    for order, (slug, (name, text)) in enumerate(texts.items()):
        Stage.objects.get_or_create(slug=slug, defaults={"name": name, "text": text, "order": order})


def now() -> dt.datetime:
    return timezone.now()


def in_days(days: int, clock: str = "11:00") -> dt.datetime:
    """A start on the practice's clock so many days from today."""
    zone = Practice.objects.current().zone
    on = now().astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(on, dt.time.fromisoformat(clock), zone).astimezone(dt.UTC)


def choose_time(page: Page, site: str, *, nth: int = 0) -> None:
    page.goto(f"{site}/book/relaxing-massage/?minutes=60")
    page.locator(".soonest .time").nth(nth).click()


def fill(page: Page, answers: dict[str, str]) -> None:
    for label, answer in answers.items():
        page.get_by_label(label).fill(answer)


def code() -> str:
    """The code of the newest mail."""
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mail.outbox[-1].body, re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_up(page: Page, **answers: str) -> None:
    fill(page, ROBIN | answers)
    page.get_by_role("button", name="Send me the code").click()
    page.get_by_label("Code from the e-mail").wait_for()


def type_code(page: Page) -> None:
    page.get_by_label("Code from the e-mail").fill(code())
    page.get_by_role("button", name=re.compile("^Confirm address")).click()


def sign_in(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/accounts/login/")
    fill(page, {"E-mail": email, "Password": PASSWORD})
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/my/$"))


def faults(page: Page, *, preload: bool = True) -> list[str]:
    """What axe finds on the page as it stands, of any impact; empty where it finds nothing.

    For a sheet that imports another, axe would write a style element of its own, which our content policy refuses:
    `preload=False` leaves out that one look (at the turning of phones).
    """
    page.evaluate(AXE)
    asked = f"{{resultTypes: ['violations'], preload: {str(preload).lower()}}}"
    found = page.evaluate(f"axe.run(document, {asked})")["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]


def compressed(body: bytes, url: str) -> int:
    """Bytes on the wire: fonts are compressed already, everything else is served with gzip at worst."""
    return len(body) if url.endswith(".woff2") else len(gzip.compress(body, 9))
