"""What a new edition means for one learner: what is theirs is told, truly and once; the rest is no news."""

from __future__ import annotations

import time

import pytest

from roadmap.document import Document, from_data, to_data
from roadmap.news import news_for, shortened
from tests.roadmap.diary import Diary, edition, milestone, retired, steps, tangle

GROUP = {"slug": "g", "members": ["x", "y"], "default": "x"}


def told(old: Document, new: Document, diary: Diary) -> list[str]:
    """Return the sentences, with plain spaces where a line must not break."""
    return [str(item).replace("\N{NO-BREAK SPACE}", " ") for item in news_for(old, new, diary.progress)]


def diary(**states: str) -> Diary:
    found = Diary()
    for slug, state in states.items():
        found.mark(slug, state)
    return found


class TestCredit:
    def test_what_i_finished_and_was_split_counts_in_both(self) -> None:
        old = edition(milestone("a", 40), milestone("z"))
        new = edition(retired("a", 40, by=("b", "c")), milestone("b", 10), milestone("c", 30), milestone("z"))
        assert told(old, new, diary(a="done")) == [
            "“A”, which you finished, was split into “B” and “C”: both count as done.",
            "Behind you are 2 of 3 milestones; before, it was 1 of 2.",
        ]

    @pytest.mark.parametrize(
        ("state", "says"),
        [
            ("done", "“A”, which you finished, is replaced by “B”: it counts as done."),
            ("known", "“A”, which you knew already, is replaced by “B”: it counts as done."),
            ("doing", "“A”, which you are working on, is replaced by “B”: you carry on there."),
            ("skipped", "“A”, which you skipped, is replaced by “B”."),
        ],
    )
    def test_what_replaces_mine_says_what_carries_over(self, state: str, says: str) -> None:
        old, new = edition(milestone("a")), edition(retired("a", by=("b",)), milestone("b"))
        assert says in told(old, new, diary(a=state))

    def test_ways_that_cross_and_long_ways_are_walked_once(self) -> None:
        old, since = edition(milestone("m0")), time.process_time()
        assert told(old, edition(*tangle(22)), diary(m0="done"))[0] == (
            "“M0”, which you finished, was split into “A22” and “B22”: both count as done."
        )
        chain = [retired(f"m{n}", by=(f"m{n + 1}",)) for n in range(1_500)]
        assert told(old, edition(*chain, milestone("m1500")), diary(m0="done"))[0] == (
            "“M0”, which you finished, is replaced by “M1500”: it counts as done."
        )
        assert time.process_time() - since < 5

    def test_hours_put_in_count_in_what_replaces_it(self) -> None:
        old, new = edition(milestone("a")), edition(retired("a", by=("b",)), milestone("b"))
        mine = Diary()
        mine.log("a", 3)
        assert told(old, new, mine) == ["“A”, which you are working on, is replaced by “B”: what you did counts there."]

    def test_a_part_of_a_merge_counts_as_a_part(self) -> None:
        old = edition(milestone("a", 4), milestone("b", 6))
        new = edition(retired("a", 4, by=("c",)), retired("b", 6, by=("c",)), milestone("c", 10))
        assert told(old, new, diary(a="done")) == [
            "“A”, which you finished, became part of “C”: what you did counts there.",
            "Behind you are 0 of 1 milestones; before, it was 1 of 2.",
            "Retired, and no longer on your path: “B”.",
        ]

    def test_each_part_of_a_merge_claims_only_what_is_its_own(self) -> None:
        old = edition(milestone("a"), milestone("b"), milestone("c"))
        new = edition(*(retired(slug, by=("z",)) for slug in "abc"), milestone("z", 30))
        mine = diary(a="skipped", b="doing")
        mine.log("c", 3)
        assert told(old, new, mine)[:2] == [
            "“B”, which you are working on, became part of “Z”: you carry on there.",
            "“C”, which you are working on, became part of “Z”: what you did counts there.",
        ]
        assert "“A”, which you skipped, became part of “Z”." in told(old, new, mine)

    def test_credit_off_my_path_is_not_said_to_count(self) -> None:
        old = edition(milestone("a"), milestone("x"))
        new = edition(retired("a", by=("y",)), milestone("x"), milestone("y"), groups=(GROUP,))
        mine = diary(a="done")
        mine.choose("g", "x")
        assert told(old, new, mine)[0] == "“A”, which you finished, is replaced by “Y”."

    def test_my_own_later_word_on_what_replaces_it_is_not_talked_over(self) -> None:
        old, new = edition(milestone("a")), edition(retired("a", by=("b",)), milestone("b"))
        mine = diary(a="done", b="skipped")
        assert told(old, new, mine)[0] == "“A”, which you finished, is replaced by “B”."

    def test_a_retired_one_that_i_finished_stays_counted(self) -> None:
        old, new = edition(milestone("a"), milestone("b")), edition(retired("a"), milestone("b"))
        assert told(old, new, diary(a="done")) == ["“A”, which you finished, was retired. What you did stays counted."]

    def test_a_retired_one_under_way_is_kept_and_off_the_path(self) -> None:
        old, new = edition(milestone("a"), milestone("b")), edition(retired("a"), milestone("b"))
        assert told(old, new, diary(a="doing"))[0] == (
            "“A”, which you are working on, was retired. What you did there is kept, but it is off your path now."
        )

    def test_credit_through_editions_that_i_never_saw_is_told_to_its_end(self) -> None:
        """Edition 2 made B of A, edition 3 made C of B: the learner hears of C."""
        old = edition(milestone("a"))
        new = edition(retired("a", by=("b",)), retired("b", by=("c",)), milestone("c"))
        assert told(old, new, diary(a="done")) == ["“A”, which you finished, is replaced by “C”: it counts as done."]

    def test_credit_that_is_taken_back_is_said(self) -> None:
        old = edition(retired("a", by=("b",)), milestone("b"))
        new = edition(milestone("a"), milestone("b"))
        assert told(old, new, diary(a="done"))[0] == (
            "“B” no longer counts as done by what you did elsewhere, which is kept where you did it."
        )

    def test_what_was_retired_before_is_no_news(self) -> None:
        road = edition(retired("a"), retired("b", by=("c",)), milestone("c"))
        assert told(road, road, diary(a="done", b="done")) == []

    def test_what_came_and_went_between_is_told_only_to_whom_it_touched(self) -> None:
        old = edition(milestone("z"))
        new = edition(milestone("z"), retired("a", by=("b",)), milestone("b"))
        assert told(old, new, Diary())[0] == "A new milestone ahead of you: “B”."
        assert told(old, new, diary(a="done"))[0] == "“A”, which you finished, is replaced by “B”: it counts as done."


