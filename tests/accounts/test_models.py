"""People and their preferences."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Invitation, User

pytestmark = pytest.mark.django_db


def test_addresses_are_kept_in_lower_case() -> None:
    user = User.objects.create_user("Ann@Example.ORG", "a long pass phrase")
    assert user.email == "ann@example.org"
    assert User.objects.get_by_natural_key("ANN@example.org") == user


def test_the_database_refuses_a_second_account_for_one_address() -> None:
    User.objects.create_user("ann@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="ANN@example.org")])


def test_every_account_has_preferences() -> None:
    user = User.objects.create_user("ann@example.org")
    assert user.preferences.digest_enabled
    assert user.preferences.digest_hour == 8


@pytest.mark.parametrize(("field", "value"), [("digest_hour", 5), ("digest_hour", 21), ("digest_weekday", 7)])
def test_preferences_are_held_in_range(field: str, value: int) -> None:
    preferences = User.objects.create_user("ann@example.org").preferences
    setattr(preferences, field, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        preferences.save()


def test_an_address_has_one_open_invitation() -> None:
    Invitation.objects.create(email="Ann@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(email="ann@example.org")
