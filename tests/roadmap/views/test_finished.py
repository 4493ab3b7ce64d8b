"""Case 12: finished is finished, also where milestones take no hours; skipped is said of what was skipped alone."""

from __future__ import annotations

import html
import re

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from roadmap import actions, takeout
from roadmap.digests import preview
from tests.roadmap.conftest import TODAY
from tests.roadmap.diary import milestone
from tests.roadmap.views.published import follow, publish

NOTHING = [milestone(f"m{number}", 0) for number in range(12)]


def text(client, where: str) -> str:
    return html.unescape(client.get(where).content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def put(enrolment, states: dict[str, str]) -> None:
    for slug, state in states.items():
        actions.mark(enrolment=enrolment, milestone=slug, state=state, today=TODAY, edition=1)


@pytest.fixture
def walked(client, learner, db):
    """Somebody who is through with a road that takes no hours: some done, some brought along."""
    client.force_login(learner)
    enrolment = follow(learner, publish(*NOTHING))
    put(enrolment, {f"m{number}": ("done", "known")[number % 2] for number in range(12)})
    return client


@pytest.mark.parametrize("where", ["/plan/", "/roadmaps/road/", "/roadmaps/road/map/", "/roadmaps/road/milestones/m1/"])
def test_what_is_finished_without_hours_is_not_called_skipped(walked, where):
    """The words "Skip" of a button and "skipped" beside the figure 0 are no claim."""
    page = text(walked, where)
    assert not re.search("(is|are|Everything|milestone) skipped|isn't progress|stands at 0", page, re.I)
    assert "data-figure" not in page or re.search('data-figure="percent" data-value="100.0"', page)


def test_the_plan_celebrates_it(walked):
    page = text(walked, "/plan/")
    assert "You are there" in page
    assert "The road is walked: 6 milestones done, 6 brought along." in page
    assert "of the milestones" in page


def test_export_and_plan_json_say_a_hundred_per_cent(walked, learner):
    data = walked.get("/roadmaps/road/plan.json").json()
    assert (data["percent"], data["counts"]["left"], data["hours"]["total"]) == (100.0, 0, 0.0)
    [mine] = takeout.export(learner)["enrolments"]
    assert mine["standing"]["percent"] == 100.0


def test_the_letter_says_so_too(walked, learner):
    """Another roadmap is followed as well, so that there is a letter."""
    follow(learner, publish(milestone("more"), slug="other", title="Other"))
    EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
    found = preview.of(learner, timezone.now())
    assert "You are 100 % of the way: 6 done, 6 known before." in found.text
    assert "skipped" not in found.text.lower()


def test_one_done_and_hours_skipped_is_a_finish_at_nought_per_cent(client, learner, db):
    """Nothing was earned of the hours, and not everything was skipped."""
    client.force_login(learner)
    put(follow(learner, publish(milestone("a", 0), milestone("b", 10))), {"a": "done", "b": "skipped"})
    page = text(client, "/plan/")
    assert 'data-figure="percent" data-value="0.0"' in page
    assert "You are there" in page
    assert "1 milestone done, 0 brought along, 1 skipped." in page
    assert not re.search("Every(thing| milestone) is skipped", page)


@pytest.mark.parametrize("hours", [0, 10])
def test_skipping_everything_is_nought_and_says_so(client, learner, hours, db):
    client.force_login(learner)
    put(follow(learner, publish(milestone("a", hours), milestone("b", hours))), {"a": "skipped", "b": "skipped"})
    page = text(client, "/plan/")
    assert 'data-figure="percent" data-value="0.0"' in page
    assert "Every milestone is skipped, so this stands at 0 %" in page
    assert "Everything is skipped, so that is 0 %" in text(client, "/roadmaps/road/")


def test_a_road_on_which_all_is_optional_asks_for_nothing(client, learner, db):
    client.force_login(learner)
    follow(learner, publish(milestone("a", optional=True)))
    page = text(client, "/plan/")
    assert "No milestone of this roadmap has to be done." in page
    assert "skipped, so" not in page
