"""The guards of `bookings.constraints`: overlap, adult clients, history that is only added to."""

from typing import Any

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

from bookings import constraints


def install(apps: Any, schema_editor: Any) -> None:
    constraints.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    constraints.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial"), ("clients", "0001_initial")]
    operations = [BtreeGistExtension(), migrations.RunPython(install, remove)]
