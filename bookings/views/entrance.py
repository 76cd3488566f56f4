"""Coming in, with a chosen time or without: sign up, sign in, and the code that confirms the address and books.

Every answer to an address is the same whether a client has it or not; allauth sees to it, and nothing here may tell more.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views
from allauth.account.internal.flows.signup import complete_signup
from allauth.account.stages import EmailVerificationStage, LoginStage, LoginStageController
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.forms import CodeForm, SignInForm
from bookings import lifecycle, picker
from bookings.errors import NotOffered, Refusal, SlotTaken
from bookings.forms import DetailsForm, NewClientForm
from bookings.views import choice
from bookings.views.review import keep_chosen
from clients import lookalikes, records
from practice import walltime, words
from practice.models import Practice

TYPED = "sign_up_typed"


def _told(typed: dict[str, Any]) -> dict[str, Any]:
    """What a client's row keeps of what was typed."""
    return {name: typed[name] for name in ("name", "date_of_birth", "heard_from")}


def quiet(request: HttpRequest) -> None:
    """Takes back what allauth would say of each step: the page says it already."""
    list(messages.get_messages(request))


class WithChoice:
    """The summary of what was chosen, and the way on to it."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)  # type: ignore[misc]
        now, practice = timezone.now(), Practice.objects.current()
        wanted = choice.recalled(self.request, now)
        facts = wanted.particulars(practice, now) if wanted else None
        return shown | {
            "practice": practice,
            "facts": facts,
            "address": wanted.address() if wanted else "",
            "request_span": words.span(practice.request_expires_after),
        }

    def get_default_success_url(self) -> str | None:
        return reverse("book_chosen") if choice.KEY in self.request.session else None

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """Whoever gave a wrong address, or has an account after all, may begin anew."""


class SignUp(WithChoice, views.SignupView):
    form_class = NewClientForm
    template_name = "bookings/sign_up.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        practice = Practice.objects.current()
        return super().get_form_kwargs() | {"today": walltime.local_date(timezone.now(), practice.zone)}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | self.request.session.get(TYPED, {})

    def form_valid(self, form: NewClientForm) -> HttpResponse:
        typed, before = form.cleaned_data, self.request.session.get(TYPED, {})
        self.request.session[TYPED] = {
            "name": typed["name"],
            "email": typed["email"],
            "date_of_birth": typed["date_of_birth"].isoformat(),
            "heard_from": typed["heard_from"],
        }
        waiting = LoginStageController.enter(self.request, EmailVerificationStage.key)
        if waiting and before.get("email") == typed["email"]:
            return self._correct(waiting, form)
        if not form.account_already_exists:
            self._enter(form)
        if form.account_already_exists:
            return super().form_valid(form)
        try:
            return complete_signup(self.request, user=self.user, redirect_url=self.get_success_url())
        except ImmediateHttpResponse as error:
            return error.response

    def _correct(self, waiting: LoginStage, form: NewClientForm) -> HttpResponse:
        """A second press, or a step back to put something right: the code that was sent is good still, and until it is
        typed nobody but this session has the account. For an address that has one already it only looks the same."""
        typed, user = form.cleaned_data, waiting.login.user
        hashed = make_password(typed["password1"])
        if user:
            user.name, user.password = typed["name"], hashed
            user.save(update_fields=["name", "password"])
            records.correct(user, **_told(typed))
        return redirect("account_email_verification_sent")

    def _enter(self, form: NewClientForm) -> None:
        """The account and its client, both or neither. No mail is sent in here: it would hold the database up."""
        typed = form.cleaned_data
        try:
            with transaction.atomic():
                self.user = form.save(self.request)
                records.register(self.user, **_told(typed), now=timezone.now())
        except IntegrityError:  # the same address, sent twice at the same moment
            form.account_already_exists = True


class SignIn(WithChoice, views.LoginView):
    form_class = SignInForm
    template_name = "bookings/sign_in.html"

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        wanted = choice.recalled(self.request, timezone.now())
        came_in = self.request.user.is_authenticated and hasattr(self.request.user, "client")
        if wanted and came_in and not self.get_next_url():
            quiet(self.request)
            return keep_chosen(self.request, wanted, timezone.now())
        return response


class ConfirmAddress(WithChoice, views.ConfirmEmailVerificationCodeView):
    form_class = CodeForm
    template_name = "bookings/confirm_address.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        quiet(self.request)
        return super().get_context_data(**kwargs) | {"messages": []}

    def _verify_form_valid(self, form: CodeForm) -> HttpResponse:
        response = super()._verify_form_valid(form)
        if self.request.user.is_authenticated:
            joined = records.join_account(self.request.user)
            if joined:
                lookalikes.notice(joined, timezone.now())
            self.request.session.pop(TYPED, None)
            return self._book(response)
        return response

    def _book(self, response: HttpResponse) -> HttpResponse:
        """Keeps and books what was chosen, all in one press: the particulars stood above the button."""
        now, user = timezone.now(), self.request.user
        wanted = choice.recalled(self.request, now)
        if wanted is None or not hasattr(user, "client"):
            return response
        choice.forget(self.request)
        quiet(self.request)
        try:
            held = lifecycle.hold(wanted.wish(user.client), by=user, now=now)
        except (SlotTaken, NotOffered):
            return redirect(wanted.address(gone=picker.value(wanted.starts_at)))
        except Refusal as refusal:
            messages.info(self.request, f"Your address is confirmed. {refusal}")
            return redirect("session", wanted.length.session_type.slug)
        try:
            booked = lifecycle.finish(held, by=user, now=now)
        except Refusal:
            return redirect("book_review", held.ref)
        return redirect("book_done", booked.ref)


confirm_address = login_not_required(ConfirmAddress.as_view())


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Name and date of birth of somebody who has an account and was never here as a client."""
    if request.user.is_staff or hasattr(request.user, "client"):
        return redirect("my")
    now, practice = timezone.now(), Practice.objects.current()
    today = walltime.local_date(now, practice.zone)
    form = DetailsForm(request.POST or None, initial={"name": request.user.name}, today=today)
    if form.is_valid():
        records.register(request.user, **form.cleaned_data, now=now)
        return redirect("book_chosen" if choice.KEY in request.session else "my")
    return render(request, "bookings/details.html", {"practice": practice, "form": form})
