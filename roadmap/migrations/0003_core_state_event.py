from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0002_protect_history")]

    operations = [
        migrations.AddField(
            "milestoneprogress",
            "state_event",
            models.BigIntegerField(
                default=0, help_text="The event that last said the state; a later one wins over credit carried over."
            ),
        ),
    ]
