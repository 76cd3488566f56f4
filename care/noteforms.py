"""What is typed of a session: the note, the chart beside it, phrases to put in, and an amendment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import User
from care import agreed, energy
from care.energy import CHAKRAS, NOT_LOOKED, STATES, Point
from care.forms import LONGEST, area_field
from care.models import NoteSection, Phrase, SessionNote
from care.notes import Written
from clients.areas import AREAS

SEEN = [("", NOT_LOOKED), *((state, state) for state in STATES)]
SHARED = {
    "shares_aftercare": "On signing, show the client the aftercare",
    "shares_chart": "On signing, show the client the chart",
    "shares_chart_notes": "With my notes on the chart",
}


def text_field(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=forms.Textarea({"rows": 3}), **more)


class NoteForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    areas = area_field("Areas that were worked on", list(AREAS))
    done = text_field("What was done")
    response = text_field("How the client took it")
    aftercare = text_field("Aftercare given")
    plan = text_field("Plan for next time")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        phrases = Phrase.objects.for_user(user)
        for section in NoteSection.values:
            own = phrases.filter(section=section)
            self.fields[f"pick_{section}"] = forms.ModelChoiceField(
                own, label="A phrase to put in", required=False, empty_label="Choose a phrase"
            )
        for key, name in CHAKRAS.items():
            self.fields[key] = forms.ChoiceField(
                label=name.capitalize(), choices=SEEN, required=False, widget=forms.RadioSelect
            )
            self.fields[f"{key}-note"] = forms.CharField(
                label=f"Note on the {name}", required=False, max_length=energy.LONGEST_NOTE
            )
        for name, label in SHARED.items():
            self.fields[name] = forms.BooleanField(label=label, required=False)

    def sections(self) -> Iterator[dict[str, Any]]:
        for section in NoteSection.values:
            yield {"text": self[section], "pick": self[f"pick_{section}"], "name": section}

    def chakras(self) -> Iterator[dict[str, Any]]:
        for key in CHAKRAS:
            yield {"state": self[key], "note": self[f"{key}-note"]}

    def shares(self) -> list[Any]:
        return [self[name] for name in SHARED]

    def version(self) -> int:
        return self.cleaned_data["seen"] or 0

    def written(self) -> Written:
        said = self.cleaned_data
        points = {key: Point(said[key], said[f"{key}-note"]) for key in CHAKRAS}
        texts = {name: said[name] for name in NoteSection.values}
        ticks = {name: said[name] for name in SHARED}
        return Written(areas=agreed.bits(said["areas"]), points=points, **texts, **ticks)


def initial_of(note: SessionNote | None, sheet_areas: int) -> dict[str, Any]:
    """A draft as it stands; a new note begins with the areas that were agreed."""
    if note is None:
        return {"seen": 0, "areas": agreed.keys(sheet_areas), **dict.fromkeys(CHAKRAS, "")}
    chart = getattr(note, "chart", None)
    points: Mapping[str, Point] = chart.points if chart else {}
    said: dict[str, Any] = {name: getattr(note, name) for name in NoteSection.values}
    for key in CHAKRAS:
        said |= {key: points.get(key, Point()).state, f"{key}-note": points.get(key, Point()).note}
    ticks = dict.fromkeys(note.to_share or (), True)
    return said | ticks | {"seen": note.version, "areas": agreed.keys(note.areas)}


def with_phrase(typed: QueryDict, section: str, user: User) -> dict[str, Any]:
    """What was typed, as a form begins with it, and the phrase chosen for this section put at the end of its text."""
    said: dict[str, Any] = {name: typed.get(name, "") for name in typed} | {"areas": typed.getlist("areas")}
    chosen = typed.get(f"pick_{section}", "")
    phrase = Phrase.objects.for_user(user).filter(pk=chosen if chosen.isdecimal() and len(chosen) < 10 else 0).first()
    if section in NoteSection.values and phrase:
        said[section] = " ".join(filter(None, [said.get(section, "").strip(), phrase.words]))
        said[f"pick_{section}"] = ""
    return said


class AmendForm(forms.Form):
    words = forms.CharField(
        label="What is put right, or added",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": "Please write something first."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Please say why the note is amended."},
    )


class ReflectionForm(forms.Form):
    words = forms.CharField(
        label="Your thoughts",
        max_length=10_000,
        widget=forms.Textarea({"rows": 12}),
        error_messages={"required": "Please write something first."},
    )
