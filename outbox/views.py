"""Says whether the whole is ready: database, broker, last sweep, oldest due message. Names no person and no error text."""

import datetime as dt

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox import health


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when messages really leave; 503 else, though the site itself may well be serving."""
    now = timezone.now()
    found = messages_state(now) | {"broker": "ok" if broker_answers() else "does not answer"}
    is_ready = all(found[part] == "ok" for part in ("database", "broker", "sweep", "messages"))
    return JsonResponse({"status": "ready" if is_ready else "not ready"} | found, status=200 if is_ready else 503)


def messages_state(now: dt.datetime) -> dict[str, str | None]:
    try:
        swept_at, due_at = health.last_sweep_at(), health.oldest_due_at(now)
    except DatabaseError:
        return {"database": "does not answer", "sweep": "unknown", "messages": "unknown"}
    return {
        "database": "ok",
        "sweep": "ok" if swept_at and swept_at > now - health.SWEEP_LATE_AFTER else "late",
        "messages": "late" if due_at and due_at < now - health.MESSAGE_LATE_AFTER else "ok",
        "last_sweep_at": swept_at.isoformat() if swept_at else None,
        "oldest_due_at": due_at.isoformat() if due_at else None,
    }


def broker_answers() -> bool:
    """Asked with the broker's own timeouts, a second each."""
    with current_app.connection_for_write() as connection:
        try:
            connection.connect()
        except (OSError, *connection.connection_errors):
            return False
    return True
