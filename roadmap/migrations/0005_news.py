from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce


def begin_with_what_is_shown(apps, schema_editor):
    """Nobody is told of editions from before there were news."""
    roadmaps = apps.get_model("roadmap", "Roadmap").objects.filter(pk=OuterRef("roadmap"))
    current = Subquery(roadmaps.values("current_edition__number")[:1])
    apps.get_model("roadmap", "Enrolment").objects.update(seen_edition=Coalesce(current, 1))


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0004_admin_editors")]

    operations = [
        migrations.AddField(
            "digest",
            "told",
            models.JSONField(
                blank=True,
                default=dict,
                help_text="Roadmap slug to the edition up to which this mail tells what is new.",
            ),
        ),
        migrations.AddField(
            "enrolment",
            "seen_edition",
            models.PositiveIntegerField(
                default=1,
                help_text="The edition that the learner began with or last took note of: news are told from it on.",
            ),
        ),
        migrations.RunPython(begin_with_what_is_shown, migrations.RunPython.noop),
    ]
