"""The guards of `care.constraints`, and neutral replies that the practice may edit."""

from typing import Any

from django.db import migrations

from care import constraints

REPLIES = [
    ("Thank you", "Thank you for telling me. I will keep it in mind, and we go through it together before we begin."),
    (
        "Let us talk in person",
        "Thank you for writing. This is better talked over in person. We take time for it before the session; nothing "
        "begins until it is clear to both of us.",
    ),
    (
        "Not part of what we offer",
        "Thank you for asking. This is not part of what we offer here. What a session is, and what it is not, stands on "
        "our page about boundaries.",
    ),
    (
        "A question for your doctor",
        "Thank you for telling me. Please ask your doctor about this first. We can find a time once you have spoken "
        "with them.",
    ),
    (
        "We cannot go on",
        "Thank you for your interest. We cannot offer you a session. I wish you well.",
    ),
]


def install(apps: Any, schema_editor: Any) -> None:
    constraints.install(schema_editor.connection, constraints.AGREED)


def remove(apps: Any, schema_editor: Any) -> None:
    constraints.remove(schema_editor.connection, constraints.AGREED)


def seed(apps: Any, schema_editor: Any) -> None:
    replies = apps.get_model("care", "CannedReply").objects
    for order, (title, words) in enumerate(REPLIES):
        replies.get_or_create(title=title, defaults={"words": words, "order": order})


def unseed(apps: Any, schema_editor: Any) -> None:
    """The table goes with its rows."""


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]
    operations = [migrations.RunPython(install, remove), migrations.RunPython(seed, unseed)]
