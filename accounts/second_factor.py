"""The second factor: who works in the admin needs one where the site asks for it, and a lost one is taken off."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from .models import User

# Recovery codes stand in for a lost factor and are none by themselves.
_FACTORS = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


def is_missing(user: User) -> bool:
    """Say whether this person must set up a second factor before the admin opens."""
    return settings.STAFF_SECOND_FACTOR and user.is_staff and not _FACTORS.filter(user=user).exists()


def staff_without() -> QuerySet[User]:
    """Return the staff whom the admin stays closed to until they have set one up."""
    return User.objects.filter(is_active=True, is_staff=True).exclude(Exists(_FACTORS.filter(user=OuterRef("pk"))))
