"""Says whether the whole is ready, and hears from the providers what became of a message. Names no person and no error text.

The providers' addresses are closed unless their secret is set; a call that does not prove itself changes nothing.
"""

import base64
import hashlib
import hmac
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from outbox import arrivals, health
from outbox.health import Health
from outbox.models import Channel

OK, LATE = "ok", "late"


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when messages really leave; 503 else, though the site itself may well be serving."""
    try:
        found = parts_of(health.look(timezone.now()))
    except DatabaseError:
        found = {"database": "does not answer"} | dict.fromkeys(("sending", "sweep", "beat", "messages"), "unknown")
    found["broker"] = OK if broker_answers() else "does not answer"
    is_ready = all(value == OK for name, value in found.items() if not name.endswith("_at"))
    return JsonResponse({"status": "ready" if is_ready else "not ready"} | found, status=200 if is_ready else 503)


def parts_of(found: Health) -> dict[str, str | None]:
    return {
        "database": OK,
        "sending": "off" if found.is_off else OK,
        "sweep": OK if found.sweeps else LATE,
        "beat": OK if found.ticks else LATE,
        "messages": OK if found.leaves_in_time else LATE,
        "last_sweep_at": found.swept_at.isoformat() if found.swept_at else None,
        "oldest_due_at": found.oldest_due_at.isoformat() if found.oldest_due_at else None,
    }


def broker_answers() -> bool:
    """Asked with the broker's own timeouts, a second each."""
    with current_app.connection_for_write() as connection:
        try:
            connection.connect()
        except (OSError, *connection.connection_errors):
            return False
    return True


@login_not_required
@csrf_exempt
@never_cache
@require_POST
def mail_hook(request: HttpRequest) -> HttpResponse:
    """django-anymail reads the call and knows how each provider signs; the password is asked of all of them."""
    view = mail_hook_of(settings.EMAIL_BACKEND) if settings.MAIL_HOOK_SECRET else None
    if view is None:
        raise Http404
    try:
        view.run_validators(request)
    except (AnymailWebhookValidationFailure, AnymailConfigurationError):
        return HttpResponseForbidden()
    try:
        events = view.parse_events(request)
    except (ValueError, LookupError, TypeError, AttributeError, AnymailConfigurationError):
        return HttpResponseBadRequest()
    for event in events:
        hear_of_mail(event)
    return HttpResponse()


def mail_hook_of(backend: str) -> Any:
    """django-anymail's reader for the provider of that backend; None for a mail server, which calls nobody."""
    package, _, provider = backend.removesuffix(".EmailBackend").rpartition(".")
    if package != "anymail.backends":
        return None
    module = import_module(f"anymail.webhooks.{provider}")
    own = {each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__}
    (reader,) = (each for each in own if each.__name__.endswith(("TrackingWebhookView", "CombinedWebhookView")))
    return reader()


def hear_of_mail(event: Any) -> None:
    if event.event_type == "delivered":
        arrivals.delivered(Channel.EMAIL, event.message_id or "", event.timestamp or timezone.now())
    elif event.event_type in arrivals.CAME_BACK:
        arrivals.came_back(Channel.EMAIL, event.message_id or "", arrivals.CAME_BACK[event.event_type])


@login_not_required
@csrf_exempt
@never_cache
@require_POST
def sms_hook(request: HttpRequest) -> HttpResponse:
    """Twilio's status callback, signed with the account's token."""
    parts = urlsplit(settings.SMS_URL)
    if parts.scheme != "twilio":
        raise Http404
    url = settings.SITE_URL + reverse("sms_hook")
    signature = twilio_signature(url, request.POST.dict(), unquote(parts.password or ""))
    if not hmac.compare_digest(signature.encode(), request.headers.get("X-Twilio-Signature", "").encode()):
        return HttpResponseForbidden()
    provider_id, status = request.POST.get("MessageSid", ""), request.POST.get("MessageStatus", "")
    if status == "delivered":
        arrivals.delivered(Channel.SMS, provider_id, timezone.now())
    elif status in ("undelivered", "failed"):
        code = request.POST.get("ErrorCode", "")
        words = f"It could not be delivered (code {code})." if code.isdigit() else "It could not be delivered."
        arrivals.came_back(Channel.SMS, provider_id, words)
    return HttpResponse()


def twilio_signature(url: str, form: dict[str, str], token: str) -> str:
    """As Twilio describes it: the address, then each field's name and value by name, with HMAC-SHA1."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
