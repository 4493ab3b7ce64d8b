"""How long a plan takes: schedule and forecast, and what a digest needs of it."""

import json
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench import Figure
from roadmap.document import Document, from_data, parse
from roadmap.planning import Plan, Situation, reasons, situation_before, weeks_of
from roadmap.standing import Event, Progress, fold

FIXTURE = Path(__file__).parents[1] / "fixtures" / "ml_architect.yaml"
TODAY, WEEK, YEAR = date(2026, 11, 23), timedelta(weeks=1), 52
LARGE = 300
Work = Callable[[Situation, Situation], object]


def measure(size: int | None) -> tuple[Figure, ...]:
    """Time each figure `size` times, after a year of history; the median of processor time."""
    times = size or 200
    fixture, large = parse(FIXTURE.read_bytes(), name=FIXTURE.name), road(LARGE)
    return (
        _figure("planning_fixture", fixture, 10, whole, goal=3, times=times),
        _figure("planning_fixture_half_an_hour", fixture, 0.5, whole, goal=3, times=times),
        _figure("planning_300", large, 10, whole, goal=20, times=times),
        _figure("planning_300_half_an_hour", large, 0.5, whole, goal=20, times=times),
        _figure("planning_reduced", fixture, 10, reduced, goal=0.3, times=times),
    )


def _figure(name: str, document: Document, hours: float, work: Work, *, goal: float, times: int) -> Figure:
    now, earlier = walked(document, hours, YEAR), walked(document, hours, YEAR - 1)
    spent = []
    for _ in range(times):
        fresh = Situation(document, now, TODAY - YEAR * WEEK, TODAY)
        before = situation_before(fresh, document=document, progress=earlier)
        begins = (fresh.standing, before.standing) and time.process_time()  # pages and mails have the standing anyway
        work(fresh, before)
        spent.append(1000 * (time.process_time() - begins))
    data = as_data(Plan(fresh))
    began = time.process_time()
    for _ in range(times):
        json.dumps(data)
    dump = 1000 * (time.process_time() - began) / times
    value = round(median(spent), 3)
    what = f"{work.__doc__} of {len(document.milestones)} milestones at {hours} h a week after {YEAR} weeks"
    how = f"{what}; median processor time of {times}, standing given; {value / dump:.1f} times one json.dumps of it"
    return Figure(name=name, value=value, unit="ms", goal=goal, holds=value <= goal, how=how)


def whole(now: Situation, _: Situation) -> object:
    """Schedule, forecast, stages, order"""
    plan = Plan(now)
    return plan.finish, plan.stages, plan.runs, plan.next


def reduced(now: Situation, before: Situation) -> object:
    """The next stage's likely date, and why it moved since last week's situation,"""
    stage = now.stage_at_hand
    return stage and (now.likely(stage.slug), reasons(before, now, stage=stage.slug))


def as_data(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON would have it, all weeks included."""
    return {
        "pace": plan.pace.hours,
        "finish": [str(on) for on in plan.finish or ()],
        "stages": [[found.stage.slug, str(found.finish.likely)] for found in plan.stages],
        "next": plan.next,
        "weeks": [
            {"starts_on": str(week.starts_on), "milestones": [{"slug": s, "hours": h} for s, h in week.milestones]}
            for week in weeks_of(plan.runs)
        ],
    }


def walked(document: Document, hours: float, weeks: int) -> Progress:
    """Return somebody who ticked step after step at their pace and called done what was ticked."""
    start, events = TODAY - YEAR * WEEK, list[Event]()

    def write(kind: str, week: int, milestone: str = "", step: str = "", **data: Any) -> None:
        number, at = len(events) + 1, datetime(2026, 11, 22, tzinfo=UTC)
        on = start + week * WEEK
        events.append(
            Event(
                id=number,
                kind=kind,
                change=str(number),
                at=at,
                on=on,
                edition=1,
                milestone=milestone,
                step=step,
                data=data,
            )
        )

    write("enrolled", 0, hours_per_week=hours, target_on=None)
    spent = 0.0
    for milestone in document.milestones:
        if not milestone.elapsed_months:
            for step in milestone.steps:
                spent += step.hours
                if (week := int(spent / hours)) >= weeks:
                    return fold(events)
                write("step", week, milestone.slug, step.slug, done=True, hours=step.hours)
            write("state", week, milestone.slug, state="done")
        elif spent == 0:
            write("state", 0, milestone.slug, state="doing")
    return fold(events)


def road(size: int) -> Document:
    """Return a road of `size` milestones of which one in ten takes calendar time."""
    chance = random.Random(size)
    milestones = []
    for number in range(size):
        likely = chance.choice([10, 20, 40, 80])
        steps = [{"slug": f"s{step}", "title": "Step", "hours": 5} for step in range(likely // 5)]
        before = chance.sample(range(max(0, number - 20), number), min(number, chance.randrange(4)))
        milestone = {
            "slug": f"m{number}",
            "stage": f"s{number * 6 // size}",
            "title": "Milestone",
            "effort_hours": {"low": likely / 2, "likely": likely, "high": likely * 2},
            "prerequisites": [f"m{other}" for other in before],
            "steps": steps,
        }
        if chance.random() < 0.1:
            milestone["elapsed_months"] = {"low": 2, "likely": 3, "high": 6}
        milestones.append(milestone)
    stages = [{"slug": f"s{number}", "title": "Stage"} for number in range(6)]
    return from_data({"format": 1, "slug": "road", "title": "Road", "stages": stages, "milestones": milestones})
