"""Room for what a change adds to the projection, so that it needs no fold of all events; and for a dismissed hint."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0014_known_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="pace_hint_dismissed_on",
            field=models.DateField(
                blank=True,
                help_text="The local date on which the learner put away the hint that they are slower.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="projected_event",
            field=models.BigIntegerField(
                db_default=0, default=0, editable=False, help_text="The last event that the projection knows of."
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="projection_rule",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                editable=False,
                help_text="The number of the rule by which the projection was folded.",
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="undoable",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="The newest change that can be undone, and what it was.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="milestoneprogress",
            name="carry_forward",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="What the next event needs beside the other columns: where hours went, when `doing` was said.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(models.F("enrolment"), models.F("change"), name="event_of_change"),
        ),
    ]
