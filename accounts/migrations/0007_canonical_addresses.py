"""Bring every address to its canonical form; where two accounts turn out to be one mailbox, leave both and say so."""

import logging

from django.db import migrations
from django.db.models import Q
from django.db.models.functions import Lower

import accounts.fields
from accounts.addresses import canonical_address

OTHERWISE_SPELLED = Q(email__regex="[^!-~]") | ~Q(email=Lower("email"))  # all else is canonical already

log = logging.getLogger(__name__)


def bring_to_canonical_form(apps, schema_editor):
    """A person's address in both tables, then the addresses beside it, then invitations. Nothing is deleted."""
    user_model = apps.get_model("accounts", "User")
    address_model = apps.get_model("account", "EmailAddress")
    left = set()
    for user in user_model.objects.filter(OTHERWISE_SPELLED):
        email = canonical_address(user.email)
        taken = user_model.objects.exclude(pk=user.pk).filter(email=email).exists()
        if taken or address_model.objects.exclude(user=user.pk).filter(email=email).exists():
            left.add(user.pk)
            log.warning("Person %s keeps an old spelling of their address: another account has the mailbox.", user.pk)
        else:
            user_model.objects.filter(pk=user.pk).update(email=email)
    for row in address_model.objects.filter(OTHERWISE_SPELLED).exclude(user__in=left):
        _respell(row, address_model.objects.filter(Q(user=row.user_id) | Q(verified=True)))
    for row in apps.get_model("accounts", "Invitation").objects.filter(OTHERWISE_SPELLED):
        _respell(row, type(row).objects.filter(group=row.group_id, accepted_at=None))


def _respell(row, neighbours):
    """Bring one row to canonical form, unless a neighbour has it."""
    email = canonical_address(row.email)
    if neighbours.exclude(pk=row.pk).filter(email=email).exists():
        log.warning("%s %s keeps an old spelling: another one has the canonical one.", row._meta.label, row.pk)
    else:
        type(row).objects.filter(pk=row.pk).update(email=email)


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0006_replanned"),
    ]

    operations = [
        migrations.RunPython(bring_to_canonical_form, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=accounts.fields.AddressField(
                error_messages={"unique": "This address is already in use."},
                max_length=254,
                unique=True,
                verbose_name="e-mail address",
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="email",
            field=accounts.fields.AddressField(max_length=254, verbose_name="e-mail address"),
        ),
    ]
