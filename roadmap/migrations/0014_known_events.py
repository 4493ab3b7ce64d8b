"""Keep what a weekly mail knew of by enrolment: nothing is told twice or never where one is left for a while."""

from django.db import migrations, models

# For the letters that the next ones look back to.
CARRY_OVER = """
    UPDATE roadmap_digest d
       SET known_events = (SELECT coalesce(jsonb_object_agg(e.id, d.last_event), '{}')
                             FROM roadmap_enrolment e WHERE e.user_id = d.user_id)
     WHERE d.last_event IS NOT NULL AND d.period > now() - interval '6 weeks'
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0013_expiring")]

    operations = [
        migrations.AddField(
            model_name="digest",
            name="known_events",
            field=models.JSONField(
                blank=True,
                db_default={},
                default=dict,
                help_text="Enrolment to the last event of it that a weekly mail knew of: what came after is for the next.",
            ),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        # The column stays for a release: workers of the one before write it until they have finished their batch.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="digest", name="last_event")]
        ),
    ]
