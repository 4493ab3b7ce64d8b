"""Events folded into what holds now."""

from __future__ import annotations

from datetime import date

from roadmap.standing import undoable_change
from tests.roadmap.diary import DAY, Diary, edition, milestone, steps

EARLIER, LATER = date(2026, 11, 20), date(2026, 11, 24)


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


class TestFold:
    def test_an_undone_change_is_as_if_it_had_never_been(self) -> None:
        diary = Diary()
        diary.mark("a", "doing", on=EARLIER)
        kept = diary.progress
        diary.undo(diary.mark("a", "done"))
        assert diary.progress == kept

    def test_undo_takes_back_the_newest_that_can_be(self) -> None:
        diary = Diary()
        diary.write("enrolled", hours_per_week=10, target_on=None)
        first = diary.mark("a", "doing")
        second = diary.write("enrolled", hours_per_week=5, target_on="2030-01-01")
        assert diary.progress.target_on == date(2030, 1, 1)
        diary.write("left")
        assert diary.progress.left
        assert undoable_change(diary.events) == second
        diary.undo(second)
        assert diary.progress.hours_per_week == 10
        assert undoable_change(diary.events) == first
        diary.undo(first)
        assert undoable_change(diary.events) is None

    def test_coming_back_brings_everything_along(self) -> None:
        diary = Diary()
        diary.write("enrolled", hours_per_week=10, target_on=None)
        diary.mark("a", "done")
        diary.write("left")
        diary.write("enrolled", hours_per_week=4, target_on=None)
        assert not diary.progress.left
        assert diary.progress.marks["a"].state == "done"

    def test_begun_is_the_first_day_of_work_since_it_was_to_do(self) -> None:
        diary = Diary()
        diary.mark("a", "doing", on=DAY)
        diary.tick("a", "s1", on=EARLIER)
        assert diary.progress.marks["a"].began_on == EARLIER
        diary.tick("a", "s1", done=False)
        assert diary.progress.marks["a"].began_on == DAY
        diary.mark("a", "todo")
        diary.mark("a", "done", on=LATER)
        assert diary.progress.marks["a"].began_on is None
        assert diary.progress.marks["a"].finished_on == LATER
        diary.mark("a", "known")
        assert diary.progress.marks["a"].finished_on is None

    def test_a_note_is_kept_whatever_else_happens(self) -> None:
        diary = Diary()
        diary.write("note", milestone="a", note="My note", evidence_url="https://example.org/")
        diary.mark("a", "skipped")
        assert diary.progress.marks["a"].note == "My note"

    def test_a_correction_of_an_undone_entry_is_nothing(self) -> None:
        diary = Diary()
        change = diary.log("a", 3)
        diary.log("a", 4, corrects=1)
        diary.undo(change)
        assert not diary.progress.marks
