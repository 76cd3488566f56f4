"""Model fields whose words are sealed with the key of the person they are about, and opened when somebody reads them.

A model that has one has a UUID as its primary key, known before the first save, and a method `vault_subject() -> str`
that names the person, such as "client:17", and never changes. Nothing can be searched, sorted or updated by such a field.
"""

from __future__ import annotations

import json
import logging
from typing import Any, NamedTuple, NoReturn

from django import forms
from django.core import checks
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.db.models.sql import UpdateQuery

from vault import crypto, keys
from vault.crypto import Place
from vault.errors import NotText, Unreadable

log = logging.getLogger(__name__)

BLANK: tuple[Any, ...] = (None, "", [], {})


class UnreadableText(str):
    """What is shown in place of words that do not open. Given back to the field it changes nothing."""

    sealed: bytes


def is_unreadable(value: object) -> bool:
    return isinstance(value, UnreadableText)


class Held:
    """What an instance holds for such a field: sealed bytes, an opened value, or both. Shows nothing of it."""

    __slots__ = ("before", "is_open", "place", "sealed", "text", "value")

    def __init__(self, sealed: bytes | None = None) -> None:
        self.sealed = sealed  # as it stands in the database, unless the value was set since
        self.before: bytes | None = None  # what the value that was set replaces
        self.is_open = False
        self.value: Any = None
        self.text: str | None = None  # the opened words, to see whether the value was changed
        self.place: Place | None = None  # where they were opened

    @classmethod
    def of(cls, value: Any, before: bytes | None) -> Held:
        held = cls()
        held.value, held.is_open, held.before = value, True, before
        return held

    def __repr__(self) -> str:
        return "<sealed>"

    def __deepcopy__(self, memo: Any) -> Held:
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("Sealed words are not pickled.")


def replaced(held: Held | None) -> bytes | None:
    """The stored bytes that a value set over this one takes the place of."""
    if held is None:
        return None
    return held.before if held.sealed is None else held.sealed


def stored(instance: models.Model, name: str) -> bytes | None:
    """The sealed bytes as they were read from the database, unopened: what a digest of a row is made of."""
    held = instance.__dict__[name]
    return held.sealed if isinstance(held, Held) else None


class Ready(NamedTuple):
    """What the field itself hands to the database. Nothing else goes in."""

    stored: bytes | None

    def __repr__(self) -> str:
        return "<sealed>"


class SealedAttribute(DeferredAttribute):
    """Opens on reading; keeps whatever is set out of the instance's plain sight."""

    field: SealedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        held = super().__get__(instance, cls)
        return self.field.value_of(instance, held) if isinstance(held, Held) else held

    def __set__(self, instance: Any, value: Any) -> None:
        data, name = instance.__dict__, self.field.attname
        if isinstance(value, Held):
            data[name] = value
        elif isinstance(value, UnreadableText):
            data[name] = Held(value.sealed)
        else:
            data[name] = Held.of(value, replaced(data.get(name)))


def updated_by(query: Any) -> list[tuple[Any, Any, Any]]:
    """Field, model and value of each column that an UPDATE sets."""
    return getattr(query, "values", []) if isinstance(query, UpdateQuery) else []


