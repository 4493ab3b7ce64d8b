"""Of two thousand learners who live the stated model, four in five end within the interval they were told."""

from __future__ import annotations

import math
import random
from datetime import timedelta

import pytest

from roadmap.planning import Situation, pace
from tests.roadmap.planning.learners import DRIFT, PRIOR, WEEKLY, Road, Walker, year_and_a_half
from tests.roadmap.planning.situations import MONDAY

LEARNERS = 2_000
SHARES = (0.0, 0.1, 0.5, 0.9)


def test_the_simulation_lives_the_model_that_is_stated() -> None:
    assert (PRIOR, WEEKLY, DRIFT) == (pace.PRIOR, pace.WEEKLY, pace.DRIFT)


@pytest.fixture(scope="module")
def told() -> list[tuple[float, float, float]]:
    """For each share of the way: the parts of learners who end before `early`, by `likely`, and after `late`."""
    document, chance = year_and_a_half(), random.Random(77)
    road = Road(document)
    before, by, after = [0] * len(SHARES), [0] * len(SHARES), [0] * len(SHARES)
    for _ in range(LEARNERS):
        glances, end = Walker(road, chance).walk(SHARES)
        ends_on = MONDAY + timedelta(days=math.ceil(7 * end))
        for number, glance in enumerate(glances):
            finish = Situation(document, glance.progress, MONDAY, glance.today).finish()
            assert finish is not None
            before[number] += finish.early is not None and ends_on < finish.early
            by[number] += finish.likely is None or ends_on <= finish.likely
            after[number] += finish.late is not None and ends_on > finish.late
    return [(a / LEARNERS, b / LEARNERS, c / LEARNERS) for a, b, c in zip(before, by, after, strict=True)]


@pytest.mark.parametrize("share", SHARES)
def test_four_in_five_end_within_their_interval(told: list[tuple[float, float, float]], share: float) -> None:
    before, by, after = told[SHARES.index(share)]
    assert 0.77 <= 1 - before - after <= 0.83
    assert 0.43 <= by <= 0.57
    assert 0.05 <= before <= 0.15
    assert 0.05 <= after <= 0.15
