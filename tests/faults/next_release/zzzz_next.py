"""A column for a table that people write to all day."""

import pkgutil

from django.db import migrations

from roadmap import migrations as ours


class Migration(migrations.Migration):
    dependencies = [("roadmap", max(name for _, name, _ in pkgutil.iter_modules(ours.__path__)))]
    operations = [migrations.RunSQL("ALTER TABLE roadmap_enrolment ADD COLUMN next_release integer")]
