"""Case 16: a form that is sent twice leads where one click does: double click, two tabs, the way back, in parallel."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connections
from django.test import Client

from accounts.links import invitation_url
from accounts.mail import MailError
from accounts.models import Invitation, User
from tests.accounts.authenticator import code_of
from tests.conftest import REDIS

SIGN_UP, CODE = "/accounts/signup/", "/accounts/confirm-email/"
PASSWORD = "seven quiet otters"
NEW = {"email": "ann@example.org", "password1": PASSWORD}

pytestmark = pytest.mark.django_db


class Tab(Client):
    """A tab of a browser: it sends the CSRF token of the page that it shows."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)
        self.token = ""

    def show(self, path: str) -> str:
        page = self.get(path)
        self.token = page.context["csrf_token"]
        return page.text

    def send(self, path: str, fields: dict[str, str]):
        return self.post(path, {**fields, "csrfmiddlewaretoken": self.token})


def copy(tab: Client) -> Client:
    """The same browser at the same moment."""
    twin = Client()
    twin.cookies.load(tab.cookies.output(header="", sep=";"))
    return twin


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def twice(client: Client, path: str, fields: dict[str, str]) -> tuple[list[str], Client]:
    """Send a form, and once more with the cookies of before: where both led, and the browser after the second."""
    late = copy(client)
    answers = [browser.post(path, fields) for browser in (client, late)]
    return [answer.get("Location", str(answer.status_code)) for answer in answers], late


@pytest.fixture
def waiting(client: Client) -> Client:
    client.post(SIGN_UP, NEW)
    return client


def test_a_second_click_on_confirm_leads_to_the_plan(waiting: Client, last_code: Callable[[], str]) -> None:
    places, late = twice(waiting, CODE, {"code": last_code()})
    assert places == ["/plan/", "/plan/"]
    assert is_in(waiting)
    assert is_in(late)


@pytest.mark.django_db(transaction=True)
def test_so_do_clicks_that_arrive_at_once(waiting: Client, last_code: Callable[[], str]) -> None:
    code = last_code()

    def click(browser: Client) -> tuple[str, bool]:
        try:
            answer = browser.post(CODE, {"code": code})
            return answer.get("Location", str(answer.status_code)), is_in(browser)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(click, [copy(waiting) for _ in range(8)]))
    assert answers == [("/plan/", True)] * 8


@pytest.mark.parametrize("kept", [True, False], ids=["shown before", "loaded anew"])
def test_the_form_of_another_tab_or_of_the_way_back_leads_to_the_plan(last_code: Callable[[], str], kept: bool) -> None:
    tab = Tab()
    tab.show(SIGN_UP)
    tab.send(SIGN_UP, NEW)
    tab.show(CODE)
    code = last_code()
    assert tab.send(CODE, {"code": code})["Location"] == "/plan/"
    answer = tab.send(CODE, {"code": code}) if kept else tab.get(CODE)
    assert answer["Location"] == "/plan/"
    assert is_in(tab)


@pytest.mark.parametrize("path", [SIGN_UP, "/accounts/login/", "/accounts/password/reset/"])
def test_so_does_every_entrance_that_is_still_open_in_a_tab(ann: User, path: str) -> None:
    tab = Tab()
    tab.show("/accounts/login/")
    log_in = {"login": ann.email, "password": PASSWORD}
    tab.send("/accounts/login/", log_in)
    assert tab.send(path, {**NEW, **log_in})["Location"] == "/plan/"
    assert tab.send("/settings/", {}).status_code == 403  # elsewhere an old token is an old token


def test_the_page_that_was_wanted_is_where_both_lead(client: Client, last_code: Callable[[], str]) -> None:
    client.post(SIGN_UP, {**NEW, "next": "/roadmaps/"})
    assert twice(client, CODE, {"code": last_code()})[0] == ["/roadmaps/", "/roadmaps/"]


def test_a_second_click_on_sign_up_sends_one_mail_whose_code_counts(last_code: Callable[[], str]) -> None:
    """The answer to the first click may never arrive, and with it the session that awaits the code."""
    tab = Tab()
    tab.show(SIGN_UP)
    late = Tab()
    late.cookies.load(tab.cookies.output(header="", sep=";"))
    late.token = tab.token
    assert [browser.send(SIGN_UP, NEW)["Location"] for browser in (tab, late)] == [CODE, CODE]
    assert len(mail.outbox) == 1
    late.show(CODE)
    assert late.send(CODE, {"code": last_code()})["Location"] == "/plan/"


