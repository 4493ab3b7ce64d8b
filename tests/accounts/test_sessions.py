"""Whose session is it: what an open page asks before it sends a change again (case 2)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def sign_on(page: str) -> str:
    """Return what a page carries to say whose it is."""
    return re.findall(r'data-person="([^"]*)"', page)[0]


def test_a_page_and_the_session_agree_on_the_person(as_ann: Client, ann: User) -> None:
    session = as_ann.get("/session/")
    assert session.json()["person"] == sign_on(as_ann.get("/settings/").text) != ""
    assert session.json()["name"] == ann.email
    assert "no-store" in session["Cache-Control"]


def test_two_people_differ_and_a_page_names_neither_address_nor_number(as_ann: Client, ann: User) -> None:
    client, kim = Client(), User.objects.create_user("kim@example.org")
    client.force_login(kim)
    signs = {sign_on(as_ann.get("/roadmaps/").text), sign_on(client.get("/roadmaps/").text)}
    assert len(signs) == 2
    assert all(re.fullmatch(r"[\w-]{40,}", sign) for sign in signs)


def test_a_visitor_is_nobody(client: Client) -> None:
    assert sign_on(client.get("/roadmaps/").text) == ""
    session = client.get("/session/")
    assert (session.json()["person"], session.json()["name"]) == ("", "")
    assert "no-store" in session["Cache-Control"]


def test_the_token_is_one_that_a_post_may_carry(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert client.post("/settings/skipped/", {"csrfmiddlewaretoken": "stale"}).status_code == 403
    token = client.get("/session/").json()["token"]
    assert client.post("/settings/skipped/", {"csrfmiddlewaretoken": token}).status_code == 302
