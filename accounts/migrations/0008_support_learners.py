"""Make the permission of who helps learners with their accounts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_canonical_addresses")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [("support_learners", "Can help learners with their accounts")],
                "verbose_name": "person",
                "verbose_name_plural": "people",
            },
        ),
    ]
