"""Logging in and out: where one lands, and how often one may try."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User

PATH = "/accounts/login/"
PASSWORD = "seven quiet otters"
WRONG = "belong together"  # of the sentence that says so
REFUSED = "There were too many attempts"

pytestmark = pytest.mark.django_db


def log_in(client: Client, password: str = PASSWORD, **fields: str):
    return client.post(PATH, {"login": "ann@example.org", "password": password, **fields})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_log_in_leads_to_the_plan(client: Client, ann: User) -> None:
    assert log_in(client)["Location"] == "/plan/"
    assert is_in(client)


def test_capitals_in_the_address_do_not_matter(client: Client, ann: User) -> None:
    client.post(PATH, {"login": " Ann@Example.ORG", "password": PASSWORD})
    assert is_in(client)


def test_a_wrong_password_and_an_unknown_address_read_the_same(client: Client, ann: User) -> None:
    answers = [
        client.post(PATH, {"login": login, "password": "wrong"}) for login in ("ann@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].context["form"].errors == answers[1].context["form"].errors
    assert WRONG in answers[0].content.decode()


def test_who_has_never_confirmed_gets_a_code_first(client: Client, last_code: Callable[[], str]) -> None:
    User.objects.create_user("ann@example.org", PASSWORD)
    assert log_in(client)["Location"] == "/accounts/confirm-email/"
    assert not is_in(client)
    client.post("/accounts/confirm-email/", {"code": last_code()})
    assert is_in(client)


def test_an_account_that_is_switched_off_stays_out(client: Client, ann: User) -> None:
    User.objects.update(is_active=False)
    assert log_in(client)["Location"] == "/accounts/inactive/"
    assert "not active" in client.get("/accounts/inactive/").content.decode()
    assert not is_in(client)


def test_switching_an_account_off_ends_its_sessions(as_ann: Client) -> None:
    User.objects.update(is_active=False)
    assert as_ann.get("/settings/").status_code == 302


@pytest.mark.parametrize("path", ["/roadmaps/", "/settings/?a=1", "/admin/"])
def test_the_page_that_was_wanted_comes_next(client: Client, ann: User, path: str) -> None:
    assert log_in(client, next=path)["Location"] == path


@pytest.mark.parametrize(
    "target",
    [
        "//evil.org",
        "/\\evil.org",
        "https:evil.org",
        "https://evil.org",
        "///evil.org",
        "\\\\evil.org",
        "javascript:alert(1)",
        " //evil.org",
        "/\t/evil.org",
        "/x\r\nLocation: //evil.org",
        "evil.org",
        "http://testserver/settings/",
        "\x00",
    ],
)
def test_every_other_address_ends_at_home(client: Client, ann: User, target: str) -> None:
    assert log_in(client, next=target)["Location"] == "/plan/"
    assert client.get(f"{PATH}", {"next": target})["Location"] == "/plan/"
    assert client.post("/accounts/logout/", {"next": target})["Location"] == "/"


def test_the_session_gets_a_new_key(client: Client, ann: User) -> None:
    client.get(PATH)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    log_in(client)
    assert client.session.session_key != session.session_key
    assert not type(session)().exists(session.session_key)


def test_logging_out_takes_a_post(as_ann: Client) -> None:
    assert as_ann.get("/accounts/logout/").status_code == 200
    assert is_in(as_ann)
    assert as_ann.post("/accounts/logout/")["Location"] == "/"
    assert not is_in(as_ann)


def test_a_logged_out_session_is_gone_from_the_server(as_ann: Client) -> None:
    cookie = as_ann.cookies["sessionid"].value
    as_ann.post("/accounts/logout/")
    as_ann.cookies["sessionid"] = cookie
    assert as_ann.get("/settings/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_get_no_more_than_the_limit(ann: User) -> None:
    """Five for one address in five minutes; the rest are refused without a look at the password."""

    def guess(number: int) -> str:
        try:
            return log_in(Client(REMOTE_ADDR=f"10.0.{number}.1"), f"guess {number}").content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(100)))
    assert 1 <= sum(WRONG in answer for answer in answers) <= 5
    assert sum(REFUSED in answer for answer in answers) >= 95
    assert REFUSED in log_in(Client(REMOTE_ADDR="10.9.9.9")).content.decode()  # the right one, too


def tried(answers: list[str]) -> int:
    """How many guesses were compared with a password."""
    return sum(WRONG in answer for answer in answers)


def test_one_place_gets_ten_guesses_a_minute(client: Client, person: Callable[..., User]) -> None:
    answers = [
        client.post(PATH, {"login": f"nobody{number}@example.org", "password": "x"}).content.decode()
        for number in range(15)
    ]
    assert tried(answers) == 10


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
def test_a_forged_origin_is_no_way_round(client: Client, ann: User, header: str) -> None:
    answers = [
        client.post(
            PATH, {"login": f"nobody{number}@example.org", "password": "x"}, headers={header: f"10.0.0.{number}"}
        ).content.decode()
        for number in range(15)
    ]
    assert tried(answers) == 10


def test_another_host_header_is_no_way_round(client: Client, ann: User) -> None:
    """Ports are not checked against ALLOWED_HOSTS, so there would be as many hosts as one likes."""
    answers = [
        log_in(
            Client(REMOTE_ADDR=f"10.0.0.{number}", headers={"host": f"localhost:{number + 1}"}), "x"
        ).content.decode()
        for number in range(10)
    ]
    assert tried(answers) == 5


def test_logging_in_rightly_leaves_the_limit_as_it_was(client: Client, ann: User) -> None:
    for number in range(4):
        log_in(Client(REMOTE_ADDR=f"10.0.1.{number}"), "x")
    log_in(Client(REMOTE_ADDR="10.0.2.1"))
    answers = [log_in(Client(REMOTE_ADDR=f"10.0.3.{number}"), "x").content.decode() for number in range(3)]
    assert tried(answers) == 1


def test_a_post_needs_a_csrf_token(ann: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict).status_code == 403
    assert not is_in(strict)
