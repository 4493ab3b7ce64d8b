"""`/account/export/` and `/account/delete/`."""

from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Session, User

PASSWORD = "seven quiet otters"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = User.objects.create_user("ann@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def as_ann(ann: User, client: Client) -> Client:
    client.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    return client


def test_the_export_is_a_file(as_ann: Client) -> None:
    response = as_ann.get("/account/export/")
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert json.loads(response.content)["account"]["email"] == "ann@example.org"


def test_the_page_explains_and_deletes_nothing(as_ann: Client) -> None:
    page = as_ann.get("/account/delete/").content.decode()
    assert "/account/export/" in page
    assert User.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"password": ""}, {"password": "wrong"}, {"password": "\x00"}])
def test_without_the_password_nothing_is_deleted(as_ann: Client, fields: dict[str, str]) -> None:
    assert as_ann.post("/account/delete/", fields).status_code == 422
    assert User.objects.exists()


def test_with_it_everything_is_gone(as_ann: Client) -> None:
    other = Client()
    other.post("/accounts/login/", {"login": "ann@example.org", "password": PASSWORD})
    assert Session.objects.filter(user__isnull=False).count() == 2
    assert as_ann.post("/account/delete/", {"password": PASSWORD})["Location"] == "/"
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert not Session.objects.exists()
    for client in (as_ann, other):
        assert client.get("/settings/").status_code == 302


def test_guessing_the_password_meets_the_limits_of_log_in(as_ann: Client) -> None:
    for _ in range(6):
        as_ann.post("/account/delete/", {"password": "wrong"})
    assert as_ann.post("/account/delete/", {"password": PASSWORD}).status_code == 422
    assert User.objects.exists()


def test_the_only_administrator_stays(as_ann: Client) -> None:
    User.objects.update(is_superuser=True)
    response = as_ann.post("/account/delete/", {"password": PASSWORD})
    assert response.status_code == 422
    assert "only administrator" in response.content.decode()
    User.objects.create_superuser("second@example.org")
    assert as_ann.post("/account/delete/", {"password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("path", ["/account/export/", "/account/delete/"])
def test_a_stranger_is_asked_to_log_in(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_methods(as_ann: Client) -> None:
    assert as_ann.post("/account/export/").status_code == 405
    assert as_ann.put("/account/delete/").status_code == 405


def test_deleting_needs_a_csrf_token(as_ann: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_ann.cookies
    assert strict.post("/account/delete/", {"password": PASSWORD}).status_code == 403
    assert User.objects.exists()
