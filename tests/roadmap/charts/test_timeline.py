"""The timeline of stages, drawn from plans that people have."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from roadmap.charts.timeline import Leg, timeline
from tests.roadmap.charts.samples import TODAY, timelines


@pytest.mark.parametrize("name", timelines())
def test_bars_lie_on_the_axis(name: str):
    for bar in timelines()[name].bars:
        for part in (bar.sure, bar.maybe):
            assert part is None or (part.at >= 0 and part.width >= 0 and part.at + part.width <= 100.01)


def test_a_stage_is_solid_to_its_early_end_and_faint_to_its_late_one():
    bar = timelines()["years"].bars[2]
    assert bar.sure
    assert bar.maybe
    assert bar.likely_at
    assert bar.maybe.at == pytest.approx(bar.sure.at + bar.sure.width, abs=0.02)
    assert bar.maybe.at < bar.likely_at < bar.maybe.at + bar.maybe.width


def test_what_is_done_has_no_faint_part():
    assert timelines()["years"].bars[0].maybe is None


def test_without_an_end_in_sight_a_bar_runs_to_the_edge():
    (bar,) = timelines()["no-end"].bars
    assert bar.maybe
    assert bar.maybe.at + bar.maybe.width == pytest.approx(100, abs=0.02)


def test_a_stage_in_centuries_leaves_room_for_those_before_it():
    near = Leg("Near", "doing", TODAY, *[TODAY + timedelta(days=days) for days in (4_000, 5_000, 7_000)], "2046")
    found = timeline([near, Leg("Far", "todo", TODAY + timedelta(days=400_000), None, None, None, "")], today=TODAY)
    assert found.bars[0].sure.width > 20
    assert found.bars[1].maybe == (100, 0)


def test_no_stages_make_no_bars():
    assert timeline([], today=TODAY).bars == ()


def test_the_chart_says_in_words_what_it_shows():
    page = html.unescape(render_to_string("roadmap/_timeline.html", {"timeline": timelines()["years"], "id": "way"}))
    assert "Skills: about 2029." in re.findall(r'<desc id="way-desc">(.*?)</desc>', page)[0]
    assert "a stage with a title too long for a phone: March 2026" in page
    assert re.search(r'<th scope="row">Degree and foundations</th><td>March 2026</td><td>about 2027</td>', page)
    assert "more than 15 years away" in render_to_string(
        "roadmap/_timeline.html", {"timeline": timelines()["no-end"], "id": "x"}
    )
