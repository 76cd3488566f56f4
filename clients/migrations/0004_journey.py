"""A record that was opened in need: why, and until when."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import vault.fields


class Migration(migrations.Migration):
    dependencies = [("clients", "0003_guards_and_stages"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="BreakGlass",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("why", vault.fields.EncryptedTextField()),
                ("opened_at", models.DateTimeField()),
                ("open_until_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="break_glasses", to="clients.client"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at"],
                "verbose_name": "record opened in need",
                "verbose_name_plural": "records opened in need",
                "indexes": [models.Index(fields=["client", "user", "open_until_at"], name="break_glass_by_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("open_until_at__gt", models.F("opened_at"))), name="break_glass_ends_later"
                    )
                ],
            },
        )
    ]
