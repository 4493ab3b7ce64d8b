"""Invitations: mailed, opened, accepted once. Case 41: who is invited to the admin lands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import invitations, links
from accounts.models import Invitation, User

PASSWORD = "seven quiet otters"

pytestmark = pytest.mark.django_db


@pytest.fixture
def editors() -> Group:
    return Group.objects.get_or_create(name="Editors")[0]


@pytest.fixture
def invitation(editors: Group) -> Invitation:
    return Invitation.objects.create(email="Ann@example.org", group=editors)


def path_of(invitation: Invitation) -> str:
    return links.invitation_url(invitation).removeprefix("http://waymark.test")


def log_in(client: Client, email: str = "ann@example.org", **fields: str):
    return client.post("/accounts/login/", {"login": email, "password": PASSWORD, **fields})


def test_the_mail_carries_the_link(invitation: Invitation) -> None:
    invitations.send(invitation)
    assert mail.outbox[0].to == ["ann@example.org"]
    link = re.search(r"http://waymark.test/invitations/(\S+)/", str(mail.outbox[0].body))
    assert link
    assert links.invitation_for(link[1]) == invitation
    assert "Editors" in str(mail.outbox[0].body)


@pytest.mark.parametrize("mode", ["open", "invitation", "closed"])
def test_a_newcomer_chooses_a_password_and_is_an_editor(
    client: Client, invitation: Invitation, settings, mode: str
) -> None:
    settings.SIGN_UP = mode
    assert client.get(path_of(invitation)).status_code == 200
    assert client.post(path_of(invitation))["Location"] == "/accounts/signup/"
    assert 'value="ann@example.org"' in client.get("/accounts/signup/").content.decode()
    response = client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})
    assert response["Location"] == "/admin/"
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("ann@example.org", True, False)
    assert [group.name for group in user.groups.all()] == ["Editors"]
    assert EmailAddress.objects.get().verified
    invitation.refresh_from_db()
    assert invitation.accepted_by == user


def test_a_learners_invitation_opens_an_invited_site_and_not_a_closed_one(client: Client, settings) -> None:
    invitation = Invitation.objects.create(email="ann@example.org")
    for mode, people in (("closed", 0), ("invitation", 1)):
        settings.SIGN_UP = mode
        client.post(path_of(invitation))
        client.post("/accounts/signup/", {"email": "ann@example.org", "password1": PASSWORD})
        assert User.objects.count() == people
    assert not User.objects.get().is_staff


def test_opening_the_link_changes_nothing(client: Client, invitation: Invitation) -> None:
    client.get(path_of(invitation))
    assert not client.session.get(invitations.SESSION_KEY)
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_who_has_an_account_logs_in_and_accepts(client: Client, ann: User, invitation: Invitation) -> None:
    path = path_of(invitation)
    response = client.post(path)
    assert response["Location"].startswith("/accounts/login/?next=%2Finvitations%2F")
    assert log_in(client, next=path)["Location"] == path
    ann.refresh_from_db()
    assert not ann.is_staff
    assert client.post(path)["Location"] == "/admin/"
    ann.refresh_from_db()
    assert ann.is_staff


def test_it_is_for_one_address(client: Client, person: Callable[..., User], invitation: Invitation) -> None:
    eve = person("eve@example.org")
    log_in(client, "eve@example.org")
    for response in (client.get(path_of(invitation)), client.post(path_of(invitation))):
        assert response.status_code == 403
        assert "Log out and come back" in response.content.decode()
    eve.refresh_from_db()
    assert not eve.is_staff
    with pytest.raises(ValidationError, match="for ann@example"):
        invitations.accept(invitation=invitation, user=eve)


def test_it_is_accepted_once(client: Client, ann: User, invitation: Invitation) -> None:
    log_in(client)
    client.post(path_of(invitation))
    ann.groups.clear()
    assert client.post(path_of(invitation)).status_code == 410
    assert not ann.groups.exists()


def test_it_expires(client: Client, ann: User, invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    log_in(client)
    assert client.get(path_of(invitation)).status_code == 410
    assert client.post(path_of(invitation)).status_code == 410
    ann.refresh_from_db()
    assert not ann.is_staff


def test_one_that_runs_out_during_sign_up_opens_nothing(client: Client, invitation: Invitation, settings) -> None:
    settings.SIGN_UP = "closed"
    client.post(path_of(invitation))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.post("/accounts/signup/", {"email": "ann@example.org", "password1": PASSWORD})
    assert not User.objects.exists()


def test_sending_again_gives_it_its_full_time(invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    invitations.send(invitation)
    assert invitations.is_open(invitation)


def test_a_withdrawn_one_is_closed_and_a_guessed_one_unknown(client: Client, invitation: Invitation) -> None:
    path = path_of(invitation)
    assert client.get(path.replace("/invitations/1", "/invitations/2")[:-3] + "x/").status_code == 404
    assert client.get(f"/invitations/{links.sign(purpose='unsubscribe', value='1')}/").status_code == 404
    invitation.delete()
    assert client.get(path).status_code == 410


def test_a_learner_who_was_invited_lands_on_the_plan(client: Client) -> None:
    """Case 41: only groups work in the admin."""
    client.post(path_of(Invitation.objects.create(email="ann@example.org")))
    response = client.post("/accounts/signup/", {"email": "ann@example.org", "password1": PASSWORD})
    assert response["Location"] == "/plan/"


def test_the_mail_says_that_one_was_invited_and_not_that_one_was_there(invitation: Invitation) -> None:
    """Case 41: whoever is invited has never used their address here."""
    invitations.send(invitation)
    html = mail.outbox[0].alternatives[0].content
    for part in (str(mail.outbox[0].body), html):
        assert "somebody invited this address" in part
        assert "address was used" not in part


def test_who_accepted_it_follows_its_link_again_and_is_led_on(
    client: Client, ann: User, invitation: Invitation
) -> None:
    """Case 41: the mail is the way that people remember."""
    log_in(client)
    client.post(path_of(invitation))
    assert client.get(path_of(invitation))["Location"] == "/admin/"
    assert Client().get(path_of(invitation)).status_code == 410
