"""Hours, counts and percentages: what is earned, and that it adds up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from roadmap.document import Document, parse
from roadmap.standing import Mark, Progress, standing_of
from tests.roadmap.diary import DAY, Diary, edition, milestone, steps

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"


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
        assert not diary.progress.marks["a"].logged

    def test_published_hours_add_up_to_the_last_digit(self) -> None:
        road, diary = edition(*(milestone(name, 0.25) for name in "abc")), Diary()
        diary.mark("a", "done")
        diary.mark("b", "skipped")
        assert diary.on(road).hours == (0.3, 0.2, 0.3, 0.8)
        diary.mark("c", "skipped")
        assert diary.on(road).hours == (0.3, 0.5, 0.0, 0.8)

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

    def test_a_road_without_hours_goes_by_its_milestones(self) -> None:
        """Case 12: from nothing to all of it, and skipping the rest raises nothing."""
        road, diary = edition(milestone("a", 0), milestone("b", 0)), Diary()
        assert diary.on(road).percent == 0.0
        diary.mark("a", "done")
        assert diary.on(road).percent == 50.0
        diary.mark("b", "skipped")
        assert diary.on(road).percent == 50.0
        assert not diary.on(road).counts.is_all_skipped
        diary.mark("b", "known")
        assert diary.on(road).percent == 100.0
        diary.mark("a", "skipped")
        diary.mark("b", "skipped")
        assert diary.on(road).percent == 0.0
        assert diary.on(road).counts.is_all_skipped


def test_a_standing_costs_little() -> None:
    document: Document = parse(FIXTURE.read_bytes(), name=FIXTURE.name)
    marks = {m.slug: Mark(state="doing", ticks={m.steps[0].slug: (DAY, 1.0)}) for m in document.milestones[::2]}
    progress = Progress(marks=marks)
    standing_of(document, progress)
    times = []
    for _ in range(50):
        start = time.process_time()
        assert standing_of(document, progress).percent
        times.append(time.process_time() - start)
    assert min(times) < 0.001
