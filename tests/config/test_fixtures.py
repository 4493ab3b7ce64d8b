"""The fixtures are what they say: a real SMTP server, a real browser."""

import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.smtp import Sink


def test_smtp_server_keeps_letters_and_refuses_whom_it_should(smtp_server: Sink) -> None:
    smtp_server.refuse["nobody@example.org"] = "550 No such user"
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "us@example.org", "you@example.org", "Hallo"
    letter.set_content("Grüße")
    address = urlsplit(smtp_server.url)
    with smtplib.SMTP(str(address.hostname), address.port or 0) as client:
        client.send_message(letter)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(letter, to_addrs=["nobody@example.org"])
    assert [kept.recipients for kept in smtp_server.letters] == [["you@example.org"]]
    assert smtp_server.letters[0].message.get_content() == "Grüße\n"


@pytest.mark.browser
@pytest.mark.django_db
def test_browser_reaches_the_live_site(page: Page, plain_page: Page) -> None:
    for either in (page, plain_page):
        response = either.goto("/admin/login/")
        assert response is not None
        assert response.ok
        assert either.title()
