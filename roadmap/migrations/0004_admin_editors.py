"""The group "Editors": everything about the working copy, publishing, and nothing about people."""

from django.db import migrations

GROUP = "Editors"
# Django makes permissions after all migrations have run, so on a fresh database they don't exist yet. Those that the
# group needs are made here under the same keys; Django then finds them and adds the rest.
PARTS = {
    "stage": "stage",
    "milestone": "milestone",
    "step": "step",
    "resource": "resource",
    "prerequisite": "prerequisite",
    "requiredgroup": "required group",
    "milestonesource": "milestone source",
    "replacement": "replacement",
    "choicegroup": "choose-one group",
    "groupmember": "group member",
    "credential": "credential",
    "fact": "fact",
    "source": "source",
    "citation": "citation",
}
GRANTS = {
    **{
        model: {f"{verb}_{model}": f"Can {verb} {name}" for verb in ("add", "change", "delete", "view")}
        for model, name in PARTS.items()
    },
    "roadmap": {
        "change_roadmap": "Can change roadmap",
        "view_roadmap": "Can view roadmap",
        "publish_roadmap": "Can publish an edition",
    },
    "edition": {"view_edition": "Can view edition"},
}


def make_group(apps, schema_editor=None):
    """Make the group, or give an existing one exactly these permissions."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    granted = []
    for model, names in GRANTS.items():
        content_type, _ = content_types.get_or_create(app_label="roadmap", model=model)
        for codename, name in names.items():
            permission, _ = permissions.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": name}
            )
            granted.append(permission)
    group.permissions.set(granted)


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0003_core_state_event"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="roadmap",
            options={"ordering": ["title"], "permissions": [("publish_roadmap", "Can publish an edition")]},
        ),
        migrations.RunPython(make_group, remove_group),
    ]
