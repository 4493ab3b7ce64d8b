"""The mailbox page: there for whoever sits at the machine, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts.mailbox import EmailBackend, store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail(settings, tmp_path: Path) -> store.StoredMail:
    settings.VAR_DIR = tmp_path
    mail = EmailMultiAlternatives("Your code", "Hello,\n\n123456\n", "waymark@example.org", ["ann@example.org"])
    mail.attach_alternative("<html><head></head><body><script>alert(1)</script><p>Hello</p></body></html>", "text/html")
    EmailBackend().send_messages([mail])
    return next(store.mails())


def addresses(mail: store.StoredMail) -> list[str]:
    return ["/mailbox/", f"/mailbox/{mail.name}/", f"/mailbox/{mail.name}/html/"]


def test_the_list_shows_each_mail_with_its_code(client: Client, mail: store.StoredMail) -> None:
    page = client.get("/mailbox/").content.decode()
    assert "Your code" in page
    assert "123456" in page
    assert f"/mailbox/{mail.name}/" in page


def test_the_list_is_searched_by_address(client: Client) -> None:
    assert "Your code" in client.get("/mailbox/?q=ANN@").content.decode()
    page = client.get("/mailbox/?q=bob%00<script>").content.decode()
    assert "Your code" not in page
    assert "bob\0&lt;script&gt;" in page


def test_one_mail_shows_text_headers_and_a_sandboxed_frame(client: Client, mail: store.StoredMail) -> None:
    response = client.get(f"/mailbox/{mail.name}/")
    page = response.content.decode()
    assert "Hello," in page
    assert "Message-ID" in page
    assert "sandbox=" in page
    assert "<script>alert" not in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]


def test_the_html_can_neither_run_nor_load_anything(client: Client, mail: store.StoredMail) -> None:
    response = client.get(f"/mailbox/{mail.name}/html/")
    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert b'<base target="_blank">' in response.content


def test_a_mail_that_is_not_there_is_404(client: Client) -> None:
    assert client.get("/mailbox/nothing/").status_code == 404
    assert client.get(f"/mailbox/{'0' * 20}-00000000/html/").status_code == 404


def test_nothing_is_posted_here(client: Client) -> None:
    assert client.post("/mailbox/").status_code == 405


@pytest.mark.parametrize("peer", ["10.0.0.7", "203.0.113.9", "", "not an address", "::ffff:10.0.0.1"])
def test_another_machine_finds_nothing(client: Client, mail: store.StoredMail, peer: str) -> None:
    for address in addresses(mail):
        assert client.get(address, REMOTE_ADDR=peer).status_code == 404


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_what_was_forwarded_does_not_come_from_here(client: Client, mail: store.StoredMail, header: str) -> None:
    for address in addresses(mail):
        assert client.get(address, headers={header: "127.0.0.1"}).status_code == 404


def test_production_has_no_mailbox(client: Client, mail: store.StoredMail, settings) -> None:
    settings.HAS_MAILBOX = False
    for address in addresses(mail):
        assert client.get(address).status_code == 404
