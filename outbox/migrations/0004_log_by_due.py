"""The log of messages is read by day, among all that was ever sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_taken_over")]
    operations = [
        migrations.AddIndex(model_name="message", index=models.Index(fields=["due_at"], name="message_by_due")),
    ]
