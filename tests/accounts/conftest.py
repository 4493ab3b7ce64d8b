"""People and their mail."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User

PASSPHRASE = "seven quiet otters"


def make_person(email: str = "ann@example.org", *, password: str = PASSPHRASE, **fields: object) -> User:
    """A person with a confirmed address."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def code_in_last_mail() -> str:
    """The six digits of the newest mail."""
    found = re.search(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[0]


@pytest.fixture
def ann(db: None) -> User:
    return make_person()


@pytest.fixture
def as_ann(ann: User, client: Client) -> Client:
    """A browser in which Ann has logged in, with her password, as a person would."""
    client.post("/accounts/login/", {"login": ann.email, "password": PASSPHRASE})
    return client


@pytest.fixture
def person() -> Callable[..., User]:
    return make_person


@pytest.fixture
def last_code() -> Callable[[], str]:
    return code_in_last_mail
