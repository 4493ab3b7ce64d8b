"""Case 31: the last administrator stays one, whatever door is tried; everybody else may be deprived."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from accounts.administrators import administrators, check_not_the_last
from accounts.models import User
from roadmap import takeout

RIGHTS = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
PREFERENCES = {"preferences-TOTAL_FORMS": "0", "preferences-INITIAL_FORMS": "0"}
NOBODY_LEFT = "the only administrator"

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(person: Callable[..., User]) -> User:
    return person("root@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def as_root(root: User, client: Client) -> Client:
    client.force_login(root)
    return client


def save(client: Client, user: User, **rights: str):
    return client.post(f"/admin/accounts/user/{user.pk}/change/", {"name": "", **PREFERENCES, **rights})


@pytest.mark.parametrize("right", RIGHTS)
def test_the_last_one_cannot_take_a_right_from_themselves(as_root: Client, root: User, right: str) -> None:
    response = save(as_root, root, **{name: "on" for name in RIGHTS if name != right})
    assert response.status_code == 422
    assert NOBODY_LEFT in response.text
    assert administrators().get() == root


@pytest.mark.parametrize("right", RIGHTS)
def test_one_of_two_can_be_deprived(as_root: Client, person: Callable[..., User], right: str) -> None:
    other = person("second@example.org", is_staff=True, is_superuser=True)
    assert save(as_root, other, **{name: "on" for name in RIGHTS if name != right}).status_code == 302
    assert list(administrators()) == [User.objects.get(email="root@example.org")]


def test_who_cannot_get_in_is_no_second_administrator(as_root: Client, root: User, person: Callable[..., User]) -> None:
    person("away@example.org", is_staff=True, is_superuser=True, is_active=False)
    person("outside@example.org", is_superuser=True)
    assert save(as_root, root, is_active="on", is_staff="on").status_code == 422


def test_the_last_one_is_not_deleted_in_the_admin(as_root: Client, root: User) -> None:
    as_root.post(f"/admin/accounts/user/{root.pk}/delete/", {"post": "yes"})
    as_root.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"})
    assert administrators().get() == root


def test_the_list_of_people_changes_no_rights(as_root: Client, root: User) -> None:
    forged = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(root.pk), "_save": "Save"}
    as_root.post("/admin/accounts/user/", forged)
    assert administrators().get() == root


def test_the_last_one_keeps_a_password(as_root: Client, root: User, person: Callable[..., User]) -> None:
    path = f"/admin/accounts/user/{root.pk}/password/"
    wish = {"usable_password": "false", "password1": "", "password2": "", "unset-password": "1"}
    assert NOBODY_LEFT in as_root.post(path, wish).text
    root.refresh_from_db()
    assert root.has_usable_password()
    person("second@example.org", is_staff=True, is_superuser=True)
    as_root.post(path, wish)
    root.refresh_from_db()
    assert not root.has_usable_password()


def test_the_last_one_is_not_erased_by_command_nor_by_function(root: User) -> None:
    with pytest.raises(CommandError, match=NOBODY_LEFT):
        call_command("takeout", root.email, "--erase", stdout=StringIO())
    with pytest.raises(ValidationError):
        takeout.erase(root)
    assert administrators().get() == root


def test_a_learner_is_never_the_last(ann: User) -> None:
    with transaction.atomic():
        check_not_the_last(ann)


@pytest.mark.django_db(transaction=True)
def test_two_who_deprive_each_other_at_once_leave_one(person: Callable[..., User]) -> None:
    pair = [person(f"{name}@example.org", is_staff=True, is_superuser=True) for name in ("one", "two")]
    start = Barrier(2)

    def deprive(actor: User, other: User) -> None:
        client = Client()
        client.force_login(actor)
        start.wait(10)
        save(client, other, is_active="on")
        connection.close()

    threads = [Thread(target=deprive, args=people) for people in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert administrators().count() == 1
