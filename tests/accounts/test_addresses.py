"""Case 17: one mailbox is one account, however its address is spelled, at every door."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.addresses import canonical_address, readable_address
from accounts.links import invitation_url
from accounts.models import Invitation, User
from tests.conftest import REDIS

ASCII = "kim@xn--bcher-test-9db.example"  # what Chromium sends for each of these
SPELLINGS = {
    "composed": "kim@bücher-test.example",
    "decomposed": "kim@bu\u0308cher-test.example",
    "in capitals": "Kim@BÜCHER-TEST.example",
    "in ASCII capitals": "KIM@XN--BCHER-TEST-9DB.EXAMPLE",
    "with a full-width domain": "kim@ｂüｃｈｅｒ-test.example",
    "with an ideographic full stop": "kim@bücher-test。example",
    "pasted with what nobody sees": "\u200b kim@bücher-test.example\u00a0",
}
PASSWORD = "seven quiet otters"
MIGRATION = import_module("accounts.migrations.0007_canonical_addresses")

AT_DOORS = ["composed", "decomposed", "pasted with what nobody sees"]
spelled = pytest.mark.parametrize("spelling", [SPELLINGS[name] for name in AT_DOORS], ids=AT_DOORS)


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        *((spelling, ASCII) for spelling in [*SPELLINGS.values(), ASCII]),
        ("ann@straße.de", "ann@xn--strae-oqa.de"),  # another domain than strasse.de since 2010
        ("ann@i❤.ws", "ann@xn--i-7iq.ws"),  # not allowed any more, and alive
        ("ann@نامه‌ای.com", "ann@xn--mgba3gch31f060k.com"),
        ("Ann@Example.ORG", "ann@example.org"),
        ("ann@a_b.example", "ann@a_b.example"),
        ("ann@[127.0.0.1]", "ann@[127.0.0.1]"),
        ("Bücher", "bücher"),
        ("@", "@"),
        ("", ""),
        ("ü@" + "ü." * 300 + "de", "ü@" + "ü." * 300 + "de"),
        ("ann@ü..de", "ann@ü..de"),
        ("é@example.org", "é@example.org"),
        ("e\u0301@example.org", "é@example.org"),
    ],
)
def test_an_address_has_one_canonical_form(address: str, canonical: str) -> None:
    assert canonical_address(address) == canonical
    assert canonical_address(canonical) == canonical


@pytest.mark.parametrize(
    ("address", "readable"),
    [(ASCII, "kim@bücher-test.example"), ("ann@example.org", "ann@example.org"), ("ann@xn--.de", "ann@xn--.de")],
)
def test_people_read_their_own_script(address: str, readable: str) -> None:
    assert readable_address(address) == readable


@pytest.fixture
def kim(person: Callable[..., User]) -> User:
    return person(ASCII)


@pytest.mark.django_db
@spelled
def test_sign_up_keeps_the_canonical_form_and_makes_no_second_account(client: Client, spelling: str) -> None:
    assert client.post("/accounts/signup/", {"email": spelling, "password1": PASSWORD}).status_code == 302
    assert User.objects.get().email == ASCII
    assert EmailAddress.objects.get().email == ASCII
    REDIS.flushdb()  # ten seconds later
    Client().post("/accounts/signup/", {"email": ASCII, "password1": PASSWORD})
    assert User.objects.count() == 1
    assert "You have an account" in mail.outbox[-1].subject


@pytest.mark.django_db
def test_pages_show_the_address_as_people_write_it(client: Client, last_code: Callable[[], str]) -> None:
    written = SPELLINGS["composed"]
    client.post("/accounts/signup/", {"email": written, "password1": PASSWORD})
    shown = [client.get("/accounts/confirm-email/").text]
    client.post("/accounts/confirm-email/", {"code": last_code()})
    shown += [client.get(path).text for path in ("/settings/", "/accounts/email/")]
    shown.append(client.get(invitation_url(Invitation.objects.create(email=written))).text)
    assert [written in page and ASCII not in page for page in shown] == [True] * 4


@pytest.mark.django_db
@spelled
def test_log_in_takes_every_spelling(client: Client, kim: User, spelling: str) -> None:
    assert client.post("/accounts/login/", {"login": spelling, "password": PASSWORD})["Location"] == "/plan/"
    assert authenticate(None, username=spelling, password=PASSWORD) == kim


@pytest.mark.django_db
def test_guesses_at_one_address_are_counted_together_however_it_is_spelled(kim: User) -> None:
    answers = [
        Client(REMOTE_ADDR=f"10.0.{number}.1").post("/accounts/login/", {"login": spelling, "password": "x"}).text
        for number, spelling in enumerate(SPELLINGS.values())
    ]
    assert sum("belong together" in answer for answer in answers) == 5


@pytest.mark.django_db
@spelled
def test_a_reset_finds_the_account(client: Client, kim: User, last_code: Callable[[], str], spelling: str) -> None:
    client.post("/accounts/password/reset/", {"email": spelling})
    assert mail.outbox[-1].to == [ASCII]
    response = client.post("/accounts/password/reset/confirm/", {"code": last_code()})
    assert response["Location"] == "/accounts/password/reset/complete/"


@pytest.mark.django_db
@spelled
def test_a_new_address_is_kept_in_canonical_form(
    as_ann: Client, ann: User, last_code: Callable[[], str], spelling: str
) -> None:
    as_ann.post("/accounts/reauthenticate/", {"password": PASSWORD})
    as_ann.post("/accounts/email/", {"email": spelling, "action_add": "1"})
    as_ann.post("/accounts/confirm-email/", {"code": last_code()})
    assert User.objects.get().email == ASCII
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [ASCII]


@pytest.mark.django_db
@spelled
def test_an_invitation_is_for_the_mailbox(client: Client, settings, spelling: str) -> None:
    settings.SIGN_UP = "invitation"
    invitation = Invitation.objects.create(email=spelling)
    assert invitation.email == ASCII
    session = client.session
    session["invitation"] = invitation.pk
    session.save()
    client.post("/accounts/signup/", {"email": spelling, "password1": PASSWORD})
    assert EmailAddress.objects.get().verified
    assert Invitation.objects.get().accepted_by == User.objects.get()


@pytest.mark.django_db
@spelled
def test_whoever_has_an_account_accepts_with_it(kim: User, client: Client, spelling: str) -> None:
    address = invitation_url(Invitation.objects.create(email=spelling))
    assert client.post(address)["Location"].startswith("/accounts/login/")
    client.force_login(kim)
    assert client.post(address)["Location"] == "/plan/"


@pytest.mark.django_db
@spelled
def test_the_admin_adds_nobody_twice(admin_client: Client, kim: User, spelling: str) -> None:
    fields = {"email": spelling, "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    response = admin_client.post("/admin/accounts/user/add/", fields)
    assert response.status_code == 422
    assert "This address is already in use." in response.text
    assert User.objects.filter(email=spelling).count() == 1


@pytest.mark.django_db
@spelled
def test_commands_know_the_mailbox(spelling: str) -> None:
    call_command("createsuperuser", email=spelling, interactive=False, stdout=StringIO())
    assert User.objects.get().email == ASCII
    assert User.objects.get_by_natural_key(spelling) == User.objects.get()
    output = StringIO()
    call_command("takeout", spelling, stdout=output)
    assert ASCII in output.getvalue()


def spell_otherwise(user: User, email: str) -> None:
    """A row of the time before, when each spelling was an address of its own."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = %s WHERE id = %s", [email, user.pk])
        cursor.execute("UPDATE account_emailaddress SET email = %s WHERE user_id = %s", [email, user.pk])


