"""People in the admin: for superusers, and for operators (see test_support); and the admin's door."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client

from accounts.models import Invitation, User

PASSWORD = "seven quiet otters"
PLACES = ["user", "invitation"]

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def root(person: Callable[..., User]) -> Client:
    return browser_of(person("root@example.org", is_staff=True, is_superuser=True))


@pytest.fixture
def editor(person: Callable[..., User]) -> Client:
    user = person("editor@example.org", is_staff=True)
    theirs = Permission.objects.filter(content_type__app_label="accounts").exclude(codename="support_learners")
    user.user_permissions.set(theirs)
    return browser_of(user)


def test_the_door_is_the_sites_own(client: Client, ann: User) -> None:
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"
    client.post("/admin/login/", {"username": ann.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_learner_is_turned_away(as_ann: Client) -> None:
    assert as_ann.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("place", PLACES)
def test_an_editor_meets_nobody_whatever_their_permissions(editor: Client, ann: User, place: str) -> None:
    for path in ("", "add/", f"{ann.pk}/change/", f"{ann.pk}/delete/", f"{ann.pk}/history/"):
        response = editor.get(f"/admin/accounts/{place}/{path}")
        assert response.status_code in {403, 404} or "admin" in response.get("Location", ""), path
    assert editor.get(f"/admin/accounts/{place}/").status_code == 403
    assert editor.post(f"/admin/accounts/{place}/add/", {"email": "x@example.org"}).status_code == 403
    assert "/admin/accounts/" not in editor.get("/admin/").content.decode()


def test_an_editor_cannot_set_a_password(editor: Client, ann: User) -> None:
    fields = {"password1": "nine loud badgers", "password2": "nine loud badgers"}
    assert editor.post(f"/admin/accounts/user/{ann.pk}/password/", fields).status_code == 403
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


@pytest.mark.parametrize("place", PLACES)
def test_a_superuser_sees_lists_and_forms(root: Client, ann: User, place: str) -> None:
    Invitation.objects.create(pk=ann.pk, email="new@example.org")
    for path in ("", "?q=ann", "add/", f"{ann.pk}/change/"):
        assert root.get(f"/admin/accounts/{place}/{path}").status_code == 200, path


def test_a_superuser_adds_and_changes_people(root: Client) -> None:
    root.post(
        "/admin/accounts/user/add/",
        {
            "email": "New@example.org",
            "usable_password": "true",
            "password1": "nine loud badgers",
            "password2": "nine loud badgers",
        },
    )
    user = User.objects.get(email="new@example.org")
    assert user.preferences.timezone == "UTC"
    fields = {
        "email": user.email,
        "is_active": "on",
        "name": "A\r\nBcc: x",
        "preferences-TOTAL_FORMS": "0",
        "preferences-INITIAL_FORMS": "0",
    }
    path = f"/admin/accounts/user/{user.pk}/change/"
    assert "Write the name on one line" in root.post(path, fields).content.decode()
    assert root.post(path, {**fields, "name": "New"}).status_code == 302
    user.refresh_from_db()
    assert user.name == "New"


def test_the_history_keeps_nothing_by_which_a_password_could_be_guessed(root: Client) -> None:
    """Forms are remembered by a digest of what was entered; passwords are no part of it."""
    digests = set()
    for password in ("nine loud badgers", "ten loud badgers"):
        fields = {"usable_password": "true", "password1": password, "password2": password, "_form_key": str(uuid4())}
        root.post("/admin/accounts/user/add/", {"email": "new@example.org", **fields})
        digests.update(re.findall(r'"digest": "(\w+)"', LogEntry.objects.latest("pk").change_message))
        User.objects.filter(email="new@example.org").delete()
    assert len(digests) == 1


def test_nobody_is_deleted_here_where_their_history_would_block_it(root: Client, ann: User) -> None:
    assert root.post(f"/admin/accounts/user/{ann.pk}/delete/", {"post": "yes"}).status_code == 403
    root.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": [ann.pk], "post": "yes"})
    assert User.objects.filter(pk=ann.pk).exists()


def test_saving_an_invitation_sends_it(root: Client) -> None:
    group = Group.objects.get_or_create(name="Editors")[0]
    root.post("/admin/accounts/invitation/add/", {"email": "New@example.org", "group": group.pk})
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.group, invitation.invited_by.email) == (
        "new@example.org",
        group,
        "root@example.org",
    )
    assert mail.outbox[-1].to == ["new@example.org"]


def test_a_second_invitation_is_refused_with_words(root: Client) -> None:
    for _ in range(2):
        response = root.post("/admin/accounts/invitation/add/", {"email": "new@example.org", "group": ""})
    assert "has an invitation already" in response.content.decode()
    assert Invitation.objects.count() == len(mail.outbox) == 1


def test_an_invitation_can_be_sent_again(root: Client) -> None:
    invitation = Invitation.objects.create(email="new@example.org")
    root.post("/admin/accounts/invitation/", {"action": "send_again", "_selected_action": [invitation.pk]})
    assert len(mail.outbox) == 1


def test_an_invitation_that_cannot_be_mailed_is_kept(root: Client, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = root.post("/admin/accounts/invitation/add/", {"email": "new@example.org", "group": ""}, follow=True)
    assert "could not be sent" in response.content.decode()
    assert Invitation.objects.exists()


# --- Case 41: rights and access agree, or the page says so ------------------------------------------------------------


def save_rights(root: Client, user: User, **fields: object) -> str:
    """Save the person's form with these rights; return the page that follows."""
    posted = {"name": "", "is_active": "on", "preferences-TOTAL_FORMS": "0", "preferences-INITIAL_FORMS": "0"}
    text: str = root.post(f"/admin/accounts/user/{user.pk}/change/", {**posted, **fields}, follow=True).text
    user.refresh_from_db()
    return text


@pytest.fixture
def editors() -> Group:
    return Group.objects.get_or_create(name="Editors")[0]


def test_who_joins_editors_may_use_the_admin_and_the_page_says_so(root: Client, ann: User, editors: Group) -> None:
    assert "may use the admin from now on" in save_rights(root, ann, groups=editors.pk)
    assert ann.is_staff


def test_who_becomes_a_superuser_may_use_the_admin(root: Client, ann: User) -> None:
    assert "may use the admin from now on" in save_rights(root, ann, is_superuser="on")
    assert ann.is_staff


def test_access_that_is_taken_away_stays_away_and_what_is_left_is_said(root: Client, ann: User, editors: Group) -> None:
    save_rights(root, ann, groups=editors.pk)
    assert "can’t use them" in save_rights(root, ann, groups=editors.pk)
    assert not ann.is_staff
    assert list(ann.groups.all()) == [editors]


def test_access_to_an_empty_admin_is_said(root: Client, ann: User) -> None:
    assert "they are in no group" in save_rights(root, ann, is_staff="on")
    assert ann.is_staff


def test_a_learner_is_saved_without_such_words(root: Client, ann: User) -> None:
    assert (
        "the admin" not in save_rights(root, ann, name="Ann").partition('class="messagelist"')[2].partition("</ul>")[0]
    )
