"""What lies on my path, whom a group sends there, and what locks what."""

from __future__ import annotations

import time
from datetime import date

import pytest

from roadmap.standing import Choice, standing
from tests.roadmap.diary import Diary, edition, milestone, steps, tangle

EARLIER, LATER = date(2026, 11, 20), date(2026, 11, 24)


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


def test_a_choice_is_followed_once_through_ways_that_cross() -> None:
    group = {"slug": "g", "members": ["m0", "x", "b24"], "default": "x"}
    diary, since = Diary(), time.process_time()
    diary.choose("g", "m0")
    assert diary.on(edition(*tangle(24), milestone("x"), groups=(group,))).choices["g"] == Choice("b24", "explicit")
    assert time.process_time() - since < 2
