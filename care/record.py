"""A client's record as one line of time: sessions, notes, charts, plans, forms, agreements, decisions, incidents. Only reads.

Whoever shows it has left the line of a reading first. What an entry says is opened when it is asked for, not before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bookings.models import Booking, Status
from care import energy
from care.models import Amendment, BoundarySheet, EnergyChart, Incident, NoteState, Plan, Refusal, SessionNote
from clients.models import Client, Consent, Restriction, StageDecision, Submission, Withdrawal
from practice import words
from practice.models import Practice

Facts = list[tuple[str, str]]

KINDS = {
    "session": "Sessions",
    "sheet": "Boundary sheets",
    "note": "Notes and amendments",
    "chart": "Energy charts",
    "form": "Forms",
    "agreement": "Consents and withdrawals",
    "stage": "Stage decisions",
    "plan": "Plans",
    "incident": "Incidents",
    "refusal": "Refusals",
    "restriction": "Restrictions",
}
"""What can be looked at by itself; in this order where two things happened at the same moment."""
PROOFS = ("Digest of the words", "SHA-256 of the text")
HAPPENED = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when, of what kind, in a line, by whom, and the row behind it."""

    at: dt.datetime
    kind: str
    title: str
    who: str
    row: Any
    tell: Callable[[], Facts] = list

    @property
    def facts(self) -> Facts:
        """What there is to say, without what is empty."""
        return [(label, text) for label, text in self.tell() if text and label not in PROOFS]

    @property
    def proofs(self) -> Facts:
        """Digests, for a copy that leaves the house."""
        return [(label, text) for label, text in self.tell() if text and label in PROOFS]

    @property
    def note_id(self) -> Any:
        if isinstance(self.row, Amendment):
            return self.row.note_id
        return self.row.pk if isinstance(self.row, SessionNote) else None

    @property
    def chart(self) -> EnergyChart | None:
        return self.row if isinstance(self.row, EnergyChart) else None

    @property
    def form(self) -> Submission | None:
        return self.row if isinstance(self.row, Submission) else None

    @property
    def booking(self) -> Booking | None:
        return self.row if isinstance(self.row, Booking) else None


def of(client: Client, now: dt.datetime, *, kinds: Collection[str] = ()) -> list[Entry]:
    """The newest first; of these kinds alone, or of all. The number of queries does not grow with the record."""
    place = {kind: number for number, kind in enumerate(KINDS)}
    wanted = [kind for kind in KINDS if not kinds or kind in kinds]
    found = [entry for kind in wanted for entry in LOADED[kind](client, now)]
    return sorted(found, key=lambda each: (each.at, place[each.kind]), reverse=True)


def _day(booking: Booking) -> str:
    """“Tuesday 2 June 2026”, the practice's day of a session."""
    return words.day(booking.session_on)


def _sessions(client: Client, now: dt.datetime) -> Iterator[Entry]:
    found = Booking.objects.filter(client=client, status__in=HAPPENED, starts_at__lte=now)
    for row in found.select_related("session_type", "therapist", "room"):
        status = "is running" if row.status == Status.CONFIRMED else row.get_status_display().lower()
        title = f"{row.session_type}, {row.minutes} minutes: {status}"
        yield Entry(row.starts_at, "session", title, str(row.therapist), row)


def _sheets(client: Client, now: dt.datetime) -> Iterator[Entry]:
    found = BoundarySheet.objects.filter(booking__client=client).select_related("booking", "saved_by")
    for row in found.prefetch_related("narrowings"):
        title = f"Boundary sheet of {_day(row.booking)}, {row.get_filled_by_display()}"
        yield Entry(row.locked_at or row.saved_at, "sheet", title, _name(row.saved_by), row, _telling(_sheet, row))