class TestUnderWay:
    def test_other_hours_of_what_i_am_working_on(self) -> None:
        old, new = edition(milestone("a", 40)), edition(milestone("a", 50))
        assert told(old, new, diary(a="doing")) == [
            "“A”, which you are working on, takes 50 h now instead of 40 h.",
        ]

    def test_hours_that_read_the_same_are_no_news(self) -> None:
        assert told(edition(milestone("a", 10.01)), edition(milestone("a", 10.02)), Diary()) == []

    def test_what_it_needs_first(self) -> None:
        old = edition(milestone("a"), milestone("b"))
        new = edition(milestone("a"), milestone("b", prerequisites=["a"]))
        assert told(old, new, diary(b="doing")) == ["“B”, which you are working on, needs “A” first now."]
        assert told(old, new, Diary()) == ["“B” needs “A” first now."]
        assert told(old, new, diary(a="done")) == []
        assert told(new, old, Diary()) == ["“B” is open to you now."]

    def test_one_more_lock_on_what_is_locked_and_not_begun_is_no_news(self) -> None:
        old = edition(milestone("a"), milestone("b"), milestone("c", prerequisites=["a"]))
        new = edition(milestone("a"), milestone("b"), milestone("c", prerequisites=["a", "b"]))
        assert told(old, new, Diary()) == []
        assert told(old, new, diary(c="doing")) == ["“C”, which you are working on, needs “B” first now."]

    def test_other_steps(self) -> None:
        old = edition(milestone("a", 10, steps=steps(5, 5)))
        new = edition(milestone("a", 10, steps=[*steps(2, 3, 5)[:1], *steps(0, 0, 3, 5)[2:]]))
        assert told(old, new, diary(a="doing")) == [
            "“A”, which you are working on, has other steps now: two new, one gone."
        ]
        assert told(old, new, Diary()) == []


