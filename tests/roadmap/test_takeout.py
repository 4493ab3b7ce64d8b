"""Everything of one person: exported whole, erased whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Pause, Preferences, Session, User
from roadmap import takeout
from roadmap.models import (
    Bounce,
    Brief,
    Choice,
    Digest,
    Edition,
    Enrolment,
    Event,
    MilestoneProgress,
    Roadmap,
    Suppression,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()

# Rows that lead to a person and are not in the export, each with the reason.
NOT_EXPORTED = {
    "account.EmailConfirmation": "codes live in the session; no row is ever made",
}


def rich_person() -> User:
    """Somebody with a row in every table that leads to a person; each row can be told by a mark in the export."""
    user = User.objects.create_user("ann@example.org", "seven quiet otters", name="mark-user")
    user.groups.add(Group.objects.create(name="mark-group"))
    user.user_permissions.add(Permission.objects.get(codename="view_logentry"))
    Preferences.objects.filter(user=user).update(timezone="Pacific/Chatham")
    Pause.objects.create(user=user, starts_on=date(2026, 7, 1), until=date(2026, 7, 31))
    EmailAddress.objects.create(user=user, email="mark-address@example.org")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "hidden-secret"})
    Session.objects.create(session_key="hidden-key", session_data="", expire_date=NOW + timedelta(days=77), user=user)
    roadmap = Roadmap.objects.create(slug="mark-roadmap", title="Road")
    Edition.objects.create(roadmap=roadmap, number=1, document={}, sha256="mark-edition", published_by=user)
    enrolment = Enrolment.objects.create(user=user, roadmap=roadmap, hours_per_week=7.25, started_on=date(2026, 1, 5))
    Event.objects.create(enrolment=enrolment, kind="note", milestone="mark-event", on=date(2026, 1, 6), edition=1)
    MilestoneProgress.objects.create(enrolment=enrolment, milestone="mark-progress", note="my private note")
    Choice.objects.create(enrolment=enrolment, group="mark-choice", milestone="m")
    Digest.objects.create(
        user=user,
        period=date(2026, 1, 5),
        due_at=NOW,
        expires_at=NOW + timedelta(hours=48),
        next_attempt_at=NOW,
        message_id="mark-digest",
    )
    Brief.objects.create(user=user, due_at=NOW, key="mark-brief")
    Suppression.objects.create(address=user.email, reason="refused", detail="mark-suppression")
    Bounce.objects.create(event="1", address=user.email, kind="soft", detail="mark-bounce", at=NOW)
    Invitation.objects.create(email="mark-invited@example.org", invited_by=user)
    Invitation.objects.create(email=user.email, accepted_at=NOW, accepted_by=user)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=user, content_type=kind, object_id="1", object_repr="x", action_flag=ADDITION, change_message="mark-log"
    )
    return user


def marks_of(user: User) -> dict[str, str]:
    """Which words of the export show that a table's row is in it."""
    return {
        "accounts.User": "mark-user",
        "accounts.User_groups": "mark-group",
        "accounts.User_user_permissions": "view_logentry",
        "accounts.Preferences": "Pacific/Chatham",
        "accounts.Pause": "2026-07-31",
        "accounts.Session": (NOW + timedelta(days=77)).strftime("%Y-%m-%d"),
        "accounts.Invitation": "mark-invited@example.org",
        "account.EmailAddress": "mark-address@example.org",
        "mfa.Authenticator": '"type": "totp"',
        "admin.LogEntry": "mark-log",
        "roadmap.Edition": "mark-edition",
        "roadmap.Enrolment": "7.25",
        "roadmap.Event": "mark-event",
        "roadmap.MilestoneProgress": "mark-progress",
        "roadmap.Choice": "mark-choice",
        "roadmap.Digest": "mark-digest",
        "roadmap.Brief": "mark-brief",
    }


