"""A small roadmap, an editor with nothing but the group, a superuser, and a learner."""

import datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User
from roadmap.editions import publish
from roadmap.models import Enrolment, MilestoneProgress
from tests.roadmap.admin.helpers import enter, logged_in, make_roadmap, person


@pytest.fixture
def road(db) -> SimpleNamespace:
    """A roadmap of four milestones, published once."""
    made = make_roadmap("data-scientist", "Data Scientist")
    publish(roadmap=made.roadmap, by=None, notes="The first edition.")
    for part in vars(made).values():
        part.refresh_from_db()
    return made


@pytest.fixture
def other_road(db) -> SimpleNamespace:
    """A second roadmap with the same slugs, never published."""
    return make_roadmap("data-engineer", "Data Engineer")


@pytest.fixture
def editor_user(db) -> User:
    if not Group.objects.filter(name="Editors").exists():
        # Transactional tests empty the tables, so the migrations' own functions fill the group again.
        import_module("roadmap.migrations.0004_admin_editors").make_group(apps)
        import_module("roadmap.migrations.0007_editors_make_roadmaps").allow(apps)
    user = person("editor@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def editor(editor_user) -> Client:
    return logged_in(editor_user)


@pytest.fixture
def superuser(db) -> Client:
    return logged_in(person("root@example.org", is_staff=True, is_superuser=True))


@pytest.fixture
def learner(road) -> User:
    """Somebody who is in the middle of linear algebra."""
    user = person("learner@example.org")
    enrolment = Enrolment.objects.create(
        user=user, roadmap=road.roadmap, hours_per_week=5, started_on=datetime.date(2026, 1, 1)
    )
    MilestoneProgress.objects.create(enrolment=enrolment, milestone="linear-algebra", state="doing")
    return user


@pytest.fixture
def at(page: Page, live_server, editor_user) -> Page:
    """The editor's browser."""
    return enter(page, live_server.url, editor_user)


@pytest.fixture
def plain_at(plain_page: Page, live_server, editor_user) -> Page:
    """The same without JavaScript."""
    return enter(plain_page, live_server.url, editor_user)
