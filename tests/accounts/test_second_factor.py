"""A code of an authenticator app at log-in, or a recovery code."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.authenticator import code_of

PASSWORD = "seven quiet otters"
SET_UP = "/accounts/2fa/totp/activate/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sure_ann(as_ann: Client) -> Client:
    """Ann's browser, just after she has typed her password again."""
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return as_ann


@pytest.fixture
def secret(sure_ann: Client, django_capture_on_commit_callbacks) -> str:
    """The key of Ann's app, switched on."""
    secret: str = sure_ann.get(SET_UP).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        sure_ann.post(SET_UP, {"code": code_of(secret)})
    return secret


def test_setting_up_asks_for_the_password(as_ann: Client) -> None:
    assert as_ann.get(SET_UP)["Location"].startswith("/accounts/reauthenticate/")


def test_the_square_comes_within_the_page(sure_ann: Client) -> None:
    page = sure_ann.get(SET_UP).content.decode()
    assert 'src="data:image/svg+xml' in page
    assert "img-src 'self' data:" in sure_ann.get(SET_UP)["Content-Security-Policy"]


def test_the_key_can_be_typed_in_groups_and_opened_on_the_phone(sure_ann: Client, ann: User) -> None:
    """Case 30: it was one word of 32 letters, and a phone can't read the square on its own screen."""
    answer = sure_ann.get(SET_UP)
    secret = answer.context["form"].secret
    [shown] = re.findall(r'<code class="key">(.*?)</code>', answer.text)
    assert [len(group) for group in shown.split()] == [4] * 8
    assert "".join(shown.split()) == secret
    [link] = re.findall(r'href="(otpauth:[^"]+)"', answer.text)
    assert urlsplit(link).netloc == "totp"
    assert parse_qs(urlsplit(unescape(link)).query) == {"secret": [secret], "issuer": ["Waymark"]}


def test_a_right_code_switches_it_on_and_gives_recovery_codes(sure_ann: Client, secret: str, ann: User) -> None:
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    page = sure_ann.get("/accounts/2fa/recovery-codes/").content.decode()
    assert all(code in page for code in RecoveryCodes.activate(ann).get_unused_codes())
    assert "The second step at log-in is on" in [sent.subject for sent in mail.outbox]


def test_a_wrong_code_does_not(sure_ann: Client) -> None:
    sure_ann.get(SET_UP)
    assert sure_ann.post(SET_UP, {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_log_in_takes_both(secret: str) -> None:
    visitor = Client()
    response = visitor.post(
        "/accounts/login/", {"login": "ann@example.org", "password": PASSWORD, "next": "/settings/"}
    )
    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert visitor.get("/settings/").status_code == 302
    assert visitor.post(response["Location"], {"code": "000000"}).status_code == 422
    assert visitor.post(response["Location"], {"code": code_of(secret)})["Location"] == "/settings/"


def test_a_recovery_code_lets_in_once(secret: str, ann: User) -> None:
    code = RecoveryCodes.activate(ann).get_unused_codes()[0]
    for expected in (302, 422):
        visitor = Client()
        visitor.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
        assert visitor.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


PASTED = ["{}\u00a0{}", "\u200b{}\u200d{}\ufeff", "{}–{}"]
DIGITS = {"full-width": "０", "Arabic": "٠"}


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize("zero", ["0", *DIGITS.values()], ids=["plain", *DIGITS])
def test_codes_count_however_they_were_typed(secret: str, ann: User, pasted: str, zero: str) -> None:
    """Case 18: the app's code and a recovery code, at log-in and before something that matters."""
    for code in (code_of(secret), RecoveryCodes.activate(ann).get_unused_codes()[0]):
        visitor = Client()
        visitor.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
        typed = pasted.format(code[:4], code[4:]).translate({ord("0") + n: ord(zero) + n for n in range(10)})
        assert visitor.post("/accounts/2fa/authenticate/", {"code": typed})["Location"] == "/plan/"
    again = RecoveryCodes.activate(ann).get_unused_codes()[0]
    typed = pasted.format(again[:4], again[4:])
    assert visitor.post("/accounts/2fa/reauthenticate/", {"code": typed}).status_code == 302


def test_an_app_is_set_up_with_a_code_however_it_was_typed(sure_ann: Client) -> None:
    """Case 18."""
    code = code_of(sure_ann.get(SET_UP).context["form"].secret)
    sure_ann.post(SET_UP, {"code": f"{code[:3]}\u00a0{code[3:]}".replace("0", "٠")})
    assert Authenticator.objects.filter(type="totp").exists()


def test_guesses_are_limited(secret: str, ann: User) -> None:
    visitor = Client()
    visitor.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    for _ in range(5):
        visitor.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert visitor.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 422


def test_it_can_be_switched_off(sure_ann: Client, secret: str) -> None:
    assert "Switch it off" in sure_ann.get("/accounts/2fa/").content.decode()
    sure_ann.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_new_recovery_codes_replace_the_old(sure_ann: Client, secret: str, ann: User) -> None:
    old = RecoveryCodes.activate(ann).get_unused_codes()
    assert sure_ann.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    sure_ann.post("/accounts/2fa/recovery-codes/generate/")
    assert not set(old) & set(RecoveryCodes.activate(ann).get_unused_codes())
