"""The second factor: who works in the admin needs one where the site asks for it, and a lost one is taken off."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .models import User

NEEDED = "Whoever works in the admin needs a second step at log-in. Set it up here, and the admin opens."
# Recovery codes stand in for a lost factor and are none by themselves.
_FACTORS = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


def is_missing(user: User) -> bool:
    """Say whether this person must set up a second factor before the admin opens."""
    return settings.STAFF_SECOND_FACTOR and user.is_staff and not _FACTORS.filter(user=user).exists()


def lead_to_set_up(request: HttpRequest) -> HttpResponse:
    """Return the way to the page on which a second factor is set up, with words that say why."""
    messages.info(request, NEEDED)
    return redirect("mfa_activate_totp")


def staff_without() -> QuerySet[User]:
    """Return the staff whom the admin stays closed to until they have set one up."""
    return User.objects.filter(is_active=True, is_staff=True).exclude(Exists(_FACTORS.filter(user=OuterRef("pk"))))
