"""What ends the names of entries in calendars no longer follows SITE_URL: it stays what it is now."""

from django.db import migrations, models

import practice.models


class Migration(migrations.Migration):
    dependencies = [("practice", "0004_reminders")]
    operations = [
        migrations.AddField(
            model_name="practice",
            name="calendar_domain",
            field=models.CharField(
                default=practice.models.calendar_domain,
                editable=False,
                help_text="Ends the name of each entry in people's calendars: theirs find it again by it, "
                "wherever the site moves to.",
                max_length=253,
            ),
        ),
    ]
