"""Roads to plan, and learners on them, out of a seed: like a real roadmap, only of any size and shape."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from roadmap.document import Document, from_data
from roadmap.planning import Pauses, Situation
from tests.roadmap.diary import Diary

DAY = timedelta(days=1)
STAGES = ("base", "skills", "practice", "work")


def road(random: random.Random, *, size: int) -> dict[str, Any]:
    """Return a document's data: stages in a row, groups to choose from, some calendar time, mostly exact shapes."""
    slugs = [f"m{number}" for number in range(size)]
    groups = [
        {"slug": f"g{start}", "title": "Group", "members": slugs[start : start + 3], "default": slugs[start]}
        | {"optional": random.random() < 0.3}
        for start in range(0, size - 3, 12)
        if random.random() < 0.4
    ]
    return {
        "format": 1,
        "slug": "road",
        "title": "Road",
        "stages": [{"slug": stage, "title": stage} for stage in STAGES],
        "groups": groups,
        "milestones": [_milestone(random, slugs, number, groups) for number in range(size)],
    }


def _milestone(random: random.Random, slugs: list[str], number: int, groups: list[dict[str, Any]]) -> dict[str, Any]:
    likely = random.choice([0, 2, 6, 12, 20, 40, 60, 90, 150, 31.25])
    near = slugs[max(0, number - 15) : number]
    stage = min(3, max(0, number * 4 // len(slugs) + random.choice([0, 0, 0, -1, 1])))
    required = [group["slug"] for group in groups if group["members"][-1] in near and random.random() < 0.1]
    found: dict[str, Any] = {
        "slug": slugs[number],
        "stage": STAGES[stage],
        "title": slugs[number],
        "effort_hours": {"low": round(0.6 * likely, 2), "likely": likely, "high": random.choice([1, 1.7]) * likely},
        "prerequisites": random.sample(near, min(len(near), random.choice([0, 0, 1, 1, 2, 3]))),
        "requires_groups": required,
        "optional": random.random() < 0.1,
    }
    if random.random() < 0.15:
        months = random.choice([0, 1, 3, 6, 24])
        found["elapsed_months"] = {"low": months, "likely": months, "high": months * random.choice([1, 2])}
    return found


@dataclass(frozen=True)
class Learner:
    """Somebody on a road, to be looked at as they are and with one thing changed."""

    data: dict[str, Any]
    diary: Diary
    today: date
    pauses: Pauses
    hours_per_week: float

    @property
    def document(self) -> Document:
        return from_data(self.data)

    @property
    def now(self) -> Situation:
        """Return the situation of somebody who begins today: the pace is what they say."""
        return self.situation(self.document, self.diary)

    def situation(self, document: Document, diary: Diary, *, hours_per_week: float | None = None) -> Situation:
        now = Situation(document, diary.progress, started_on=self.today, today=self.today, pauses=self.pauses)
        return now.with_progress(hours_per_week=hours_per_week or self.hours_per_week, paces=())


def learner(random: random.Random, *, largest: int = 40) -> Learner:
    """Return a learner who has done this and that, is about some more, and pauses now and again."""
    data = road(random, size=random.randint(1, largest))
    today = date(2024, 1, 1) + random.randrange(4_000) * DAY
    diary = Diary()
    for milestone in data["milestones"]:
        if random.random() < 0.35:
            state = random.choice(["done", "known", "skipped", "doing", "doing"])
            diary.mark(milestone["slug"], state, on=today - random.randrange(300) * DAY)
        if random.random() < 0.1:
            diary.log(milestone["slug"], random.choice([1, 7.5, 30]), on=today)
    begins = [today + random.randint(-20, 400) * DAY for _ in range(random.choice([0, 0, 1, 2, 4]))]
    pauses = Pauses.of((begin, begin + random.choice([1, 5, 21, 200]) * DAY) for begin in begins)
    return Learner(data, diary, today, pauses, random.choice([0.5, 2, 5, 10, 10, 25, 60, 168]))
