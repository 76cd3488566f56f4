from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_whom_it_reached"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="taken_over",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often a worker stopped while it had this message."
            ),
        ),
    ]
