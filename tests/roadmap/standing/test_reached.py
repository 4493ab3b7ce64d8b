"""Retired and replaced milestones: credit carries over."""

from __future__ import annotations

import pytest

from roadmap.standing import Choice
from tests.roadmap.diary import Diary, edition, milestone, retired, steps

GROUP = {"slug": "g", "members": ["x", "y"], "default": "y"}


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

    def test_what_replaces_something_begun_is_begun(self) -> None:
        road, diary = edition(retired("a", by=("b",)), milestone("b", optional=True)), Diary()
        diary.mark("a", "doing")
        assert diary.on(road).of("b").effective_state == "doing"
        assert diary.on(road).counts.total == 1
        diary.mark("a", "skipped")
        assert diary.on(road).counts.total == 0

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
