import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0009_reach_and_deliverability"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "Brief",
            [
                (
                    "user",
                    models.OneToOneField(
                        settings.AUTH_USER_MODEL,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="brief",
                        serialize=False,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "key",
                    models.CharField(blank=True, help_text="Empty while somebody works on it.", max_length=200),
                ),
                ("contents", models.JSONField(default=dict)),
            ],
            options={"indexes": [models.Index(models.F("due_at"), name="brief_due")]},
        ),
        migrations.RunSQL("ALTER TABLE roadmap_brief SET UNLOGGED", "ALTER TABLE roadmap_brief SET LOGGED"),
    ]
