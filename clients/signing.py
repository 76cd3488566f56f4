"""What somebody ticks, types and draws when they sign, and chooses when they answer about the boundaries."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import PageForm
from clients.agreements import Signing
from clients.clauses import LONGEST_DRAWING
from clients.errors import ClausesMissing
from clients.models import DocumentKind, DocumentVersion, GivenBy

TICK = "Please tick this point."
CHOOSE = "Please choose one of the answers."


class SigningForm(PageForm):
    """A tick for each clause, the name, and the digest of the text that was on the page."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    nothing_done = (
        "Nothing is signed yet. Each point has its own tick; if one is not right for you, leave the page and ask us."
    )
    drawing = forms.CharField(required=False, max_length=LONGEST_DRAWING, widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: DocumentVersion, **kwargs: Any) -> None:
        kwargs["initial"] = {"shown": version.sha256} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.version = version
        for place, clause in enumerate(version.clauses):
            self.fields[f"clause_{place}"] = forms.BooleanField(label=clause, error_messages={"required": TICK})
        is_notice = version.document.kind == DocumentKind.NOTICE
        self.fields["typed_name"] = forms.CharField(
            label="Your name",
            max_length=150,
            help_text="Typing your name confirms that you have read it." if is_notice else "Typing your name signs it.",
            error_messages={
                "required": "Please type your name.",
                "max_length": "A name has at most 150 characters here.",
            },
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )

    @property
    def shown_sha256(self) -> str:
        """The digest that came with the page, also where the rest is not in order."""
        return str(self.data.get(self.add_prefix("shown"), ""))

    def signing(self) -> Signing:
        said = self.cleaned_data
        ticked = {place for place in range(len(self.version.clauses)) if said.get(f"clause_{place}")}
        return Signing(said["shown"], frozenset(ticked), said["typed_name"], said["drawing"])

    def explain(self, missing: ClausesMissing) -> None:
        for place in missing.places:
            self.add_error(f"clause_{place}", TICK)


class OnPaperForm(SigningForm):
    """The same at the practice: on its tablet, or copied from a signed sheet of paper."""

    given_by = forms.ChoiceField(
        label="How it was given", choices=[each for each in GivenBy.choices if each[0] != GivenBy.ONLINE]
    )


class UnderstandingForm(PageForm):
    """One choice for each question; the values are the places of the options."""

    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: DocumentVersion, **kwargs: Any) -> None:
        kwargs["initial"] = {"shown": version.sha256} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.version = version
        for place, question in enumerate(version.questions):
            self.fields[f"answer_{place}"] = forms.TypedChoiceField(
                label=question["ask"],
                choices=list(enumerate(question["options"])),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
            )

    @property
    def shown_sha256(self) -> str:
        return str(self.data.get(self.add_prefix("shown"), ""))

    def answers(self) -> list[int]:
        return [self.cleaned_data[f"answer_{place}"] for place in range(len(self.version.questions))]
