"""A new address: the password first, then a code to the new one; the old one is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User

PATH = "/accounts/email/"
CODE = "/accounts/confirm-email/"
NEW = "new@example.org"

pytestmark = pytest.mark.django_db


def ask(client: Client, email: str = NEW):
    """Type the new address, and the password when it is asked for."""
    response = client.post(PATH, {"email": email, "action_add": "1"})
    if response.status_code == 302 and "reauthenticate" in response["Location"]:
        response = client.post(response["Location"], {"password": "seven quiet otters"})
    return response


def test_the_password_is_asked_for_first(as_ann: Client) -> None:
    response = as_ann.post(PATH, {"email": NEW, "action_add": "1"})
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not mail.outbox
    assert as_ann.post(response["Location"], {"password": "wrong"}).status_code == 422
    assert not mail.outbox


def test_the_code_makes_the_change(as_ann: Client, ann: User, last_code: Callable[[], str]) -> None:
    assert ask(as_ann)["Location"] == CODE
    assert mail.outbox[-1].to == [NEW]
    ann.refresh_from_db()
    assert ann.email == "ann@example.org"
    as_ann.post(CODE, {"code": last_code()})
    ann.refresh_from_db()
    assert ann.email == NEW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(NEW, True, True)]


def test_the_old_address_is_told(as_ann: Client, last_code: Callable[[], str]) -> None:
    ask(as_ann)
    as_ann.post(CODE, {"code": last_code()})
    assert mail.outbox[-1].to == ["ann@example.org"]
    assert NEW in str(mail.outbox[-1].body)


def test_a_wrong_code_changes_nothing(as_ann: Client, ann: User) -> None:
    ask(as_ann)
    assert as_ann.post(CODE, {"code": "000000"}).status_code == 422
    ann.refresh_from_db()
    assert ann.email == "ann@example.org"


def test_somebody_elses_address_looks_the_same_and_is_never_taken(
    as_ann: Client, ann: User, person: Callable[..., User], last_code: Callable[[], str]
) -> None:
    person("taken@example.org")
    assert ask(as_ann, "taken@example.org")["Location"] == CODE
    assert as_ann.post(CODE, {"code": last_code()}).status_code == 422
    ann.refresh_from_db()
    assert ann.email == "ann@example.org"


@pytest.mark.parametrize("email", ["", "ann", "ann@example.org", "a\nb@example.org", f"ann@{'long.' * 52}example.org"])
def test_an_impossible_address_is_a_form_error(as_ann: Client, email: str) -> None:
    assert as_ann.post(PATH, {"email": email, "action_add": "1"}).status_code == 422


def test_one_may_keep_the_old_address(as_ann: Client) -> None:
    ask(as_ann)
    assert 'href="/accounts/email/"' in as_ann.get(CODE).content.decode()


def test_a_reset_that_the_old_mailbox_began_comes_to_nothing(
    as_ann: Client, ann: User, last_code: Callable[[], str]
) -> None:
    """Case 32, at the person's own door: whoever reads the old mailbox gets in with nothing that was sent to it."""
    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": ann.email})
    code = last_code()
    ask(as_ann)
    as_ann.post(CODE, {"code": last_code()})
    visitor.post("/accounts/password/reset/confirm/", {"code": code})
    visitor.post("/accounts/password/reset/complete/", {"password1": "nine loud badgers"})
    ann.refresh_from_db()
    assert ann.check_password("seven quiet otters")
    assert as_ann.get("/settings/").status_code == 200
