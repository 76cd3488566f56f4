"""Who treats whom, for the bookings that were there before this was kept."""

import datetime as dt
from typing import Any

from django.db import migrations

TREATED = ("requested", "confirmed", "completed", "no_show")


def open_relations(apps: Any, schema_editor: Any) -> None:
    bookings = apps.get_model("bookings", "Booking").objects
    relations = apps.get_model("clients", "CareRelation").objects
    standing = bookings.filter(status__in=TREATED, therapist__user__isnull=False).order_by()
    since = dt.datetime.now(dt.UTC)
    made = [
        relations.model(client_id=client, user_id=user, since=since)
        for client, user in standing.values_list("client_id", "therapist__user_id").distinct()
    ]
    relations.bulk_create(made, ignore_conflicts=True, batch_size=500)


def leave(apps: Any, schema_editor: Any) -> None:
    """The table goes with its rows."""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_guards"), ("clients", "0003_guards_and_stages")]
    operations = [migrations.RunPython(open_relations, leave)]
