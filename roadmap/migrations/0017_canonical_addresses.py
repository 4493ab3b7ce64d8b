"""Bring addresses that refuse our mail to their canonical form: else a complaint of before would stop nothing."""

from django.db import migrations

from accounts.addresses import canonical_address

OTHERWISE_SPELLED = "[^!-~]"  # all else is canonical already, and in lower case


def bring_to_canonical_form(apps, schema_editor):
    """Where both spellings are suppressed already, the canonical one holds, and the other goes."""
    suppressions = apps.get_model("roadmap", "Suppression").objects
    for row in suppressions.filter(address__regex=OTHERWISE_SPELLED):
        address = canonical_address(row.address)
        if suppressions.exclude(pk=row.pk).filter(address=address).exists():
            row.delete()
        else:
            suppressions.filter(pk=row.pk).update(address=address)
    bounces = apps.get_model("roadmap", "Bounce").objects
    for row in bounces.filter(address__regex=OTHERWISE_SPELLED):
        bounces.filter(pk=row.pk).update(address=canonical_address(row.address))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_canonical_addresses"), ("roadmap", "0016_operators")]

    operations = [migrations.RunPython(bring_to_canonical_form, migrations.RunPython.noop, elidable=True)]
