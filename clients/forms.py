"""The fields in which a client answers: one for each kind of question. Only shape; what fits is for `clients.questions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from accounts.forms import PageForm
from clients import questions
from clients.areas import BACK, CHAKRA_STATES, CHAKRAS, FRONT
from clients.questions import AVOID, FOCUS, Asked, Unfit
from practice.forms import DateInput

WRITTEN_DATES = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"]
MARKS = {"": "Nothing special", FOCUS: "Focus on", AVOID: "Leave out"}
NO_ANSWER = ("", "No answer")


class RowsWidget(forms.Widget):
    """Several rows of a few choices each, sent as `name-row`; gives what was chosen by row."""

    use_fieldset = True
    rows: Mapping[str, Mapping[str, str]]
    """The groups, each with its rows."""
    marks: Mapping[str, str]

    def id_for_label(self, id_: str) -> str:
        return ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        sent = {row: data.get(f"{name}-{row}", "") for group in self.rows.values() for row in group}
        return {row: mark for row, mark in sent.items() if mark}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        chosen = value if isinstance(value, dict) else {}
        groups = [
            (title, [(f"{name}-{row}", row, label, chosen.get(row, "")) for row, label in group.items()])
            for title, group in self.rows.items()
        ]
        return super().get_context(name, value, attrs) | {"groups": groups, "marks": self.marks.items()}


class AreasWidget(RowsWidget):
    template_name = "clients/widgets/areas.html"
    rows = {"Front": FRONT, "Back": BACK}
    marks = MARKS

    def format_value(self, value: Any) -> Any:
        return value

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        if isinstance(value, dict) and value.keys() <= {FOCUS, AVOID}:
            value = {area: mark for mark, areas in value.items() for area in areas}
        return super().get_context(name, value, attrs)


class ChakrasWidget(RowsWidget):
    template_name = "clients/widgets/chakras.html"
    rows = {"": CHAKRAS}
    marks = {"": "I do not know", **CHAKRA_STATES}


class RowsField(forms.Field):
    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial) or bool(data)


class AreasField(RowsField):
    widget = AreasWidget

    def to_python(self, value: Any) -> dict[str, list[str]]:
        """By mark, as it is kept; a mark that does not exist is left for the check to refuse."""
        found: dict[str, list[str]] = {}
        for area, mark in (value or {}).items():
            found.setdefault(mark, []).append(area)
        return found


class ChakrasField(RowsField):
    widget = ChakrasWidget


class DayField(forms.DateField):
    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        wrong = "Write the date like 31/05/1980, or choose it in the calendar."
        super().__init__(input_formats=WRITTEN_DATES, error_messages={"invalid": wrong}, **kwargs)

    def clean(self, value: Any) -> str:
        on = super().clean(value)
        return on.isoformat() if isinstance(on, dt.date) else ""


def field_for(asked: Asked) -> forms.Field:
    given: dict[str, Any] = {"label": asked.words, "help_text": asked.help, "required": False}
    if asked.kind in (questions.YES_NO, questions.ONE):
        choices = asked.choices() + ([] if asked.is_required else [NO_ANSWER])
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, error_messages=WRONG, **given)
    if asked.kind == questions.MANY:
        return forms.MultipleChoiceField(
            choices=asked.choices(), widget=forms.CheckboxSelectMultiple, error_messages=WRONG, **given
        )
    if asked.kind == questions.LONG:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **given)
    plain = {questions.DATE: DayField, questions.BODY: AreasField, questions.CENTRES: ChakrasField}
    return plain.get(asked.kind, forms.CharField)(**given)


WRONG = {"invalid_choice": questions.NOT_A_CHOICE, "invalid_list": questions.NOT_A_CHOICE}


class AnswersForm(PageForm):
    """The questions of one page, each field named after its question's key. With `whole`, what must be answered must."""

    def __init__(self, *args: Any, asked: Sequence[Asked], whole: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.whole = asked, whole
        for each in asked:
            field = self.fields[f"q-{each.key}"] = field_for(each)
            if not each.is_required and each.kind in (questions.SHORT, questions.LONG, questions.DATE):
                field.label = f"{each.words} (optional)"

    @classmethod
    def filled(cls, values: Mapping[str, Any], **kwargs: Any) -> AnswersForm:
        return cls(initial={f"q-{key}": value for key, value in values.items()}, **kwargs)

    def clean(self) -> dict[str, Any]:
        for asked in self.asked:
            name = f"q-{asked.key}"
            if name not in self.cleaned_data:
                continue
            value = self.cleaned_data[name]
            try:
                fit = questions.check(asked, value) if self.whole or not questions.empty(value) else None
            except Unfit as unfit:
                self.add_error(name, str(unfit))
            else:
                self.cleaned_data[name] = fit
        if self._unknown():
            self.add_error(None, "An answer belongs to a question that is not on this page. Nothing was saved yet.")
        return self.cleaned_data

    def _unknown(self) -> bool:
        """Whether something was sent that looks like an answer and belongs to no question here."""
        known = {self.add_prefix(name) for name in self.fields}
        start = self.add_prefix("q-")
        return any(
            name.startswith(start) and name not in known and not any(name.startswith(f"{each}-") for each in known)
            for name in self.data
        )

    def values(self) -> dict[str, Any]:
        """What was answered, by the key of its question."""
        said = {each.key: self.cleaned_data.get(f"q-{each.key}") for each in self.asked}
        return {key: value for key, value in said.items() if not questions.empty(value)}
