"""What was taken, given back and waived, the count of each day, and the guards of `bookings.money_constraints`."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from bookings import money_constraints


def install(apps: Any, schema_editor: Any) -> None:
    money_constraints.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    money_constraints.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0006_plain_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CashUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="day")),
                (
                    "paid_by",
                    models.CharField(
                        choices=[("cash", "Cash"), ("card", "Card terminal"), ("transfer", "Transfer")],
                        max_length=8,
                        verbose_name="way",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("expected", models.DecimalField(decimal_places=2, max_digits=9)),
                ("counted", models.DecimalField(decimal_places=2, max_digits=9)),
                ("why", models.CharField(blank=True, help_text="Needed where the two differ.", max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "cash-up",
                "ordering": ["-on", "paid_by"],
                "constraints": [
                    models.UniqueConstraint(fields=("on", "paid_by", "currency"), name="cash_up_once"),
                    models.CheckConstraint(
                        condition=models.Q(("paid_by__in", ["cash", "card", "transfer"])), name="cash_up_way_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expected", models.F("counted")), models.Q(("why", ""), _negated=True), _connector="OR"
                        ),
                        name="cash_up_difference_explained",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MoneyEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("payment", "Payment"),
                            ("deposit", "Deposit"),
                            ("refund", "Given back"),
                            ("waiver", "Waived"),
                        ],
                        max_length=7,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=9)),
                ("currency", models.CharField(max_length=3)),
                (
                    "paid_by",
                    models.CharField(
                        blank=True,
                        choices=[("cash", "Cash"), ("card", "Card terminal"), ("transfer", "Transfer")],
                        help_text="None for what was waived.",
                        max_length=8,
                        verbose_name="way",
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        help_text="Of the receipt: 1, 2, 3 and so on, with none left out.", null=True, unique=True
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        help_text="The session by its neutral name, as the receipt says it.",
                        max_length=120,
                        verbose_name="for",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "on",
                    models.DateField(
                        db_index=True, help_text="The day with whose takings it is counted.", verbose_name="counted on"
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="money", to="bookings.booking"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        help_text="The line it takes back.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back_by",
                        to="bookings.moneyentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "money entry",
                "verbose_name_plural": "money taken and given back",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="money_is_an_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["payment", "deposit", "refund", "waiver"])),
                        name="money_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "waiver"), ("number__isnull", True), ("paid_by", "")),
                            models.Q(
                                models.Q(("kind", "waiver"), _negated=True),
                                ("by__isnull", False),
                                ("number__isnull", False),
                                ("paid_by__in", ["cash", "card", "transfer"]),
                            ),
                            _connector="OR",
                        ),
                        name="money_goes_some_way",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("kind", "waiver"), _negated=True), ("corrects__isnull", True)),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="money_reason_given",
                    ),
                ],
            },
        ),
        migrations.RunPython(install, remove),
    ]
