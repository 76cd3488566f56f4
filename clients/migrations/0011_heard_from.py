"""How a client heard of the practice, where they said so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0010_plain_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="heard_from",
            field=models.CharField(
                "heard of us through",
                max_length=12,
                null=True,
                blank=True,
                choices=[
                    ("recommended", "Recommended by somebody"),
                    ("professional", "A therapist or a doctor"),
                    ("search", "A search on the web"),
                    ("map", "A map or a directory"),
                    ("social", "Social media"),
                    ("passing", "Walking past"),
                    ("press", "A newspaper or a magazine"),
                    ("other", "Another way"),
                ],
                help_text="As they told it when they first came; nobody is asked twice.",
            ),
        ),
    ]
