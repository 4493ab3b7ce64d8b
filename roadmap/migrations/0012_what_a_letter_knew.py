"""Keep what a weekly mail knew of, so that the next one begins there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0011_lean_ledger")]

    operations = [
        migrations.AddField(
            model_name="digest",
            name="last_event",
            field=models.BigIntegerField(
                blank=True,
                help_text="The reader's last event that a weekly mail knew of: what came after it is for the next.",
                null=True,
            ),
        ),
    ]
