"""What changed between two documents."""

from __future__ import annotations

from typing import Any

import pytest

from roadmap.document import Difference, Document, difference, from_data, to_data
from tests.roadmap.diary import edition, milestone, retired, steps

OLD = edition(milestone("a", steps=steps(4, 6)), milestone("b", prerequisites=["a"]), milestone("c"))


def changed(index: int, **changes: Any) -> Document:
    data = to_data(OLD)
    data["milestones"][index] |= changes
    return from_data(data)


def lines(new: Document, old: Document = OLD) -> tuple[str, ...]:
    return difference(old, new).lines()


def test_equal_documents_do_not_differ() -> None:
    found = difference(OLD, from_data(to_data(OLD)))
    assert found.is_empty
    assert found.lines() == ()


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed(0, title="Alpha"), "renamed milestone a: “A” → “Alpha”"),
        (changed(2, retired_on="2026-11-22"), "retired milestone c: on 2026-11-22"),
        (changed(1, prerequisites=["c"]), "prerequisites milestone b: new “C”, gone “A”"),
        (changed(1, optional=True), "optional milestone b: now optional"),
        (changed(1, kind="tool"), "changed milestone b: kind: none → tool"),
        (changed(1, summary="New", why="Because"), "reworded milestone b: what, why"),
        (
            changed(0, steps=[*steps(4), steps(4, 3, 3)[1], steps(4, 3, 3)[2]]),
            "steps milestone a: new “Step 3”, changed “Step 2”",
        ),
        (
            changed(1, effort_hours={"low": 5, "likely": 8, "high": 10.5}),
            "effort milestone b: 10 h (10 to 10) → 8 h (5 to 10.5)",
        ),
        (
            changed(1, effort_hours={"low": 10, "likely": 10, "high": 10, "basis": "x"}),
            "effort milestone b: basis reworded",
        ),
        (
            changed(1, elapsed_months={"low": 1, "likely": 2, "high": 3}),
            "elapsed milestone b: none → 2 months (1 to 3)",
        ),
        (
            changed(1, resources=[{"title": "R", "url": "https://example.org/", "kind": "docs", "free": True}]),
            "resources milestone b: new “R”",
        ),
    ],
)
def test_each_kind_of_change_is_one_readable_line(new: Document, said: str) -> None:
    assert lines(new) == (said,)


def test_what_came_and_went_and_moved() -> None:
    new = edition(milestone("c"), milestone("d"), milestone("a", steps=steps(4, 6)))
    assert lines(new) == (
        "added milestone d",
        "removed milestone b",
        "reordered milestone c: and what follows",
    )


def test_what_replaced_what_and_what_came_back() -> None:
    old, new = edition(milestone("a"), milestone("b")), edition(retired("a", by=("b",)), milestone("b"))
    assert lines(new, old) == ("retired milestone a: on 2026-11-22", "replaced milestone a: by “B”")
    assert lines(old, new) == ("revived milestone a", "replaced milestone a: by nothing any more")


def test_other_parts_are_compared_as_well() -> None:
    data = to_data(OLD) | {"title": "New road", "sources": [{"slug": "s", "title": "S"}]}
    data["stages"][0] = {"slug": "all", "title": "All of it", "summary": "Much"}
    assert lines(from_data(data)) == (
        "renamed roadmap road: “Road” → “New road”",
        "added source s",
        "renamed stage all: “All” → “All of it”",
        "changed stage all: summary: none → Much",
    )


GROUP = {"slug": "g", "title": "One of two", "members": ["a", "c"], "default": "a"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"members": ["c", "a"]}, "in another order"),
        ({"members": ["a", "c", "d"]}, "new “D”"),
        ({"default": "c"}, "the default is “C” instead of “A”"),
        ({"optional": True, "note": "Think"}, "now optional; note reworded"),
        ({"pairs_with": {"a": "b"}}, "pairs: new “A” with “B”"),
    ],
)
def test_a_choice_says_what_changed_in_it(changes: dict[str, Any], said: str) -> None:
    milestones = [milestone(slug) for slug in "abcd"]
    old, new = edition(*milestones, groups=(GROUP,)), edition(*milestones, groups=(GROUP | changes,))
    assert lines(new, old) == (f"changed group g: {said}",)


