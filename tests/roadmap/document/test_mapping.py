"""Split, merge, replace, retire and bring back: what changes in the document, and that no learner loses by it."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest

from roadmap.document import Document, brought_back, difference, lint, replaced
from roadmap.document.rules import problems
from roadmap.standing import Choice, Standing
from tests.properties import strategies
from tests.roadmap.diary import DAY, Diary, edition, milestone, retired, steps

ON = date(2026, 12, 1)


def split(road: Document, old: str = "m", into: tuple[str, ...] = (), *new: str, **options: Any) -> Document:
    return replaced(road, [old], into, new={slug: slug.title() for slug in new}, on=ON, **options)


def merge(road: Document, old: list[str], target: str, *, new: bool = True, **options: Any) -> Document:
    if new:
        return replaced(road, old, new={target: target.title()}, on=ON, **options)
    return replaced(road, old, [target], on=ON, **options)


def needs(road: Document, slug: str) -> tuple[str, ...]:
    return road.by_slug[slug].prerequisites


@pytest.fixture
def road() -> Document:
    """a → m → z, with b beside it."""
    return edition(
        milestone("a"),
        milestone("m", 30, prerequisites=["a"], elapsed_months={"low": 2, "likely": 4, "high": 6}, kind="tool"),
        milestone("b"),
        milestone("z", prerequisites=["b", "m"]),
    )


# --- What changes in the document -------------------------------------------------------------------------------------


def test_a_split_shares_effort_and_takes_over_what_comes_before_and_after(road: Document) -> None:
    after = split(road, "m", (), "x", "y")
    assert list(after.by_slug) == ["a", "m", "x", "y", "b", "z"]
    assert (after.by_slug["m"].retired_on, after.by_slug["m"].replaced_by) == (ON, ("x", "y"))
    made = after.by_slug["x"]
    assert (made.stage, made.kind, made.effort_hours.likely) == ("all", "tool", 15)
    assert made.elapsed_months is not None
    assert made.elapsed_months.likely == 2
    assert needs(after, "x") == needs(after, "y") == ("a",)
    assert needs(after, "z") == ("b", "x", "y")
    assert needs(after, "m") == ("a",)


def test_a_split_into_what_exists_and_what_is_new(road: Document) -> None:
    after = split(road, "m", ("b",), "x")
    assert after.by_slug["m"].replaced_by == ("b", "x")
    assert after.by_slug["b"].effort_hours == road.by_slug["b"].effort_hours
    assert needs(after, "b") == ("a",)
    assert needs(after, "z") == ("b", "x")


def test_without_rewiring_only_what_is_new_is_given_prerequisites(road: Document) -> None:
    after = split(road, "m", ("b",), "x", rewire=False)
    assert (needs(after, "x"), needs(after, "b"), needs(after, "z")) == (("a",), (), ("b", "m"))
    assert "retired" in " ".join(finding.message for finding in lint(after) if finding.level == "error")


def test_a_merge_adds_up_and_waits_for_what_comes_before_all(road: Document) -> None:
    after = merge(road, ["m", "b"], "t")
    assert after.by_slug["t"].effort_hours.likely == 40
    assert (needs(after, "t"), needs(after, "z")) == (("a",), ("t",))
    assert after.by_slug["b"].replaced_by == after.by_slug["m"].replaced_by == ("t",)


def test_a_merge_into_its_own_successor_makes_nothing_wait_for_itself(road: Document) -> None:
    after = merge(road, ["m"], "z", new=False)
    assert needs(after, "z") == ("b", "a")


def test_a_merge_around_something_closes_a_circle_that_the_rules_name(road: Document) -> None:
    after = merge(road, ["a", "z"], "t")
    assert [str(problem) for problem in problems(after)] == ["the prerequisites run in a circle: t → m → t"]
    assert not list(problems(road))


def test_retiring_lets_what_came_after_wait_for_what_came_before(road: Document) -> None:
    after = replaced(road, ["m"], on=ON)
    assert needs(after, "z") == ("b", "a")
    assert not [finding for finding in lint(after) if finding.level == "error"]


def test_what_is_new_takes_its_place_in_groups_and_pairs() -> None:
    clouds = {"slug": "g", "members": ["x", "y"], "default": "x"}
    papers = {"slug": "h", "members": ["p", "q"], "default": "p", "pairs_with": {"p": "x", "q": "y"}}
    road = edition(*(milestone(slug) for slug in "xypq"), groups=(clouds, papers))
    after = merge(road, ["x"], "n")
    assert after.group_by_slug["g"].members == ("x", "n", "y")
    assert after.group_by_slug["g"].default == "n"
    assert after.group_by_slug["h"].pairs_with == {"p": "n", "q": "y"}
    diary = Diary()
    diary.choose("g", "x")
    diary.choose("h", "p")
    assert diary.on(after).choices == {"g": Choice("n", "explicit"), "h": Choice("p", "explicit")}
    again = merge(road, ["p"], "n")
    assert again.group_by_slug["h"].pairs_with["n"] == "x"


def test_what_exists_joins_no_group_and_a_mixed_merge_is_for_everyone() -> None:
    """Joining would take a milestone off the path of whoever chose another member."""
    road = edition(*(milestone(slug) for slug in "xya"), groups=({"slug": "g", "members": ["x", "y"], "default": "x"},))
    assert merge(road, ["x"], "a", new=False).group_by_slug["g"].members == ("x", "y")
    assert merge(road, ["x", "a"], "n").group_by_slug["g"].members == ("x", "y")
    assert merge(road, ["x"], "y", new=False).group_by_slug["g"].default == "y"


def test_rows_that_never_were_on_the_road_are_left_alone(road: Document) -> None:
    shelf = edition(milestone("m"), retired("old", prerequisites=["m"]), milestone("z", prerequisites=["m"]))
    assert needs(split(shelf, "m", (), "x", "y"), "old") == ("m",)


# --- And back ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def town() -> Document:
    clouds = {"slug": "g", "members": ["x", "y"], "default": "x"}
    papers = {"slug": "h", "members": ["p", "q"], "default": "p", "pairs_with": {"p": "x", "q": "y"}}
    return edition(
        milestone("a"),
        milestone("m", 30, prerequisites=["a"], requires_groups=["g"]),
        milestone("b", prerequisites=["a"]),
        *(milestone(slug) for slug in "xypq"),
        milestone("z", prerequisites=["b", "m", "p"]),
        milestone("w", prerequisites=["m"], requires_groups=["h"]),
        groups=(clouds, papers),
    )


@pytest.mark.parametrize(
    ("old", "into", "new"),
    [
        (["m"], [], []),
        (["m"], ["b"], []),
        (["m"], ["z"], []),
        (["m"], [], ["n"]),
        (["m"], [], ["n", "o"]),
        (["m"], ["b"], ["n"]),
        (["m"], ["b", "y"], []),
        (["m", "b"], [], ["n"]),
        (["m", "b"], ["w"], []),
        (["x"], [], ["n"]),
        (["x"], ["y"], []),
        (["p"], [], ["n"]),
        (["x", "y"], [], ["n"]),
        (["p", "m"], [], ["n"]),
    ],
)
def test_bringing_everything_back_restores_the_document(
    town: Document, old: list[str], into: list[str], new: list[str]
) -> None:
    for order in (old, old[::-1]):
        draft = replaced(town, old, into, new={slug: slug.title() for slug in new}, on=ON)
        assert draft != town
        for slug in order:
            alone = all(other.slug == slug for part in new for other in draft.replaces[part])
            draft = brought_back(draft, slug, was=town, drop=new if alone else ())
        assert difference(town, draft).lines() == ()
        assert draft == town


def test_what_was_merged_with_it_keeps_its_mapping(town: Document) -> None:
    draft = brought_back(merge(town, ["m", "b"], "n"), "m", was=town)
    assert draft.by_slug["b"].replaced_by == ("n",)
    assert needs(draft, "z") == ("m", "p", "n")
    assert needs(draft, "m") == ("a",)


def test_bringing_back_the_start_of_a_chain(road: Document) -> None:
    draft = merge(merge(road, ["m"], "n"), ["n"], "o")
    assert needs(draft, "z") == ("b", "o")
    back = brought_back(draft, "m", was=road)
    assert needs(back, "z") == ("b", "m")
    assert back.by_slug["n"].replaced_by == ("o",)


def test_what_comes_back_waits_for_what_replaced_its_prerequisites(road: Document) -> None:
    draft = merge(merge(road, ["m"], "n"), ["a"], "c")
    assert needs(brought_back(draft, "m", was=road), "m") == ("c",)


def test_what_an_editor_did_meanwhile_stays(town: Document) -> None:
    draft = split(town, "m", (), "n", "o").model_dump(mode="json", exclude_defaults=True)
    next(row for row in draft["milestones"] if row["slug"] == "z")["prerequisites"].append("q")
    back = brought_back(Document.model_validate_json(_json(draft)), "m", was=town, drop=("n", "o"))
    assert needs(back, "z") == ("b", "m", "p", "q")


def test_without_a_former_document_only_the_mapping_ends(road: Document) -> None:
    back = brought_back(split(road, "m", (), "x", "y"), "m")
    assert back.by_slug["m"] == road.by_slug["m"]
    assert needs(back, "z") == ("b", "x", "y")


def _json(data: Any) -> str:
    return json.dumps(data)


# --- What learners keep -----------------------------------------------------------------------------------------------


def whole(found: Standing) -> None:
    counts, hours = found.counts, found.hours
    assert sum(counts[:4]) == counts.total == len(found.path)
    assert round(hours.earned + hours.skipped + hours.left, 6) == hours.total
    assert 0 <= found.percent <= 100


def finished(found: Standing) -> set[str]:
    return {item.slug for item in found.milestones.values() if item.is_finished}


def test_a_rename_a_move_and_a_new_order_cost_nothing(road: Document) -> None:
    diary = Diary()
    diary.mark("m", "done")
    diary.log("b", 4)
    data = road.model_dump(mode="json", exclude_defaults=True)
    data["milestones"].reverse()
    data["stages"].append({"slug": "other", "title": "Other"})
    for row in data["milestones"]:
        row |= {"title": "New " + row["title"], "stage": "other"}
    after = Document.model_validate_json(_json(data))
    assert diary.on(after).counts == diary.on(road).counts
    assert diary.on(after).hours == diary.on(road).hours
    assert diary.on(after).percent == diary.on(road).percent


def test_who_did_it_has_all_parts_of_a_split_done(road: Document) -> None:
    diary = Diary()
    diary.mark("m", "done")
    after = diary.on(split(road, "m", (), "x", "y"))
    assert {"x", "y"} <= finished(after)
    assert after.hours == diary.on(road).hours
    assert "z" not in {slug for slug, by in after.locked.items() if {"x", "y"} & {*by}}


def test_who_was_in_the_middle_keeps_each_hour_once(road: Document) -> None:
    diary = Diary()
    diary.log("m", 12)
    before, after = diary.on(road), diary.on(split(road, "m", (), "x", "y"))
    assert [after.of(slug).carried_hours for slug in "xy"] == [6, 6]
    assert (after.hours, after.percent) == (before.hours, before.percent)
    assert after.of("m").mark == before.of("m").mark


def test_a_merge_keeps_hours_of_some_and_is_done_by_all(road: Document) -> None:
    diary = Diary()
    diary.mark("m", "done")
    after = merge(road, ["m", "b"], "t")
    assert (diary.on(after).of("t").effective_state, diary.on(after).of("t").earned_hours) == ("doing", 30)
    diary.mark("b", "known")
    assert diary.on(after).of("t").effective_state == "done"


def test_split_then_merge_and_longer_chains_hand_credit_on(road: Document) -> None:
    diary = Diary()
    diary.mark("m", "done")
    once = split(road, "m", (), "x", "y")
    assert "t" in finished(diary.on(merge(once, ["x", "y"], "t")))
    chain = merge(merge(merge(road, ["m"], "n"), ["n"], "o"), ["o"], "t")
    assert "t" in finished(diary.on(chain))
    assert diary.on(chain).hours == diary.on(road).hours


def test_bringing_back_gives_what_the_learner_said_himself(road: Document) -> None:
    diary = Diary()
    diary.mark("m", "done")
    draft = split(road, "m", (), "x", "y")
    diary.mark("x", "done")
    back = diary.on(brought_back(draft, "m", was=road))
    assert back.of("m").effective_state == "done"
    assert back.of("x").effective_state == "done"
    assert back.of("y").effective_state == "todo"


def test_any_mapping_of_any_road_costs_nobody_a_tick() -> None:
    """Whatever is mapped in whatever order: marks stay, counts add up, who finished all of the old has the new."""
    mapped = 0
    for seed in range(150):
        chance = random.Random(seed)
        road = strategies.document(chance)
        diary = strategies.diary(chance, road)
        progress = diary.progress
        for number in range(4):
            live = [item.slug for item in road.milestones if not item.retired_on]
            old = chance.sample(live, min(len(live), chance.randint(1, 2)))
            others = [slug for slug in live if slug not in old]
            into = chance.sample(others, min(len(others), chance.randrange(2)))
            new = {f"n{number}-{index}": f"N {index}" for index in range(chance.randrange(3))}
            if not old or (len(old) > 1 and len(into) + len(new) > 1):
                continue
            after = replaced(road, old, into, on=DAY, new=new, rewire=chance.random() < 0.7)
            if list(problems(after)):
                continue
            before, found = diary.on(road), diary.on(after)
            whole(found)
            mapped += 1
            assert {slug: item.mark for slug, item in before.milestones.items() if slug in after.by_slug} == {
                slug: item.mark for slug, item in found.milestones.items() if slug in road.by_slug
            }
            if {*old} <= finished(before):
                assert {*new} <= finished(found)
            road = after
        assert diary.progress == progress
    assert mapped > 200


def test_steps_of_an_old_one_stay_ticked() -> None:
    road = edition(milestone("m", 10, steps=steps(4, 6)), milestone("z", prerequisites=["m"]))
    diary = Diary()
    diary.tick("m", "s1", 4)
    after = split(road, "m", (), "x", "y")
    assert diary.on(after).of("m").ticked == ("s1",)
    assert diary.on(after).hours.earned == 4
    assert diary.on(brought_back(after, "m", was=road, drop=("x", "y"))).hours == diary.on(road).hours
