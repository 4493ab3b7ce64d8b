"""Staff without a second factor are led to set one up right after log-in, and reach nothing of the admin before."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts import links
from accounts.models import Invitation, User

LOG_IN = "/accounts/login/"
SET_UP = "/accounts/2fa/totp/activate/"
PASSWORD = "seven quiet otters"
SECRET = "KRSXG5A="

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_for(settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def root(person: Callable[..., User]) -> User:
    return person("root@example.org", is_staff=True, is_superuser=True)


def log_in(client: Client, user: User, **fields: str) -> Any:
    return client.post(LOG_IN, {"login": user.email, "password": PASSWORD, **fields})


def code() -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def admin_paths() -> Iterator[str]:
    """Every address below /admin/, with `1` where one is asked for."""
    [resolver] = [
        each for each in get_resolver().url_patterns if isinstance(each, URLResolver) and each.app_name == "admin"
    ]

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))
            else:
                yield before + str(pattern.pattern)

    for route in walk(resolver.url_patterns, "/admin/"):
        yield "/admin/nowhere/" if "(" in route else re.sub(r"<[^>]+>", "1", route)


@pytest.mark.parametrize("to", ["", "/plan/", "/admin/"])
def test_log_in_leads_to_it_wherever_one_was_going(client: Client, root: User, to: str) -> None:
    """Nobody who has just typed their password is asked for it again."""
    assert log_in(client, root, next=to)["Location"] == SET_UP
    assert "needs a second step" in client.get(SET_UP).text


def test_nothing_of_the_admin_opens_before(client: Client, root: User) -> None:
    log_in(client, root)
    paths = set(admin_paths())
    assert len(paths) > 60
    for path in paths:
        for answer in (client.get(path), client.post(path, {"email": "x@example.org"})):
            assert (answer.status_code, answer.get("Location")) == (302, SET_UP), path


def test_set_up_it_opens_the_admin(client: Client, root: User) -> None:
    log_in(client, root)
    secret = client.get(SET_UP).context["form"].secret
    answer = client.post(SET_UP, {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))}, follow=True)
    assert 'href="/admin/"' in answer.text
    assert client.get("/admin/").status_code == 200


def test_who_has_one_goes_where_they_were_going(client: Client, root: User) -> None:
    TOTP.activate(root, SECRET)
    assert log_in(client, root, next="/admin/")["Location"] == "/accounts/2fa/authenticate/"
    assert client.post("/accounts/2fa/authenticate/", {"code": code()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(client: Client, root: User) -> None:
    RecoveryCodes.activate(root)
    client.force_login(root)
    assert client.get("/admin/")["Location"] == SET_UP


def test_switched_off_it_closes_the_admin_again(client: Client, root: User) -> None:
    TOTP.activate(root, SECRET)
    client.force_login(root)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/admin/")["Location"] == SET_UP


def test_a_learner_is_asked_for_none(as_ann: Client, client: Client) -> None:
    assert as_ann.get("/plan/").status_code == 200
    assert as_ann.get("/admin/", follow=True).status_code == 403


def test_the_learners_pages_stay_open_to_staff(client: Client, root: User) -> None:
    log_in(client, root)
    assert client.get("/plan/").status_code == 200


def test_an_invited_editor_is_led_to_it(client: Client) -> None:
    group = Group.objects.get_or_create(name="Editors")[0]
    invitation = Invitation.objects.create(email="new@example.org", group=group)
    client.post(links.invitation_url(invitation).removeprefix("http://waymark.test"))
    answer = client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert answer["Location"] == SET_UP


def test_where_it_is_not_asked_for_the_admin_opens(client: Client, root: User, settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert log_in(client, root, next="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_setting_it_up_ends_the_log_ins_that_the_password_alone_had_opened(
    client, root, django_capture_on_commit_callbacks
):
    """Whoever waits in one with a stolen password comes no further; who set it up goes on."""
    other = Client()
    for browser in (client, other):
        log_in(browser, root)
    secret = re.search(r"secret=([A-Z2-7]+)", client.get(SET_UP).text)[1]
    counter = int(time.time()) // 30
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(SET_UP, {"code": format_hotp_value(hotp_value(secret, counter))})
    assert answer.status_code == 302
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    assert not other.session.get("_auth_user_id")
