"""Laws of planning, whatever the road and whoever walks it."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from roadmap.calendar import monday_of
from roadmap.document import from_data
from roadmap.planning import Pauses, Plan, Situation, reasons, weeks_of
from tests.properties.roads import STAGES, Learner, learner, road
from tests.properties.strategies import act, seeds
from tests.roadmap.diary import Diary

pytestmark = pytest.mark.property

WEEK = timedelta(weeks=1)
FAR = date.max


def laid_out(plan: Plan) -> dict[str, list[tuple[date, float]]]:
    """Return each milestone's weeks and hours in the schedule."""
    found: dict[str, list[tuple[date, float]]] = {}
    for week in weeks_of(plan.runs):
        for slug, hours in week.milestones:
            found.setdefault(slug, []).append((week.starts_on, hours))
    return found


def large_or_small(random: random.Random) -> Learner:
    return learner(random, largest=random.choice([5, 20, 60, 300]))


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_all_that_is_left_is_laid_out_once_and_in_full(seed: random.Random) -> None:
    plan = Plan(large_or_small(seed).now)
    weeks = laid_out(plan)
    left = {found.slug: found.left_hours for found in plan.standing.path if found.left_hours}
    assert weeks.keys() == left.keys()
    for slug, hours in left.items():
        assert sum(each for _, each in weeks[slug]) == pytest.approx(hours, abs=1e-6)
        assert all(each > 0 for _, each in weeks[slug])
        assert len({monday for monday, _ in weeks[slug]}) == len(weeks[slug])
    in_all = sum(week.hours for week in weeks_of(plan.runs))
    assert round(in_all, 1) == pytest.approx(plan.standing.hours.left, abs=0.11)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_no_week_holds_more_than_the_pace_and_none_has_work_in_a_pause(seed: random.Random) -> None:
    found = large_or_small(seed)
    last = date.min
    for week in weeks_of(Plan(found.now).runs):
        assert week.starts_on.weekday() == 0
        assert week.starts_on > last
        begin, last = max(week.starts_on, found.today), week.starts_on
        active = found.pauses.active_days(begin, week.starts_on + WEEK)
        assert 0 < week.hours <= found.hours_per_week * active / 7 + 1e-9


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_nothing_is_laid_out_before_the_last_week_of_what_it_waits_for(seed: random.Random) -> None:
    found = large_or_small(seed)
    now = found.now
    weeks, network = laid_out(Plan(now)), now.network
    for slug, before in zip(network.slugs, network.before, strict=True):
        if now.standing.of(slug).effective_state == "doing" or slug not in weeks:
            continue
        expected = {
            other
            for other in now.document.by_slug[slug].prerequisites
            if now.standing.of(other).on_path and now.standing.of(other).is_left
        }
        assert expected <= {network.slugs[index] for index in before}
        for index in before:
            other, waits = network.slugs[index], network.weeks[index]
            ready = max(
                (weeks[network.slugs[i]][-1][0] for i in network.before[index] if network.slugs[i] in weeks),
                default=found.today,
            )
            assert other not in weeks or weeks[slug][0][0] >= weeks[other][-1][0]
            assert found.pauses.active_days(max(ready, found.today), weeks[slug][0][0] + WEEK) / 7 >= waits - 1e-6


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_the_same_comes_out_of_the_same(seed: random.Random) -> None:
    found = learner(seed)
    one, two = Plan(found.now), Plan(found.now)
    assert (one.runs, one.finish, one.stages, one.order) == (two.runs, two.finish, two.stages, two.order)


def test_schedules_are_seldom_a_quarter_longer_than_they_must_be() -> None:
    """The makespan against the longest chain and the sum of the work, neither of which a schedule can beat."""
    chance, long, number = random.Random(5), 0, 200
    for _ in range(number):
        found = replace(
            learner(chance), data=road(chance, size=chance.randint(20, 80)), hours_per_week=chance.choice([5, 10, 20])
        )
        now = replace(found.now, pauses=Pauses())
        network, pace = now.network, found.hours_per_week
        ends: list[float] = []
        for index, before in enumerate(network.before):
            last = max(network.weeks[index], network.likely[index] / pace)
            ends.append(max((ends[other] for other in before), default=0.0) + last)
        least = max(*ends, sum(network.likely) / pace)
        last_week = max(week.starts_on for week in weeks_of(Plan(now).runs))
        long += (last_week - found.today).days / 7 > 1.25 * least
    assert long <= 0.05 * number


