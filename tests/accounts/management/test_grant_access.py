"""Case 31: `grant_access` lets somebody in when nobody in the admin can."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User

LOG_IN = "/accounts/login/"
PASSWORD = "seven quiet otters"

pytestmark = pytest.mark.django_db


def grant(*words: str) -> str:
    out = StringIO()
    call_command("grant_access", *words, stdout=out, stderr=out)
    return out.getvalue()


def gets_in(email: str, password: str) -> bool:
    client = Client()
    client.post(LOG_IN, {"login": email, "password": password})
    return client.get("/admin/").status_code == 200


def password_in(words: str) -> str:
    found = re.search(r"password (\S+) \(shown only now\)", words)
    assert found, words
    return found[1]


def test_an_account_with_every_right_gone_gets_in_with_its_password(person: Callable[..., User]) -> None:
    ann = person(is_active=False)
    EmailAddress.objects.update(verified=False)
    assert "password" not in grant("Ann@Example.org")
    assert gets_in(ann.email, PASSWORD)


def test_somebody_new_gets_an_account_and_a_password() -> None:
    words = grant("new@example.org")
    assert "http://waymark.test/admin/" in words
    assert gets_in("new@example.org", password_in(words))


def test_a_forgotten_password_is_replaced_and_ends_what_was_open(as_ann: Client, ann: User) -> None:
    password = password_in(grant(ann.email, "--new-password"))
    assert as_ann.get("/settings/").status_code == 302
    assert not gets_in(ann.email, PASSWORD)
    assert gets_in(ann.email, password)


def test_a_lost_second_factor_is_taken_off_and_that_is_mailed(as_ann: Client, ann: User) -> None:
    TOTP.activate(ann, "KRSXG5A=")
    RecoveryCodes.activate(ann)
    grant(ann.email)
    assert not gets_in(ann.email, PASSWORD)
    grant(ann.email, "--reset-second-factor")
    assert as_ann.get("/settings/").status_code == 302
    assert gets_in(ann.email, PASSWORD)
    assert mail.outbox[-1].to == [ann.email]


def test_without_a_mail_server_it_lets_in_all_the_same(ann: User, settings) -> None:
    TOTP.activate(ann, "KRSXG5A=")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "could not be sent" in grant(ann.email, "--reset-second-factor")
    assert gets_in(ann.email, PASSWORD)


def test_where_a_second_factor_is_asked_for_it_says_so(settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    assert "second factor first" in grant("new@example.org")


@pytest.mark.parametrize("email", ["", "ann", "a b@example.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        grant(email)
    assert not User.objects.exists()


def test_an_address_of_another_account_names_that_account(ann: User) -> None:
    EmailAddress.objects.create(user=ann, email="second@example.org", verified=True)
    with pytest.raises(CommandError, match=r"ann@example\.org"):
        grant("second@example.org")
