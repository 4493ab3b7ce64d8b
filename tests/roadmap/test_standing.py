"""Where a learner stands: the contract's "Progress: what counts", rule by rule."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from roadmap.document import Document, parse
from roadmap.standing import Choice, Mark, Progress, standing, standing_of, undoable_change
from tests.roadmap.diary import DAY, Diary, edition, milestone, retired, steps

FIXTURE = Path(__file__).parents[2] / "fixtures" / "ml_architect.yaml"
EARLIER, LATER = date(2026, 11, 20), date(2026, 11, 24)


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


class TestPath:
    def test_mandatory_ones_are_on_it_and_optional_ones_once_taken_up(self) -> None:
        road = edition(milestone("a"), milestone("b", optional=True))
        assert Diary().on(road).counts == (0, 0, 0, 1, 1)
        for state in ("doing", "done", "known", "skipped"):
            diary = Diary()
            diary.mark("b", state)
            assert diary.on(road).of("b").taken_up
            assert diary.on(road).counts.total == 2

    def test_a_tick_takes_up_an_optional_milestone_and_the_last_untick_gives_it_back(self) -> None:
        road, diary = edition(milestone("a", optional=True, steps=steps(5, 5))), Diary()
        diary.tick("a", "s1", 5)
        assert diary.on(road).of("a").state == "doing"
        assert diary.on(road).counts.total == 1
        diary.tick("a", "s1", done=False)
        assert diary.on(road).of("a").state == "todo"
        assert diary.on(road).counts.total == 0

    def test_what_the_learner_says_of_a_state_stands_whatever_was_ticked_before(self) -> None:
        road, diary = edition(milestone("a", steps=steps(5, 5))), Diary()
        diary.tick("a", "s1", 5)
        diary.mark("a", "todo")
        assert diary.on(road).of("a").state == "todo"
        assert diary.on(road).of("a").earned_hours == 5

    def test_ticks_on_another_member_show_but_dont_count(self) -> None:
        road, diary = TWO, Diary()
        diary.mark("x", "done")
        diary.choose("g", "y")
        found = diary.on(road)
        assert found.of("x").earned_hours == 10
        assert found.counts == (0, 0, 0, 1, 1)
        assert found.percent == 0.0

    def test_members_of_an_optional_group_count_when_taken_up(self) -> None:
        road = edition(milestone("x"), milestone("y"), groups=({**GROUP, "optional": True},))
        diary = Diary()
        assert diary.on(road).choices["g"] == Choice(None, "")
        assert diary.on(road).counts.total == 0
        diary.mark("y", "doing")
        assert diary.on(road).counts.total == 1
        diary.choose("g", "x")
        assert diary.on(road).counts.total == 2
        assert diary.on(road).choices["g"] == Choice("x", "explicit")
        diary.choose("g", None)
        assert diary.on(road).counts.total == 1

    def test_an_optional_member_of_a_mandatory_group_follows_the_group(self) -> None:
        road = edition(milestone("x", optional=True), milestone("y", optional=True), groups=(GROUP,))
        diary = Diary()
        diary.mark("x", "doing")
        assert [found.slug for found in diary.on(road).path] == ["y"]

    def test_a_stage_has_the_same_figures_for_its_part(self) -> None:
        diary = Diary()
        diary.mark("x", "done")
        assert diary.on(TWO).in_stage("all") == (diary.on(TWO).counts, diary.on(TWO).hours, 100.0)


GROUP = {"slug": "g", "members": ["x", "y"], "default": "y"}
TWO = edition(milestone("x"), milestone("y"), groups=(GROUP,))
# The pair is written in the optional group, as in our own roadmap: certificates and clouds.
PAIRED = edition(
    milestone("cloud-a"),
    milestone("cloud-b"),
    milestone("cert-a", prerequisites=["cloud-a"]),
    milestone("cert-b", prerequisites=["cloud-b"]),
    groups=(
        {"slug": "cloud", "members": ["cloud-a", "cloud-b"], "default": "cloud-a"},
        {
            "slug": "cert",
            "members": ["cert-a", "cert-b"],
            "default": "cert-a",
            "optional": True,
            "pairs_with": {"cert-a": "cloud-a", "cert-b": "cloud-b"},
        },
    ),
)


class TestChoices:
    def test_the_default_until_something_is_said(self) -> None:
        assert Diary().on(TWO).choices["g"] == Choice("y", "default")

    def test_an_explicit_choice_before_all(self) -> None:
        diary = Diary()
        diary.mark("y", "done")
        diary.choose("g", "x")
        assert diary.on(TWO).choices["g"] == Choice("x", "explicit")

    def test_else_the_earliest_done_or_known(self) -> None:
        diary = Diary()
        diary.mark("y", "done", on=LATER)
        diary.mark("x", "known", on=EARLIER)
        assert diary.on(TWO).choices["g"] == Choice("x", "done")
        assert diary.on(TWO).counts == (0, 1, 0, 0, 1)

    def test_on_one_day_the_first_event_is_the_earliest(self) -> None:
        for first, second in (("x", "y"), ("y", "x")):
            diary = Diary()
            diary.mark(first, "done")
            diary.mark(second, "done")
            assert diary.on(TWO).choices["g"].member == first

    def test_else_what_is_paired_with_a_choice_of_mine(self) -> None:
        diary = Diary()
        diary.choose("cert", "cert-b")
        found = diary.on(PAIRED)
        assert found.choices["cloud"] == Choice("cloud-b", "pair")
        assert found.of("cert-b").locked_by == ("cloud-b",)

    def test_a_pair_written_in_the_other_group_ties_as_well(self) -> None:
        groups = (
            {**GROUP, "pairs_with": {"x": "p"}},
            {"slug": "h", "members": ["p", "q"], "default": "q"},
        )
        road = edition(*map(milestone, "xypq"), groups=groups)
        diary = Diary()
        assert diary.on(road).choices["g"].member == "y"
        diary.choose("h", "p")
        assert diary.on(road).choices["g"] == Choice("x", "pair")

    def test_what_is_done_goes_before_a_pair(self) -> None:
        diary = Diary()
        diary.choose("cert", "cert-b")
        diary.mark("cloud-a", "known")
        assert diary.on(PAIRED).choices["cloud"] == Choice("cloud-a", "done")

    def test_a_choice_that_no_longer_exists_is_none(self) -> None:
        diary = Diary()
        diary.choose("g", "gone")
        diary.choose("gone", "x")
        assert diary.on(TWO).choices == {"g": Choice("y", "default")}

    def test_standing_takes_the_choices_that_it_is_given(self) -> None:
        assert standing(TWO, {"g": "x"}, []).choices["g"] == Choice("x", "explicit")


class TestLocks:
    ROAD = edition(
        milestone("a"), milestone("b"), milestone("c", prerequisites=["b", "a"]), milestone("d", prerequisites=["c"])
    )

    def test_direct_prerequisites_are_named_in_order(self) -> None:
        found = Diary().on(self.ROAD)
        assert found.locked == {"c": ("b", "a"), "d": ("c",)}
        assert not found.of("a").locked

    @pytest.mark.parametrize("state", ["done", "known", "skipped"])
    def test_done_known_and_skipped_satisfy(self, state: str) -> None:
        diary = Diary()
        diary.mark("a", state)
        assert diary.on(self.ROAD).locked["c"] == ("b",)

    def test_doing_does_not(self) -> None:
        diary = Diary()
        diary.mark("a", "doing")
        assert diary.on(self.ROAD).locked["c"] == ("b", "a")

    def test_started_anyway_is_remembered_and_the_lock_stays_while_it_is_true(self) -> None:
        diary = Diary()
        diary.mark("c", "doing", anyway=True)
        found = diary.on(self.ROAD).of("c")
        assert (found.state, found.anyway, found.locked_by) == ("doing", True, ("b", "a"))

    @pytest.mark.parametrize("state", ["done", "known", "skipped"])
    def test_what_is_over_is_not_locked(self, state: str) -> None:
        diary = Diary()
        diary.mark("c", state, anyway=True)
        assert "c" not in diary.on(self.ROAD).locked

    def test_what_is_not_on_my_path_never_locks(self) -> None:
        road = edition(
            milestone("a", optional=True),
            milestone("x"),
            milestone("y"),
            milestone("z", prerequisites=["a", "x"]),
            groups=(GROUP,),
        )
        diary = Diary()
        assert not diary.on(road).locked
        diary.mark("a", "doing")
        assert diary.on(road).locked == {"z": ("a",)}
        diary.choose("g", "x")
        assert diary.on(road).locked == {"z": ("a", "x")}

    def test_a_required_group_waits_for_its_path_member(self) -> None:
        road = edition(milestone("x"), milestone("y"), milestone("z", requires_groups=["g"]), groups=(GROUP,))
        diary = Diary()
        assert diary.on(road).locked == {"z": ("y",)}
        diary.choose("g", "x")
        assert diary.on(road).locked == {"z": ("x",)}
        diary.mark("y", "done")
        assert diary.on(road).locked == {"z": ("x",)}
        diary.mark("x", "skipped")
        assert not diary.on(road).locked

    def test_an_optional_group_locks_only_when_taken_up(self) -> None:
        optional = {**GROUP, "optional": True}
        road = edition(milestone("x"), milestone("y"), milestone("z", requires_groups=["g"]), groups=(optional,))
        diary = Diary()
        assert not diary.on(road).locked
        diary.mark("y", "doing")
        assert diary.on(road).locked == {"z": ("y",)}
        diary.mark("x", "known")
        assert not diary.on(road).locked

    def test_a_milestone_off_the_path_can_be_locked_too(self) -> None:
        road = edition(milestone("a"), milestone("b", optional=True, prerequisites=["a"]))
        assert Diary().on(road).locked == {"b": ("a",)}


class TestRetiredAndReplaced:
    def test_without_successor_it_stays_when_finished_and_leaves_when_not(self) -> None:
        road, diary = edition(retired("a"), milestone("b")), Diary()
        assert diary.on(road).counts.total == 1
        diary.mark("a", "doing")
        assert diary.on(road).counts.total == 1
        diary.mark("a", "done")
        assert diary.on(road).counts == (1, 0, 0, 1, 2)
        diary.mark("a", "known")
        assert diary.on(road).counts == (0, 1, 0, 1, 2)

    def test_what_replaces_it_is_done_when_it_was(self) -> None:
        road, diary = (
            edition(retired("a", 40, by=("b",)), milestone("b", 10), milestone("c", prerequisites=["b"])),
            Diary(),
        )
        diary.mark("a", "known")
        found = diary.on(road)
        assert found.of("b").effective_state == "done"
        assert found.counts == (1, 0, 0, 1, 2)
        assert found.hours == (10, 0, 10, 20)
        assert not found.locked
        assert found.of("b").carried_from == ("a",)

    def test_a_merge_needs_all_and_counts_the_hours_of_some(self) -> None:
        road, diary = edition(retired("a", 4, by=("c",)), retired("b", 6, by=("c",)), milestone("c", 20)), Diary()
        diary.mark("a", "done")
        found = diary.on(road).of("c")
        assert (found.effective_state, found.earned_hours, found.left_hours) == ("doing", 4, 16)
        diary.mark("b", "known")
        assert diary.on(road).of("c").effective_state == "done"

    def test_a_split_is_done_in_both_and_shares_its_hours(self) -> None:
        road = edition(retired("a", 40, by=("b", "c"), steps=steps(10, 30)), milestone("b", 10), milestone("c", 30))
        diary = Diary()
        diary.tick("a", "s1", 10)
        found = diary.on(road)
        assert [found.of(slug).carried_hours for slug in "bc"] == [2.5, 7.5]
        assert found.hours.earned == 10
        diary.mark("a", "done")
        assert diary.on(road).counts == (2, 0, 0, 0, 2)

    def test_credit_and_own_hours_add_up_to_nine_tenths(self) -> None:
        road, diary = edition(retired("a", 10, by=("b",)), milestone("b", 10, steps=steps(4, 6))), Diary()
        diary.log("a", 5)
        diary.tick("b", "s1", 4)
        assert diary.on(road).of("b").earned_hours == 9
        assert diary.on(road).hours == (9, 0, 1, 10)

    def test_a_replacement_moves_no_percentage_back(self) -> None:
        diary = Diary()
        diary.log("a", 6)
        before, after = edition(milestone("a")), edition(retired("a", by=("b",)), milestone("b"))
        assert diary.on(before).percent == diary.on(after).percent == 60.0

    @pytest.mark.parametrize("state", ["todo", "doing", "skipped"])
    def test_a_later_mark_wins_an_earlier_does_not(self, state: str) -> None:
        road = edition(retired("a", by=("b",)), milestone("b"))
        before, after = Diary(), Diary()
        before.mark("b", state)
        before.mark("a", "done")
        after.mark("a", "done")
        after.mark("b", state)
        assert before.on(road).of("b").effective_state == "done"
        assert after.on(road).of("b").effective_state == state

    def test_a_tick_is_no_mark_and_takes_no_credit_away(self) -> None:
        road, diary = edition(retired("a", by=("b",)), milestone("b", steps=steps(5, 5))), Diary()
        diary.mark("a", "done")
        diary.tick("b", "s1", 5)
        assert diary.on(road).of("b").effective_state == "done"

    def test_nor_does_one_on_what_was_put_back_before(self) -> None:
        road, diary = edition(retired("a", by=("b",)), milestone("b", steps=steps(5, 5))), Diary()
        diary.mark("b", "todo")
        diary.mark("a", "done")
        diary.tick("b", "s1", 5)
        assert diary.on(road).of("b").effective_state == "done"

    def test_credit_passes_through_a_chain(self) -> None:
        road = edition(retired("a", by=("b",)), retired("b", by=("c",)), milestone("c"))
        diary = Diary()
        diary.mark("a", "done")
        assert diary.on(road).of("c").effective_state == "done"
        assert diary.on(road).counts == (1, 0, 0, 0, 1)

    def test_own_known_stays_known(self) -> None:
        road, diary = edition(retired("a", by=("b",)), milestone("b")), Diary()
        diary.mark("b", "known")
        diary.mark("a", "done")
        assert diary.on(road).of("b").effective_state == "known"

    def test_credit_takes_up_an_optional_milestone(self) -> None:
        road, diary = edition(retired("a", by=("b",)), milestone("b", optional=True)), Diary()
        assert diary.on(road).counts.total == 0
        diary.log("a", 3)
        assert diary.on(road).counts.total == 1

    def test_a_chosen_member_that_was_replaced_means_its_replacement(self) -> None:
        road = edition(
            retired("x", by=("z",)), milestone("y"), milestone("z"), groups=({**GROUP, "members": ["x", "y", "z"]},)
        )
        diary = Diary()
        diary.choose("g", "x")
        assert diary.on(road).choices["g"] == Choice("z", "explicit")

    def test_a_retired_unfinished_member_is_no_path_member(self) -> None:
        road, diary = edition(milestone("x"), retired("y"), groups=(GROUP,)), Diary()
        assert diary.on(road).choices["g"] == Choice("x", "default")
        diary.choose("g", "y")
        assert diary.on(road).choices["g"] == Choice("x", "default")
        diary.mark("y", "done")
        assert diary.on(road).choices["g"] == Choice("y", "explicit")

    def test_a_group_of_retired_ones_asks_for_nothing(self) -> None:
        road = edition(retired("x"), retired("y"), milestone("z", requires_groups=["g"]), groups=(GROUP,))
        assert Diary().on(road).choices["g"] == Choice(None, "")
        assert not Diary().on(road).locked
        assert Diary().on(road).counts.total == 1


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


def test_a_standing_costs_little() -> None:
    document: Document = parse(FIXTURE.read_bytes(), name=FIXTURE.name)
    marks = {m.slug: Mark(state="doing", ticks={m.steps[0].slug: (DAY, 1.0)}) for m in document.milestones[::2]}
    progress = Progress(marks=marks)
    standing_of(document, progress)
    times = []
    for _ in range(50):
        start = time.perf_counter()
        assert standing_of(document, progress).percent
        times.append(time.perf_counter() - start)
    assert min(times) < 0.001
