"""What migrations make of rows of before."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from roadmap.models import Bounce, Suppression

ASCII, SPELLED = "kim@xn--bcher-test-9db.example", "kim@bücher-test.example"


@pytest.mark.django_db
@pytest.mark.parametrize("stands", [False, True])
def test_what_refused_our_mail_is_found_by_its_canonical_address(stands: bool) -> None:
    Suppression.objects.create(address=SPELLED, reason="complaint")
    if stands:
        Suppression.objects.create(address=ASCII, reason="bounced")
    Bounce.objects.create(event="1", address=SPELLED, kind="hard", at=timezone.now())
    import_module("roadmap.migrations.0017_canonical_addresses").bring_to_canonical_form(apps, None)
    assert [row.address for row in Suppression.objects.all()] == [ASCII]
    assert Bounce.objects.get().address == ASCII
