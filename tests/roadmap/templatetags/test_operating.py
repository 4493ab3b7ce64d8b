"""Spans of time, for people in a hurry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from roadmap.templatetags.operating import lasting


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d"),
        (273_600, "3 d 4 h"),
    ],
)
def test_it_is_said_in_the_two_largest_units(seconds: float, words: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == words


def test_what_never_took_place_took_no_time() -> None:
    assert lasting(None) == "–"
