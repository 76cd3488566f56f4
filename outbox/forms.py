"""The form in which the practice words a message anew."""

from __future__ import annotations

from typing import Any

from django import forms

from outbox import segments, wording
from outbox.models import Channel
from outbox.registry import Kind
from outbox.wording import Words
from practice.models import Practice

LONGEST_SMS = 3
"""Parts; each is paid as a text message."""


class WordingForm(forms.Form):
    subject = forms.CharField(
        max_length=200, help_text="One line. It can be read on a locked screen, so let it give nothing away."
    )
    text = forms.CharField(
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 16, "cols": 70}),
        help_text="A blank line starts a paragraph. Placeholders stand between two braces on each side.",
    )

    def __init__(self, data: Any, *, kind: Kind, channel: str, initial: Words) -> None:
        super().__init__(data, initial={"subject": initial.subject, "text": initial.text})
        self.kind, self.channel = kind, channel
        for field in self.fields.values():
            field.widget.attrs["spellcheck"] = "true"
        if channel == Channel.SMS:
            del self.fields["subject"]
            self.fields["text"].widget.attrs["rows"] = 5
            self.fields["text"].help_text = (
                "No link and no word about anybody: it may be read by others. It is paid by length, at most "
                f"{LONGEST_SMS} parts of 160 letters (70 where a letter is unusual)."
            )

    def words(self) -> Words:
        said = self.cleaned_data
        return Words(" ".join(said.get("subject", "").split()), said["text"].replace("\r\n", "\n"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.errors:
            return said
        words = self.words()
        faults = wording.faults_of(self.kind, self.channel, words)
        for field, sentences in faults.items():
            if sentences:
                self.add_error(field, sentences)
        if self.channel == Channel.SMS and not any(faults.values()):
            self._measure(words)
        return said

    def _measure(self, words: Words) -> None:
        parts = segments.count(filled(self.kind, self.channel, words).text)
        if parts > LONGEST_SMS:
            self.add_error("text", f"This would be sent as {parts} parts. Please keep it to {LONGEST_SMS}.")


def filled(kind: Kind, channel: str, words: Words) -> Any:
    """With the sample, as the practice would send it."""
    return wording.fill_in(words, kind.sample(channel), Practice.objects.current(), channel)
