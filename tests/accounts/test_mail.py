"""Account mails: two parts that say the same, links to SITE_URL, one Message-ID."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.core import mail as outgoing
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts import mail
from accounts.models import User
from tests.smtp import Sink

pytestmark = pytest.mark.django_db


def parts(sent: EmailMultiAlternatives) -> tuple[str, str]:
    return str(sent.body), str(sent.alternatives[0][0])


def test_the_code_stands_in_the_subject_and_in_both_parts(client: Client, last_code: Callable[[], str]) -> None:
    client.post("/accounts/signup/", {"email": "ann@example.org", "password1": "seven quiet otters"})
    text, html = parts(outgoing.outbox[0])
    assert outgoing.outbox[0].subject == f"Your code for Waymark: {last_code()}"
    assert re.search(rf'<p class="code"[^>]*>{last_code()}</p>', html)
    assert "Welcome to Waymark" in text
    assert "Welcome to Waymark" in html


def test_links_lead_to_the_site_whatever_host_was_asked(client: Client, ann: User) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, headers={"host": "127.0.0.1:4444"})
    client.post(
        "/accounts/signup/", {"email": ann.email, "password1": "some long words"}, headers={"host": "localhost"}
    )
    for sent in outgoing.outbox:
        for part in parts(sent):
            addresses = re.findall(r"https?://[^\s\"'<]+", part.replace("http://www.w3.org/", ""))
            assert addresses
            assert {urlsplit(address).netloc for address in addresses} == {"waymark.test"}


def test_a_foreign_host_gets_no_answer_and_no_mail(client: Client) -> None:
    response = client.post("/accounts/password/reset/", {"email": "a@example.org"}, headers={"host": "evil.org"})
    assert response.status_code == 400
    assert not outgoing.outbox


def test_links_become_buttons(client: Client, ann: User) -> None:
    client.post("/accounts/signup/", {"email": ann.email, "password1": "some long words"})
    text, html = parts(outgoing.outbox[0])
    assert "Log in: http://waymark.test/accounts/login/" in text
    assert re.search(r'<a href="http://waymark.test/accounts/login/"[^>]*>Log in</a>', html)


def test_the_message_id_is_given_once_and_is_our_own() -> None:
    composed = mail.compose("account/email/password_reset_code", to="ann@example.org", context={"code": "123456"})
    first, second = composed.message()["Message-ID"], composed.message()["Message-ID"]
    assert first == second
    assert re.fullmatch(r"<account\.[0-9a-f-]{36}@waymark\.test>", first)
    assert composed.message()["Auto-Submitted"] == "auto-generated"


def test_a_name_cannot_add_headers_or_markup(ann: User, person: Callable[..., User]) -> None:
    ann.name = "<script>x</script>"
    context = {"invitation": type("I", (), {"invited_by": ann, "group": None, "expires_at": None}), "link": "x"}
    text, html = parts(mail.compose("accounts/email/invitation", to="eve@example.org", context=context))
    assert "<script>x</script> invites" in text
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_it_arrives_over_real_smtp(client: Client, smtp_server: Sink, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, _, port = smtp_server.url.removeprefix("smtp://").partition(":")
    settings.EMAIL_PORT = int(port)
    client.post("/accounts/signup/", {"email": "ann@example.org", "password1": "seven quiet otters"})
    message = smtp_server.letters[0].message
    assert {part.get_content_type() for part in message.walk()} == {
        "multipart/alternative",
        "text/plain",
        "text/html",
    }
    assert message["To"] == "ann@example.org"


def test_a_mail_server_that_is_away_is_a_page_and_not_a_crash(client: Client, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = client.post("/accounts/signup/", {"email": "ann@example.org", "password1": "seven quiet otters"})
    assert response.status_code == 503
    assert "try again" in response.content.decode()
