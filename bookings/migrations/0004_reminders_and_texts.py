"""What is sent around a session of each type, and the evening list of each therapist."""

import practice.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0003_care_relations"),
    ]

    operations = [
        migrations.AddField(
            model_name="sessiontype",
            name="aftercare",
            field=models.TextField(
                blank=True,
                help_text="Sent after a session that took place. Clients read it in their mail, so keep it neutral.",
            ),
        ),
        migrations.AddField(
            model_name="sessiontype",
            name="preparation",
            field=models.TextField(
                blank=True,
                help_text="Sent the day before a session. Clients read it in their mail, so keep it neutral.",
            ),
        ),
        migrations.AddField(
            model_name="sessiontype",
            name="reminders",
            field=practice.models.SpansField(
                blank=True, help_text="Where they differ from the practice's.", max_length=80
            ),
        ),
        migrations.AddField(
            model_name="therapist",
            name="evening_list",
            field=models.CharField(
                choices=[("never", "Never"), ("full", "When there are sessions"), ("always", "Every evening")],
                default="full",
                help_text="A message at 18:00 with the next day's sessions.",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="therapist",
            name="evening_names",
            field=models.BooleanField(
                default=False, help_text="The evening list has the clients' names; else their initials."
            ),
        ),
    ]
