"""A published roadmap, and a learner on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import User
from roadmap import actions, queries
from roadmap.document import Document, parse, to_data
from roadmap.models import Edition, Enrolment, Roadmap
from roadmap.queries import Journey

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "ml_architect.yaml"
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="session")
def document() -> Document:
    return parse(FIXTURE.read_bytes(), name=FIXTURE.name)


@pytest.fixture
def roadmap(db, document) -> Roadmap:
    found = Roadmap.objects.create(slug=document.slug, title=document.title, summary=document.summary)
    found.current_edition = Edition.objects.create(roadmap=found, number=1, document=to_data(document), sha256="-")
    found.save()
    return found


@pytest.fixture
def learner(db) -> User:
    return User.objects.create_user("ada@example.org")


@pytest.fixture
def enrolment(learner, roadmap) -> Enrolment:
    actions.enrol(user=learner, roadmap=roadmap, hours_per_week=10, target_on=None, today=TODAY, edition=1)
    return Enrolment.objects.get()


@pytest.fixture
def stand(learner, roadmap):
    """Return a function that says where the learner stands now."""

    def now() -> Journey:
        return queries.journey(learner, roadmap.slug)

    return now


@pytest.fixture
def me(client, learner, enrolment):
    """The learner's browser."""
    client.force_login(learner)
    return client
