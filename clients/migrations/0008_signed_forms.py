"""Who was with the client where a form was signed off at the practice; what is signed off is kept by the database."""

from typing import Any
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from clients import constraints


def install(apps: Any, schema_editor: Any) -> None:
    constraints.install(schema_editor.connection)


def keep(apps: Any, schema_editor: Any) -> None:
    """The guards go with the migration that made the tables."""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0007_intake"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="attended_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who was with the client, where it was signed off at the practice.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(install, keep),
    ]
