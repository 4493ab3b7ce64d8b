"""What beat wakes about accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from accounts.tasks import forget_sessions

pytestmark = pytest.mark.django_db


def test_sessions_are_forgotten_once_they_have_run_out(as_ann: Client) -> None:
    forget_sessions()
    assert Session.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=61)):
        forget_sessions()
    assert not Session.objects.exists()
