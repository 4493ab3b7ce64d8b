"""Keep the moment that a weekly mail speaks of, so that the next one begins there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0011_lean_ledger")]

    operations = [
        migrations.AddField(
            model_name="digest",
            name="as_of",
            field=models.DateTimeField(
                blank=True,
                help_text="The moment that a weekly mail speaks of: what came after it is for the next.",
                null=True,
            ),
        ),
    ]