class TestMonotone:
    """At a fixed pace: more hours never finish later, what is finished never delays, what must wait never hastens."""

    @staticmethod
    def dates(now: Situation) -> list[date]:
        return [now.likely(stage) or FAR for stage in (None, *STAGES)]

    def assert_never_later(self, now: Situation, before: Situation) -> None:
        assert all(one <= other for one, other in zip(self.dates(now), self.dates(before), strict=True))

    @given(seeds)
    @settings(max_examples=40, deadline=None)
    def test_more_hours_a_week(self, seed: random.Random) -> None:
        found = large_or_small(seed)
        document, slower = found.document, None
        for hours in (0.5, 1, 3, 7.5, 8, 20, 21, 80, 168):
            faster = found.situation(document, found.diary, hours_per_week=hours)
            if slower:
                self.assert_never_later(faster, slower)
            slower = faster

    @given(seeds)
    @settings(max_examples=40, deadline=None)
    def test_fewer_hours_for_a_milestone(self, seed: random.Random) -> None:
        found = large_or_small(seed)
        easier = deepcopy(found.data)
        effort = seed.choice(easier["milestones"])["effort_hours"]
        share = seed.random()
        effort |= {"low": effort["low"] * share, "likely": effort["likely"] * share}
        self.assert_never_later(found.situation(from_data(easier), found.diary), found.now)

    @given(seeds)
    @settings(max_examples=40, deadline=None)
    def test_a_finished_milestone(self, seed: random.Random) -> None:
        found = large_or_small(seed)
        before = found.now
        left = [one.slug for one in before.standing.path if one.is_left]
        for slug in seed.sample(left, min(len(left), 4)):
            diary = Diary()
            diary.events = list(found.diary.events)
            diary.mark(slug, seed.choice(["done", "known", "skipped"]), on=found.today)
            self.assert_never_later(found.situation(found.document, diary), before)

    @given(seeds)
    @settings(max_examples=40, deadline=None)
    def test_an_added_prerequisite(self, seed: random.Random) -> None:
        found = large_or_small(seed)
        before = found.now
        later = deepcopy(found.data)
        if len(later["milestones"]) < 2:
            return
        one, other = sorted(seed.sample(range(len(later["milestones"])), 2))
        milestone = later["milestones"][other]
        milestone["prerequisites"] = list({*milestone["prerequisites"], later["milestones"][one]["slug"]})
        self.assert_never_later(before, found.situation(from_data(later), found.diary))


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_reasons_sum_to_the_move(seed: random.Random) -> None:
    found = learner(seed)
    document, diary = found.document, Diary()
    diary.write("enrolled", on=found.today - 20 * WEEK, hours_per_week=10, target_on=None)
    diary.events += found.diary.events
    monday = monday_of(found.today)
    before = Situation(document, diary.progress, monday - 20 * WEEK, monday, found.pauses)
    for _ in range(seed.randrange(6)):
        act(seed, diary, document)
    diary.events = [event for event in diary.events if event.data.get("change") != diary.events[0].change]
    if seed.random() < 0.4:
        diary.write("enrolled", on=monday, hours_per_week=seed.choice([2, 10, 30]), target_on=None)
    if seed.random() < 0.3:
        found.data["milestones"][0]["effort_hours"] = {"low": 5, "likely": 500, "high": 800}
    pauses = Pauses.of([*found.pauses.spans, (monday + WEEK, monday + 3 * WEEK)][seed.randrange(2) :])
    now = Situation(found.document, diary.progress, monday - 20 * WEEK, monday + WEEK, pauses)
    for stage in (None, *STAGES):
        was, became = before.likely(stage), now.likely(stage)
        why = reasons(before, now, stage=stage)
        assert all(reason.days for reason in why)
        if was and became:
            assert sum(reason.days for reason in why) == (became - was).days
        else:
            assert why == ()


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_no_stage_begins_after_its_early_end(seed: random.Random) -> None:
    """Case 21: one calculation says when it begins and when it ends."""
    found = large_or_small(seed)
    plan = Plan(found.now)
    assert plan.begins.keys() >= {forecast.stage.slug for forecast in plan.stages if forecast.finish.early}
    for forecast in plan.stages:
        days = [plan.begins.get(forecast.stage.slug), *forecast.finish]
        known = [day for day in days if day]
        assert known == sorted(known)
        assert not known or known[0] >= found.today
