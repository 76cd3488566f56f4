"""A feed as calendar programs take it: vdirsyncer fetches it over HTTP, khal shows what it holds."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import User
from bookings import feeds, lifecycle, moves
from bookings.models import Shows, Status
from bookings.tests.factories import make_booking, make_session_type, make_therapist_at_work, make_time_off
from clients.tests.factories import make_client, make_client_with_account
from practice.tests.factories import make_practice

LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
PROGRAMS = Path(sys.executable).parent

SYNCER = """
[general]
status_path = "{home}/status"
[pair feed]
a = "here"
b = "site"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{home}/events"
fileext = ".ics"
[storage site]
type = "http"
url = "{url}"
"""
KHAL = """
[calendars]
[[feed]]
path = {home}/events
readonly = True
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {home}/khal.db
"""


class CalendarProgram:
    """Somebody's calendar in Berlin, subscribed to one address."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        for name in ("events", "status"):
            (home / name).mkdir()
        (home / "syncer").write_text(SYNCER.format(home=home, url=url))
        (home / "khal").write_text(KHAL.format(home=home))
        self._run("vdirsyncer", "-c", str(home / "syncer"), "discover")

    def shows(self) -> list[str]:
        """What stands in it after the next fetch: day, hours and summary of each event, in order of time."""
        self._run("vdirsyncer", "-c", str(self.home / "syncer"), "sync")
        first = timezone.now().astimezone(BERLIN).date() - dt.timedelta(days=35)
        told = self._run(
            "khal", "-c", str(self.home / "khal"), "list", "--day-format", "", "--once",
            "--format", "{start-long} {end-time} {title} {status}", f"{first}", "450d",
        )  # fmt: skip
        return [" ".join(line.split()) for line in told.splitlines() if line.strip()]

    def _run(self, program: str, *words: str) -> str:
        alone = {"HOME": str(self.home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(
            [PROGRAMS / program, *words], env=alone, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def next_clock_change() -> dt.date:
    """The next day that has more or fewer than 24 hours in London."""
    day = timezone.now().astimezone(LONDON).date() + dt.timedelta(days=3)
    while on_clock(day, 0).utcoffset() == on_clock(day + dt.timedelta(days=1), 0).utcoffset():
        day += dt.timedelta(days=1)
    return day


def on_clock(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), LONDON)


def berlin(start: dt.datetime, hours: int, title: str, standing: str = "CONFIRMED") -> str:
    local = start.astimezone(BERLIN)
    return f"{local:%Y-%m-%d %H:%M} {local + dt.timedelta(hours=hours):%H:%M} {title} {standing}"


@pytest.mark.django_db(transaction=True)
def test_clients_calendar_follows_their_sessions_across_a_clock_change(live_server, tmp_path):
    make_practice(timezone="Europe/London", address="1 Mill Lane; the blue door,\nLondon", horizon_days=400)
    mara, me = make_therapist_at_work(), make_client_with_account()
    kind = make_session_type(name="Tantric massage therapy", neutral_name="Long, quiet; session 🌊", therapists=[mara])
    change, now = next_clock_change(), timezone.now()
    common = {"client": me, "therapist": mara, "session_type": kind, "created_at": now}
    before = make_booking(starts_at=on_clock(change - dt.timedelta(days=1), 10), **common)
    after = make_booking(starts_at=on_clock(change + dt.timedelta(days=1), 10), **common)
    secret = feeds.make(me.user, shows=Shows.OWN, now=now)
    calendar = CalendarProgram(tmp_path, f"{live_server.url}/feeds/{secret}.ics")

    title = "Long, quiet; session 🌊"
    assert calendar.shows() == [berlin(before.starts_at, 1, title), berlin(after.starts_at, 1, title)]
    assert berlin(before.starts_at, 1, "").split()[1] == berlin(after.starts_at, 1, "").split()[1] == "11:00"

    later = on_clock(change + dt.timedelta(days=1), 14)
    moves.reschedule(after, later, by=User.objects.get(pk=me.user_id), now=timezone.now())
    assert calendar.shows() == [berlin(before.starts_at, 1, title), berlin(later, 1, title)]

    lifecycle.cancel(before, by=User.objects.get(pk=me.user_id), now=timezone.now())
    assert calendar.shows() == [berlin(later, 1, title)]


@pytest.mark.django_db(transaction=True)
def test_therapists_calendar_shows_what_they_chose_and_their_time_off(live_server, tmp_path):
    make_practice(timezone="Europe/London")
    mara, now = make_therapist_at_work(), timezone.now()
    day = now.astimezone(LONDON).date() + dt.timedelta(days=3)
    common = {"therapist": mara, "client": make_client(name="Sam Field"), "created_at": now}
    held = make_booking(starts_at=on_clock(day, 10), **common)
    asked = make_booking(starts_at=on_clock(day, 12), status=Status.REQUESTED, **common)
    away = make_time_off(mara, on_clock(day, 15), on_clock(day, 17))
    secret = feeds.make(mara.user, shows=Shows.INITIALS, now=now)
    calendar = CalendarProgram(tmp_path, f"{live_server.url}/feeds/{secret}.ics")

    assert calendar.shows() == [
        berlin(held.starts_at, 1, "Session, S. F."),
        berlin(asked.starts_at, 1, "Requested: Session, S. F.", "TENTATIVE"),
        berlin(away.starts_at, 2, "Away"),
    ]
    feeds.show(mara.user, Shows.BUSY)
    away.delete()
    assert [line.split(maxsplit=3)[3] for line in calendar.shows()] == ["Busy CONFIRMED", "Busy TENTATIVE"]
