"""What each mark comes to on an edition: its state and hours, with the credit that replaced milestones hand on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from .events import FINISHED, Mark, Progress
from .hours import counted
from .shape import Item, Shape, nine_tenths

_UNTOUCHED = Mark()
_NEVER = (date.min, 0)
_BEGUN = FINISHED | {"doing"}


class Reached(NamedTuple):
    """What a mark comes to on this edition. `since` orders finishes: (local date, event id)."""

    item: Item
    mark: Mark
    state: str
    earned: int
    since: tuple[date, int]
    carried: int = 0
    carried_from: tuple[str, ...] = ()


def reached_in(shape: Shape, progress: Progress) -> dict[str, Reached]:
    reached: dict[str, Reached] = {}
    for item in shape.items:
        mark = progress.marks.get(item.slug, _UNTOUCHED)
        if item.predecessors:
            reached[item.slug] = _with_credit(item, mark, [reached[slug] for slug in item.predecessors])
        elif mark is _UNTOUCHED:
            reached[item.slug] = Reached(item, mark, "todo", 0, _NEVER)
        else:
            since = (mark.state_on or date.min, mark.state_event)
            reached[item.slug] = Reached(item, mark, mark.state, _earned(item, mark, mark.state), since)
    return reached


def _with_credit(item: Item, mark: Mark, predecessors: list[Reached]) -> Reached:
    """Carry over what was reached in the milestones that this one replaces."""
    state, since = mark.state, (mark.state_on or date.min, mark.state_event)
    latest = max(predecessor.since[1] for predecessor in predecessors)
    if state not in FINISHED and mark.state_event <= latest and all(p.state in FINISHED for p in predecessors):
        state, since = "done", (max(predecessor.since[0] for predecessor in predecessors), latest)
    carried = {p.item.slug: share for p in predecessors if (share := _share(p, item.slug))}
    total = sum(carried.values())
    was_begun = carried or any(p.state in _BEGUN for p in predecessors)
    if was_begun and state == "todo" and not mark.state_event:
        state = "doing"
    return Reached(item, mark, state, _earned(item, mark, state, total), since, total, tuple(carried))


def _share(predecessor: Reached, successor: str) -> int:
    """Return a successor's share of the hours earned before, by likely hours: an hour is credited once."""
    start, end = predecessor.item.shares[successor]
    total, earned = predecessor.item.share_total, predecessor.earned
    return earned * end // total - earned * start // total


def _earned(item: Item, mark: Mark, state: str, carried: int = 0) -> int:
    if state in FINISHED:
        return item.likely
    if state == "skipped":
        return 0
    return min(nine_tenths(item.likely), counted(item, mark) + carried)
