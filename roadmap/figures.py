"""A plan as data: what `plan.json`, the export and the page say, from one function."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from roadmap.planning import Interval, Plan, Reason, Situation, reasons, weeks_of
from roadmap.queries import OwnJourney

WEEKS_SHOWN = 52
PARTS = 10**7  # of an hour: so fine that half a century of weeks still sums to what is left


def figures(mine: OwnJourney, before: Situation | None, *, weeks: int | None) -> dict[str, Any]:
    """Return the plan in the form of the contract; `before` is last week's situation, `weeks` None for all."""
    plan, standing = mine.plan, mine.standing
    return {
        "roadmap": mine.roadmap.slug,
        "edition": mine.edition,
        "today": mine.today.isoformat(),
        "hours_per_week": mine.progress.hours_per_week,
        "pace": _hours(plan.pace.hours),
        "counts": standing.counts._asdict(),
        "hours": standing.hours._asdict(),
        "percent": standing.percent,
        "finish": _interval(plan.finish),
        "stages": [{"slug": found.stage.slug, "finish": _day(found.finish.likely)} for found in plan.stages],
        "why": _why(reasons(before, mine.situation)) if before else [],
        "required_hours_per_week": plan.required_hours_per_week,
        "next": list(plan.next),
        "locked": {slug: list(missing) for slug, missing in standing.locked.items()},
        "weeks": _weeks(plan, weeks),
    }


def _why(moved: Sequence[Reason]) -> list[dict[str, Any]]:
    """Return the causes by the names of the contract, in which what was taken back is part of the pace."""
    days: dict[str, int] = {}
    for reason in moved:
        cause = "pace" if reason.cause == "reopened" else reason.cause
        days[cause] = days.get(cause, 0) + reason.days
    return [{"cause": cause, "days": moved_by} for cause, moved_by in days.items() if moved_by]


def _interval(finish: Interval | None) -> dict[str, str | None]:
    return {name: _day(day) for name, day in (finish or Interval(None, None, None))._asdict().items()}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _weeks(plan: Plan, at_most: int | None) -> list[dict[str, Any]]:
    return [
        {
            "starts_on": week.starts_on.isoformat(),
            "milestones": [{"slug": slug, "hours": _hours(hours)} for slug, hours in week.milestones],
        }
        for week in islice(weeks_of(plan.runs), at_most)
    ]


def _hours(hours: float) -> float:
    """Round down, so that no week comes to more than the pace."""
    return int(hours * PARTS + 1e-6) / PARTS