def _sheet(row: BoundarySheet) -> Facts:
    before = [
        f"{each.included}; {each.get_covering_display()}; {each.get_pressure_display()}"
        for each in row.narrowings.all()
    ]
    return [
        ("Included", row.included),
        ("Left out", row.left_out),
        ("Covering", row.get_covering_display()),
        ("Pressure", row.get_pressure_display()),
        ("Words", f"slower: {row.slower_word}; stop: {row.stop_word}"),
        ("Wishes", row.wishes),
        ("Narrowed while it ran; before that", "\n".join(before)),
    ]


def _notes(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in SessionNote.objects.filter(booking__client=client).select_related("booking", "author"):
        late = ", a late entry" if row.is_late_entry else ""
        if row.is_signed:
            title = f"Session note of {_day(row.booking)}, signed{late}"
            yield Entry(row.signed_at or row.saved_at, "note", title, _name(row.author), row, _telling(_note, row))
        else:
            title = f"Session note of {_day(row.booking)}: a draft, not signed{late}"
            yield Entry(row.saved_at, "note", title, _name(row.author), row)
    for added in Amendment.objects.filter(note__booking__client=client).select_related("note__booking", "by"):
        title = f"Amendment to the note of {_day(added.note.booking)}"
        yield Entry(added.at, "note", title, _name(added.by), added, _telling(_amendment, added))


def _note(row: SessionNote) -> Facts:
    return [
        ("Areas", row.worked_on),
        ("Done", row.done),
        ("Response", row.response),
        ("Aftercare", row.aftercare),
        ("Plan", row.plan),
        ("Shown to the client", "the aftercare" if row.shared_at else ""),
        ("Digest of the words", row.text_digest),
    ]


def _amendment(row: Amendment) -> Facts:
    return [("Reason", row.reason), ("Amended", row.words)]


def _charts(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in charts_of(client):
        title = f"Energy chart of {_day(row.note.booking)}{', shared with the client' if row.shared_at else ''}"
        yield Entry(
            row.note.signed_at or row.note.saved_at, "chart", title, _name(row.note.author), row, _telling(_chart, row)
        )


def charts_of(client: Client) -> list[EnergyChart]:
    """Of signed notes, the newest session first."""
    found = EnergyChart.objects.filter(note__booking__client=client, note__state=NoteState.SIGNED)
    return list(found.select_related("note__booking", "note__author").order_by("-note__booking__starts_at"))


def _chart(row: EnergyChart) -> Facts:
    return [(f"{each.name[:1].upper()}{each.name[1:]}", _seen(each)) for each in row.marks if each.state or each.note]


def _seen(mark: energy.Mark) -> str:
    return f"{mark.word}. {mark.note}" if mark.note else mark.word


def _forms(client: Client, now: dt.datetime) -> Iterator[Entry]:
    found = Submission.objects.filter(client=client, signed_at__isnull=False).order_by("signed_at")
    rows = found.select_related("version__questionnaire", "attended_by").prefetch_related("flags__cleared_by")
    known: set[int] = set()
    for row in rows:
        again = row.version.questionnaire_id in known and not row.about
        known.add(row.version.questionnaire_id)
        title = f"{row.version}: {'told anew' if again else 'for a visit' if row.about else 'told for the first time'}"
        who = f"the client, with {_name(row.attended_by)}" if row.attended_by else "the client"
        yield Entry(row.signed_at or row.saved_at, "form", title, who, row, _telling(_form, row))


def _form(row: Submission) -> Facts:
    return [(each.get_action_display().capitalize(), _flag(each)) for each in row.flags.all()]


def _flag(flag: Any) -> str:
    return f"{flag.words}\nCleared by {_name(flag.cleared_by)}: {flag.cleared_why}" if flag.cleared_at else flag.words


def _agreements(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in Consent.objects.filter(client=client).select_related("version__document").defer("signature"):
        yield Entry(row.signed_at, "agreement", f"{row.version}: signed", row.typed_name, row, _telling(_consent, row))
    taken = Withdrawal.objects.filter(consent__client=client).select_related("consent__version__document", "by")
    for back in taken.defer("consent__signature"):
        title = f"{back.consent.version}: withdrawn{' on their word' if back.on_clients_word else ''}"
        yield Entry(back.at, "agreement", title, _name(back.by), back)


def _consent(row: Consent) -> Facts:
    until = words.day(row.expires_on) if row.expires_on else ""
    return [("How", row.get_given_by_display()), ("Holds until", until), ("SHA-256 of the text", row.text_sha256)]


def _stages(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in StageDecision.objects.filter(client=client).select_related("stage", "by"):
        title = f"Stage: {row.stage}" if row.is_reached else f"Stage: not yet {row.stage}"
        said = _telling(lambda row: [("Decided on", words.day(row.decided_on)), ("Note", row.note)], row)
        yield Entry(row.decided_at, "stage", title, _name(row.by), row, said)


def _plans(client: Client, now: dt.datetime) -> Iterator[Entry]:
    """Each version of each therapist's."""
    for row in Plan.objects.filter(client=client).select_related("therapist", "session_type", "stage", "by"):
        changed = f", version {row.number}" if row.number > 1 else ""
        title = f"Plan of {row.therapist}{changed}: {words.counted(row.sessions, 'session')}"
        yield Entry(row.made_at, "plan", title, _name(row.by), row, _telling(_plan, row))


def _plan(row: Plan) -> Facts:
    return [
        ("Starts from", str(row.stage or "")),
        ("Sessions of", f"{row.session_type}, {row.minutes} minutes"),
        ("Between them", words.counted(row.every_days, "day")),
        ("What to work on", row.work_on),
    ]


def _incidents(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in Incident.objects.filter(client=client).select_related("recorded_by"):
        title = f"Incident, {row.get_severity_display()}"
        yield Entry(row.happened_at, "incident", title, _name(row.recorded_by), row, _telling(_incident, row))


def _incident(row: Incident) -> Facts:
    return [
        ("What happened", row.what_happened),
        ("What was done", row.what_was_done),
        ("What came of it", row.follow_up or ""),
    ]


def _refusals(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in Refusal.objects.filter(booking__client=client).select_related("booking", "by"):
        title = f"Refused: {row.get_ending_display()}"
        yield Entry(row.at, "refusal", title, _name(row.by), row, _telling(_refusal, row))


def _refusal(row: Refusal) -> Facts:
    return [
        ("Ground", row.get_ground_display()),
        ("In the therapist's words", row.words),
        ("The client was told", row.reply),
    ]


def _restrictions(client: Client, now: dt.datetime) -> Iterator[Entry]:
    for row in Restriction.objects.filter(client=client).select_related("by", "lifted_by"):
        why = _telling(lambda row: [("Reason", row.why)], row)
        yield Entry(row.since, "restriction", f"From now on {row.get_kind_display()}", _name(row.by), row, why)
        if row.until:
            ended = _telling(lambda row: [("Reason", row.lifted_why or "")], row)
            title = f"No longer: {row.get_kind_display()}"
            yield Entry(row.until, "restriction", title, _name(row.lifted_by), row, ended)


def _telling(tell: Callable[[Any], Facts], row: Any) -> Callable[[], Facts]:
    return lambda: tell(row)


def _name(user: Any) -> str:
    return str(user.name or user) if user else "nobody we know"


LOADED: dict[str, Callable[[Client, dt.datetime], Iterable[Entry]]] = {
    "session": _sessions,
    "sheet": _sheets,
    "note": _notes,
    "chart": _charts,
    "form": _forms,
    "agreement": _agreements,
    "stage": _stages,
    "plan": _plans,
    "incident": _incidents,
    "refusal": _refusals,
    "restriction": _restrictions,
}


def letterhead(client: Client, practice: Practice, now: dt.datetime) -> Facts:
    """What stands at the head of a copy."""
    return [
        ("Client", client.name),
        ("Born", words.day(client.date_of_birth)),
        ("Number", client.ref),
        ("As it stood", f"{words.moment(now, practice.zone)} ({words.zone(practice.timezone)})"),
    ]
