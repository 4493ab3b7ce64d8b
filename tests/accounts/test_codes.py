"""The six digits: tries, age, use, sending again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.conftest import REDIS

PATH = "/accounts/confirm-email/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(client: Client) -> Client:
    """A visitor whose code is on its way."""
    client.post("/accounts/signup/", {"email": "ann@example.org", "password1": "seven quiet otters"})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_code_has_six_digits_and_may_be_typed_with_a_space(waiting: Client, last_code: Callable[[], str]) -> None:
    code = last_code()
    waiting.post(PATH, {"code": f"{code[:3]} {code[3:]}"})
    assert is_in(waiting)


TYPED = {
    "no-break space": lambda code: f"{code[:3]}\u00a0{code[3:]}\u202f",
    "zero-width characters": lambda code: f"\u200b{code[:3]}\u200d{code[3:]}\ufeff",
    "en dash": lambda code: f"{code[:3]}–{code[3:]}",
    "hyphen and minus": lambda code: f"{code[:2]}‑{code[2:4]}−{code[4:]}",
    "turned about": lambda code: f"\u2067{code}\u2069",
    "full-width digits": lambda code: code.translate({ord("0") + n: ord("０") + n for n in range(10)}),
    "Arabic digits": lambda code: code.translate({ord("0") + n: ord("٠") + n for n in range(10)}),
    "Persian digits": lambda code: code.translate({ord("0") + n: ord("۰") + n for n in range(10)}),
    "Devanagari digits": lambda code: code.translate({ord("0") + n: ord("०") + n for n in range(10)}),
}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_a_mailed_code_counts_however_it_was_typed(
    waiting: Client, last_code: Callable[[], str], typed: Callable[[str], str]
) -> None:
    """Case 18."""
    assert waiting.post(PATH, {"code": typed(last_code())}).status_code == 302
    assert is_in(waiting)


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_so_does_a_code_for_a_new_password(
    client: Client, ann: User, last_code: Callable[[], str], typed: Callable[[str], str]
) -> None:
    """Case 18."""
    client.post("/accounts/password/reset/", {"email": ann.email})
    response = client.post("/accounts/password/reset/confirm/", {"code": typed(last_code())})
    assert response["Location"] == "/accounts/password/reset/complete/"


@pytest.mark.parametrize("code", ["", "\u200b", "000000", "１２３４５６", "x" * 10_000, "\x00"])
def test_a_wrong_code_is_a_form_error(waiting: Client, code: str) -> None:
    assert waiting.post(PATH, {"code": code}).status_code == 422
    assert not is_in(waiting)


def test_five_wrong_codes_end_it(waiting: Client, last_code: Callable[[], str]) -> None:
    for _ in range(5):
        waiting.post(PATH, {"code": "000000"})
    waiting.post(PATH, {"code": last_code()})
    assert not is_in(waiting)


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_gives_no_more_tries(waiting: Client) -> None:
    def guess(number: int) -> str:
        try:
            visitor = Client()
            visitor.cookies = waiting.cookies
            return visitor.post(PATH, {"code": f"{number:06}"}).content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(30)))
    assert 1 <= sum("This code is not right" in answer for answer in answers) <= 5


def test_an_old_code_is_refused(waiting: Client, last_code: Callable[[], str]) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        response = waiting.post(PATH, {"code": last_code()})
    assert response["Location"] == "/accounts/login/"
    assert not is_in(waiting)


def test_a_used_code_is_refused(waiting: Client, last_code: Callable[[], str]) -> None:
    code = last_code()
    waiting.post(PATH, {"code": code})
    waiting.post("/accounts/logout/")
    assert waiting.post(PATH, {"code": code})["Location"] == "/accounts/login/"
    assert not is_in(waiting)


def test_a_new_code_replaces_the_old_one(waiting: Client, last_code: Callable[[], str]) -> None:
    old = last_code()
    REDIS.flushdb()  # ten seconds later
    waiting.post(PATH, {"action": "resend"})
    assert len(mail.outbox) == 2
    assert last_code() != old
    assert waiting.post(PATH, {"code": old}).status_code == 422
    waiting.post(PATH, {"code": last_code()})
    assert is_in(waiting)


def test_codes_are_sent_again_twice(waiting: Client) -> None:
    for _ in range(4):
        REDIS.flushdb()
        waiting.post(PATH, {"action": "resend"})
    assert len(mail.outbox) == 3
    assert "Send a new code" not in waiting.get(PATH).content.decode()


def test_a_known_address_gets_as_many_mails(ann: User) -> None:
    """A mail takes time; one that is left out would tell who has an account."""
    sent = {}
    for email in (ann.email, "fresh@example.org"):
        visitor = Client()
        visitor.post("/accounts/signup/", {"email": email, "password1": "seven quiet otters"})
        for _ in range(4):
            REDIS.flushdb()
            visitor.post(PATH, {"action": "resend"})
            visitor.post(PATH, {"action": "resend"})  # too soon
        sent[email] = len([mail for mail in mail.outbox if mail.to == [email]])
    assert set(sent.values()) == {3}


def test_who_mistyped_their_address_starts_again(waiting: Client) -> None:
    page = waiting.get(PATH).content.decode()
    assert "Start again with another address" in page
    assert waiting.post("/accounts/logout/", {"next": "/accounts/signup/"})["Location"] == "/accounts/signup/"
    assert waiting.get("/accounts/signup/").status_code == 200


def test_another_browser_has_no_use_for_the_code(waiting: Client, last_code: Callable[[], str]) -> None:
    stranger = Client()
    assert stranger.post(PATH, {"code": last_code()})["Location"] == "/accounts/login/"
    assert not is_in(stranger)
