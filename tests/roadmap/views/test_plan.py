"""The dashboard: what fits into my week, and what it says when there is nothing."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from accounts.models import User
from roadmap import actions
from tests.roadmap.conftest import TODAY

ROAD = "/roadmaps/ml-architect/"


def text(response) -> str:
    return html.unescape(response.content.decode())


def test_without_a_session_one_is_led_to_the_log_in(client, roadmap):
    assert client.get("/plan/").url == "/accounts/login/?next=%2Fplan%2F"
    assert client.get(f"{ROAD}plan.json").url.startswith("/accounts/login/")


def test_somebody_who_follows_nothing_can_begin_at_once(client, learner, roadmap):
    client.force_login(learner)
    page = text(client.get("/plan/"))
    assert f'action="{ROAD}enrol/"' in page
    assert "Lectures that you attend anyway and paid work don't count" in page


def test_who_left_is_told_that_what_they_did_comes_back(me, enrolment):
    actions.enrol(
        user=enrolment.user, roadmap=enrolment.roadmap, hours_per_week=7, target_on=None, today=TODAY, edition=1
    )
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    page = text(me.get("/plan/"))
    assert "Take it up again: Machine Learning Architect" in page
    assert "Everything you did before is kept and comes back." in page
    assert 'name="hours_per_week" value="7"' in page


def test_a_beginner_has_something_to_tick_that_fits_the_week(me, document):
    page = text(me.get("/plan/"))
    ticks = re.findall(r'action="/roadmaps/ml-architect/milestones/([\w-]+)/steps/([\w-]+)/"', page)
    assert ticks
    assert sum(document.by_slug[milestone].step_by_slug[step].hours for milestone, step in ticks) <= 10


def test_a_step_says_what_to_open_in_which_format_and_whether_it_is_free(me):
    item = re.search(r'<li class="step">.*?</li>', text(me.get("/plan/")), re.S)[0]
    assert re.search(r'<a href="https?://', item)
    assert "free" in item


def test_hours_put_in_before_leave_the_last_part_of_a_step(me, enrolment, document):
    begun = TODAY - timedelta(days=7)
    others = [m.slug for m in document.milestones if m.slug != "linear-algebra"]
    actions.place(enrolment=enrolment, known=others, doing=[], today=begun, edition=1)
    actions.log_hours(enrolment=enrolment, milestone="linear-algebra", hours=3, on=begun, today=begun, edition=1)
    assert "the last 5 h of 8" in text(me.get("/plan/"))


def test_every_milestone_stands_there_once(me):
    shown = re.findall(r'data-milestone="([\w-]+)"', text(me.get("/plan/")))
    assert shown
    assert len(shown) == len(set(shown))


def test_everything_done_is_celebrated(me, enrolment, document):
    finish(enrolment, document, "done")
    page = text(me.get("/plan/"))
    assert "You are there" in page
    assert re.search(r'data-figure="percent" data-value="100.0"', page)
    assert me.get(f"{ROAD}plan.json").json()["next"] == []


def test_everything_skipped_is_nought_per_cent_said_plainly(me, enrolment, document):
    finish(enrolment, document, "skipped")
    page = text(me.get("/plan/"))
    assert "Every milestone is skipped, so this stands at 0 %" in page
    assert re.search(r'data-figure="percent" data-value="0.0"', page)


def finish(enrolment, document, state):
    """Put every milestone into a state."""
    for milestone in document.milestones:
        actions.mark(enrolment=enrolment, milestone=milestone.slug, state=state, today=TODAY, edition=1)


def test_plan_json_says_what_the_contract_names_and_no_more(me, roadmap):
    me.post(f"{ROAD}milestones/linear-algebra/state/", {"state": "done"})
    data = me.get(f"{ROAD}plan.json").json()
    assert set(data) == {
        "roadmap",
        "edition",
        "today",
        "hours_per_week",
        "counts",
        "hours",
        "percent",
        "next",
        "locked",
    }
    assert (data["roadmap"], data["edition"], data["hours_per_week"]) == ("ml-architect", 1, 10)
    counts = data["counts"]
    assert counts["done"] + counts["known"] + counts["skipped"] + counts["left"] == counts["total"]
    hours = data["hours"]
    assert hours["earned"] + hours["skipped"] + hours["left"] == pytest.approx(hours["total"])
    assert data["locked"]["statistics-and-probability"] == ["applied-mathematics"]
    assert "linear-algebra" not in data["next"]


def test_a_stranger_cannot_tell_that_a_plan_exists(client, enrolment):
    client.force_login(User.objects.create_user("eve@example.org"))
    assert client.get(f"{ROAD}plan.json").status_code == 404
