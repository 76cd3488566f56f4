"""Every field of every app of ours says what it holds, and what is clinical is sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.db import models

from tests.layers import APPS
from vault.fields import SealedField
from vault.labels import KEPT, Label, Level, clinical, internal, labelled, personal
from vault.tests.notes import Note

OURS = [app for app in APPS if apps.is_installed(app)]


def table_of(app: str) -> Mapping[str, Label]:
    name = "vault.practice_labels" if app == "practice" else f"{app}.labels"
    return import_module(name).LABELS if find_spec(name) else {}


def faults(found: Iterable[type[models.Model]], table: Mapping[str, Label]) -> list[str]:
    """What is wrong between these models and their labels."""
    fields = {f"{model.__name__}.{field.name}": field for model in found for field in model._meta.concrete_fields}
    return [
        *[f"{name} has no label" for name in fields if name not in table],
        *[f"{name} has a label and is no field" for name in table if name not in fields],
        *[
            f"{name} is clinical and not sealed"
            for name, field in fields.items()
            if name in table and table[name].level == Level.CLINICAL and not isinstance(field, SealedField)
        ],
    ]


@pytest.mark.parametrize("app", OURS)
def test_every_field_says_what_it_holds(app):
    """A new field gets its label in the app's labels.py; vault/labels.py has the words for it."""
    own = [model for model in apps.get_app_config(app).get_models(include_auto_created=True) if ours(model)]
    assert faults(own, table_of(app)) == []


def ours(model: type[models.Model]) -> bool:
    """Django's own tables between users and groups hold numbers alone."""
    return not (model._meta.auto_created and model.__name__ in {"User_groups", "User_user_permissions"})


def test_every_kind_of_fault_is_found():
    table = labelled(Note={clinical(): "words other answers client_id gone"})
    assert faults([Note], table) == [
        "Note.id has no label",
        "Note.gone has a label and is no field",
        "Note.client_id is clinical and not sealed",
    ]
    assert faults([Note], labelled(Note={clinical(): "words other answers", internal("working"): "id client_id"})) == []


def test_label_names_a_period_that_is_known():
    with pytest.raises(ValueError, match="no retention period"):
        personal("for ever")
    assert personal("client").kept in KEPT


def test_field_has_one_label():
    with pytest.raises(ValueError, match=r"Note\.words has two labels"):
        labelled(Note={clinical(): "words", personal("client"): "words"})


def test_what_is_public_or_internal_is_in_no_export():
    """An export is of what is about a person."""
    tables = [table_of(app) for app in OURS]
    wrong = [
        name
        for table in tables
        for name, label in table.items()
        if label.exported and label.level in (Level.PUBLIC, Level.INTERNAL)
    ]
    assert wrong == []