class TestPath:
    def test_what_is_new_ahead(self) -> None:
        old, one = edition(milestone("a")), edition(milestone("a"), milestone("b"))
        assert told(old, one, Diary()) == ["A new milestone ahead of you: “B”."]
        two = edition(milestone("a"), milestone("b"), milestone("c"))
        assert told(old, two, diary(a="done")) == [
            "Two new milestones ahead of you: “B” and “C”.",
            "Behind you are 1 of 3 milestones and 33.3 % of the hours; before, it was 1 of 1 and 100 %.",
        ]
        many = edition(milestone("a"), *(milestone(f"m{n}") for n in range(12)))
        assert told(old, many, Diary()) == ["12 new milestones ahead of you: “M0”, “M1”, “M2” and 9 more."]

    def test_what_i_had_done_before_it_was_new_to_me_is_not_ahead(self) -> None:
        """Marked on an edition between the two."""
        assert told(edition(milestone("a")), edition(milestone("a"), milestone("b")), diary(b="known"))[0].startswith(
            "Behind you are"
        )

    def test_what_is_retired_and_was_still_to_do(self) -> None:
        old, new = edition(milestone("a"), milestone("b")), edition(retired("a"), milestone("b"))
        assert told(old, new, Diary()) == ["Retired, and no longer on your path: “A”."]
        assert told(new, old, Diary()) == ["On your path now: “A”."]

    def test_what_was_optional_and_is_not_and_the_other_way_round(self) -> None:
        old, new = edition(milestone("a", optional=True), milestone("b")), edition(milestone("a"), milestone("b"))
        assert told(old, new, Diary()) == ["On your path now: “A”."]
        assert told(new, old, Diary()) == ["No longer on your path: “A”."]
        assert told(new, old, diary(a="doing")) == []

    def test_what_may_be_taken_up(self) -> None:
        old, new = edition(milestone("a")), edition(milestone("a"), milestone("b", optional=True))
        assert told(old, new, Diary()) == ["New, if you like: “B”."]

    def test_a_default_that_changes_moves_the_path_of_those_who_did_not_choose(self) -> None:
        places = (milestone("x"), milestone("y"))
        old, new = edition(*places, groups=(GROUP,)), edition(*places, groups=(GROUP | {"default": "y"},))
        assert told(old, new, Diary()) == ["For “Group” your path takes “Y” now, no longer “X”."]
        assert told(old, new, diary(x="doing")) == [
            "For “Group” your path takes “Y” now, no longer “X”. What you did there is kept."
        ]
        mine = Diary()
        mine.choose("g", "x")
        assert told(old, new, mine) == []

    def test_what_i_chose_and_was_retired(self) -> None:
        old = edition(milestone("x"), milestone("y"), groups=(GROUP,))
        new = edition(retired("x"), milestone("y"), groups=(GROUP | {"default": "y"},))
        mine = Diary()
        mine.choose("g", "x")
        assert told(old, new, mine) == ["For “Group” your path takes “Y” now, no longer “X”. You can choose again."]

    def test_what_i_chose_and_began_is_told_once_when_it_is_replaced(self) -> None:
        old = edition(milestone("x"), milestone("y"), groups=(GROUP,))
        new = edition(
            retired("x", by=("z",)), milestone("z"), milestone("y"), groups=(GROUP | {"members": ["x", "z", "y"]},)
        )
        mine = diary(x="doing")
        mine.choose("g", "x")
        assert told(old, new, mine) == ["“X”, which you are working on, is replaced by “Z”: you carry on there."]

    def test_a_new_option_is_told_while_the_choice_is_open(self) -> None:
        three = GROUP | {"members": ["x", "y", "z"]}
        old = edition(milestone("x"), milestone("y"), groups=(GROUP,))
        new = edition(milestone("x"), milestone("y"), milestone("z"), groups=(three,))
        assert told(old, new, Diary()) == ["New, if you like: “Z”."]
        assert told(old, new, diary(x="done")) == []

    def test_a_new_choice(self) -> None:
        old = edition(milestone("a"))
        new = edition(milestone("a"), milestone("x"), milestone("y"), groups=(GROUP,))
        assert told(old, new, Diary())[0] == "A new choice to make: “Group”. Until you choose, it is “X”."
        assert "choice" not in " ".join(told(old, new, diary(x="done")))

    def test_what_i_finished_and_a_choice_took_off_my_path_is_said(self) -> None:
        old = edition(milestone("x"), milestone("y"), milestone("a"))
        new = edition(milestone("x"), milestone("y"), milestone("a"), groups=(GROUP,))
        assert told(old, new, diary(x="done", y="done"))[0] == (
            "“Y”, which you finished, is off your path now. What you did there is kept."
        )


