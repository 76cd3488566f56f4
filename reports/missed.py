"""The report on sessions that were cancelled or to which nobody came: how long before, by whom, whether a reminder was sent,
and what fees came of it. Only reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bookings.models import Status
from practice import words
from reports import attendance, cancelling, reminded, saying, splits
from reports.asking import Asked, within
from reports.attendance import CANCELLED, MISSED, Counts, Days
from reports.cancelling import BANDS, OUTCOMES, WHO, Fees, Ways
from reports.reminded import Kept
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit, Value

SLUG, TITLE = "cancellations", "Cancellations and no-shows"
NUMBERS = ("no_shows", "missed_share", "cancellations", "late_cancellations")


def totals(asked: Asked) -> tuple[Counts, Counts, Counts]:
    return attendance.compared(asked, attendance.by_day(asked))


def report(asked: Asked) -> Report:
    days, by_whom = attendance.by_day(asked), attendance.splits(asked)
    compared, notice, fees = attendance.compared(asked, days), cancelling.by_notice(asked), cancelling.fees(asked)
    return Report(
        SLUG,
        TITLE,
        tuple(_sentences(asked, compared, notice)),
        (
            Section(splits.beside("all", "All together", splits.counted(compared, *NUMBERS))),
            _by_notice(notice),
            _by_month(asked, days),
            _weekdays(asked, days),
            Section(splits.split("hours", "By hour of the day", "Begins at", by_whom.hours, *NUMBERS)),
            Section(splits.split("therapists", "By therapist", "Therapist", by_whom.therapists, *NUMBERS)),
            Section(splits.split("types", "By session", "Session", by_whom.session_types, *NUMBERS, is_sensitive=True)),
            _by_reminder(asked),
            _fees(asked, fees),
        ),
    )


# Tables


def _by_notice(found: dict[str, Ways]) -> Section:
    columns = (
        Column("band", "Before the session", Unit.TEXT),
        *(Column(who, name, means=f"cancelled_by_{who}") for who, name in WHO.items()),
        Column("all", "Cancellations", means="cancellations"),
    )
    rows = tuple((BANDS[band], *ways, sum(ways)) for band, ways in found.items())
    every = [sum(row[at] for row in rows) for at in range(1, 5)]  # type: ignore[misc]
    table = Table(
        "notice", "How long before they were cancelled", columns, rows if every[-1] else (),
        ("All", *every) if every[-1] else None, empty="Nothing was cancelled in this period.",
    )  # fmt: skip
    chart = Chart(Kind.STACKED, "band", tuple(WHO), "How long before the session it was cancelled, and by whom.")
    return Section(table, chart=chart)


def _by_month(asked: Asked, days: Days) -> Section:
    found = attendance.by_months(asked.period, days)
    table = splits.stretches("months", "By month", found, Unit.MONTH, *NUMBERS)
    chart = Chart(Kind.LINES, "when", ("no_shows", "late_cancellations"), "No-shows and late cancellations by month.")
    return Section(table, chart=chart)


def _weekdays(asked: Asked, days: Days) -> Section:
    found = attendance.weekdays(asked, days)
    table = splits.split("weekdays", "By weekday", "Weekday", found, *NUMBERS)
    chart = Chart(Kind.BARS, "weekday", ("no_shows", "cancellations"), "No-shows and cancellations by weekday.")
    return Section(table, chart=chart)


def _by_reminder(asked: Asked) -> Section:
    told, others = reminded.kept(asked)
    every = Kept(told.came + others.came, told.missed + others.missed)
    columns = (
        Column("reminder", "Reminder", Unit.TEXT),
        Column("sessions", "Sessions", means="reminder_sessions"),
        Column("missed", "No-shows", means="no_shows"),
        Column("share", "Share missed", Unit.SHARE, "missed_share"),
    )
    rows = (("A reminder was sent", *_kept(told)), ("No reminder was sent", *_kept(others)))
    has_any = every.share is not None
    end = ("All", *_kept(every)) if has_any else None
    return Section(
        Table("reminders", "By reminder", columns, rows if has_any else (), end, empty=splits.EMPTY),
        tuple(_how_far_back(asked)),
    )


def _kept(kept: Kept) -> tuple[Value, ...]:
    return kept.came + kept.missed, kept.missed, kept.share


def _how_far_back(asked: Asked) -> Iterator[str]:
    since = reminded.known_from(asked.today)
    if asked.period.first < since:
        yield f"Reminders are known for two years: sessions before {since.day} {since:%B %Y} are not counted here."


def _fees(asked: Asked, found: dict[str, Fees]) -> Section:
    columns = (
        Column("outcome", "What happened", Unit.TEXT),
        Column("bookings", "Bookings", means="fee_bookings"),
        Column("with_fee", "With a fee", means="fee_count"),
        Column("due", "Fees due", Unit.MONEY, "fees_due"),
        Column("waived", "Waived", Unit.MONEY, "fees_waived"),
        Column("to_pay", "Still to be paid", Unit.MONEY, "fees_to_pay"),
    )
    rows = tuple((OUTCOMES[outcome], *each) for outcome, each in found.items())
    every = Fees(*map(sum, zip(*found.values(), strict=True)))  # type: ignore[arg-type]
    table = Table(
        "fees", "Fees", columns, rows if every.bookings else (), ("All", *every) if every.bookings else None,
        empty="Nothing was cancelled or missed in this period.",
    )  # fmt: skip
    return Section(table, tuple(_about_fees(asked, every)))


# In words


def _sentences(asked: Asked, compared: tuple[Counts, Counts, Counts], notice: dict[str, Ways]) -> Iterator[str]:
    this, when = compared[0], saying.during(asked.period)
    if not this.stood:
        yield saying.sentence(f"{when} there are no bookings")
        return
    missed = saying.counted(this.no_shows, "session was missed", "sessions were missed")
    yield _compared(f"{when}, {missed}", compared, "no_shows", asked)
    if this.missed_share:
        yield f"That is {saying.percent(this.missed_share)} of those whose time had come."
    cancelled = saying.counted(this.cancellations, "booking was cancelled", "bookings were cancelled")
    yield _compared(cancelled, compared, "cancellations", asked)
    if this.cancellations:
        yield _who(this, notice)


def _compared(said: str, compared: tuple[Counts, Counts, Counts], name: str, asked: Asked) -> str:
    this, before, year_before = (getattr(each, name) for each in compared)
    beside = saying.beside((this, before, year_before), asked.period)
    return saying.sentence(f"{said}, {beside}" if beside else said)


def _who(this: Counts, notice: dict[str, Ways]) -> str:
    client, practice, otherwise = (sum(getattr(each, who) for each in notice.values()) for who in WHO)
    said = f"Clients cancelled {_few(client)} of them and the practice {_few(practice)}"
    said += f"; {_few(otherwise)} ended otherwise, or it is not known" if otherwise else ""
    late = f"{_few(this.late_cancellations)} came inside the notice that was agreed"
    return saying.sentence(f"{said}. {late.capitalize()}")


def _few(number: int) -> str:
    return words.small(number) if number else "none"


def _about_fees(asked: Asked, every: Fees) -> Iterator[str]:
    amount = saying.money(asked.currency)
    if every.due:
        waived, to_pay = (amount(each) if each else "nothing" for each in (every.waived, every.to_pay))
        yield f"Fees of {amount(every.due)} came due; {waived} of that was waived and {to_pay} is still to be paid."
    elif every.bookings:
        yield "No fee came due."


# The rows behind


def behind(asked: Asked) -> Rows:
    """One for each booking that was cancelled or missed."""
    columns = (
        Column("client", "Client", Unit.PERSON),
        Column("day", "Day", Unit.DATE),
        Column("starts_at", "Start", Unit.MOMENT),
        Column("therapist", "Therapist", Unit.TEXT),
        Column("session", "Session", Unit.TEXT),
        Column("room", "Room", Unit.TEXT),
        Column("state", "State", Unit.TEXT),
        Column("cancelled_at", "Cancelled at", Unit.MOMENT),
        Column("notice", "Before the session", Unit.TEXT),
        Column("who", "By", Unit.TEXT),
        Column("fee", "Fee", Unit.MONEY, "fees_due"),
    )
    ended = asked.bookings().filter(within(asked.period), CANCELLED | MISSED)
    found = cancelling.told(ended).order_by("session_on", "starts_at", "pk").distinct()
    rows = found.values_list(
        "client__name", "session_on", "starts_at", "therapist__name", "session_type__name", "room__name", "status",
        "cancelled_at", "band", "who", "late_fee", "currency", "pk",
    )  # fmt: skip
    said = (_row(row, asked.currency) for row in rows.iterator(chunk_size=2000))
    return Rows(SLUG, TITLE, columns, said, ended.count)


def _row(row: tuple[Any, ...], currency: str) -> tuple[Value, ...]:
    *facts, status, cancelled_at, band, who, late_fee, its_currency, _ = row
    fee = late_fee if its_currency == currency else None
    if status == Status.NO_SHOW:
        return (*facts, Status.NO_SHOW.label, None, None, None, fee)
    return (*facts, Status.CANCELLED.label, cancelled_at, BANDS[band], WHO[who], fee)
