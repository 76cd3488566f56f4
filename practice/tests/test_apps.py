"""What holds for every form of the site."""

from __future__ import annotations

import pytest
from allauth.account.forms import LoginForm
from django import forms

UNKEPT = "There is a character in this that cannot be kept. Please type it once more."


class Plain(forms.Form):
    words = forms.CharField()


@pytest.mark.parametrize(("form", "field"), [(Plain, "words"), (LoginForm, "password")])
def test_a_character_that_cannot_be_kept_is_refused_in_words_of_ours_by_libraries_forms_too(form, field) -> None:
    assert form({field: "Sam\0Field"}).errors[field] == [UNKEPT]
