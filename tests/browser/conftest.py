"""The site as a visitor finds it: the roadmap is published, mails lie in the mailbox."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from accounts.mailbox import store
from roadmap.document import Document, parse, to_data
from roadmap.models import Edition, Roadmap

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "ml_architect.yaml"


TRAIL = {
    "format": 1,
    "slug": "trail",
    "title": "Trail",
    "stages": [{"slug": "way", "title": "The way"}, {"slug": "top", "title": "The top"}],
    "milestones": [
        {
            "slug": slug,
            "stage": stage,
            "title": f"Milestone {slug}",
            "effort_hours": {"low": 4, "likely": 6, "high": 9},
            "prerequisites": needs,
            "steps": [{"slug": f"step-{n}", "title": f"Step {n} of {slug}", "hours": 2} for n in range(1, 4)],
        }
        for slug, stage, needs in (
            ("one", "way", []),
            ("two", "way", ["one"]),
            ("three", "way", []),
            ("four", "top", ["two"]),
        )
    ],
}


@pytest.fixture(scope="session")
def document() -> Document:
    """The real roadmap, read once."""
    return parse(FIXTURE.read_bytes(), name=FIXTURE.name)


@pytest.fixture
def published(transactional_db, settings, tmp_path) -> None:
    """The real roadmap, published, and an empty mailbox."""
    settings.VAR_DIR = tmp_path
    settings.EMAIL_BACKEND = "accounts.mailbox.EmailBackend"
    call_command("load_roadmap", str(FIXTURE), "--publish", verbosity=0)


@pytest.fixture
def newest_mail() -> Callable[[str], store.StoredMail]:
    """Return a function that gives the newest mail to an address."""
    return lambda address: next(store.mails(to=address))


@pytest.fixture
def road(transactional_db, document: Document) -> Roadmap:
    """The real roadmap in two editions; the second brings something new."""
    road = Roadmap.objects.create(slug=document.slug, title=document.title, summary=document.summary)
    data = to_data(document)
    newer = copy.deepcopy(data)
    newer["milestones"].append(newer["milestones"][0] | {"slug": "reading-group", "title": "Join a reading group"})
    for number, words in enumerate((data, newer), start=1):
        road.current_edition = Edition.objects.create(roadmap=road, number=number, document=words, sha256="-")
    road.save()
    return road


@pytest.fixture
def trail(transactional_db) -> Roadmap:
    """A small roadmap, whose pages cost little: four milestones, one after another, with steps."""
    road = Roadmap.objects.create(slug="trail", title="Trail")
    road.current_edition = Edition.objects.create(roadmap=road, number=1, document=TRAIL, sha256="-")
    road.save()
    return road


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def visitor(request: pytest.FixtureRequest, published) -> Page:
    """A visitor's page; every journey is made with JavaScript and again without."""
    page: Page = request.getfixturevalue("page" if request.param == "with JavaScript" else "plain_page")
    return page
