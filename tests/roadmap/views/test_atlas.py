"""The map's page: a picture of links and the same in words, for visitors and for learners."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string

from roadmap import queries
from roadmap.views.atlas import atlas
from tests.roadmap.test_actions import retire

MAP = "/roadmaps/ml-architect/map/"
MILESTONES = "/roadmaps/ml-architect/milestones/"


class Links(HTMLParser):
    """The picture's links: address -> (accessible name, classes)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, list[str]]] = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a" and "card-link" in values.get("class", ""):
            self.found[values["href"].removeprefix(MILESTONES)[:-1]] = (values["aria-label"], values["class"].split())


def text(response) -> str:
    return response.content.decode()


def links(response) -> dict[str, tuple[str, list[str]]]:
    return Links(text(response)).found


class TestPage:
    def test_the_picture_links_to_every_milestone(self, client, roadmap, document):
        assert sorted(links(client.get(MAP))) == sorted(document.by_slug)

    def test_each_milestone_has_its_hooks_once_in_the_outline(self, me, document):
        page = text(me.get(MAP))
        hooks = re.findall(
            r'<li [^>]*id="outline-([\w-]+)" data-milestone="([\w-]+)" data-state="\w+" data-locked="', page
        )
        assert sorted(slug for _, slug in hooks) == sorted(document.by_slug)
        assert page.count("data-milestone=") == len(hooks)

    def test_a_visitor_sees_no_states_of_their_own(self, client, roadmap):
        page = client.get(MAP)
        assert "data-locked" not in text(page)
        assert links(page)["linear-algebra"][0] == "Linear algebra"
        assert "Not on my path" not in text(page)

    def test_names_and_looks_tell_the_state(self, me):
        me.post(f"{MILESTONES}linear-algebra/state/", {"state": "done"})
        me.post(f"{MILESTONES}r-analytics/state/", {"state": "skipped"})
        me.post(f"{MILESTONES}spark-processing/state/", {"state": "doing"})
        found = links(me.get(MAP))
        assert found["linear-algebra"] == ("Linear algebra, done", ["card-link", "card--done"])
        assert found["r-analytics"][1] == ["card-link", "card--skipped"]
        assert found["spark-processing"][0] == "Large-scale data with Spark, in progress, locked"
        assert found["deep-learning"] == ("Deep learning, to do, locked", ["card-link", "card--locked"])
        assert found["java-development"][1] == ["card-link", "card--todo", "card--optional", "card--aside"]
        assert found["cloud-azure"][0].endswith("not on my path")

    def test_lines_from_what_is_behind_me_are_walked(self, me):
        me.post(f"{MILESTONES}applied-mathematics/state/", {"state": "known"})
        way = re.search(r'<path class="way ([^"]*)" [^>]*data-from="applied-mathematics"', text(me.get(MAP)))
        assert way
        assert "way--walked" in way[1]

    def test_the_outline_says_what_comes_first(self, me):
        row = re.search(r'<li [^>]*id="outline-entry-ml-engineer".*?</li>', text(me.get(MAP)), re.S)[0]
        words = " ".join(html.unescape(re.sub(r"<[^>]+>", "", row)).split())
        assert "CV and interview preparation" in words
        assert words.endswith("and one of “AWS, Google Cloud or Azure”")
        assert '<a href="#outline-deep-learning">' in row

    def test_a_retired_milestone_with_a_stake_stays_in_the_outline_only(self, me, roadmap, document):
        me.post(f"{MILESTONES}linear-algebra/state/", {"state": "done"})
        retire(roadmap, document, "linear-algebra")
        page = me.get(MAP)
        assert "linear-algebra" not in links(page)
        assert 'data-milestone="linear-algebra" data-state="done"' in text(page)

    def test_pages_lead_to_the_map(self, me, client):
        for path in ("/roadmaps/ml-architect/", "/plan/"):
            assert f'href="{MAP}"' in text(me.get(path))
        client.logout()
        assert f'href="{MAP}"' in text(client.get("/roadmaps/ml-architect/"))

    def test_a_roadmap_that_is_not_published_has_no_map(self, client, db):
        assert client.get(MAP).status_code == 404


class TestLegend:
    def test_it_explains_what_is_there_and_nothing_else(self, client, me, roadmap):
        mine = re.findall(r"</svg> ([^<]+)</li>", text(me.get(MAP)))
        client.logout()
        assert [words.strip() for words in re.findall(r"</svg> ([^<]+)</li>", text(client.get(MAP)))] == [
            "To do",
            "Optional",
            "Choose one",
        ]
        assert "Locked: something comes first" in mine
        assert [words for words in mine if "Critical" in words]

    @pytest.mark.parametrize("critical", [frozenset(), frozenset({"linear-algebra", "machine-learning-coursework"})])
    def test_the_critical_path_is_drawn_and_named_where_there_is_one(self, learner, enrolment, critical):
        context = atlas(queries.journey(learner, "ml-architect"), critical=critical)
        found = Links(render_to_string("roadmap/map.html", context)).found
        marked = {slug for slug, (name, looks) in found.items() if "card--critical" in looks}
        assert marked == critical == {slug for slug, (name, _) in found.items() if "on the critical path" in name}
        assert sum("way--critical" in way.looks for way in context["ways"]) == bool(critical)
        assert any("Critical path" in clue.words for clue in context["legend"]) == bool(critical)
