"""Where a learner stands: the contract's "Progress: what counts", rule by rule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from roadmap.document import Document, from_data
from roadmap.standing import Event, Progress, Standing, fold, standing_of

DAY = date(2026, 11, 22)


class Diary:
    """Writes events the way actions do: one change each unless told otherwise."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def write(self, kind: str, *, on: date = DAY, milestone: str = "", step: str = "", **data: Any) -> str:
        change = f"change-{len(self.events) + 1}"
        self._append(kind=kind, change=change, on=on, milestone=milestone, step=step, data=data)
        return change

    def _append(self, *, kind: str, change: str, on: date = DAY, **rest: Any) -> None:
        at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.events.append(Event(id=len(self.events) + 1, kind=kind, change=change, at=at, on=on, edition=1, **rest))

    def mark(self, milestone: str, state: str, *, on: date = DAY, anyway: bool = False) -> str:
        return self.write("state", milestone=milestone, on=on, state=state, anyway=anyway)

    def tick(self, milestone: str, step: str, hours: float = 1, *, done: bool = True, on: date = DAY) -> str:
        return self.write("step", milestone=milestone, step=step, on=on, done=done, hours=hours)

    def log(self, milestone: str, hours: float, *, corrects: int | None = None, on: date = DAY) -> str:
        return self.write("hours", milestone=milestone, on=on, hours=hours, corrects=corrects)

    def choose(self, group: str, milestone: str | None) -> str:
        return self.write("chose", group=group, milestone=milestone)

    def undo(self, change: str) -> None:
        self._append(kind="undone", change=f"undo-{change}", data={"change": change})

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


def retired(slug: str, hours: float = 10, *, by: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    return milestone(slug, hours, retired_on="2026-11-22", replaced_by=list(by), **changes)


class TestHours:
    @pytest.mark.parametrize(
        ("state", "earned", "left"), [("done", 10, 0), ("known", 10, 0), ("skipped", 0, 0), ("doing", 0, 10)]
    )
    def test_a_state_earns_all_or_nothing(self, state: str, earned: float, left: float) -> None:
        diary = Diary()
        diary.mark("a", state)
        found = diary.on(edition(milestone("a"))).of("a")
        assert (found.earned_hours, found.left_hours) == (earned, left)

    def test_ticks_and_logged_hours_count_once_whichever_is_more(self) -> None:
        road, diary = edition(milestone("a", 10, steps=steps(3, 3, 4))), Diary()
        diary.tick("a", "s1", 3)
        diary.log("a", 2)
        assert diary.on(road).of("a").earned_hours == 3
        diary.log("a", 2.5)
        assert diary.on(road).of("a").earned_hours == 4.5
        assert diary.on(road).of("a").logged_hours == 4.5

    def test_nine_tenths_is_the_most_before_it_is_done(self) -> None:
        road, diary = edition(milestone("a", 10, steps=steps(3, 3, 4))), Diary()
        for step, hours in (("s1", 3), ("s2", 3), ("s3", 4)):
            diary.tick("a", step, hours)
        found = diary.on(road)
        assert found.of("a").earned_hours == 9
        assert found.percent == 90.0
        assert found.counts.left == 1

    def test_a_step_counts_what_the_edition_says_and_what_was_recorded_once_it_is_gone(self) -> None:
        diary = Diary()
        diary.tick("a", "s1", 3)
        diary.tick("a", "gone", 2)
        found = diary.on(edition(milestone("a", 10, steps=steps(4, 6)))).of("a")
        assert found.earned_hours == 6
        assert found.ticked == ("s1",)

    def test_a_correction_replaces_its_entry_however_often(self) -> None:
        road, diary = edition(milestone("a")), Diary()
        diary.log("a", 3)  # event 1
        diary.log("a", 5, corrects=1)  # event 2
        assert diary.progress.marks["a"].logged == ((1, DAY, 5.0),)
        diary.log("a", 4, corrects=2)
        assert diary.on(road).of("a").earned_hours == 4
        diary.log("a", 0, corrects=1)
        assert diary.on(road).of("a").earned_hours == 0
        assert "a" not in diary.progress.marks

    def test_published_hours_add_up_to_the_last_digit(self) -> None:
        road, diary = edition(*(milestone(name, 0.35) for name in "abcdef")), Diary()
        for name, state in zip("abcde", ("done", "known", "skipped", "skipped", "doing"), strict=True):
            diary.mark(name, state)
        earned, skipped, left, total = (round(10 * hours) for hours in diary.on(road).hours)
        assert earned + skipped + left == total == 21

    def test_percent_is_rounded_down_from_exact_hours(self) -> None:
        road, diary = edition(milestone("a", 0.1), milestone("b", 0.2), milestone("c", 0.3)), Diary()
        diary.mark("a", "done")
        assert diary.on(road).percent == 16.6
        diary.mark("b", "done")
        assert diary.on(road).percent == 50.0

    def test_skipping_everything_is_nought_per_cent(self) -> None:
        road, diary = edition(milestone("a"), milestone("b")), Diary()
        diary.mark("a", "skipped")
        diary.mark("b", "skipped")
        assert diary.on(road).percent == 0.0
        assert diary.on(road).counts == (0, 0, 2, 0, 2)

    def test_a_road_without_hours_stands_at_nought(self) -> None:
        assert Diary().on(edition(milestone("a", 0))).percent == 0.0


class TestBeginningAgain:
    def test_work_on_what_was_put_back_to_todo_makes_it_doing(self) -> None:
        road, diary = edition(milestone("a", 10, steps=steps(4, 6))), Diary()
        diary.mark("a", "doing")
        diary.mark("a", "todo")
        assert diary.on(road).of("a").state == "todo"
        diary.tick("a", "s1", 4)
        assert diary.on(road).of("a").state == "doing"

    def test_a_correction_of_old_hours_does_not(self) -> None:
        road, diary = edition(milestone("a", 10)), Diary()
        diary.log("a", 2)
        diary.mark("a", "todo")
        diary.log("a", 1, corrects=1)
        assert diary.on(road).of("a").state == "todo"
