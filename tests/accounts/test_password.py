"""A new password: changed by who knows the old one, or with a code by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User

RESET = "/accounts/password/reset/"
CODE = "/accounts/password/reset/confirm/"
COMPLETE = "/accounts/password/reset/complete/"
NEW = "nine loud badgers"

pytestmark = pytest.mark.django_db


def test_a_code_opens_the_way_to_a_new_password(client: Client, ann: User, last_code: Callable[[], str]) -> None:
    assert client.post(RESET, {"email": ann.email})["Location"] == CODE
    assert client.post(CODE, {"code": last_code()})["Location"] == COMPLETE
    assert client.post(COMPLETE, {"password1": NEW})["Location"] == "/plan/"
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert mail.outbox[-1].subject == "Your password was changed"


def test_it_ends_every_other_session(as_ann: Client, ann: User, last_code: Callable[[], str]) -> None:
    visitor = Client()
    visitor.post(RESET, {"email": ann.email})
    visitor.post(CODE, {"code": last_code()})
    visitor.post(COMPLETE, {"password1": NEW})
    assert as_ann.get("/settings/").status_code == 302
    assert visitor.get("/settings/").status_code == 200


def test_an_unknown_address_sees_the_same_pages(client: Client, ann: User) -> None:
    pages = []
    for email in (ann.email, "nobody@example.org"):
        visitor = Client()
        first = visitor.post(RESET, {"email": email})
        page = visitor.get(CODE)
        wrong = visitor.post(CODE, {"code": "000000"})
        words = [
            answer.content.decode().replace(email, "…").replace(str(answer.context["csrf_token"]), "")
            for answer in (page, wrong)
        ]
        pages.append((first.status_code, first["Location"], wrong.status_code, *words))
    assert pages[0] == pages[1]
    assert "no account" in str(mail.outbox[-1].body)


def test_a_closed_site_invites_nobody_by_mistake(client: Client, settings) -> None:
    settings.SIGN_UP = "closed"
    client.post(RESET, {"email": "nobody@example.org"})
    assert "signup" not in str(mail.outbox[-1].body)


def test_without_the_code_there_is_no_form(client: Client, ann: User) -> None:
    client.post(RESET, {"email": ann.email})
    assert client.get(COMPLETE)["Location"] == CODE
    assert client.post(COMPLETE, {"password1": NEW})["Location"] == CODE
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    ann.refresh_from_db()
    assert not ann.check_password(NEW)


def test_an_old_code_is_refused(client: Client, ann: User, last_code: Callable[[], str]) -> None:
    client.post(RESET, {"email": ann.email})
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.post(CODE, {"code": last_code()})["Location"] == "/accounts/login/"


def test_a_used_code_is_refused(client: Client, ann: User, last_code: Callable[[], str]) -> None:
    client.post(RESET, {"email": ann.email})
    code = last_code()
    client.post(CODE, {"code": code})
    client.post(COMPLETE, {"password1": NEW})
    client.post("/accounts/logout/")
    assert client.post(CODE, {"code": code})["Location"] == "/accounts/login/"
    assert client.post(COMPLETE, {"password1": "another long one"}).status_code == 302
    ann.refresh_from_db()
    assert ann.check_password(NEW)


def test_an_address_gets_so_many_codes_a_day(ann: User, settings) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(30):
            Client(REMOTE_ADDR=f"10.0.0.{number}").post(RESET, {"email": ann.email})
            clock.shift(timedelta(minutes=20))
    assert len(mail.outbox) == 20


def test_whoever_knows_the_old_one_changes_it(as_ann: Client, ann: User) -> None:
    form = as_ann.get("/accounts/password/change/").context["form"]
    assert list(form.fields) == ["oldpassword", "password1"]
    as_ann.post("/accounts/password/change/", {"oldpassword": "seven quiet otters", "password1": NEW})
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert as_ann.get("/settings/").status_code == 200
    assert "127.0.0.1" in str(mail.outbox[-1].body)


@pytest.mark.parametrize(
    ("old", "new"), [("wrong", NEW), ("seven quiet otters", "password"), ("seven quiet otters", "")]
)
def test_anything_else_is_a_form_error(as_ann: Client, ann: User, old: str, new: str) -> None:
    response = as_ann.post("/accounts/password/change/", {"oldpassword": old, "password1": new})
    assert response.status_code == 422
    ann.refresh_from_db()
    assert ann.check_password("seven quiet otters")
