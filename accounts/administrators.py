"""Administrators: who may do everything in the admin, and that the site never loses the last of them."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from .models import User

LAST = (
    "This is the only administrator, and nobody else could make another one. Make somebody else an administrator first."
)


def administrators() -> QuerySet[User]:
    """Return who gets into the admin and may do everything there."""
    return User.objects.filter(is_active=True, is_staff=True, is_superuser=True)


def check_not_the_last(user: User) -> None:
    """Raise ValidationError if `user` is a superuser without whom no administrator were left.

    Inside a transaction: it holds the rows of all administrators, so that two of them, each at the other's form,
    can't both be let through.
    """
    able = set(administrators().select_for_update().order_by("pk").values_list("pk", flat=True))
    if user.is_superuser and not able - {user.pk}:
        raise ValidationError(LAST, code="last")


@transaction.atomic
def make_administrator(user: User) -> None:
    """Let a person do everything in the admin. Their address counts as confirmed: there may be no mail server."""
    user.is_active = user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_active", "is_staff", "is_superuser"])
    EmailAddress.objects.filter(user=user).exclude(email=user.email).update(primary=False)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
