"""The forms by which somebody comes in: sign in, sign up, the code from the mail. They only ask whether it is there."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.forms import ConfirmEmailVerificationCodeForm, LoginForm, SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

UNWRITTEN = re.compile(r"[\x01-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def helper() -> FormHelper:
    """The page has the form's own tag and its buttons; crispy-forms has the fields."""
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.include_media = False
    return made


class NameField(forms.CharField):
    """Somebody's name on one line: what breaks a line or turns the writing round becomes a space."""

    def __init__(self) -> None:
        super().__init__(
            label="Your name",
            max_length=150,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
            error_messages={"required": "Please give your name."},
        )

    def to_python(self, value: Any) -> str:
        return " ".join(UNWRITTEN.sub(" ", super().to_python(value)).split())


class PageForm(forms.Form):
    helper = property(lambda self: helper())


class Entrance:
    """Our words on allauth's fields: no placeholder that vanishes, a label and a sentence for each error."""

    fields: dict[str, forms.Field]
    helper = property(lambda self: helper())

    def _say(self, name: str, label: str, required: str, help_text: str = "", **attrs: str) -> None:
        field = self.fields[name]
        field.label, field.help_text = label, help_text
        field.error_messages["required"] = required
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs.update(attrs)


class SignInForm(Entrance, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._say("login", "E-mail", "Please give your e-mail address.", autocomplete="username")
        forgotten = format_html('<a href="{}">Forgotten your password?</a>', reverse("account_reset_password"))
        self._say("password", "Password", "Please give your password.", forgotten)


class SignUpForm(Entrance, SignupForm):
    name = NameField()
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._say(
            "email", "E-mail", "Please give your e-mail address.", "We send a code there, and later the confirmation."
        )
        self.fields["email"].error_messages["invalid"] = "That does not look like an e-mail address."
        self._say(
            "password1",
            "Password",
            "Please choose a password.",
            "Twelve characters or more; a few words in a row are good.",
        )

    def signup(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # as slow as for an address that is new here
        return super().try_save(request)


class CodeForm(Entrance, ConfirmEmailVerificationCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._say(
            "code",
            "Code from the e-mail",
            "Please type the code that we sent you.",
            autocapitalize="characters",
            spellcheck="false",
        )
        self.fields["code"].widget.attrs["class"] = "short"
        self.fields["code"].max_length = 32

    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except forms.ValidationError as error:
            raise forms.ValidationError(
                "That is not the code that we sent. Please look at the e-mail again."
            ) from error


class PasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "What you call it"
        alone = self.fields["passwordless"]
        alone.label = "Sign in with it alone, without the password"
        alone.help_text = "It is a passkey then: the device asks for your fingerprint, your face or its code each time."
