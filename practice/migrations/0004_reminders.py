"""Several reminders before a session instead of one; a practice that had chosen its own time keeps it."""

from typing import Any

import datetime as dt
from django.db import migrations

import practice.models
from practice import spans

AS_IT_CAME = dt.timedelta(hours=24)


def keep_chosen(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("practice", "Practice").objects.exclude(reminder_before=AS_IT_CAME):
        row.reminders = spans.spelled([row.reminder_before] if row.reminder_before else [])
        row.save(update_fields=["reminders"])


def back_to_one(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("practice", "Practice").objects.all():
        row.reminder_before = max(spans.several(row.reminders), default=AS_IT_CAME)
        row.save(update_fields=["reminder_before"])


class Migration(migrations.Migration):
    dependencies = [("practice", "0003_consent_signers")]
    operations = [
        migrations.AddField(
            model_name="practice",
            name="reminders",
            field=practice.models.SpansField(
                default="48h, 3h",
                help_text="How long before a session each reminder goes out, like 48h, 3h; none for no reminder.",
                max_length=80,
            ),
        ),
        migrations.RunPython(keep_chosen, back_to_one),
        migrations.RemoveField(model_name="practice", name="reminder_before"),
    ]
