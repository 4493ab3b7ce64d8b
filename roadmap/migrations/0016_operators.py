"""The group "Operators": they see learners, their digests and bounces, and help them; nothing of the roadmap."""

from django.db import migrations

GROUP = "Operators"
# By app and model. Made here under Django's own keys where they don't exist yet, as for "Editors" in 0004.
GRANTS = {
    ("accounts", "user"): {"support_learners": "Can help learners with their accounts"},
    ("roadmap", "enrolment"): {"view_enrolment": "Can view enrolment"},
    ("roadmap", "milestoneprogress"): {"view_milestoneprogress": "Can view milestone progress"},
    ("roadmap", "choice"): {"view_choice": "Can view choice"},
    ("roadmap", "event"): {"view_event": "Can view event"},
    ("roadmap", "digest"): {"change_digest": "Can change digest", "view_digest": "Can view digest"},
    ("roadmap", "bounce"): {"view_bounce": "Can view bounce"},
    ("roadmap", "suppression"): {
        "delete_suppression": "Can delete suppression",
        "view_suppression": "Can view suppression",
    },
}


def make_group(apps, schema_editor=None):
    """Make the group, or give an existing one exactly these permissions."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    granted = []
    for (app_label, model), names in GRANTS.items():
        content_type, _ = content_types.get_or_create(app_label=app_label, model=model)
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
        ("roadmap", "0015_settled_hours"),
        ("accounts", "0008_support_learners"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]
