"""One learner's plan on the roadmap that we ship."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from roadmap.document import Document, parse
from roadmap.planning import Plan, this_week, weeks_of
from tests.roadmap.diary import edition, milestone, steps
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, months, situation, staged

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"


@pytest.fixture(scope="module")
def architect() -> Document:
    return parse(FIXTURE.read_bytes(), name=FIXTURE.name)


def test_a_beginner_has_a_date_within_five_years_and_a_first_step_of_ten_hours_at_most(architect: Document) -> None:
    now = situation(architect)
    plan = Plan(now)
    soonest = plan.stages[0].finish.likely
    assert soonest is not None
    assert soonest <= MONDAY + timedelta(days=5 * 365)
    assert 0 < this_week(now.standing, hours_per_week=10, today=MONDAY)[0].hours <= 10
    assert sum(week.hours for week in weeks_of(plan.runs)) == pytest.approx(now.standing.hours.left)


def test_who_ticks_at_their_pace_for_fifteen_weeks_is_where_they_thought(architect: Document) -> None:
    """Beside a degree, and without calling anything done, which leaves a tenth of each milestone open."""
    diary, spent = enrolled(), 0.0
    diary.mark("bachelors-degree", "doing", on=MONDAY)
    for slug in ("applied-mathematics", "linear-algebra"):
        for step in architect.by_slug[slug].steps:
            spent += step.hours
            if spent <= 150:
                diary.tick(slug, step.slug, step.hours, on=MONDAY + int(7 * (spent - 1e-6) / 10) * DAY)
    before, now = situation(architect), situation(architect, diary, today=MONDAY + 15 * WEEK)
    assert now.pace.hours == pytest.approx(10, rel=0.1)
    for stage in (None, "degree-foundations"):
        was, became = before.likely(stage), now.likely(stage)
        assert was is not None
        assert became is not None
        assert abs((became - was).days) <= 14


def test_a_tenth_held_back_until_a_finish_is_no_slower_pace() -> None:
    road = edition(milestone("a", 150, steps=steps(*[10] * 15)), milestone("b", 850))
    diary = enrolled()
    for week in range(15):
        diary.tick("a", f"s{week + 1}", 10, on=MONDAY + week * WEEK)
    now = situation(road, diary, today=MONDAY + 15 * WEEK)
    assert now.pace.hours == pytest.approx(10)
    assert sum(now.earned.values()) == pytest.approx(now.standing.hours.earned) == pytest.approx(135)
    likely = now.likely()
    assert likely is not None
    assert abs(likely - MONDAY - 100 * WEEK) <= 2 * WEEK


def test_priority_is_under_way_then_what_can_wait_least_then_the_documents_order() -> None:
    road = edition(
        milestone("short"),
        milestone("also-short"),
        milestone("begun"),
        milestone("long", 30),
        milestone("end", 60, prerequisites=["long"]),
    )
    diary = enrolled()
    diary.mark("begun", "doing", on=MONDAY)
    plan = Plan(situation(road, diary))
    assert plan.order == ("begun", "long", "end", "short", "also-short")
    assert plan.next == ("begun", "long", "short", "also-short")


def test_what_takes_less_than_a_week_is_not_put_off() -> None:
    road = edition(
        milestone("long", 30),
        milestone("end", 60, prerequisites=["long"]),
        milestone("tiny", 9),
        milestone("small", 10),
    )
    assert Plan(situation(road, enrolled())).order == ("tiny", "long", "end", "small")


def test_the_critical_path_is_what_cannot_wait() -> None:
    road = edition(
        milestone("a", 10), milestone("job", 10, prerequisites=["a"], elapsed_months=months(6)), milestone("b", 40)
    )
    plan = Plan(situation(road))
    assert plan.critical_path == ("a", "job")
    assert plan.slack["b"] == pytest.approx(1 + 6 * 365.2425 / 12 / 7 - 4)


def test_what_if_is_asked_with_other_hours() -> None:
    road = edition(milestone("a", 300))
    diary = enrolled(10)
    now = situation(road, diary)
    assert now.with_progress(hours_per_week=20).pace.hours == 20
    assert now.with_progress(hours_per_week=20).likely() == MONDAY + 15 * WEEK
    assert now.with_progress(hours_per_week=10).pace == now.pace


def test_a_date_is_the_same_from_the_road_up_to_its_stage_as_from_all_of_it(architect: Document) -> None:
    diary = enrolled()
    diary.mark("bachelors-degree", "doing", on=MONDAY)
    diary.mark("python-programming", "known", on=MONDAY)
    diary.mark("end-to-end-project", "doing", anyway=True, on=MONDAY)
    part, whole = situation(architect, diary), situation(architect, diary)
    assert whole.network.slugs
    for stage in architect.stages:
        assert part.likely(stage.slug) == whole.likely(stage.slug)
        assert part.likely(stage.slug, hurried=True) == whole.likely(stage.slug, hurried=True)
    assert "network" not in vars(part)


def test_the_stage_at_hand_is_the_first_with_something_left() -> None:
    road = staged(("one", "two"), milestone("a", stage="one"), milestone("b", stage="two"))
    diary = enrolled()
    for slug, then in (("a", "two"), ("b", None)):
        diary.mark(slug, "skipped", on=MONDAY)
        now = situation(road, diary)
        assert (now.stage_at_hand and now.stage_at_hand.slug) == then
    assert now.is_finished


class TestCriticalPath:
    """Case 23: on a list without prerequisites nothing is on a critical path."""

    def test_a_list_without_prerequisites_has_none(self) -> None:
        road = edition(*(milestone(f"m{number}", 10) for number in range(5)))
        assert Plan(situation(road)).critical_path == ()

    def test_a_chain_has_one_and_what_stands_beside_it_is_not_on_it(self) -> None:
        road = edition(milestone("a", 40), milestone("b", 40, prerequisites=["a"]), milestone("c", 80))
        assert Plan(situation(road)).critical_path == ("a", "b")

    def test_what_takes_its_time_sets_the_end_also_where_it_stands_alone(self) -> None:
        road = edition(milestone("degree", 40, elapsed_months=months(36)), milestone("b", 40))
        assert Plan(situation(road)).critical_path == ("degree",)


class TestPaceSetters:
    """Case 11: which milestones keep a target out of reach."""

    def test_the_longest_waits_on_the_chain_that_decides(self) -> None:
        road = edition(
            milestone("degree", 40, elapsed_months=months(36)),
            milestone("job", 40, elapsed_months=months(24), prerequisites=["degree"]),
            milestone("talks", 10, elapsed_months=months(48)),
            milestone("b", 100),
        )
        assert Plan(situation(road)).pace_setters(10) == (("degree", "job"), True)

    def test_what_has_the_most_hours_where_none_takes_its_time(self) -> None:
        road = edition(milestone("a", 40), milestone("b", 200), milestone("c", 90))
        assert Plan(situation(road)).pace_setters(168) == (("b", "c"), False)

    def test_a_wait_that_is_over_before_the_hours_are_sets_nothing(self) -> None:
        road = edition(milestone("a", 4_000), milestone("degree", 10, elapsed_months=months(12)))
        assert Plan(situation(road)).pace_setters(10) == (("a", "degree"), False)
