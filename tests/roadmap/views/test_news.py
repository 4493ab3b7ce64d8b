"""What changed: told once, to whom it concerns, until they have taken note of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from roadmap import actions
from roadmap.document import to_data
from roadmap.models import Edition, Enrolment, Roadmap
from tests.roadmap.conftest import TODAY
from tests.roadmap.views.test_progress import ALGEBRA, HTMX, ROAD, parts

NEWS = f"{ROAD}news/"
NEW = {"slug": "tensor-play", "title": "Play with <b>tensors</b>", "effort_hours": {"low": 5, "likely": 10, "high": 20}}
Publish = Callable[..., None]


@pytest.fixture
def publish(roadmap: Roadmap, document) -> Publish:
    """Return a function that publishes the next edition: the one before with `changes` of milestones and new ones."""
    data = to_data(document)

    def next_edition(*new: dict[str, Any], notes: str = "", **changes: dict[str, Any]) -> None:
        by_slug = {milestone["slug"]: milestone for milestone in data["milestones"]}
        for slug, change in changes.items():
            by_slug[slug.replace("_", "-")].update(change)
        data["milestones"] += [{"stage": data["stages"][0]["slug"], **milestone} for milestone in new]
        number = Edition.objects.count() + 1
        edition = Edition.objects.create(
            roadmap=roadmap, number=number, document=data, sha256=f"-{number}", notes=notes
        )
        Roadmap.objects.update(current_edition=edition)

    return next_edition


def told(response) -> list[str]:
    """Return the lines of news on a page, smaller changes included."""
    section = re.search(r'<section[^>]*id="news-.*?</section>', response.content.decode(), re.S)
    lines = re.findall(r"<li>(.*?)</li>", section[0], re.S) if section else []
    return [html.unescape(re.sub(r"<[^>]+>", "", line)) for line in lines]


def test_without_a_new_edition_there_is_no_news(me):
    assert told(me.get("/plan/")) == []
    assert "what changed for you" not in me.get(ROAD).content.decode()


def test_the_plan_says_what_an_edition_means_for_me(me, publish):
    me.post(f"{ALGEBRA}state/", {"state": "done"})
    publish(NEW, linear_algebra={"retired_on": "2026-11-22", "replaced_by": ["tensor-play"]})
    page = me.get("/plan/")
    assert (
        told(page)[0]
        == "“Linear algebra”, which you finished, is replaced by “Play with <b>tensors</b>”: it counts as done."
    )
    assert f'<a href="{ROAD}milestones/tensor-play/">Play with &lt;b&gt;tensors&lt;/b&gt;</a>' in page.content.decode()
    assert '<a href="/plan/#news-ml-architect">what changed for you</a>' in me.get(ROAD).content.decode()


def test_the_editors_words_are_quoted_where_there_is_news(me, publish):
    publish(notes="Nothing <for> you")
    assert "Nothing &lt;for&gt; you" not in me.get("/plan/").content.decode()
    publish(NEW, notes="Tensors <are> new")
    page = me.get("/plan/").content.decode()
    assert "Tensors &lt;are&gt; new" in page
    assert "Nothing &lt;for&gt; you" not in page


def test_taken_note_of_it_is_gone_also_after_enrolling_again(me, publish):
    publish(NEW)
    assert told(me.get("/plan/"))
    response = me.post(NEWS, {"edition": "2"}, headers={"Referer": "http://testserver/plan/"})
    assert (response.status_code, response.url) == (302, "/plan/")
    assert told(me.get("/plan/")) == []
    me.post(f"{ROAD}leave/")
    me.post(f"{ROAD}enrol/", {"hours_per_week": "10"})
    assert told(me.get("/plan/")) == []


def test_with_htmx_the_plan_is_redrawn_without_it(me, publish):
    publish(NEW)
    response = me.post(NEWS, {"edition": "2"}, headers=HTMX | {"HX-Current-URL": "http://testserver/plan/"})
    assert parts(response) == {"plan", "messages"}
    assert told(response) == []


def test_a_newer_edition_is_not_dismissed_unseen(me, publish):
    """The form stood there with edition 2 when edition 3 came."""
    publish(linear_algebra={"title": "Vectors"})
    publish(NEW)
    me.post(NEWS, {"edition": "2"})
    assert told(me.get("/plan/")) == ["A new milestone ahead of you: “Play with <b>tensors</b>”."]
    me.post(NEWS, {"edition": "1"})
    me.post(NEWS, {"edition": "9"})
    me.post(NEWS, {"edition": "2"})
    assert Enrolment.objects.get().seen_edition == 3


def test_editions_between_are_told_together_and_what_came_back_is_not(me, publish):
    me.post(f"{ALGEBRA}state/", {"state": "doing"})
    publish(linear_algebra={"title": "Vectors", "retired_on": "2026-11-22"})
    publish(linear_algebra={"title": "Vectors and matrices", "retired_on": None})
    assert told(me.get("/plan/")) == ["“Linear algebra” is called “Vectors and matrices” now."]


def test_who_comes_later_has_no_news_and_who_comes_back_has_what_they_missed(
    client, learner, roadmap, enrolment, publish
):
    actions.leave(enrolment=enrolment, today=TODAY, edition=1)
    publish(NEW)
    eve = User.objects.create_user("eve@example.org")
    for user, lines in ((learner, 1), (eve, 0)):
        client.force_login(user)
        client.post(f"{ROAD}enrol/", {"hours_per_week": "10"})
        assert len(told(client.get("/plan/"))) == lines


@pytest.mark.parametrize(
    "data", [{}, {"edition": "0"}, {"edition": "all"}, {"edition": "9" * 30}, {"edition": "2\x00"}]
)
def test_a_wrong_edition_is_answered_422_and_dismisses_nothing(me, publish, data):
    publish(NEW)
    for headers in ({}, HTMX):
        assert me.post(NEWS, data, headers=headers).status_code == 422
    assert told(me.get("/plan/"))


def test_only_a_post_and_only_by_who_follows_it(me, client, publish):
    publish(NEW)
    assert me.get(NEWS).status_code == 405
    client.force_login(User.objects.create_user("eve@example.org"))
    assert client.post(NEWS, {"edition": "2"}).status_code == 404
    assert Enrolment.objects.get().seen_edition == 1


@pytest.mark.parametrize(("path", "queries"), [("/plan/", 6), (ROAD, 5)])
def test_news_cost_no_query(me, publish, path, queries, django_assert_num_queries):
    publish(NEW, notes="New")
    me.get(path)  # reads both editions, once per process
    with django_assert_num_queries(queries):
        assert me.get(path).status_code == 200
