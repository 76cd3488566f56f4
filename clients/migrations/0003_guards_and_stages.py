"""The guards of `clients.constraints`, and the four stages of the journey with texts that the practice may edit."""

from typing import Any

from django.db import migrations

from clients import constraints

STAGES = {
    "preparation": ("Preparation", "You get to know the room, the therapist and how it is to be touched with care."),
    "clearing": ("Clearing", "What has been held for long is given room and time."),
    "balancing": ("Balancing", "The seven centres are looked at one beside the other."),
    "awakening": ("Awakening", "Longer work, at your own pace, on what you and your therapist have found."),
}


def install(apps: Any, schema_editor: Any) -> None:
    constraints.install(schema_editor.connection, constraints.AGREED)


def remove(apps: Any, schema_editor: Any) -> None:
    constraints.remove(schema_editor.connection)


def seed(apps: Any, schema_editor: Any) -> None:
    stages = apps.get_model("clients", "Stage").objects
    for order, (slug, (name, text)) in enumerate(STAGES.items()):
        stages.get_or_create(slug=slug, defaults={"name": name, "text": text, "order": order})


def unseed(apps: Any, schema_editor: Any) -> None:
    """The table goes with its rows."""


class Migration(migrations.Migration):
    dependencies = [("clients", "0002_trust")]
    operations = [migrations.RunPython(install, remove), migrations.RunPython(seed, unseed)]