def test_other_parts_are_named_by_title_the_newer_one() -> None:
    old = edition(
        milestone("a"),
        milestone("b", prerequisites=["a"]),
        milestone("c"),
        milestone("d", requires_groups=["g"]),
        groups=(GROUP,),
    )
    data = to_data(old)
    data["groups"][0]["title"] = "Either"
    data["milestones"][0]["title"] = "Alpha"
    data["milestones"][1]["prerequisites"] = []
    data["milestones"][3]["requires_groups"] = []
    assert lines(from_data(data), old)[1:] == (
        "renamed milestone a: “A” → “Alpha”",
        "prerequisites milestone b: gone “Alpha”",
        "prerequisites milestone d: gone one of “Either”",
    )


def test_two_of_one_name_are_told_apart() -> None:
    old = edition(milestone("a", title="Same"), milestone("b", title="Same"), milestone("c", prerequisites=["a"]))
    data = to_data(old)
    data["milestones"][2]["prerequisites"] = ["b"]
    assert lines(from_data(data), old) == ("prerequisites milestone c: new “Same”, gone “Same”",)


def test_evidence_says_its_values_and_does_not_quote_at_length() -> None:
    fact = {"slug": "f", "milestone": "a", "claim": "Pay", "value": 10, "verdict": "stands", "note": "x" * 100}
    old = from_data(to_data(OLD) | {"facts": [fact]})
    new = from_data(to_data(OLD) | {"facts": [fact | {"value": 12.5, "note": "y", "milestone": "b"}]})
    assert lines(new, old) == ("changed fact f: milestone: “A” → “B”; value: 10 → 12.5; note reworded",)


def test_it_can_be_kept_as_data() -> None:
    found = difference(OLD, changed(0, title="Alpha"))
    assert Difference.from_data(found.to_data()) == found
    assert found.of_kind("renamed") == found.changes
    assert found.of_kind("added") == ()


# --- Case 38: the review shows old and new words --------------------------------------------------------------------


def wordings(new: Document, old: Document = OLD) -> list[tuple[str, str, str]]:
    return [(word.what, word.old, word.new) for change in difference(old, new).changes for word in change.wordings]


def test_reworded_texts_carry_both_words() -> None:
    new = changed(1, summary="New", why="Because", done_when="Done", notes="Note")
    old = OLD.by_slug["b"]
    assert wordings(new) == [
        ("what", old.summary, "New"),
        ("why", old.why, "Because"),
        ("done when", old.done_when, "Done"),
        ("notes", old.notes, "Note"),
    ]


def test_changed_rows_say_what_changed_in_them() -> None:
    rows = to_data(OLD)["milestones"][0]["steps"]
    new = changed(0, steps=[{**rows[0], "hours": 3}, {**rows[1], "hours": 7}])
    titles = [row["title"] for row in rows]
    assert wordings(new) == [(f"“{titles[0]}”, hours", "4", "3"), (f"“{titles[1]}”, hours", "6", "7")]


def test_long_words_of_other_parts_are_carried_and_short_ones_said_in_the_line() -> None:
    old, long = to_data(OLD), "word " * 20
    old["summary"] = "Before"
    old["stages"][0]["summary"] = long
    new = {**old, "summary": "After", "stages": [{**old["stages"][0], "summary": ""}, *old["stages"][1:]]}
    assert wordings(from_data(new), from_data(old)) == [("summary", "Before", "After"), ("summary", long, "")]
    brief = {**old, "stages": [{**old["stages"][0], "summary": "Short"}, *old["stages"][1:]]}
    empty = {**old, "stages": [{**old["stages"][0], "summary": ""}, *old["stages"][1:]]}
    assert wordings(from_data(brief), from_data(empty)) == []


def test_wordings_survive_the_freezer_and_old_editions_have_none() -> None:
    found = difference(OLD, changed(1, why="Because"))
    assert Difference.from_data(found.to_data()) == found
    frozen = {"changes": [{"kind": "reworded", "what": "milestone", "slug": "b", "title": "B", "detail": "why"}]}
    assert Difference.from_data(frozen).changes[0].wordings == ()
