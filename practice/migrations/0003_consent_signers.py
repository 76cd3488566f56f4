"""Who signs a consent: the client alone, or the therapist too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0002_cache_table")]
    operations = [
        migrations.AddField(
            model_name="practice",
            name="consent_signers",
            field=models.CharField(
                choices=[("client", "the client"), ("both", "the client and the therapist")],
                default="client",
                help_text="Where both sign, no session starts before the therapist has signed too.",
                max_length=6,
                verbose_name="who signs a consent",
            ),
        ),
    ]
