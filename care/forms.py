"""What is typed about a sheet, a message, an incident or a refusal: is it there, is it one of the choices."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import PageForm
from bookings.models import Booking
from care import agreed
from care.incidents import Happened
from care.models import BoundarySheet, CannedReply, Consequence, Covering, Ground, Pressure, Severity
from care.refusals import Refused
from care.sheets import Agreed
from clients.areas import AREAS
from clients.models import Client, RestrictionKind
from practice.forms import DateInput, WallClockField

LONGEST = 5000
NARROWED = "The sheet was narrowed in the meantime. This is how it stands now; please look at it once more."


def choices_of(numbers: Any) -> list[tuple[int, str]]:
    return [(value, f"{label[:1].upper()}{label[1:]}") for value, label in numbers.choices]


def area_field(label: str, keys: list[str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(key, AREAS[key]) for key in keys],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def number_field(label: str, numbers: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=choices_of(numbers),
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one.", "invalid_choice": "Please choose one of these."},
    )


class SheetForm(PageForm):
    areas = area_field("Areas that are included", list(AREAS))
    covering = number_field("Covering", Covering)
    pressure = number_field("Pressure", Pressure)
    slower_word = forms.CharField(
        label="Your word for “slower”",
        max_length=60,
        help_text="A word or a sign that comes easily.",
        error_messages={"required": "Please choose a word for “slower”."},
    )
    stop_word = forms.CharField(
        label="Your word for “stop”",
        max_length=60,
        help_text="Work stops at once when you say it.",
        error_messages={"required": "Please choose a word for “stop”."},
    )
    wishes = forms.CharField(
        label="Anything else that matters to you", required=False, max_length=2000, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: Any, sheet: BoundarySheet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sheet:
            names = ("covering", "pressure", "slower_word", "stop_word", "wishes")
            self.initial |= {name: getattr(sheet, name) for name in names} | {"areas": sheet.area_keys}

    def clean_areas(self) -> list[str]:
        if not self.cleaned_data["areas"]:
            raise forms.ValidationError("Please choose at least one area.")
        return self.cleaned_data["areas"]

    def agreed(self) -> Agreed:
        said = dict(self.cleaned_data)
        return Agreed(areas=agreed.bits(said.pop("areas")), **said)


class NarrowForm(PageForm):
    """Offers what is agreed now, and nothing wider."""

    areas = area_field("Areas that stay included", [])
    covering = number_field("Covering", Covering)
    pressure = number_field("Pressure", Pressure)

    def __init__(self, *args: Any, sheet: BoundarySheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["areas"].choices = [(key, AREAS[key]) for key in sheet.area_keys]
        fields["areas"].error_messages["invalid_choice"] = NARROWED
        fields["covering"].choices = [each for each in choices_of(Covering) if each[0] >= sheet.covering]
        fields["pressure"].choices = [each for each in choices_of(Pressure) if each[0] <= sheet.pressure]
        self.initial |= {"areas": sheet.area_keys, "covering": sheet.covering, "pressure": sheet.pressure}

    def values(self) -> dict[str, int]:
        said = self.cleaned_data
        return {"areas": agreed.bits(said["areas"]), "covering": said["covering"], "pressure": said["pressure"]}


class LineForm(PageForm):
    words = forms.CharField(
        label="Your message",
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": "Please write something first."},
    )


class ReplyForm(forms.Form):
    """The therapist's answer: a neutral one from the list, their own words, or both."""

    canned = forms.ModelChoiceField(
        CannedReply.objects.none(), label="A ready answer", required=False, empty_label="None: only what I write"
    )
    words = forms.CharField(label="Your words", required=False, max_length=4000, widget=forms.Textarea({"rows": 5}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["canned"]
        field.queryset = CannedReply.objects.all()

    def text(self) -> str:
        said = self.cleaned_data
        return "\n\n".join(filter(None, [said["canned"] and said["canned"].words, said["words"]]))


class RefusalForm(ReplyForm):
    ground = forms.ChoiceField(label="Ground", choices=Ground.choices, help_text="The client is never told.")
    notes = forms.CharField(
        label="In your own words",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text="Kept sealed with the practice.",
    )
    has_fee = forms.BooleanField(
        label="The fee comes due",
        required=False,
        help_text="Once the session has begun the whole price, before that what was agreed for a late cancellation. A "
        "request costs nothing, and a risk to health never does.",
    )
    field_order = ["ground", "notes", "canned", "words", "has_fee"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["canned"].label = "What the client is told"
        self.fields["words"].label = "What the client is told, in your words"

    def refused(self) -> Refused:
        said = self.cleaned_data
        return Refused(ground=said["ground"], reply=self.text(), words=said["notes"], has_fee=said["has_fee"])


class IncidentForm(forms.Form):
    client = forms.ModelChoiceField(
        Client.objects.none(), label="Client", error_messages={"required": "Please choose the client."}
    )
    booking = forms.ModelChoiceField(Booking.objects.none(), label="Booking", required=False, widget=forms.HiddenInput)
    happened_at = WallClockField(label="When it happened")
    severity = forms.TypedChoiceField(label="How severe", coerce=int, choices=choices_of(Severity))
    what = forms.CharField(
        label="What happened",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Please say what happened."},
    )
    done = forms.CharField(
        label="What was done", required=False, max_length=LONGEST, widget=forms.Textarea({"rows": 4})
    )
    consequence = forms.ChoiceField(label="What follows", required=False, choices=Consequence.choices)
    follow_up_on = forms.DateField(label="Look at it again on", required=False, widget=DateInput)

    def __init__(self, *args: Any, clients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["client"].queryset = clients
        fields["booking"].queryset = Booking.objects.filter(client__in=clients)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("booking") and said.get("client") and said["booking"].client_id != said["client"].pk:
            self.add_error("client", "The booking is another client's.")
        return said

    def happened(self) -> Happened:
        said = self.cleaned_data
        return Happened(
            at=said["happened_at"],
            severity=said["severity"],
            what=said["what"],
            done=said["done"],
            follow_up_on=said["follow_up_on"],
        )


class WordsForm(forms.Form):
    words = forms.CharField(label="What came of it", max_length=LONGEST, widget=forms.Textarea({"rows": 5}))


class RestrictionForm(forms.Form):
    client = forms.ModelChoiceField(
        Client.objects.none(), label="Client", error_messages={"required": "Please choose the client."}
    )
    kind = forms.ChoiceField(label="What follows", choices=RestrictionKind.choices)
    why = forms.CharField(
        label="Reason", max_length=LONGEST, widget=forms.Textarea({"rows": 4}), help_text="Kept sealed."
    )

    def __init__(self, *args: Any, clients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["client"]
        field.queryset = clients


class LiftForm(forms.Form):
    why = forms.CharField(
        label="Why it ends", max_length=LONGEST, widget=forms.Textarea({"rows": 4}), help_text="Kept sealed."
    )
