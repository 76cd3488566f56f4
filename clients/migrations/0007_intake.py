"""What was published is kept with its sections, questions and choices."""

from typing import Any

from django.db import migrations

from clients import constraints


def install(apps: Any, schema_editor: Any) -> None:
    constraints.install(schema_editor.connection, constraints.AGREED)


def keep(apps: Any, schema_editor: Any) -> None:
    """The guards go with the migration that made the tables."""


class Migration(migrations.Migration):
    dependencies = [("clients", "0006_agreements")]
    operations = [migrations.RunPython(install, keep)]
