"""What I bring along: three answers, a list to untick, one change."""

from __future__ import annotations

import html
import re

from roadmap.models import Event, MilestoneProgress
from tests.roadmap.test_actions import retire

PLACEMENT = "/roadmaps/ml-architect/placement/"
HTMX = {"HX-Request": "true"}


def ticked(response) -> list[tuple[str, str]]:
    return re.findall(r'name="(known|doing)" value="([\w-]+)" checked', response.content.decode())


def test_without_answers_nothing_is_ticked_and_everything_is_offered(me, document):
    response = me.get(PLACEMENT)
    assert ticked(response) == []
    offered = re.findall(r'name="known" value="([\w-]+)"', response.content.decode())
    assert sorted(offered) == sorted(document.by_slug)


def test_answers_tick_what_they_suggest(me):
    response = me.get(PLACEMENT, {"degree": "bachelor", "subject": "mathematics"})
    assert ticked(response) == [
        ("known", slug)
        for slug in ("bachelors-degree", "applied-mathematics", "linear-algebra", "statistics-and-probability")
    ]


def test_studying_now_is_doing(me):
    assert ticked(me.get(PLACEMENT, {"degree": "studying"})) == [("doing", "bachelors-degree")]


def test_htmx_gets_the_suggestions_alone(me):
    response = me.get(PLACEMENT, {"degree": "studying"}, headers=HTMX)
    assert response.content.decode().lstrip().startswith('<section class="stack" id="brought"')
    assert 'hx-target="#brought" hx-swap="outerHTML show:top"' in me.get(PLACEMENT).text


def test_a_strange_answer_is_422(me):
    assert me.get(PLACEMENT, {"degree": "wizard"}).status_code == 422
    assert me.get(PLACEMENT, {"degree": "bachelor", "subject": "\x00"}).status_code == 422


def test_what_is_ticked_is_taken_in_one_change_that_one_undo_takes_back(me):
    response = me.post(PLACEMENT, {"known": ["applied-mathematics", "linear-algebra"], "doing": ["bachelors-degree"]})
    assert response.url == "/plan/"
    states = dict(MilestoneProgress.objects.values_list("milestone", "state"))
    assert states == {"applied-mathematics": "known", "linear-algebra": "known", "bachelors-degree": "doing"}
    assert Event.objects.filter(kind="state").values("change").distinct().count() == 1
    me.post("/roadmaps/ml-architect/undo/")
    assert not MilestoneProgress.objects.exists()


def test_nothing_ticked_is_an_answer_too(me):
    assert me.post(PLACEMENT, {}).status_code == 302
    assert "start at the beginning" in html.unescape(me.get("/plan/").content.decode())


def test_htmx_is_led_to_the_plan(me):
    assert me.post(PLACEMENT, {"known": "linear-algebra"}, headers=HTMX)["HX-Redirect"] == "/plan/"


def test_what_was_retired_when_shown_is_refused_whole(me, roadmap, document):
    retire(roadmap, document, "java-development")
    assert me.post(PLACEMENT, {"known": ["linear-algebra", "java-development"], "edition": "2"}).status_code == 409
    assert not MilestoneProgress.objects.exists()
    assert me.post(PLACEMENT, {"known": ["linear-algebra", "java-development"], "edition": "1"}).status_code == 302


def test_what_i_have_already_is_named_and_not_asked_again(me):
    me.post("/roadmaps/ml-architect/milestones/linear-algebra/state/", {"state": "done"})
    page = me.get(PLACEMENT, {"degree": "bachelor", "subject": "mathematics"}).content.decode()
    assert 'value="linear-algebra"' not in page
    assert "Counted already" in page


def test_it_is_for_learners_of_this_roadmap(client, learner, roadmap):
    assert client.get(PLACEMENT).url.startswith("/accounts/login/")
    client.force_login(learner)
    assert client.get(PLACEMENT).status_code == 404
    assert client.post(PLACEMENT, {"known": "linear-algebra"}).status_code == 404
