"""Take away what every change of a row wrote in vain: an index on the user, and one for LIKE on Message-IDs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0010_brief"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="digest",
            name="message_id",
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name="digest",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="digests",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="digest",
            constraint=models.UniqueConstraint(fields=("message_id",), name="digest_message_id_once"),
        ),
    ]
