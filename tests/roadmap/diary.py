"""A learner's diary, and small roads to walk: what tests of standing and planning share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from roadmap.document import Document, from_data
from roadmap.standing import (
    RULE,
    Event,
    Mark,
    Progress,
    Standing,
    fold,
    settle,
    settle_again,
    sizes_of,
    standing_of,
)

DAY = date(2026, 11, 22)


class Diary:
    """Writes events the way actions do: one change each unless told otherwise.

    With a `road` as they do now, hours settled on it; without one as they did before hours were settled.
    """

    def __init__(self, road: Document | None = None) -> None:
        self.events: list[Event] = []
        self.road = road

    def write(self, kind: str, *, on: date = DAY, milestone: str = "", step: str = "", **data: Any) -> str:
        return self._append(kind=kind, on=on, milestone=milestone, step=step, data=data)

    def _append(self, *, on: date = DAY, **rest: Any) -> str:
        number = len(self.events) + 1
        if self.road:
            rest["data"] = rest["data"] | {"rule": RULE}
        change, at = f"change-{number}", datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.events.append(Event(id=number, change=change, at=at, on=on, edition=1, **rest))
        return change

    def mark(self, milestone: str, state: str, *, on: date = DAY, anyway: bool = False) -> str:
        return self.write("state", milestone=milestone, on=on, state=state, anyway=anyway)

    def tick(self, milestone: str, step: str, hours: float = 1, *, done: bool = True, on: date = DAY) -> str:
        return self.write("step", milestone=milestone, step=step, on=on, done=done, hours=hours)

    def log(self, milestone: str, hours: float, *, corrects: int | None = None, on: date = DAY, step: str = "") -> str:
        settled = self._settled(milestone, hours, corrects, step) if self.road else {}
        return self.write("hours", milestone=milestone, on=on, hours=hours, corrects=corrects, **settled)

    def _settled(self, milestone: str, hours: float, corrects: int | None, step: str) -> dict[str, Any]:
        mark = self.progress.marks.get(milestone, Mark())
        if corrects is None:
            into = settle(self.road, milestone, mark, hours, step=step)
        else:
            entry = next(entry for entry in mark.entries if entry.id == mark.corrections.get(corrects, corrects))
            into = settle_again(self.road, milestone, mark, entry, hours, step=step)
        return {"into": dict(into), "sizes": sizes_of(self.road, milestone, mark, into)}

    def choose(self, group: str, milestone: str | None) -> str:
        return self._append(kind="chose", data={"group": group, "milestone": milestone})

    def undo(self, change: str) -> str:
        return self._append(kind="undone", data={"change": change})

    @property
    def progress(self) -> Progress:
        return fold(self.events)

    def on(self, edition: Document) -> Standing:
        return standing_of(edition, self.progress)


def milestone(slug: str, hours: float = 10, **changes: Any) -> dict[str, Any]:
    effort = {"low": hours, "likely": hours, "high": hours}
    return {"slug": slug, "stage": "all", "title": slug.title(), "effort_hours": effort} | changes


def edition(*milestones: dict[str, Any], groups: tuple[dict[str, Any], ...] = ()) -> Document:
    return from_data(
        {
            "format": 1,
            "slug": "road",
            "title": "Road",
            "stages": [{"slug": "all", "title": "All"}],
            "groups": [{"title": "Group", **group} for group in groups],
            "milestones": list(milestones),
        }
    )


def steps(*hours: float) -> list[dict[str, Any]]:
    return [{"slug": f"s{n}", "title": f"Step {n}", "hours": h} for n, h in enumerate(hours, 1)]


def tangle(depth: int) -> list[dict[str, Any]]:
    """Return `m0` and what came of it: two, each replaced by the same two, and so on: 2 ** depth ways."""
    rows = [retired("m0", by=("a1", "b1"))]
    for level in range(1, depth):
        rows += [retired(f"{side}{level}", by=(f"a{level + 1}", f"b{level + 1}")) for side in "ab"]
    return [*rows, milestone(f"a{depth}"), milestone(f"b{depth}")]


def retired(slug: str, hours: float = 10, *, by: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    return milestone(slug, hours, retired_on="2026-11-22", replaced_by=list(by), **changes)
