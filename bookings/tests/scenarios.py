"""Random practices around the dates on which clocks change, and some others: what the oracle is asked about."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bookings.availability import Book, DateHours, Question, Room, Rules, Taken, Wanted, WeeklyHours
from practice import walltime

HOUR = 3600

PLACES = [
    ("Europe/London", date(2027, 3, 28)),
    ("Europe/London", date(2026, 10, 25)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2026, 11, 1)),
    ("Asia/Kolkata", date(2027, 1, 10)),
    ("Asia/Kathmandu", date(2027, 2, 28)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Havana", date(2027, 3, 14)),  # 00:00 to 01:00
    ("America/Havana", date(2026, 11, 1)),  # 01:00 to 00:00
    ("Asia/Beirut", date(2027, 3, 28)),  # 00:00 to 01:00
    ("Asia/Beirut", date(2026, 10, 24)),  # 24:00 to 23:00
    ("America/Asuncion", date(2024, 3, 24)),  # 00:00 to 23:00 of the day before
    ("America/Asuncion", date(2023, 10, 1)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 30)),
    ("Pacific/Chatham", date(2027, 4, 4)),
    ("Pacific/Chatham", date(2026, 9, 27)),
    ("America/St_Johns", date(2010, 11, 7)),  # 00:01 to 23:01 of the day before
    ("America/St_Johns", date(2010, 3, 14)),  # 00:01 to 01:01
    ("America/St_Johns", date(2010, 11, 6)),
    ("Pacific/Apia", date(2011, 12, 30)),  # skipped whole
    ("Pacific/Apia", date(2011, 12, 31)),
    ("Antarctica/Troll", date(2027, 3, 28)),  # two hours
    ("UTC", date(2028, 2, 29)),
]

LANDMARKS = [0, 1, 30, 60, 61, 90, 105, 120, 135, 150, 180, 240, 540, 720, 1020, 1320, 1380, 1381, 1410, 1439, 1440]


IN_A_SKIPPED_HOUR = [(0, 60), (30, 60), (30, 75), (60, 120), (90, 120), (105, 150), (120, 180), (150, 180), (155, 200)]


@st.composite
def hours(draw):
    """Mostly a landmark of the clock: midnight, or near to where clocks change."""
    minute = st.one_of(st.sampled_from(LANDMARKS), st.integers(0, 1440))
    return draw(st.one_of(st.tuples(minute, minute).map(sorted).map(tuple), st.sampled_from(IN_A_SKIPPED_HOUR)))


@st.composite
def scenarios(draw, in_seconds=True):
    """A question, and the three dates around a change of the clock that it is asked about."""
    name, middle = draw(st.sampled_from(PLACES))
    zone, first, last = ZoneInfo(name), middle - timedelta(days=1), middle + timedelta(days=1)
    opening = walltime.floor_epoch(walltime.instant(first, 0, zone))
    unit = draw(st.sampled_from([1, 60, 900])) if in_seconds else 60

    def span(longest):
        begins = opening + draw(st.integers(-12 * HOUR, 84 * HOUR)) // unit * unit
        return begins, begins + draw(st.integers(0, longest)) // unit * unit

    def spans(longest):
        return [span(longest) for _ in range(draw(st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2])))]

    def booking():
        minutes, (before, after) = draw(st.integers(5, 180)), draw(buffers)
        starts = opening + draw(st.integers(-300, 84 * 60)) * 60
        hands_on = draw(st.booleans())
        return Taken(starts, minutes * 60, starts - before * 60, starts + (minutes + after) * 60, hands_on)

    def bookings(most):
        return [booking() for _ in range(draw(st.integers(0, most)))]

    buffers = st.tuples(st.sampled_from([0, 0, 5, 15, 30]), st.sampled_from([0, 0, 7, 15, 45]))
    around_the_clock = draw(st.sampled_from([True, False, False]))
    weekly = [WeeklyHours(day, 0, 1440) for day in range(7)] if around_the_clock else []
    for _ in range(0 if around_the_clock else draw(st.integers(1, 5))):
        limits = draw(
            st.sampled_from([(None, None)] * 5 + [(first, None), (None, middle), (middle, middle), (last, first)])
        )
        days = draw(st.sampled_from([range(7), range(7), [middle.weekday()], [first.weekday(), middle.weekday()]]))
        opens, closes = draw(hours())
        weekly += [WeeklyHours(day, opens, closes, *limits) for day in days]
    dated = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        on = first + timedelta(days=draw(st.integers(-1, 3)))
        dated.append(DateHours(on, *draw(st.one_of(hours(), st.just((None, None))))))

    book = Book(
        weekly=weekly,
        dated=dated,
        away=spans(30 * HOUR),
        closed=spans(10 * HOUR),
        taken=bookings(6),
        max_minutes=draw(st.sampled_from([None, None, None, 60, 120, 240, 300])),
        max_sessions=draw(st.sampled_from([None, None, None, 1, 2, 3])),
    )
    rooms = None
    if draw(st.booleans()):
        rooms = [
            Room(name, closed=spans(40 * HOUR), busy=[(each.busy_from, each.busy_until) for each in bookings(4)])
            for name in ["garden", "attic", "tower"][: draw(st.sampled_from([1, 1, 1, 2, 2, 2, 3, 3, 0]))]
        ]
    now = walltime.from_epoch(opening) + draw(
        st.sampled_from([timedelta(days=-20)] * 3 + [timedelta(days=-1), timedelta(hours=20), timedelta(hours=40)])
    )
    now += timedelta(
        seconds=draw(st.sampled_from([0, 0, 1, -1, 37 * 60])), microseconds=draw(st.sampled_from([0, 0, 1]))
    )
    rules = Rules(
        zone=zone,
        step_minutes=draw(st.sampled_from([5, 7, 10, 15, 20, 30, 60])),
        now=now,
        min_notice=timedelta(minutes=draw(st.sampled_from([0, 0, 60, 1440]))),
        horizon_days=draw(st.sampled_from([60] * 8 + [21, 2, 1, 0])),
    )
    minutes = draw(st.sampled_from([5, 15, 30, 30, 50, 60, 60, 90, 90, 120, 180, 1500]))
    before, after = draw(buffers)
    wanted = Wanted(minutes * 60, before * 60, after * 60, draw(st.sampled_from([True, True, False])))
    return Question(wanted, book, rooms, rules), first, last