@pytest.mark.django_db
def test_rows_of_before_are_brought_to_canonical_form(person: Callable[..., User], client: Client) -> None:
    user = person("kim@example.org")
    spell_otherwise(user, SPELLINGS["composed"])
    invitation = Invitation.objects.create(email="ann@example.org")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_invitation SET email = %s", [SPELLINGS["decomposed"]])
    MIGRATION.bring_to_canonical_form(apps, None)
    user.refresh_from_db()
    invitation.refresh_from_db()
    assert (user.email, EmailAddress.objects.get().email, invitation.email) == (ASCII, ASCII, ASCII)
    assert client.post("/accounts/login/", {"login": ASCII, "password": PASSWORD})["Location"] == "/plan/"


@pytest.mark.django_db
def test_two_accounts_of_one_mailbox_are_left_as_they_are_and_named_in_the_log(
    kim: User, person: Callable[..., User], caplog
) -> None:
    other = person("other@example.org")
    spell_otherwise(other, SPELLINGS["composed"])
    with caplog.at_level(logging.WARNING):
        MIGRATION.bring_to_canonical_form(apps, None)
    assert [record.args[0] for record in caplog.records] == [other.pk]
    assert set(User.objects.values_list("pk", "email")) == {(kim.pk, ASCII), (other.pk, SPELLINGS["composed"])}
    assert set(EmailAddress.objects.values_list("user_id", "email")) == set(User.objects.values_list("pk", "email"))


@pytest.mark.django_db
def test_two_spellings_at_one_person_stay_too(kim: User, caplog) -> None:
    EmailAddress.objects.create(user=kim, email=SPELLINGS["composed"])
    with caplog.at_level(logging.WARNING):
        MIGRATION.bring_to_canonical_form(apps, None)
    assert EmailAddress.objects.count() == 2
    assert len(caplog.records) == 1
