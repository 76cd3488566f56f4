"""What staff type to change a booking. Only its shape is looked at here; whether it can be is decided by the verbs."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from accounts.models import Role, User
from bookings import visits
from bookings.models import Booking, Length, Therapist
from clients.models import Client
from practice.forms import WallClockField
from practice.models import Practice
from practice.words import money

NAMED = 8
"""How many clients are named where several match."""

WHY = "Kept with the booking."


def therapists_of(user: User) -> Any:
    """Whose calendars this user fills: a therapist their own, owner and front desk everybody's."""
    active = Therapist.objects.filter(active=True)
    return active.filter(user=user) if user.role == Role.THERAPIST else active


class ActForm(forms.Form):
    """A form about one booking."""

    def __init__(self, *args: Any, booking: Booking, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.booking = booking
        self.user = user

    def values(self) -> dict[str, Any]:
        return self.cleaned_data


class SureForm(ActForm):
    """Nothing to type; the button is enough."""


class DeclineForm(ActForm):
    why = forms.CharField(
        label="Your reason",
        required=False,
        max_length=300,
        help_text="Kept with the booking for yourselves. The client is told in neutral words, never this.",
    )


class WhyForm(ActForm):
    why = forms.CharField(label="Reason", max_length=300, help_text=WHY)


class ProposeForm(ActForm):
    first = WallClockField(label="First time")
    second = WallClockField(label="Second time", required=False)
    third = WallClockField(label="Third time", required=False)

    def values(self) -> dict[str, Any]:
        return {"starts": [start for start in self.cleaned_data.values() if start]}


class OverrideForm(forms.Form):
    override = forms.BooleanField(
        label="Book it all the same",
        required=False,
        help_text="Sets hours, grid, notice and daily limits aside. A time that is taken cannot be set aside.",
    )
    why = forms.CharField(
        label="Reason", required=False, max_length=300, help_text="Needed if you book it all the same."
    )


class MoveForm(OverrideForm, ActForm):
    starts_at = WallClockField(label="New start", help_text="On the practice's clock.")
    therapist = forms.ModelChoiceField(Therapist.objects.none(), label="Therapist")
    field_order = ["starts_at", "therapist", "override", "why"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        therapists: Any = self.fields["therapist"]
        therapists.queryset = therapists_of(self.user).filter(offers__session_type=self.booking.session_type_id)
        self.initial |= {"starts_at": self.booking.starts_at, "therapist": self.booking.therapist_id}


class CancelForm(ActForm):
    whose = forms.ChoiceField(
        label="Who cancels",
        choices=[("client", "The client asked for it"), ("practice", "The practice")],
        widget=forms.RadioSelect,
        help_text="Where the client asks inside the notice that was agreed, the fee comes due; the practice cancels without one.",
    )
    waive = forms.BooleanField(label="Waive the fee", required=False)
    why = forms.CharField(
        label="Reason", required=False, max_length=300, help_text="Needed where a fee is waived. " + WHY
    )

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"clients_word": said["whose"] == "client", "waive": said["waive"], "why": said["why"]}


class NoShowForm(ActForm):
    waive = forms.BooleanField(label="Waive the fee", required=False)
    why = forms.CharField(
        label="Reason",
        required=False,
        max_length=300,
        help_text="Needed where a fee is waived, or where the session was marked as taken place. " + WHY,
    )


class CheckInForm(ActForm):
    """Who the client is, and each consent that is said again at every session, with its own tick."""

    identity_seen = forms.BooleanField(
        label="I have seen who this is",
        help_text="A glance at a card with a photo, or a face you know.",
        error_messages={"required": "Please see first that this is the person who booked, and tick it."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.again = visits.to_reaffirm(self.booking, timezone.now())
        for slug, consent in self.again.items():
            self.fields[f"again-{slug}"] = forms.BooleanField(
                label=f"Said again: {consent.version.document.title}",
                help_text="Read it through together; the client may change or withdraw any of it.",
                error_messages={"required": "Please go through it together first, and tick it."},
            )

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"identity_seen": said["identity_seen"], "reaffirmed": [s for s in self.again if said[f"again-{s}"]]}


class StartForm(ActForm):
    override = forms.BooleanField(
        label="Start it all the same",
        required=False,
        help_text="Sets a stage or a number of earlier sessions aside. Forms and consents cannot be set aside.",
    )
    why = forms.CharField(
        label="Reason", required=False, max_length=300, help_text="Needed if you start it all the same. " + WHY
    )


class EndForm(ActForm):
    """Asks nothing where the session is over at its time; sooner than planned, by whom and why."""

    early_by = forms.ChoiceField(label="Who wanted it to end now", choices=visits.EndedBy, widget=forms.RadioSelect)
    early_why = forms.ChoiceField(
        label="Why, in a word",
        choices=visits.EndedWhy,
        widget=forms.RadioSelect,
        help_text="Everybody at the practice can read this. What there is to say of it belongs in the session's note.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not visits.is_early(self.booking, timezone.now()):
            del self.fields["early_by"], self.fields["early_why"]


class ClientField(forms.CharField):
    """Finds the one client that somebody means: by ref, by e-mail address, or by a part of the name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.queryset = Client.objects.none()

    def clean(self, value: Any) -> Client:
        text = super().clean(value)
        exact = Q(ref=text) | Q(email__iexact=text)
        found = self.queryset.filter(exact)[:NAMED] or self.queryset.filter(name__icontains=text)[:NAMED]
        if not found:
            raise ValidationError(f"No client is found for “{text}”. Try a part of the name, or add the client first.")
        if len(found) > 1:
            names = "; ".join(f"{each.name} ({each.email or 'no e-mail'}, {each.ref})" for each in found)
            raise ValidationError(f"Several clients match: {names}. Type the e-mail address or the ref of one.")
        return found[0]


class NewBookingForm(OverrideForm):
    client = ClientField(help_text="A part of the name, the e-mail address or the ref.")
    length = forms.ModelChoiceField(Length.objects.none(), label="Session")
    therapist = forms.ModelChoiceField(Therapist.objects.none(), required=False, empty_label="Any")
    starts_at = WallClockField(label="Start", help_text="On the practice's clock. The room is chosen by itself.")
    field_order = ["client", "length", "therapist", "starts_at", "override", "why"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients, lengths, therapists = (self._choice(name) for name in ("client", "length", "therapist"))
        clients.queryset = Client.objects.for_user(user)
        lengths.queryset = offered_lengths()
        lengths.choices = grouped(lengths.queryset)
        therapists.queryset = therapists_of(user)
        if user.role == Role.THERAPIST:
            therapists.required, therapists.empty_label = True, None
            therapists.widget.is_required = True

    def _choice(self, name: str) -> Any:
        return self.fields[name]


def offered_lengths() -> Any:
    lengths = Length.objects.filter(session_type__active=True).select_related("session_type")
    return lengths.order_by("session_type__order", "session_type", "minutes")


def grouped(lengths: Any) -> list[Any]:
    """The lengths under their session types, with the practice's prices."""
    currency = Practice.objects.current().currency
    groups = groupby(lengths, key=lambda length: length.session_type)
    return [("", "Choose a session")] + [
        (kind.name, [(each.pk, f"{kind.name}, {each} ({money(each.price, currency)})") for each in same])
        for kind, same in groups
    ]