class TestNames:
    OLD = edition(milestone("a"), milestone("b", optional=True))
    NEW = edition(milestone("a", title="Alpha"), milestone("b", title="Beta", optional=True))

    def test_a_new_name_is_told_of_what_is_mine_or_on_my_path(self) -> None:
        assert told(self.OLD, self.NEW, Diary()) == ["“A” is called “Alpha” now."]
        assert told(self.OLD, self.NEW, diary(b="done"))[:2] == [
            "“B” is called “Beta” now.",
            "“A” is called “Alpha” now.",
        ]

    def test_a_move_names_the_stage(self) -> None:
        data = to_data(self.OLD)
        data["stages"].append({"slug": "late", "title": "Late {}"})
        data["milestones"][0]["stage"] = "late"
        assert told(self.OLD, from_data(data), Diary()) == ["“A” belongs to the stage “Late {}” now."]

    def test_braces_in_a_title_stay(self) -> None:
        assert told(self.OLD, edition(milestone("a", title="{} {x}"), milestone("b", optional=True)), Diary()) == [
            "“A” is called “{} {x}” now."
        ]


def test_wording_and_resources_are_no_news() -> None:
    plain = edition(milestone("a", steps=steps(10)))
    book = {"title": "Book", "url": "https://example.org/book", "kind": "book", "free": True}
    reworded = edition(
        milestone("a", summary="S", why="W", done_when="D", notes="N", kind="tool", resources=[book], steps=steps(10))
    )
    assert told(plain, reworded, diary(a="doing")) == []


def test_a_number_stays_with_its_unit() -> None:
    [item] = news_for(edition(milestone("a", 40)), edition(milestone("a", 50)), Diary().progress)
    assert str(item) == "“A” takes 50\N{NO-BREAK SPACE}h now instead of 40\N{NO-BREAK SPACE}h."


def test_titles_link_to_their_milestones() -> None:
    old, new = edition(milestone("a")), edition(milestone("a"), milestone("b"))
    [item] = news_for(old, new, Diary().progress)
    assert [piece for piece in item.pieces if piece.milestone] == [("B", "b")]


def test_a_few_lines_are_told_and_the_rest_is_counted() -> None:
    def renamed(number: int) -> tuple[int, int]:
        old = edition(*(milestone(f"m{n}") for n in range(number)))
        new = edition(*(milestone(f"m{n}", title=f"New {n}") for n in range(number)))
        return tuple(map(len, shortened(news_for(old, new, Diary().progress))))  # type: ignore[return-value]  # a pair

    assert [renamed(number) for number in (0, 5, 6, 7)] == [(0, 0), (5, 0), (6, 0), (5, 2)]
