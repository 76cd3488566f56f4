"""Several quick changes become one message about how it ended, tried against what a reader of each message would believe."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from bookings import folding, kinds
from bookings.folding import Line, Stand

TEN = dt.datetime(2026, 6, 4, 9, 0, tzinfo=dt.UTC)
TIMES = [TEN + dt.timedelta(hours=hours) for hours in range(3)]
OVER = {kinds.CANCELLED: "cancelled", kinds.DECLINED: "declined", kinds.EXPIRED: "expired"}


def stand(status: str = "confirmed", at: int = 0, therapist: str = "mara", **more: object) -> Stand:
    return Stand(status, TIMES[at], therapist, **more)


def test_booked_by_the_practice_and_cancelled_at_once_says_nothing() -> None:
    assert folding.fold(None, stand("cancelled")) == ""


def test_approved_then_moved_is_one_confirmation_with_the_new_time() -> None:
    assert folding.fold(stand("requested"), stand(at=1)) == kinds.APPROVED


def test_another_length_alone_is_told_as_that_and_with_another_start_as_a_move() -> None:
    known = stand(minutes=60)
    assert folding.fold(known, stand(minutes=90)) == kinds.LENGTH_CHANGED
    assert folding.fold(known, stand(minutes=45)) == kinds.LENGTH_CHANGED
    assert folding.fold(known, stand(at=1, minutes=90)) == kinds.MOVED
    assert folding.fold(known, stand(therapist="jonas", minutes=90)) == kinds.MOVED


def test_moved_and_moved_back_says_nothing() -> None:
    assert folding.fold(stand(), stand()) == ""


def test_cancelled_then_undone_says_nothing() -> None:
    assert folding.fold(stand(), stand("confirmed")) == ""


def test_who_booked_themselves_and_was_cancelled_before_a_word_is_told_of_it() -> None:
    assert folding.fold(None, stand("cancelled"), made=stand()) == kinds.CANCELLED


def test_declined_wish_for_another_time_is_answered_even_where_it_was_never_acknowledged() -> None:
    assert folding.fold(stand(), stand(), has_asked=True) == kinds.MOVE_DECLINED


def test_wish_for_another_time_outlives_another_room_and_another_length() -> None:
    asked = Line("move_requested", "confirmed", "confirmed", {"asked_for": TEN.isoformat()})
    room, length = (Line(what, "confirmed", "confirmed", {}) for what in ("room_changed", "length_changed"))
    moved = Line("moved", "confirmed", "confirmed", {})
    assert folding.asked_for([asked, room, length]) == TEN
    assert (folding.asked_for([asked, moved, room]), folding.asked_for([room])) == (None, None)


# What a client believes about their booking, and what each message makes them believe


@dataclass(frozen=True)
class Belief:
    status: str = ""
    place: tuple[dt.datetime, str, int] | None = None
    waits_for: dt.datetime | None = None
    is_choosing: bool = False


def reading(kind: str, now: Stand) -> Belief:
    """What is believed after reading a message of this kind, whatever was believed before."""
    place = (now.starts_at, now.therapist, now.minutes)
    if kind in OVER:
        return Belief(OVER[kind])
    if kind == kinds.MOVE_REQUESTED:
        return Belief("confirmed", place, now.asked_for)
    if kind == kinds.PROPOSED:
        return Belief("requested", place, is_choosing=True)
    return Belief("requested" if kind in (kinds.REQUESTED, kinds.WAITING) else "confirmed", place)


def truth(now: Stand) -> Belief:
    if now.status in OVER.values():
        return Belief(now.status)
    return Belief(now.status, (now.starts_at, now.therapist, now.minutes), now.asked_for, now.is_proposed)


def believed(known: Stand | None, *, has_asked: bool) -> Belief:
    """They believe that their wish waits as long as nobody answers it, whether it was acknowledged or not."""
    if known is None:
        return Belief()
    unanswered = TIMES[2] if has_asked else known.asked_for
    return replace(truth(known), waits_for=unanswered) if known.status == "confirmed" else truth(known)


@st.composite
def stands(draw: st.DrawFn) -> Stand:
    status = draw(st.sampled_from(["confirmed", "requested", "cancelled", "declined", "expired"]))
    asked_for = draw(st.sampled_from([None, TIMES[1], TIMES[2]])) if status == "confirmed" else None
    is_proposed = draw(st.booleans()) if status == "requested" else False
    return stand(status, draw(st.integers(0, 2)), draw(st.sampled_from(["mara", "jonas"])), asked_for=asked_for,
                 is_proposed=is_proposed, minutes=draw(st.sampled_from([60, 90])))  # fmt: skip


@given(told=st.none() | stands(), made=st.none() | stands(), now=stands(), has_asked=st.booleans())
def test_after_the_one_message_the_client_believes_what_is_so_and_none_is_sent_that_says_nothing_new(
    told: Stand | None, made: Stand | None, now: Stand, has_asked: bool
) -> None:
    known = told or made
    kind = folding.fold(told, now, made=made, has_asked=has_asked)
    if kind:
        assert reading(kind, now) == truth(now)
    elif known is None or known.status in OVER.values():
        assert now.status in OVER.values()  # what they never heard of, or believe to be over, is over
    else:
        assert told is not None
        assert believed(told, has_asked=has_asked and not now.asked_for) == truth(now)


@given(now=stands())
def test_told_as_it_is_there_is_nothing_to_say(now: Stand) -> None:
    assert folding.fold(now, now) == ("" if not now.is_proposed else kinds.PROPOSED)


# Reading the history backwards


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Stand], list[Line]]:
    """How it stood at each moment, and the line that each step left."""
    stood, lines = [stand()], []
    for _ in range(draw(st.integers(0, 6))):
        before = stood[-1]
        after = stand(draw(st.sampled_from(["confirmed", "requested", "cancelled"])), draw(st.integers(0, 2)),
                      draw(st.sampled_from(["mara", "jonas"])))  # fmt: skip
        details: dict[str, object] = {}
        if after.starts_at != before.starts_at:
            details = {"from": before.starts_at.isoformat(), "to": after.starts_at.isoformat()}
        if after.therapist != before.therapist:
            details["therapist"] = [before.therapist, after.therapist]
        lines.append(Line("moved", before.status, after.status, details))
        stood.append(after)
    return stood, lines


@given(histories(), st.data())
def test_how_it_stood_at_any_version_is_read_off_its_history(
    told: tuple[list[Stand], list[Line]], data: st.DataObject
) -> None:
    stood, lines = told
    version = data.draw(st.integers(0, len(lines)))
    assert folding.stood_before(stood[-1], lines[version:]) == stood[version]


def test_time_that_a_practice_file_changed_is_read_off_too() -> None:
    line = Line("imported", "confirmed", "confirmed", {"starts_at": [str(TIMES[0]), str(TIMES[1])]})
    assert folding.stood_before(stand(at=1), [line]) == stand()


def test_time_that_was_asked_for_is_that_of_the_last_line_alone() -> None:
    asked = Line("move_requested", "confirmed", "confirmed", {"asked_for": TIMES[2].isoformat()})
    assert folding.asked_for([asked]) == TIMES[2]
    assert folding.asked_for([asked, Line("move_declined", "confirmed", "confirmed", {})]) is None
