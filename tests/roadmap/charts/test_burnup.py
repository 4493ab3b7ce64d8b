"""The burn-up chart, from the first minute to many years, drawn from plans that people have."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.template.loader import render_to_string

from roadmap.charts.burnup import burn_up
from tests.roadmap.charts.samples import FAR, TODAY, burn_ups, weekly

TOTAL = [(date(2020, 1, 1), 3560.0)]


def points(path: str) -> list[tuple[float, float]]:
    found = re.findall(r"([\d.]+) ([\d.]+)", path)
    return [(float(x), float(y)) for x, y in found]


@pytest.mark.parametrize("name", burn_ups())
def test_everything_lies_on_the_plot(name: str):
    chart = burn_ups()[name]
    for path in (chart.earned_path, chart.earned_area, chart.total_path, chart.cone, chart.likely_path):
        assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points(path))


def test_without_a_history_there_is_a_forecast_and_no_line():
    chart = burn_ups()["first-minute"]
    assert chart.earned_path == ""
    assert chart.now == (0, 100)
    assert chart.cone


def test_the_cone_opens_from_today_to_the_early_and_the_late_end():
    chart = burn_ups()["years"]
    now, early, late = points(chart.cone)
    assert now == chart.now
    assert chart.meeting
    assert early[0] < chart.meeting[0] < late[0]
    assert early[1] == late[1] == chart.meeting[1]


def test_an_end_beyond_the_horizon_leaves_the_cone_open_to_the_edge():
    now, _, far, level = points(burn_ups()["no-end"].cone)
    assert far[0] == level[0] == 100
    assert level[1] == now[1]


def test_the_total_changes_on_its_day():
    start, *steps, end = points(burn_ups()["years"].total_path)
    assert (start[0], end[0]) == (0, 100)
    assert {start[1], end[1]} == {y for _, y in steps}
    assert all(x1 == x2 or y1 == y2 for (x1, y1), (x2, y2) in pairwise([start, *steps, end]))


def test_an_hour_stays_earned_until_today():
    chart = burn_up(earned=[(TODAY - timedelta(days=10), 5.0)], total=TOTAL, today=TODAY)
    assert [(row.on, row.earned) for row in chart.rows] == [(TODAY - timedelta(days=10), 5.0), (TODAY, 5.0)]


def test_a_pause_outside_the_axis_is_not_drawn():
    past, ahead = (date(2001, 1, 1), date(2001, 2, 1)), (date(2027, 1, 1), date(2027, 1, 1))
    chart = burn_up(earned=[], total=TOTAL, today=TODAY, forecast=FAR, pauses=[past, ahead])
    assert len(chart.pauses) == 1
    assert chart.pauses[0].width > 0


@pytest.mark.parametrize("weeks", [2, 60, 200, 520])
def test_the_table_is_short_and_ends_today(weeks: int):
    rows = burn_up(earned=weekly(weeks, 5), total=TOTAL, today=TODAY).rows
    assert len(rows) <= 30
    assert rows[-1].on == TODAY
    assert [row.earned for row in rows] == sorted(row.earned for row in rows)


def test_the_chart_says_in_words_what_it_shows():
    html = render_to_string("roadmap/_burnup.html", {"burnup": burn_ups()["years"], "id": "far"})
    description = re.search(r'<desc id="far-desc">(.*?)</desc>', html)
    assert description
    assert description[1].endswith("All of them: likely 2033, four times in five between autumn 2032 and 2034.")
    assert re.search(r'<th scope="row">22 November 2026</th><td class="number">[\d,.]+&nbsp;h</td>', html)
    assert "%" not in re.sub(r'="[\d.]+%"', "", html)  # places only
