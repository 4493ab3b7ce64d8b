"""Let editors make roadmaps: by upload, as a copy, or from an empty template."""

from django.db import migrations

CODENAME, NAME = "add_roadmap", "Can add roadmap"


def allow(apps, schema_editor=None):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="roadmap", model="roadmap"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=CODENAME, defaults={"name": NAME}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="Editors"):
        group.permissions.add(permission)


def forbid(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name="Editors"):
        group.permissions.remove(*group.permissions.filter(codename=CODENAME))


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0006_kinds_in_capitals")]

    operations = [migrations.RunPython(allow, forbid)]
