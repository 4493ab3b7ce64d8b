"""The wheels of sentences: no two letters in a row read alike."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from roadmap.calendar import DAY, WEEK
from roadmap.digests import words
from tests.roadmap.digests.conftest import MONDAY_8

MONDAY = MONDAY_8.date()
OPENINGS = (
    *(words.WORKED_HOURS, words.WORKED_LONGER, words.WORKED, words.LOGGED, words.CHANGED),
    *(words.QUIET, words.AHEAD),
)
WHEELS = (
    *(*OPENINGS, words.QUESTIONS, words.NEXT, words.TICKED, words.WAITING),
    *(words.LOGGED, words.CONFIRM, words.OUTLOOK, words.RESTING),
)


@pytest.mark.parametrize("wheel", WHEELS)
def test_no_sentence_comes_twice_in_a_row_in_ten_years_of_weeks(wheel: tuple[str, ...]) -> None:
    weeks = [words.turned(wheel, MONDAY + number * WEEK) for number in range(520)]
    assert all(one != next_one for one, next_one in pairwise(weeks))
    assert set(weeks) == set(wheel)


def test_a_week_has_one_sentence_from_monday_to_sunday() -> None:
    assert len({words.turned(words.QUESTIONS, MONDAY + number * DAY) for number in range(7)}) == 1
    assert words.turned(words.QUESTIONS, MONDAY - DAY) != words.turned(words.QUESTIONS, MONDAY)


@pytest.mark.parametrize("openings", OPENINGS)
def test_opening_question_and_subject_together_come_again_after_210_weeks_at_the_earliest(
    openings: tuple[str, ...],
) -> None:
    wheels = (openings, words.QUESTIONS, words.NEXT)
    weeks = [MONDAY + number * WEEK for number in range(210)]
    assert len({tuple(words.turned(wheel, on) for wheel in wheels) for on in weeks}) == 210


def test_a_subject_reads_well_with_any_title() -> None:
    """Case 25: a title that begins with a verb stands after a colon or in quotes."""
    assert all(re.search(r": \{}, \{}$", sentence) for sentence in words.NEXT)
    assert all("“{}”" in sentence for sentence in (*words.TICKED, *words.CONFIRM, *words.OUTLOOK))


def test_an_opening_fits_however_many_steps_follow() -> None:
    """Case 25: three steps may follow, or none; and a plan counts with nothing."""
    for opening in (sentence for wheel in OPENINGS for sentence in wheel):
        assert not re.search("this one|counts with|here is (what|a)|:$", opening, re.I), opening
