"""How the sign-in pages behave here: where people go then, and the mails that cannot wait (codes, resets).

Those leave at once, not through the outbox: whoever asked for one sits before the page.
"""

from __future__ import annotations

import logging
import smtplib
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts import browsers, happenings
from accounts.happenings import Happening
from practice.models import Practice

LONGEST_ADDRESS = 254
UNKNOWN_ACCOUNT = "account/email/unknown_account"
log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if request.user.is_staff:
            return reverse("admin:index")
        return super().get_login_redirect_url(request)

    def login(self, request: HttpRequest, user: Any) -> None:
        """A sign-in from a browser that did not carry this account before is told to its owner; the very first is not."""
        is_first = user.last_login is None
        super().login(request, user)
        if not is_first and not browsers.is_known(request, user):
            happenings.tell(Happening("signed_in_anew", user, user.email, timezone.now()))

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        response = super().post_login(request, user, **how)
        browsers.remember(request, response, user)
        return response

    def clean_email(self, email: str) -> str:
        """allauth would cut a longer one off, and write to somebody else."""
        if len(email) > LONGEST_ADDRESS:
            raise ValidationError("That does not look like an e-mail address.")
        return super().clean_email(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends, or answers with a page that says the mail could not leave.

        For an address without an account the mail server is only greeted, so that page and pace tell nothing.
        """
        try:
            if template_prefix == UNKNOWN_ACCOUNT:
                self._greet_mail_server()
            else:
                super().send_mail(template_prefix, email, context | {"current_site": self._site()})
        except (smtplib.SMTPException, OSError) as error:
            log.error("A mail of the sign-in pages could not leave: %s", type(error).__name__)
            raise ImmediateHttpResponse(render(self.request, "account/mail_failed.html", status=503)) from error

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """A notice tells of what has been done already: nobody waits for it, so it goes the way of all messages."""
        what = template_prefix.rpartition("/")[2]
        happenings.tell(Happening(what, user, email or user.email, timezone.now()))

    @staticmethod
    def _greet_mail_server() -> None:
        connection = get_connection()
        connection.open()
        connection.close()

    def _site(self) -> SimpleNamespace:
        """What the texts of the mails call us."""
        return SimpleNamespace(name=Practice.objects.current().name, domain=self.request.get_host())


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return Practice.objects.current().name
