"""What is left of a road, and its three-point estimates."""

from __future__ import annotations

import random
from datetime import timedelta
from statistics import fmean, median, pvariance

import pytest

from roadmap.document import Elapsed
from roadmap.planning import NO_PAUSES
from roadmap.planning.network import WEEKS_PER_MONTH, effort_per_earned_hour, network_of, pert, weeks_beyond
from tests.roadmap.diary import edition, milestone, steps
from tests.roadmap.planning.situations import MONDAY, WEEK, enrolled, months, situation, staged

SHAPES = [(90, 150, 240), (60, 120, 250), (0, 10, 10), (10, 10, 40), (36, 48, 60), (2, 6, 12)]


def drawn(low: float, likely: float, high: float, number: int = 40_000) -> list[float]:
    """Draw from the beta that a PERT estimate is."""
    rise, fall = 1 + 4 * (likely - low) / (high - low), 1 + 4 * (high - likely) / (high - low)
    chance = random.Random(11)
    return [low + (high - low) * chance.betavariate(rise, fall) for _ in range(number)]


@pytest.mark.parametrize("points", SHAPES)
def test_median_and_variance_are_those_of_the_distribution(points: tuple[float, float, float]) -> None:
    low, _, high = points
    sample = drawn(*points)
    middle, variance = pert(*points)
    assert middle == pytest.approx(median(sample), abs=0.012 * (high - low))
    assert variance == pytest.approx(pvariance(sample), rel=0.03)


def test_an_exact_estimate_is_exact() -> None:
    assert pert(7, 7, 7) == (7, 0)
    exact = Elapsed(low=3, likely=3, high=3)
    assert weeks_beyond(exact, 0) == (3 * WEEKS_PER_MONTH, 0)
    assert weeks_beyond(exact, 5) == (3 * WEEKS_PER_MONTH - 5, 0)
    assert weeks_beyond(exact, 20) == (0, 0)


@pytest.mark.parametrize("passed", [0.0, 20.0, 36.0, 44.0, 55.0])
def test_who_has_waited_so_long_waits_what_the_others_who_have_still_wait(passed: float) -> None:
    later = [months - passed for months in drawn(36, 48, 60) if months > passed]
    weeks, variance = weeks_beyond(Elapsed(low=36, likely=48, high=60), passed * WEEKS_PER_MONTH)
    assert weeks == pytest.approx(median(later) * WEEKS_PER_MONTH, abs=0.6)
    assert variance == pytest.approx(pvariance(later) * WEEKS_PER_MONTH**2, rel=0.08)
    assert fmean(later) > 0


def test_what_is_overdue_by_all_estimates_may_end_any_day() -> None:
    assert weeks_beyond(Elapsed(low=1, likely=2, high=3), 3 * WEEKS_PER_MONTH) == (0, 0)


class TestNetwork:
    def test_holds_what_is_left_in_an_order_to_walk(self) -> None:
        road = edition(
            milestone("late", prerequisites=["early", "gone"]),
            milestone("early"),
            milestone("gone"),
            milestone("spare", optional=True),
        )
        diary = enrolled()
        diary.mark("gone", "known")
        network = situation(road, diary).network
        assert network.slugs == ("early", "late")
        assert network.before == [(), (0,)]
        assert network.upstream == [0, 1]

    def test_of_a_required_group_the_paths_member_counts(self) -> None:
        road = edition(
            milestone("a"),
            milestone("b"),
            milestone("end", requires_groups=["g"]),
            groups=({"slug": "g", "members": ["a", "b"], "default": "a"},),
        )
        diary = enrolled()
        diary.choose("g", "b")
        network = situation(road, diary).network
        assert network.slugs == ("b", "end")
        assert network.before == [(), (0,)]

    def test_what_is_earned_is_not_left_and_takes_its_part_of_the_doubt_along(self) -> None:
        effort = {"low": 10, "likely": 20, "high": 40}
        road = edition(milestone("a", 20, effort_hours=effort, steps=steps(5, 15)))
        diary = enrolled()
        before = situation(road, diary).network
        diary.tick("a", "s1", on=MONDAY)
        network = situation(road, diary).network
        assert network.likely == [15]
        assert network.hours[0] == pytest.approx(0.75 * before.hours[0])
        assert network.spread * network.hours[0] == pytest.approx(0.75**2 * before.spread * before.hours[0])

    def test_calendar_time_passes_for_what_is_under_way_but_not_in_a_pause(self) -> None:
        road = edition(milestone("job", 10, elapsed_months=months(6)))
        diary = enrolled()
        today = MONDAY + 8 * WEEK
        assert situation(road, diary, today=today).network.weeks == [6 * WEEKS_PER_MONTH]
        diary.mark("job", "doing", on=MONDAY + WEEK)
        assert situation(road, diary, today=today).network.weeks == [pytest.approx(6 * WEEKS_PER_MONTH - 7)]
        pause = (MONDAY + 2 * WEEK, MONDAY + 5 * WEEK)
        network = situation(road, diary, today=today, pauses=[pause]).network
        assert network.weeks == [pytest.approx(6 * WEEKS_PER_MONTH - 4)]

    def test_of_a_stage_holds_what_the_stage_waits_for_and_nothing_else(self) -> None:
        road = staged(
            ("one", "two", "three"),
            milestone("a", stage="one", prerequisites=["c"]),
            milestone("b", stage="two"),
            milestone("c", stage="three", prerequisites=["d"]),
            milestone("d", stage="three"),
            milestone("e", stage="three"),
        )
        diary = enrolled()

        def up_to(stage: int) -> tuple[str, ...]:
            standing = situation(road, diary).standing
            return network_of(standing, today=MONDAY, pauses=NO_PAUSES, stage=stage).slugs

        assert (up_to(0), up_to(1)) == (("d", "c", "a"), ("b", "d", "c", "a"))
        diary.mark("c", "skipped", on=MONDAY)
        assert up_to(0) == ("a",)
        diary.mark("c", "doing", anyway=True, on=MONDAY)
        assert up_to(0) == ("c", "a")

    def test_what_is_under_way_waits_for_nothing(self) -> None:
        road = edition(milestone("a"), milestone("b", prerequisites=["a"]))
        diary = enrolled()
        diary.mark("b", "doing", anyway=True, on=MONDAY - timedelta(days=1))
        assert situation(road, diary).network.before == [(), ()]


def test_an_earned_hour_takes_the_median_effort_of_a_likely_one() -> None:
    exact = edition(milestone("a", 20), milestone("b", 0))
    assert effort_per_earned_hour(exact) == 1
    skewed = edition(milestone("a", effort_hours={"low": 10, "likely": 20, "high": 40}), milestone("b", 20))
    assert effort_per_earned_hour(skewed) == pytest.approx((pert(10, 20, 40)[0] + 20) / 40)
    assert effort_per_earned_hour(edition(milestone("a", 0))) == 1
