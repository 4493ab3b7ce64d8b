"""How hours are written, and what is left of a note's markup."""

from __future__ import annotations

import pytest

from roadmap.templatetags.learning import effort, host, hours, less, mark, markdown
from tests.roadmap.diary import edition, milestone


@pytest.mark.parametrize(
    ("value", "written"),
    [(150.0, "150"), (7.5, "7.5"), (7.25, "7.25"), (3560.333, "3,560.3"), (0, "0"), (1_234_567, "1,234,567")],
)
def test_hours_are_written_without_idle_decimals(value, written):
    assert hours(value) == written


@pytest.mark.parametrize(
    ("now", "before", "written"),
    [(18.663, 6.842, "+11.9"), (3508.5, 3548.5, "−40"), (0.25, 4, "−3.75"), (1_300, 250, "+1,050")],
)
def test_a_difference_is_that_of_the_figures_beside_it(now, before, written):
    assert less(now, before) == written


@pytest.mark.parametrize(
    ("hours_range", "elapsed", "written"),
    [
        ((20, 80), (36, 60), "20–80\N{NO-BREAK SPACE}h over 3–5 years"),
        ((24, 24), None, "24\N{NO-BREAK SPACE}h"),
        ((7.25, 10), (3, 3), "7.25–10\N{NO-BREAK SPACE}h over 3 months"),
        ((10, 20), (12, 12), "10–20\N{NO-BREAK SPACE}h over 1 year"),
        ((10, 20), (18, 24), "10–20\N{NO-BREAK SPACE}h over 1.5–2 years"),
        ((10, 20), (1, 1), "10–20\N{NO-BREAK SPACE}h over 1 month"),
        ((0, 0), (6, 15), "0\N{NO-BREAK SPACE}h over 6–15 months"),
    ],
)
def test_effort_names_its_time_on_the_calendar_and_no_range_of_one(hours_range, elapsed, written):
    """Case 23."""
    points = [dict(zip(("low", "likely", "high"), (a, a, b), strict=True)) for a, b in (hours_range, elapsed or (0, 0))]
    changes = {"elapsed_months": points[1]} if elapsed else {}
    [found] = edition(milestone("a", effort_hours=points[0], **changes)).milestones
    assert effort(found) == written


def test_an_address_is_known_by_its_host():
    assert host("https://www.bls.gov/ooh/math/") == "bls.gov"


def test_every_mark_says_its_state_in_words():
    words = {"todo": "To do", "doing": "In progress", "done": "Done", "known": "Known already", "skipped": "Skipped"}
    for state, word in words.items():
        assert word in mark(state)
    assert "Locked" in mark("todo", locked=True)
    assert "Locked" not in mark("done", locked=True)


@pytest.mark.parametrize(
    "tooth",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="/" hx-get="/accounts/logout/">x</a>',
        '<b hx-on:click="alert(1)">x</b>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](https://evil.example/pixel)",
        '<div style="position:fixed">x</div>',
        '<https://evil.example/"onmouseover=alert(1)>',
    ],
)
def test_a_note_has_no_teeth(tooth):
    html = markdown(tooth).lower()
    for part in (
        "<script",
        "<img",
        "<div",
        "<b>",
        "hx-",
        "onerror",
        "style=",
        'href="javascript',
        'href="data',
    ):
        assert part not in html


def test_what_a_note_may_hold():
    html = markdown("# Big\n\n**bold** [link](https://example.org)\n\n- one\n- two\n\n`code`")
    for part in ("<strong>Big</strong>", "<strong>bold</strong>", "<li>one</li>", "<code>code</code>"):
        assert part in html
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">link</a>' in html
    assert "<h1" not in html
