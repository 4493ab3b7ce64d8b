"""Find the few digests that are too late without reading all that wait."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0012_what_a_letter_knew")]

    operations = [
        migrations.AddIndex(
            model_name="digest",
            index=models.Index(
                models.F("expires_at"),
                condition=models.Q(("state", "pending")),
                name="digest_expiring",
            ),
        ),
    ]
