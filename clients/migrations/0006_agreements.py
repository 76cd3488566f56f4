"""Documents that are said again at each session."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0005_care")]
    operations = [
        migrations.AddField(
            model_name="document",
            name="each_session",
            field=models.BooleanField(
                default=False,
                help_text="Asked again at check-in, by word of mouth, and kept.",
                verbose_name="said again at each session",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="valid_for_months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Asked anew after so many months.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
            ),
        ),
    ]
