"""How a client is reached: what they chose, the number they agreed to get texts at, and that they want no contact."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0008_signed_forms"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="contact_refused_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Since when they do not want to hear from the practice.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="reached_by",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="What they chose: for each group of messages, the channels.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="texts_agreed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="client",
            name="texts_number",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="The number they agreed to get texts at.",
                max_length=40,
                null=True,
            ),
        ),
    ]
