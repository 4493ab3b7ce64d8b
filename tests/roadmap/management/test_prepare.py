"""Case 31: `prepare` never stops a start because of people; it says who lacks what, and the way out."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command

from accounts.models import User

pytestmark = pytest.mark.django_db

WAY_OUT = "manage.py grant_access"


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch):
    """Run it for an address, on a database that is migrated and has a roadmap; return what it says."""
    monkeypatch.setattr("roadmap.management.commands.prepare.Command._migrate", lambda *_: None)
    monkeypatch.setattr("roadmap.management.commands.prepare.Command._load", lambda *_: None)

    def run(email: str = "root@example.org", password: str = "") -> str:
        monkeypatch.setenv("ADMIN_EMAIL", email)
        monkeypatch.setenv("ADMIN_PASSWORD", password)
        out = StringIO()
        call_command("prepare", stdout=out, stderr=out, no_color=True)
        return out.getvalue()

    return run


def test_the_first_administrator_is_made_once_and_can_log_in(prepare, client) -> None:
    words = prepare("Root@Example.org")
    password = re.search(r"root@example\.org, password (\S+) ", words)
    assert password
    client.post("/accounts/login/", {"login": "root@example.org", "password": password[1]})
    assert client.get("/admin/").status_code == 200
    assert prepare() == ""


def test_a_given_password_is_not_shown(prepare) -> None:
    assert "nine loud badgers" not in prepare(password="nine loud badgers")
    assert User.objects.get().check_password("nine loud badgers")


@pytest.mark.parametrize("email", ["root@example.org", "ROOT@example.org", ""])
def test_where_the_last_administrator_lost_the_right_it_says_the_way_out_and_goes_on(prepare, email: str) -> None:
    before = User.objects.create_user(email.lower() or "admin@localhost", is_staff=True)
    words = prepare(email)
    assert f"{WAY_OUT} {before.email}" in words
    assert User.objects.get() == before
    assert not User.objects.get().is_superuser


def test_nobody_is_made_administrator_whose_address_another_account_confirmed(prepare) -> None:
    ann = User.objects.create_user("ann@example.org")
    EmailAddress.objects.create(user=ann, email="root@example.org", verified=True)
    assert WAY_OUT in prepare()
    assert User.objects.get() == ann


@pytest.mark.parametrize("lost", ["is_active", "is_staff"])
def test_an_administrator_who_cannot_get_in_is_warned_of_and_not_replaced(prepare, lost: str) -> None:
    User.objects.create_superuser("boss@example.org")
    User.objects.update(**{lost: False})
    assert WAY_OUT in prepare()
    assert User.objects.count() == 1


def test_staff_without_a_second_factor_are_named_where_one_is_asked_for(prepare, settings) -> None:
    root = User.objects.create_superuser("root@example.org")
    safe = User.objects.create_user("safe@example.org", is_staff=True)
    TOTP.activate(safe, "KRSXG5A=")
    User.objects.create_user("left@example.org", is_staff=True, is_active=False)
    User.objects.create_user("learner@example.org")
    assert prepare() == ""
    settings.STAFF_SECOND_FACTOR = True
    words = prepare()
    assert root.email in words
    assert "second factor" in words
    assert not any(name in words for name in ("safe@", "left@", "learner@"))
