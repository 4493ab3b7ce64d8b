"""The front page where there are several roadmaps (case 24)."""

from __future__ import annotations

import pytest

from roadmap import actions
from roadmap.models import Edition, Roadmap
from tests.roadmap.conftest import TODAY


@pytest.fixture
def earlier(roadmap) -> Roadmap:
    """Another roadmap, of an earlier letter, which quotes nothing."""
    document = {
        "format": 1,
        "slug": "a-pottery",
        "title": "A potter's way",
        "stages": [{"slug": "clay", "title": "Clay"}],
        "milestones": [
            {"slug": "throw", "stage": "clay", "title": "Throw", "effort_hours": {"low": 1, "likely": 2, "high": 3}}
        ],
    }
    added = Roadmap.objects.create(slug="a-pottery", title="A potter's way")
    added.current_edition = Edition.objects.create(roadmap=added, number=1, document=document, sha256="-")
    added.save()
    return added


def test_who_follows_one_sees_that_one_and_not_the_alphabets_first(me, earlier, document):
    page = me.get("/").text
    assert f"<strong>{document.title}</strong>" in page
    assert "potter" not in page
    assert "Open my plan" in page


def test_who_follows_none_sees_the_first(client, learner, earlier):
    client.force_login(learner)
    assert "potter" in client.get("/").text


def test_who_follows_the_first_sees_it_too(client, learner, earlier):
    actions.enrol(user=learner, roadmap=earlier, hours_per_week=5, target_on=None, today=TODAY, edition=1)
    client.force_login(learner)
    assert "potter" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/roadmaps/", "/roadmaps/a-pottery/", "/accounts/login/"])
def test_no_page_says_of_every_milestone_that_it_quotes_a_guide(client, earlier, path):
    page = client.get(path).text
    assert "each milestone quotes" not in page.lower()
    assert "Every claim has a source" not in page
    assert "Where a milestone rests on a published guide, it quotes it." in page
