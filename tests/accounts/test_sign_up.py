"""Signing up: an address, a password, a code."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connections
from django.test import Client

from accounts.models import User

PATH = "/accounts/signup/"
CODE_PATH = "/accounts/confirm-email/"
PASSWORD = "seven quiet otters"

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "ann@example.org", **fields: str | list[str]):
    return client.post(PATH, {"email": email, "password1": PASSWORD, **fields})


def test_the_form_asks_for_an_address_and_one_password(client: Client) -> None:
    form = client.get(PATH).context["form"]
    assert [field.name for field in form.visible_fields()] == ["email", "password1"]


def test_two_forms_lead_from_sign_up_to_the_plan(client: Client, last_code: Callable[[], str]) -> None:
    response = sign_up(client, timezone="Europe/Berlin")
    assert response["Location"] == CODE_PATH
    assert "_auth_user_id" not in client.session
    response = client.post(CODE_PATH, {"code": last_code()})
    assert response["Location"] == "/plan/"
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert user.preferences.timezone == "Europe/Berlin"
    assert EmailAddress.objects.get(user=user).verified
    assert user.password.startswith("argon2")


def test_the_page_that_was_wanted_comes_after_the_code(client: Client, last_code: Callable[[], str]) -> None:
    sign_up(client, next="/roadmaps/ml-architect/")
    assert client.post(CODE_PATH, {"code": last_code()})["Location"] == "/roadmaps/ml-architect/"


def test_without_javascript_the_time_zone_is_asked_for(client: Client) -> None:
    """In a part of the page that others never see; the hidden field, which stays empty, comes before it."""
    [asked] = re.findall(r"<noscript>(.*?)</noscript>", client.get(PATH).text, re.DOTALL)
    assert '<select name="timezone"' in asked
    assert '<option value="UTC" selected>' in asked
    sign_up(client, timezone=["", "Asia/Tokyo"])
    assert User.objects.get().preferences.timezone == "Asia/Tokyo"


def test_without_any_answer_it_is_utc(client: Client) -> None:
    sign_up(client, timezone="")
    assert User.objects.get().preferences.timezone == "UTC"


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "localtime", "Factory", "Mars/Olympus", "x" * 5000, "Europe/\x00"]
)
def test_an_unknown_time_zone_is_asked_for_in_the_open(client: Client, zone: str) -> None:
    response = sign_up(client, timezone=zone)
    assert response.status_code == 422
    assert not User.objects.exists()
    assert "timezone" in [field.name for field in response.context["form"].visible_fields()]


def test_nobody_promotes_themselves(client: Client) -> None:
    sign_up(client, is_staff="1", is_superuser="1", user_id="1", is_active="0")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


def test_a_breached_password_is_refused(client: Client) -> None:
    response = client.post(PATH, {"email": "ann@example.org", "password1": "password123"})
    assert response.status_code == 422
    assert "password1" in response.context["form"].errors
    assert not User.objects.exists()


def test_a_long_unicode_password_is_taken_whole(client: Client) -> None:
    password = "Füße-im-Sand-日本語-" * 4
    client.post(PATH, {"email": "ann@example.org", "password1": password})
    user = User.objects.get()
    assert user.check_password(password)
    assert not user.check_password(password[:-1])


@pytest.mark.parametrize(
    "email",
    ["", "ann", "ann@example.org\r\nBcc: all@example.org", "ann\x00@example.org", f"ann@{'long.' * 52}example.org"],
)
def test_an_impossible_address_is_refused(client: Client, email: str) -> None:
    response = sign_up(client, email)
    assert response.status_code == 422
    assert not User.objects.exists()
    assert not mail.outbox


def test_a_known_address_sees_the_same_pages(client: Client, person: Callable[..., User]) -> None:
    person("known@example.org")
    pages = []
    for email in ("known@example.org", "fresh@example.org"):
        visitor = Client()
        first = sign_up(visitor, email)
        page = visitor.get(CODE_PATH)
        wrong = visitor.post(CODE_PATH, {"code": "000000"})
        words = [answer.content.decode().replace(email, "…") for answer in (page, wrong)]
        tokens = [page.context["csrf_token"], wrong.context["csrf_token"]]
        for token in map(str, tokens):
            words = [text.replace(token, "") for text in words]
        pages.append((first.status_code, first["Location"], page.status_code, wrong.status_code, *words))
    assert pages[0] == pages[1]
    assert [sent.subject[:11] for sent in mail.outbox] == ["You have an", "Your code f"]
    assert "log in" in str(mail.outbox[0].body)


def test_a_known_address_takes_the_same_time(person: Callable[..., User], settings) -> None:
    """Hashing takes most of the time of a sign-up, so leaving it out would tell who has an account."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

    def took(number: int, kind: str) -> float:
        start = time.process_time()
        sign_up(Client(REMOTE_ADDR=f"10.0.{number}.1"), f"{kind}{number}@example.org")
        return time.process_time() - start

    took(99, "warm")
    for number in range(5):
        person(f"known{number}@example.org", password=None)
    fresh = statistics.median(took(number, "fresh") for number in range(5))
    known = statistics.median(took(number, "known") for number in range(5))
    assert 0.6 < known / fresh < 1.6


@pytest.mark.django_db(transaction=True)
def test_one_address_signed_up_twice_at_once_is_one_account() -> None:
    def visit(number: int) -> int:
        try:
            return sign_up(Client(REMOTE_ADDR=f"10.0.0.{number}")).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = set(pool.map(visit, range(4)))
    assert statuses <= {302, 429}
    assert User.objects.count() == 1


@pytest.mark.parametrize("mode", ["closed", "invitation"])
def test_a_closed_site_says_so_and_takes_nobody(client: Client, settings, mode: str) -> None:
    settings.SIGN_UP = mode
    assert "By invitation" in client.get(PATH).content.decode()
    sign_up(client)
    assert not User.objects.exists()


def test_a_post_needs_a_csrf_token() -> None:
    response = sign_up(Client(enforce_csrf_checks=True))
    assert response.status_code == 403
    assert not User.objects.exists()
