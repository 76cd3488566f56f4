"""What staff type to change a booking. Only its shape is looked at here; whether it can be is decided by the verbs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Role, User
from bookings import owing, readiness, rules, visits, walkin
from bookings.models import Booking, Length, Therapist
from bookings.walkin import Newcomer
from clients import finding
from clients.models import Client, HeardFrom
from practice.forms import WallClockField, WordField
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


class ApproveForm(ActForm):
    """Asks nothing, unless the therapist is to look at something first; that there is something, and not what."""

    looked = forms.BooleanField(
        label="I have looked at it",
        help_text="An answer of this client's asks you to look before you confirm: please see under Flags on their page.",
        error_messages={"required": "Please look first, and tick it."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        ready = readiness.of(self.booking.client, self.booking.session_type, today, booking=self.booking)
        if not ready.reviews:
            del self.fields["looked"]


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


class LengthForm(OverrideForm, ActForm):
    minutes = forms.TypedChoiceField(
        label="New length", coerce=int, help_text="From the same start; the price becomes that length's."
    )
    field_order = ["minutes", "override", "why"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lengths = Length.objects.filter(session_type=self.booking.session_type_id).exclude(minutes=self.booking.minutes)
        minutes: Any = self.fields["minutes"]
        minutes.choices = [(each.minutes, str(each)) for each in lengths]


def due(fee: Decimal, booking: Booking, when: str) -> str:
    """The fee that is waived or comes due, beside the tick that decides it."""
    return f"Otherwise {money(fee, booking.currency)} comes due {when}." if fee else "Nothing comes due."


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fee = owing.fee_for_changing(self.booking, self.booking.cancellation_notice, timezone.now())
        self.fields["waive"].help_text = due(fee, self.booking, "where the client asked for it")

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["waive"].help_text = due(owing.fee_for_not_coming(self.booking), self.booking, "now")


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
        if visits.asks_for_word(self.booking, self.user):
            self.fields["word"] = WordField()


class ClientField(forms.CharField):
    """Finds the one client that somebody means: by ref, by e-mail address, or by a part of the name or phone number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.queryset = Client.objects.none()

    def clean(self, value: Any) -> Client:
        text = super().clean(value)
        if not text:
            return None
        found = finding.find(self.queryset, text, NAMED)
        if not found:
            raise ValidationError(f"No client is found for “{text}”. Try a part of the name, or add the client first.")
        if len(found) > 1:
            names = "; ".join(f"{each.name} ({each.email or 'no e-mail'}, {each.ref})" for each in found)
            raise ValidationError(f"Several clients match: {names}. Type the e-mail address or the ref of one.")
        return found[0]


class SessionForm(OverrideForm):
    """A session for somebody: what, with whom, and whether rules are set aside."""

    length = forms.ModelChoiceField(Length.objects.none(), label="Session")
    therapist = forms.ModelChoiceField(Therapist.objects.none(), required=False, empty_label="Any")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lengths, therapists = self._choice("length"), self._choice("therapist")
        lengths.queryset = offered_lengths()
        lengths.choices = grouped(lengths.queryset)
        therapists.queryset = therapists_of(user)
        if user.role == Role.THERAPIST:
            therapists.required, therapists.empty_label = True, None
            therapists.widget.is_required = True

    def _choice(self, name: str) -> Any:
        return self.fields[name]


class NewBookingForm(SessionForm):
    client = ClientField(help_text="A part of the name or the phone number, the e-mail address or the ref.")
    starts_at = WallClockField(label="Start", help_text="On the practice's clock. The room is chosen by itself.")
    field_order = ["client", "length", "therapist", "starts_at", "override", "why"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self._choice("client").queryset = Client.objects.for_user(user)


class SomebodyForm(SessionForm):
    """A session for a client who is found, or written down."""

    client = ClientField(
        label="Client",
        required=False,
        help_text="A part of the name or the phone number, the e-mail address or the ref.",
    )
    new_name = forms.CharField(
        label="Or somebody new: name",
        required=False,
        max_length=150,
        help_text="Only for somebody who has never been here; leave the field above empty then.",
    )
    new_born = forms.DateField(
        label="Date of birth", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    new_email = forms.EmailField(label="E-mail", required=False)
    new_phone = forms.CharField(label="Phone", required=False, max_length=40)
    new_heard_from = forms.ChoiceField(
        label="Heard of us through", required=False, choices=[("", "Not said"), *HeardFrom.choices]
    )
    field_order = [
        *("client", "new_name", "new_born", "new_email", "new_phone", "new_heard_from"),
        *("length", "therapist", "room", "starts_at", "override", "why"),
    ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self._choice("client").queryset = Client.objects.for_user(user)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if bool(said.get("client")) == bool(said.get("new_name")) and "client" not in self.errors:
            self.add_error(
                "client", "Please name a client who is known here, or write down somebody new; one of the two."
            )
        if said.get("new_name") and not said.get("new_born") and "new_born" not in self.errors:
            self.add_error("new_born", "Please give the date of birth; sessions are for adults.")
        return said

    def clean_new_born(self) -> dt.date | None:
        born: dt.date | None = self.cleaned_data["new_born"]
        if born and born.year < timezone.localdate().year - rules.OLDEST_YEARS:
            raise ValidationError("This date of birth cannot be right. Please look at the year again.")
        return born

    def who(self) -> Client | Newcomer:
        said = self.cleaned_data
        told = ("new_name", "new_born", "new_email", "new_phone", "new_heard_from")
        return said["client"] or Newcomer(*(said[name] for name in told))


class WalkInForm(SomebodyForm):
    """Who is here, and what they would like now."""

    starts_at = forms.TypedChoiceField(
        label="Start",
        coerce=dt.datetime.fromisoformat,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": walkin.MOVED_ON},
    )

    def __init__(self, *args: Any, user: User, starts: Sequence[dt.datetime], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self._choice("starts_at").choices = [(each.isoformat(), f"{timezone.localtime(each):%H:%M}") for each in starts]
        self.initial.setdefault("starts_at", starts[0].isoformat())


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