def test_a_second_click_on_the_second_step_leads_in(as_ann: Client, ann: User) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = as_ann.get("/accounts/2fa/totp/activate/").context["form"].secret
    set_up, late = twice(as_ann, "/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert set_up == ["/accounts/2fa/recovery-codes/"] * 2
    assert late.get(set_up[0]).status_code == 200
    assert Authenticator.objects.count() == 2
    visitor = Client()
    visitor.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    places, late = twice(visitor, "/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert places == ["/plan/", "/plan/"]
    assert is_in(late)


def test_a_second_click_before_something_that_matters_leads_on(as_ann: Client) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = as_ann.get("/accounts/2fa/totp/activate/").context["form"].secret
    as_ann.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    REDIS.flushdb()  # half a minute later
    reauthenticate = "/accounts/2fa/reauthenticate/?next=/accounts/email/"
    assert twice(as_ann, reauthenticate, {"code": code_of(secret)})[0] == ["/accounts/email/"] * 2


def test_a_second_click_on_switching_it_off_leads_on(as_ann: Client, ann: User) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    Authenticator.objects.create(user=ann, type="totp", data={"secret": "A" * 32})
    token = {"csrfmiddlewaretoken": "of the page"}
    assert twice(as_ann, "/accounts/2fa/totp/deactivate/", token)[0] == ["/accounts/2fa/"] * 2


def test_a_second_click_on_a_new_password_leads_in(client: Client, ann: User, last_code: Callable[[], str]) -> None:
    client.post("/accounts/password/reset/", {"email": ann.email})
    confirm, complete = "/accounts/password/reset/confirm/", "/accounts/password/reset/complete/"
    assert twice(client, confirm, {"code": last_code()})[0] == [complete] * 2
    places, late = twice(client, complete, {"password1": "nine loud badgers"})
    assert places == ["/plan/", "/plan/"]
    assert is_in(late)


def test_a_second_click_on_a_changed_password_is_no_wrong_password(as_ann: Client) -> None:
    fields = {"oldpassword": PASSWORD, "password1": "nine loud badgers"}
    places, late = twice(as_ann, "/accounts/password/change/", fields)
    assert places == ["/accounts/password/change/"] * 2
    assert is_in(late)


def test_a_second_click_on_the_code_of_a_new_address_leads_to_the_plan(
    as_ann: Client, last_code: Callable[[], str]
) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    as_ann.post("/accounts/email/", {"email": "new@example.org", "action_add": "1"})
    assert twice(as_ann, CODE, {"code": last_code()})[0] == ["/plan/", "/plan/"]
    assert EmailAddress.objects.get().email == "new@example.org"


def test_a_second_click_on_accepting_an_invitation_leads_in(as_ann: Client, ann: User) -> None:
    path = invitation_url(Invitation.objects.create(email=ann.email)).removeprefix("http://waymark.test")
    assert twice(as_ann, path, {"csrfmiddlewaretoken": "of the page"})[0] == ["/plan/", "/plan/"]
    assert as_ann.post(path, {"csrfmiddlewaretoken": "of another page"}).status_code == 410


def test_a_second_click_on_a_new_code_sends_one_mail(last_code: Callable[[], str]) -> None:
    tab = Tab()
    tab.show(SIGN_UP)
    tab.send(SIGN_UP, NEW)
    tab.show(CODE)
    REDIS.flushdb()  # ten seconds later
    for _ in range(2):
        assert tab.send(CODE, {"action": "resend"})["Location"] == CODE
    assert len(mail.outbox) == 2
    assert "slower" not in tab.show(CODE)
    assert tab.send(CODE, {"code": last_code()})["Location"] == "/plan/"


def test_asking_again_later_is_asking_again(last_code: Callable[[], str]) -> None:
    """The page that follows has a token of its own: what is sent from it is not what was sent before."""
    tab = Tab()
    tab.show(SIGN_UP)
    tab.send(SIGN_UP, NEW)
    for _ in range(2):
        tab.show(CODE)
        for key in REDIS.scan_iter("*confirm_email*"):  # ten seconds later
            REDIS.delete(key)
        tab.send(CODE, {"action": "resend"})
    assert len(mail.outbox) == 3


def test_nobody_comes_in_by_an_answer_that_is_not_theirs(waiting: Client, last_code: Callable[[], str]) -> None:
    code, before, stranger = last_code(), copy(waiting), Client()
    waiting.post(CODE, {"code": code})
    assert stranger.post(CODE, {"code": code})["Location"] == "/accounts/login/"
    assert before.post(CODE, {"code": "000000"})["Location"] == "/accounts/login/"
    assert not is_in(before)


def test_one_guess_forgets_the_answer(waiting: Client, last_code: Callable[[], str]) -> None:
    code, guessing, late = last_code(), copy(waiting), copy(waiting)
    waiting.post(CODE, {"code": code})
    guessing.post(CODE, {"code": "000000"})
    assert late.post(CODE, {"code": code})["Location"] == "/accounts/login/"


def test_after_log_out_the_answer_opens_nothing(waiting: Client, last_code: Callable[[], str]) -> None:
    code, late = last_code(), copy(waiting)
    waiting.post(CODE, {"code": code})
    waiting.post("/accounts/logout/")
    late.post(CODE, {"code": code})
    assert not is_in(late)


def test_a_sign_up_whose_mail_could_not_be_sent_begins_anew(client: Client, settings) -> None:
    """It left an account behind of which nobody knew, and trying again was a dead end."""
    settings.EMAIL_BACKEND = "tests.accounts.test_repeats.Away"
    client.cookies["csrftoken"] = "x" * 32
    assert client.post(SIGN_UP, NEW).status_code == 503
    assert not User.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    REDIS.flushdb()
    assert client.post(SIGN_UP, NEW)["Location"] == CODE
    assert re.search("^Your code", mail.outbox[-1].subject)


class Away:
    """A mail server that is away."""

    def __init__(self, **_: object) -> None:
        pass

    def send_messages(self, _: object) -> int:
        raise MailError("away")


def test_a_second_click_on_deleting_an_account_says_farewell(as_ann: Client) -> None:
    places, late = twice(as_ann, "/account/delete/", {"password": PASSWORD})
    assert places == ["/", "/"]
    assert "Farewell" in late.get("/").text
    assert not User.objects.exists()
