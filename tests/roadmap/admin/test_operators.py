"""Operators: they see learners, digests and bounces and help them; nothing of the roadmap, and no rights to grant."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from roadmap.digests import ledger
from roadmap.models import Bounce, Digest, Enrolment, Suppression
from tests.roadmap.admin.helpers import address, logged_in, person

SEEN = ["enrolment", "milestoneprogress", "choice", "event", "digest", "suppression", "bounce"]
CURRICULUM = ["roadmap", "stage", "milestone", "choicegroup", "credential", "fact", "source", "edition"]
PREFERENCES = {"preferences-TOTAL_FORMS": "0", "preferences-INITIAL_FORMS": "0"}


@pytest.fixture
def operator_user(db) -> User:
    import_module("roadmap.migrations.0016_operators").make_group(apps)
    user = person("operator@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Operators"))
    return user


@pytest.fixture
def operator(operator_user: User) -> Client:
    return logged_in(operator_user)


@pytest.fixture
def bounced(learner: User) -> Bounce:
    return Bounce.objects.create(event="1", address=learner.email, kind="hard", at=ledger.now())


def test_the_group_has_these_permissions_only(operator_user: User) -> None:
    granted = {str(name) for name in operator_user.get_all_permissions()}
    assert granted == {
        "accounts.support_learners",
        *(f"roadmap.view_{model}" for model in SEEN),
        "roadmap.change_digest",
        "roadmap.delete_suppression",
    }


def test_the_migrations_permissions_are_djangos_own(operator_user: User) -> None:
    """None is made twice when Django adds its own after the migrations, under the names that Django gives."""
    for (app, model), names in import_module("roadmap.migrations.0016_operators").GRANTS.items():
        rows = Permission.objects.filter(content_type__app_label=app, content_type__model=model)
        assert names.items() <= dict(rows.values_list("codename", "name")).items()
        assert rows.values("codename").distinct().count() == rows.count()


def test_editors_keep_their_rights(operator_user: User) -> None:
    import_module("roadmap.migrations.0004_admin_editors").make_group(apps)
    editors = Group.objects.get(name="Editors").permissions
    assert editors.filter(codename="publish_roadmap").exists()
    assert not editors.filter(codename__in=["support_learners", "view_digest", "view_enrolment"]).exists()


def test_they_see_learners_and_what_became_of_their_letters(operator: Client, learner: User, bounced: Bounce) -> None:
    for model in SEEN:
        assert operator.get(reverse(f"admin:roadmap_{model}_changelist")).status_code == 200, model
    assert operator.get(address(bounced)).status_code == 200
    assert operator.get(address(Enrolment.objects.get())).status_code == 200
    assert operator.get(reverse("admin:roadmap_enrolment_letter", args=[Enrolment.objects.get().pk])).status_code == 200
    assert operator.get(reverse("admin:roadmap_digest_overview")).status_code == 200
    page = operator.get("/admin/").text
    for words in ("People", "Enrolments", "Digests", "Bounces", "Suppressions"):
        assert words in page


def test_they_see_a_learners_page_and_nothing_of_passwords_or_rights(operator: Client, learner: User) -> None:
    learner.set_password("seven quiet otters")
    learner.save()
    page = operator.get(f"/admin/accounts/user/{learner.pk}/change/").text
    assert f"{learner.email} (confirmed)" in page
    assert learner.preferences.timezone in page
    assert "Move to a new address" in page
    for hidden in ("argon2", "algorithm", learner.password[:12], "superuser", "may use the admin", "Editors", "_save"):
        assert hidden not in page, hidden
    assert learner.email in operator.get("/admin/accounts/user/?q=learner").text


@pytest.mark.parametrize("query", ["password__startswith=a", "is_superuser__exact=1", "groups__id__exact=1", "q=root"])
def test_no_query_of_the_list_tells_of_passwords_or_staff(operator: Client, learner: User, query: str) -> None:
    person("root@example.org", is_staff=True, is_superuser=True)
    answer = operator.get(f"/admin/accounts/user/?{query}", follow=True)
    assert answer.status_code in {200, 400}
    assert "root@example.org" not in answer.text


@pytest.mark.parametrize("model", CURRICULUM)
def test_they_reach_nothing_of_the_roadmap(operator: Client, road: Any, model: str) -> None:
    name = f"admin:roadmap_{model}"
    for action in ("changelist", "add"):
        assert operator.get(reverse(f"{name}_{action}")).status_code == 403
    row = apps.get_model("roadmap", model).objects.first()
    if row is not None:
        for action in ("change", "delete", "history"):
            assert operator.get(address(row, action)).status_code in {403, 404}
    assert f"/admin/roadmap/{model}/" not in operator.get("/admin/").text


def test_they_neither_preview_nor_publish_nor_download(operator: Client, road: Any) -> None:
    for action in ("review", "preview", "compare", "copy", "yaml", "json"):
        assert operator.get(address(road.roadmap, action)).status_code == 403, action
        assert operator.post(address(road.roadmap, action)).status_code == 403, action


@pytest.mark.parametrize("rights", [{"is_staff": "on"}, {"is_superuser": "on"}, {"groups": "1"}, {"is_active": ""}])
def test_they_grant_and_take_no_rights(
    operator: Client, operator_user: User, learner: User, rights: dict[str, str]
) -> None:
    Group.objects.get_or_create(pk=1, defaults={"name": "Readers"})
    for user in (learner, operator_user):
        answer = operator.post(f"/admin/accounts/user/{user.pk}/change/", {"name": "", **PREFERENCES, **rights})
        assert answer.status_code in {302, 403, 404}
        after = User.objects.get(pk=user.pk)
        assert (after.is_staff, after.is_superuser, after.is_active) == (user.is_staff, False, True)
        assert after.groups.count() == (1 if user == operator_user else 0)


@pytest.mark.parametrize(
    "path", ["accounts/user/add/", "accounts/invitation/", "accounts/invitation/add/", "auth/group/", "auth/group/add/"]
)
def test_they_make_no_people_invitations_or_groups(operator: Client, path: str) -> None:
    fields = {"email": "new@example.org", "name": "Readers", "password1": "x", "password2": "x"}
    for answer in (operator.get(f"/admin/{path}"), operator.post(f"/admin/{path}", fields)):
        assert answer.status_code == 403


def test_they_set_no_password(operator: Client, learner: User) -> None:
    fields = {"password1": "nine loud badgers", "password2": "nine loud badgers"}
    assert operator.post(f"/admin/accounts/user/{learner.pk}/password/", fields).status_code == 403


def test_they_settle_a_digest_and_let_an_address_receive_again(operator: Client, learner: User) -> None:
    now = ledger.now()
    period = (now - timedelta(days=now.weekday())).date()
    digest = Digest.objects.create(
        user=learner,
        period=period,
        state="uncertain",
        due_at=now - timedelta(hours=1),
        expires_at=now + timedelta(hours=40),
        next_attempt_at=now,
        settled_at=now,
        message_id="1@waymark",
    )
    operator.post(reverse("admin:roadmap_digest_changelist"), {"action": "arrived", "_selected_action": digest.pk})
    assert Digest.objects.get().state == "sent"
    row = Suppression.objects.create(address=learner.email, reason="bounced")
    operator.post(address(row, "delete"), {"post": "yes"})
    assert not Suppression.objects.exists()


def test_a_learners_note_stays_private(operator: Client, learner: User) -> None:
    progress = Enrolment.objects.get().progress.get()
    progress.note = "my secret"
    progress.save()
    assert "my secret" not in operator.get(address(progress)).text