class SealedField(models.Field):
    """What both kinds share. A kind says how its value becomes words and back: `to_text` and `from_text`."""

    descriptor_class = SealedAttribute

    def to_text(self, value: Any) -> str:
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        raise NotImplementedError

    # Into the database

    def pre_save(self, model_instance: models.Model, add: bool) -> Ready:
        """Sealed anew where the value was set or changed, or the row is new; else the bytes that stand there.

        What does not open is never written over: a blank value leaves it, any other raises Unreadable.
        """
        held = model_instance.__dict__[self.attname]
        place = self.place_in(model_instance)
        if held.sealed is not None:
            return Ready(self._renewed(held, held.sealed, place, add))
        if held.before is not None and not add and not self._opens(held.before, place):
            if held.value in BLANK:
                return Ready(held.before)
            raise Unreadable
        return Ready(None if held.value is None else self._sealed(self.to_text(held.value), place))

    def _renewed(self, held: Held, sealed: bytes, place: Place, add: bool) -> bytes:
        if not held.is_open:
            return self._sealed(self._opened(sealed, place), place) if add else sealed
        text = self.to_text(held.value)
        return sealed if not add and held.place == place and held.text == text else self._sealed(text, place)

    def _sealed(self, text: str, place: Place) -> bytes:
        try:
            plain = text.encode()
        except UnicodeEncodeError:
            raise NotText from None  # the other error carries the whole text
        return keys.for_sealing(place.subject).seal(plain, place)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """None stands for nothing, also where a migration asks for a new column's default."""
        if not (value is None or isinstance(value, Ready)):
            raise FieldError(f"{self} is sealed row by row: save the instance instead of updating many at once.")
        stored = value and value.stored
        return None if stored is None else connection.Database.Binary(stored)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """The last moment at which an update of many rows to None differs from a row's own."""
        for field, _, given in updated_by(compiler.query):
            if field is self and not isinstance(given, Ready):
                raise FieldError(f"{self} is sealed row by row: save the instance instead of updating many at once.")
        return connection.ops.binary_placeholder_sql(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> NoReturn:
        raise FieldError(f"{self} is sealed and cannot stand in a query.")

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self} is sealed and cannot be searched.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> NoReturn:
        raise FieldError(f"{self} is sealed and cannot be searched.")

    # Out of the database

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Held | None:
        return None if value is None else Held(bytes(value))

    def value_of(self, instance: models.Model, held: Held) -> Any:
        """The value in clear, or an UnreadableText in its place, which leaves a line in the log without any content."""
        if held.is_open or held.sealed is None:
            return held.value
        place = self.place_in(instance)
        try:
            text = self._opened(held.sealed, place)
        except Unreadable:
            log.error("Unreadable: %s.%s of row %s.", place.table, place.column, place.row)
            shown = UnreadableText(Unreadable.sentence)
            shown.sealed = held.sealed
            return shown
        held.text, held.value, held.is_open, held.place = text, self.from_text(text), True, place
        return held.value

    def _opened(self, sealed: bytes, place: Place) -> str:
        return keys.for_opening(place.subject, crypto.key_id(sealed)).open(sealed, place).decode()

    def _opens(self, sealed: bytes, place: Place) -> bool:
        try:
            self._opened(sealed, place)
        except Unreadable:
            return False
        return True

    def place_in(self, instance: models.Model) -> Place:
        subject = instance.vault_subject()  # type: ignore[attr-defined]
        return Place(self.model._meta.db_table, self.column or "", str(instance.pk), subject)

    # What surrounds a field

    def get_internal_type(self) -> str:
        return "BinaryField"

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """A form that could not show the words does not change them, whatever it sends."""
        if not is_unreadable(getattr(instance, self.attname)):
            super().save_form_data(instance, data)

    def value_to_string(self, obj: models.Model) -> NoReturn:
        raise FieldError(f"{self} is sealed and cannot be dumped.")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_model()]

    def _check_model(self) -> list[checks.CheckMessage]:
        faults = {
            "vault.E001": not isinstance(self.model._meta.pk, models.UUIDField) and "needs a UUID as primary key",
            "vault.E002": not callable(getattr(self.model, "vault_subject", None)) and "needs vault_subject() -> str",
            "vault.E003": (self.unique or getattr(self, "db_index", False)) and "cannot be indexed",
        }
        return [
            checks.Error(f"A model with a sealed field {fault}.", obj=self, id=name)
            for name, fault in faults.items()
            if fault
        ]


class EncryptedTextField(SealedField):
    """Sealed text. Empty text is sealed like any other; None is stored as nothing."""

    description = "Sealed text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> str:
        return text

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        defaults = {"max_length": self.max_length, "widget": forms.Textarea}
        return super().formfield(**{**defaults, **kwargs})


class EncryptedJSONField(SealedField):
    """Sealed JSON: texts, numbers, booleans, lists and dicts of them. None is stored as nothing."""

    description = "Sealed JSON"
    empty_strings_allowed = False
    empty_values = list(BLANK)

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def from_text(self, text: str) -> Any:
        return json.loads(text)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})
