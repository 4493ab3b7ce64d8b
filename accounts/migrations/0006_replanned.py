"""Remember when wishes changed, so that a letter that falls due before they are planned is not forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_pauses_before")]

    operations = [
        migrations.AddField(
            model_name="preferences",
            name="digest_replanned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="preferences",
            index=models.Index(
                models.F("digest_replanned_at"),
                condition=models.Q(
                    ("digest_due_at__isnull", True), ("digest_enabled", True), ("digest_replanned_at__isnull", False)
                ),
                name="preferences_replanned",
            ),
        ),
    ]
