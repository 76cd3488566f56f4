"""A bare view that only inserts the row under the constraint: the floor of a booking over HTTP. No client, no look at the
diary, no history, no message, nobody asked who they are. Served as the practice is."""

from __future__ import annotations

import datetime as dt
import json
import secrets

from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

HOUR = dt.timedelta(hours=1)
A_DAY = dt.timedelta(days=1)


@csrf_exempt
@login_not_required
def insert(request: HttpRequest) -> JsonResponse:
    from bookings.models import Booking, Status, Way

    asked = json.loads(request.body)
    start = dt.datetime.fromisoformat(asked["start"])
    try:
        row = Booking.objects.create(
            ref=f"bare-{secrets.token_hex(6)}",
            client_id=asked["client"],
            therapist_id=asked["therapist"],
            session_type_id=asked["session_type"],
            minutes=60,
            starts_at=start,
            ends_at=start + HOUR,
            busy_from_at=start,
            busy_until_at=start + HOUR,
            session_on=start.date(),
            booked_on=dt.datetime.now(dt.UTC).date(),
            status=Status.CONFIRMED,
            made_via=Way.API,
            price=70,
            currency="GBP",
            cancellation_notice=A_DAY,
            reschedule_notice=A_DAY,
            late_fee_percent=50,
            no_show_fee_percent=100,
            created_at=dt.datetime.now(dt.UTC),
        )
    except IntegrityError:
        return JsonResponse({"code": "slot_taken"}, status=409)
    return JsonResponse({"id": row.ref}, status=201)


urlpatterns = [path("insert", insert), path("", include("practice.urls"))]
