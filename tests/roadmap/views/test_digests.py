"""The link that ends the letters."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.links import UNSUBSCRIBE, sign, unsubscribe_token
from accounts.models import Preferences, User
from roadmap.digests import ledger, planner
from tests.roadmap.digests.conftest import MONDAY_8, letters_of, make_learner, make_roadmap
from tests.roadmap.digests.test_compose import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_learner(make_roadmap())


@pytest.fixture
def link(ann: User) -> str:
    """The path in the List-Unsubscribe header of a real letter."""
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    raw = letters_of([claim], MONDAY_8)[0][claim.id].message
    return urlsplit(parse(raw)["List-Unsubscribe"].strip("<>")).path


@pytest.fixture
def mail_program() -> Client:
    """No cookie, no CSRF token, and CSRF is enforced."""
    return Client(enforce_csrf_checks=True)


def is_subscribed(user: User) -> bool:
    return Preferences.objects.get(user=user).digest_enabled


def test_looking_changes_nothing(mail_program: Client, ann: User, link: str) -> None:
    for _ in range(3):
        response = mail_program.get(link)
        assert response.status_code == 200
        assert mail_program.head(link).status_code == 200
    assert is_subscribed(ann)
    assert '<form method="post"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}])
def test_one_post_ends_them_and_every_further_one_agrees(
    mail_program: Client, ann: User, link: str, body: dict[str, str]
) -> None:
    for _ in range(3):
        response = mail_program.post(link, body)
        assert response.status_code == 200
        assert not is_subscribed(ann)
    assert Preferences.objects.get(user=ann).digest_due_at is None
    page = response.content.decode()
    assert "No more letters" in page
    assert 'href="/settings/"' in page
    assert "No more letters" in mail_program.get(link).content.decode()


def test_it_ends_nobody_elses_letters(mail_program: Client, link: str) -> None:
    bob = make_learner(make_roadmap(slug="glazing"), "bob@example.org")
    mail_program.post(link)
    assert is_subscribed(bob)


def test_when_the_account_is_gone_the_answer_is_the_same(mail_program: Client, ann: User, link: str) -> None:
    ann.delete()
    assert mail_program.get(link).status_code == 200
    assert mail_program.post(link).status_code == 200


@pytest.mark.parametrize("token", ["1", "1.x.y", "..", "%00", "x" * 3000, "ünïcode"])
def test_a_made_up_token_is_404(mail_program: Client, token: str) -> None:
    assert mail_program.post(f"/digests/unsubscribe/{token}/").status_code == 404
    assert mail_program.get(f"/digests/unsubscribe/{token}/").status_code == 404


def test_a_tampered_or_foreign_token_is_404(mail_program: Client, ann: User) -> None:
    token = unsubscribe_token(ann)
    for wrong in (f"{int(token[0]) + 1}{token[1:]}", token[:-1], sign(purpose="invitation", value=str(ann.pk))):
        assert mail_program.post(f"/digests/unsubscribe/{wrong}/").status_code == 404
    assert is_subscribed(ann)


def test_a_broken_link_says_how_else_the_letters_end_and_nothing_of_anybody(mail_program: Client, ann: User) -> None:
    token = unsubscribe_token(ann)
    nobodys = sign(purpose=UNSUBSCRIBE, value="0")
    page, other = (mail_program.get(f"/digests/unsubscribe/{wrong[:-1]}/").text for wrong in (token, nobodys))
    assert page == other
    assert "This link is not complete" in page
    assert 'href="/settings/"' in page
    assert "your mail program" in page


def test_other_methods_are_refused(mail_program: Client, link: str) -> None:
    assert mail_program.put(link).status_code == 405
    assert mail_program.delete(link).status_code == 405
