"""Titles are broken where words end, and never grow out of their box."""

import pytest

from roadmap.charts.lettering import fold, measure


def test_a_title_breaks_between_words():
    assert fold("Model deployment and monitoring", width=9, lines=3) == ("Model deployment", "and monitoring")


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert fold("One two three four five six", width=4, lines=2)[-1].endswith("…")


@pytest.mark.parametrize("text", ["Donaudampfschifffahrtsgesellschaft", "W" * 40, "機械学習" * 8, "a " * 60, "x"])
@pytest.mark.parametrize("lines", [1, 3])
def test_no_line_is_too_wide(text: str, lines: int):
    folded = fold(text, width=8, lines=lines)
    assert 1 <= len(folded) <= lines
    assert all(line and measure(line) <= 8 for line in folded)
