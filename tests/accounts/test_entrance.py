"""Case 15: signing up with an address that has an account is no dead end, and tells nobody who has one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.conftest import REDIS

SIGN_UP, LOG_IN, RESET = "/accounts/signup/", "/accounts/login/", "/accounts/password/reset/"
CODE = "/accounts/confirm-email/"
PASSWORD = "seven quiet otters"
KNOWN, FRESH = "ann@example.org", "fresh@example.org"

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[KNOWN, FRESH])
def visitor(request: pytest.FixtureRequest, ann: User) -> Client:
    """Somebody who has just signed up, with an address that has an account or with a fresh one."""
    client = Client()
    sign_up(client, request.param)
    return client


def sign_up(client: Client, email: str):
    return client.post(SIGN_UP, {"email": email, "password1": "another good password"})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_page_for_the_code_offers_log_in_and_a_new_password(visitor: Client) -> None:
    page = visitor.get(CODE).text
    assert f'href="{LOG_IN}"' in page
    assert f'href="{RESET}"' in page


@pytest.mark.parametrize("path", [SIGN_UP, LOG_IN, RESET])
def test_every_entrance_stays_open_while_a_code_is_awaited(visitor: Client, path: str) -> None:
    assert visitor.get(path).status_code == 200


def test_who_logs_in_right_after_signing_up_is_asked_for_the_code(client: Client) -> None:
    """And is not told of too many attempts: it was the first."""
    sign_up(client, FRESH)
    answer = client.post(LOG_IN, {"login": FRESH, "password": "another good password"})
    assert (answer.status_code, answer.url) == (302, CODE)


def test_the_sign_up_page_offers_log_in_and_a_new_password(visitor: Client) -> None:
    page = visitor.get(SIGN_UP).text
    assert f'href="{LOG_IN}"' in page
    assert f'href="{RESET}"' in page


def test_the_links_of_the_mail_lead_in(client: Client, ann: User) -> None:
    sign_up(client, KNOWN)
    links = re.findall(r"http://waymark\.test(/\S+)", str(mail.outbox[-1].body))
    assert [client.get(link).status_code for link in links] == [200, 200]
    assert client.post(links[0], {"login": KNOWN, "password": PASSWORD})["Location"] == "/plan/"
    assert is_in(client)
    assert client.get(CODE)["Location"] == "/plan/"  # what was awaited is forgotten


def test_a_new_password_leads_in(client: Client, ann: User, last_code: Callable[[], str]) -> None:
    sign_up(client, KNOWN)
    client.post(RESET, {"email": KNOWN})
    client.post("/accounts/password/reset/confirm/", {"code": last_code()})
    response = client.post("/accounts/password/reset/complete/", {"password1": "nine loud badgers"})
    assert response["Location"] == "/plan/"
    assert client.get(CODE)["Location"] == "/plan/"


def test_whoever_looks_around_can_still_type_the_code(client: Client, last_code: Callable[[], str]) -> None:
    sign_up(client, FRESH)
    for path in (LOG_IN, SIGN_UP, RESET):
        client.get(path)
    assert client.post(CODE, {"code": last_code()})["Location"] == "/plan/"


def test_the_same_address_again_leads_back_to_its_code(visitor: Client) -> None:
    """A second code would make the first one worthless, and its mail has just been sent."""
    email = mail.outbox[-1].to[0]
    assert sign_up(visitor, email.upper())["Location"] == CODE
    assert len(mail.outbox) == 1


def test_a_mistyped_address_is_put_right_on_the_sign_up_page(visitor: Client, last_code: Callable[[], str]) -> None:
    assert sign_up(visitor, "other@example.org")["Location"] == CODE
    assert visitor.post(CODE, {"code": last_code()})["Location"] == "/plan/"
    assert User.objects.get(pk=visitor.session["_auth_user_id"]).email == "other@example.org"


def test_every_page_reads_the_same_for_a_known_and_a_fresh_address(ann: User) -> None:
    seen = []
    for email in (KNOWN, FRESH):
        visitor = Client()
        answers = [sign_up(visitor, email), sign_up(visitor, email)]
        answers += [visitor.get(path) for path in (CODE, LOG_IN, SIGN_UP, RESET, CODE)]
        answers += [visitor.post(LOG_IN, {"login": email, "password": "wrong"}), visitor.post(CODE, {"code": "1"})]
        seen.append([(answer.status_code, answer.get("Location"), words(answer, email)) for answer in answers])
    assert seen[0] == seen[1]


def words(answer, email: str) -> str:
    without_token = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)
    return without_token.replace(email, "…")


def test_a_code_that_has_run_out_is_called_so(visitor: Client) -> None:
    """Whoever came too late was shown the log-in page without a word."""
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        response = visitor.post(CODE, {"code": "123456"}, follow=True)
        assert response.redirect_chain == [(LOG_IN, 302)]
        assert "This code has run out" in response.text


def test_so_is_one_for_a_new_address(as_ann: Client) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    as_ann.post("/accounts/email/", {"email": "new@example.org", "action_add": "1"})
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        response = as_ann.get(CODE, follow=True)
    assert response.redirect_chain == [("/accounts/email/", 302)]
    assert "This code has run out" in response.text


def test_an_old_code_is_no_use_after_a_log_in(client: Client, ann: User, last_code: Callable[[], str]) -> None:
    """Nobody's sign-up is finished by somebody else's log-in in the same browser."""
    sign_up(client, FRESH)
    code = last_code()
    REDIS.flushdb()
    client.post(LOG_IN, {"login": KNOWN, "password": PASSWORD})
    assert client.post(CODE, {"code": code})["Location"] == "/plan/"
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert not User.objects.get(email=FRESH).emailaddress_set.filter(verified=True).exists()
