"""A learner in a situation, in a line: what the tests of planning share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from roadmap.document import Document, from_data
from roadmap.planning import Pauses, Plan, Situation, weeks_of
from tests.roadmap.diary import Diary

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY = date(2026, 11, 23)


def enrolled(hours_per_week: float = 10, *, on: date = MONDAY, target_on: date | None = None) -> Diary:
    """Return the diary of somebody who has just begun."""
    diary = Diary()
    diary.write("enrolled", on=on, hours_per_week=hours_per_week, target_on=target_on)
    return diary


def situation(
    document: Document,
    diary: Diary | None = None,
    *,
    today: date = MONDAY,
    started_on: date = MONDAY,
    pauses: Iterable[tuple[date, date]] = (),
) -> Situation:
    """Return where the diary's learner is on `today`; somebody with 10 hours a week where it is None."""
    progress = (diary or enrolled()).progress
    return Situation(document, progress, started_on=started_on, today=today, pauses=Pauses.of(pauses))


def staged(stages: Sequence[str], *milestones: dict[str, Any], groups: Sequence[dict[str, Any]] = ()) -> Document:
    """Return a road with stages of these names."""
    return from_data(
        {
            "format": 1,
            "slug": "road",
            "title": "Road",
            "stages": [{"slug": stage, "title": stage.title()} for stage in stages],
            "groups": [{"title": "Group", **group} for group in groups],
            "milestones": list(milestones),
        }
    )


def months(low: float, likely: float | None = None, high: float | None = None) -> dict[str, float]:
    """Return calendar time: exact where one figure is given."""
    return {"low": low, "likely": low if likely is None else likely, "high": low if high is None else high}


def laid_out(plan: Plan) -> dict[str, float]:
    """Return the hours that the schedule gives to each milestone."""
    found: dict[str, float] = {}
    for week in weeks_of(plan.runs):
        for slug, hours in week.milestones:
            found[slug] = found.get(slug, 0.0) + hours
    return found
