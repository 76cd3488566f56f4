import datetime as dt
import zoneinfo
from decimal import Decimal

import pytest

from reports.figures import Figures, days
from reports.period import Period
from reports.shape import Unit

IN_POUNDS = Figures("GBP", zoneinfo.ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("value", "unit", "said", "plain"),
    [
        (1234, Unit.COUNT, "1,234", "1234"),
        (-3, Unit.COUNT, "−3", "-3"),
        (750, Unit.MINUTES, "12.5 h", "12.50"),
        (75, Unit.MINUTES, "1.3 h", "1.25"),
        (Decimal("70"), Unit.MONEY, "£70", "70"),
        (Decimal("-1067.5"), Unit.MONEY, "−£1,067.50", "-1067.5"),
        (Decimal("0.4286"), Unit.SHARE, "42.9%", "42.86"),
        (Decimal("2.25"), Unit.NUMBER, "2.3", "2.25"),
        (Decimal("1"), Unit.DAYS, "1.0 day", "1"),
        (Decimal("3.5"), Unit.DAYS, "3.5 days", "3.5"),
        (dt.date(2027, 4, 1), Unit.MONTH, "April 2027", ""),
        (dt.date(2027, 4, 5), Unit.DATE, "Mon 5 Apr 2027", ""),
        (dt.datetime(2027, 4, 5, 23, 30, tzinfo=dt.UTC), Unit.MOMENT, "Tue 6 Apr 2027, 00:30", ""),
        ("under 5", Unit.COUNT, "under 5", ""),
        ("Mara", Unit.TEXT, "Mara", ""),
        (None, Unit.SHARE, "–", ""),
    ],
)
def test_value_is_said_by_its_unit(value, unit, said, plain) -> None:
    assert (IN_POUNDS.said(value, unit), IN_POUNDS.plain(value, unit)) == (said, plain)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2027-04-01", "2027-04-30", "April 2027"),
        ("2027-04-01", "2027-06-30", "April to June 2027"),
        ("2026-11-01", "2027-01-31", "November 2026 to January 2027"),
        ("2027-01-01", "2027-12-31", "2027"),
        ("2020-01-01", "2027-12-31", "2020 to 2027"),
        ("2027-04-05", "2027-04-05", "5 April 2027"),
        ("2027-04-05", "2027-04-11", "5 April to 11 April 2027"),
        ("2026-12-28", "2027-01-03", "28 December 2026 to 3 January 2027"),
    ],
)
def test_period_is_called_as_people_call_it(first, last, said) -> None:
    assert days(Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))) == said
