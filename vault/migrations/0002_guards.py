"""The guards of `vault.constraints`: the ledger and its anchors only grow."""

from typing import Any

from django.db import migrations

from vault import constraints


def install(apps: Any, schema_editor: Any) -> None:
    constraints.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    constraints.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