def leads_to(model: type[Model], target: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Yield each model from which foreign keys lead to `target`, with the path to query it by."""
    for child in apps.get_models(include_auto_created=True):
        for field in child._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model is model and child is not target:
                yield child, field.name
                if field.remote_field.on_delete.__name__ == "CASCADE":
                    for grandchild, path in leads_to(child, target):
                        yield grandchild, f"{path}__{field.name}"


def tables() -> dict[str, list[tuple[type[Model], str]]]:
    """Every table with rows about people, with all the paths from its rows to their person."""
    found: dict[str, list[tuple[type[Model], str]]] = {"accounts.User": [(User, "pk")]}
    for model, path in leads_to(User, User):
        found.setdefault(model._meta.label, []).append((model, path))
    return found


def test_every_table_about_people_is_exported() -> None:
    """A new table with a path to a person fails here until `takeout.export` has it and `rich_person` makes a row."""
    user = rich_person()
    exported = takeout.as_json(takeout.export(user))
    marks = marks_of(user)
    assert set(tables()) - set(NOT_EXPORTED) == set(marks)
    for table, paths in tables().items():
        if table in marks:
            assert any(model._default_manager.filter(**{path: user.pk}).exists() for model, path in paths), table
            assert marks[table] in exported, table


def test_what_leads_nowhere_is_exported_by_address() -> None:
    exported = takeout.as_json(takeout.export(rich_person()))
    assert "mark-suppression" in exported
    assert "mark-bounce" in exported


def test_every_column_is_exported_but_secrets() -> None:
    data = takeout.export(rich_person())
    exported = takeout.as_json(data)
    assert "my private note" in exported
    for secret in ("hidden-secret", "hidden-key", "argon2"):
        assert secret not in exported
    columns = {field.attname for field in Event._meta.concrete_fields} - {"enrolment_id"}
    assert set(data["enrolments"][0]["events"][0]) == columns


def test_the_export_is_json_that_reads_back() -> None:
    user = rich_person()
    assert json.loads(takeout.as_json(takeout.export(user)))["account"]["email"] == "ann@example.org"


def test_nobody_else_is_in_it() -> None:
    user = rich_person()
    other = User.objects.create_user("other@example.org", name="somebody else")
    Invitation.objects.create(email="third@example.org", invited_by=other)
    exported = takeout.as_json(takeout.export(user))
    assert "other@example.org" not in exported
    assert "third@example.org" not in exported


def test_erasing_leaves_nothing() -> None:
    user = rich_person()
    pk = user.pk
    Invitation.objects.create(email=user.email)
    takeout.erase(user)
    for paths in tables().values():
        for model, path in paths:
            assert not model._default_manager.filter(**{path: pk}).exists(), (model, path)
    assert not Suppression.objects.exists()
    assert not Bounce.objects.exists()
    assert not Invitation.objects.filter(email="ann@example.org").exists()


def test_erasing_keeps_what_belongs_to_everybody() -> None:
    user = rich_person()
    other = User.objects.create_user("other@example.org")
    kind = ContentType.objects.get_for_model(User)
    entry: dict[str, Any] = {"content_type": kind, "object_id": str(user.pk), "action_flag": ADDITION}
    LogEntry.objects.create(user=other, object_repr=user.email, change_message="made staff", **entry)
    takeout.erase(user)
    assert Edition.objects.get().published_by is None
    assert User.objects.get() == other
    assert LogEntry.objects.get(user=other).object_repr == "a deleted person"


def test_history_stays_protected_after_an_erasure() -> None:
    takeout.erase(rich_person())
    other = User.objects.create_user("other@example.org")
    enrolment = Enrolment.objects.create(
        user=other, roadmap=Roadmap.objects.get(), hours_per_week=5, started_on=date(2026, 1, 5)
    )
    event = Event.objects.create(enrolment=enrolment, kind="enrolled", on=date(2026, 1, 5), edition=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()


def test_an_operator_exports_and_erases(capsys: pytest.CaptureFixture[str]) -> None:
    rich_person()
    call_command("takeout", "ANN@example.org")
    assert json.loads(capsys.readouterr().out)["account"]["name"] == "mark-user"
    assert User.objects.exists()
    call_command("takeout", "ann@example.org", "--erase")
    assert not User.objects.exists()
    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("takeout", "ann@example.org")


def test_where_one_stands_is_what_the_plan_says(me: Client, learner: User, enrolment: Enrolment) -> None:
    me.post("/roadmaps/ml-architect/milestones/linear-algebra/state/", {"state": "done", "edition": "1"})
    plan = me.get("/roadmaps/ml-architect/plan.json").json()
    standing = takeout.export(learner)["enrolments"][0]["standing"]
    assert standing["milestones"]["linear-algebra"] == "done"
    assert {name: standing[name] for name in plan} == plan


def test_a_roadmap_that_was_left_keeps_its_events_in_the_export(
    me: Client, learner: User, enrolment: Enrolment
) -> None:
    me.post("/roadmaps/ml-architect/leave/")
    exported = takeout.export(learner)["enrolments"][0]
    assert exported["standing"] is None
    assert [event["kind"] for event in exported["events"]] == ["enrolled", "left"]


def test_a_learner_with_history_can_be_erased(me: Client, learner: User, enrolment: Enrolment) -> None:
    takeout.erase(learner)
    assert not Event.objects.exists()
    assert me.get("/plan/").status_code == 302
