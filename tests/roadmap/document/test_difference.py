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
        (changed(1, prerequisites=["c"]), "prerequisites milestone b: +c -a"),
        (changed(1, optional=True), "optional milestone b: now optional"),
        (changed(1, kind="tool"), "changed milestone b: kind: “” → “tool”"),
        (changed(1, summary="New", why="Because"), "reworded milestone b: summary, why"),
        (changed(0, steps=[*steps(4), steps(4, 3, 3)[1], steps(4, 3, 3)[2]]), "steps milestone a: +s3 ~s2"),
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
            "resources milestone b: +https://example.org/",
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
    assert lines(new, old) == ("retired milestone a: on 2026-11-22", "replaced milestone a: by b")
    assert lines(old, new) == ("revived milestone a", "replaced milestone a: no longer")


def test_other_parts_are_compared_as_well() -> None:
    data = to_data(OLD) | {"title": "New road", "sources": [{"slug": "s", "title": "S"}]}
    data["stages"][0] = {"slug": "all", "title": "All of it", "summary": "Much"}
    assert lines(from_data(data)) == (
        "renamed roadmap road: “Road” → “New road”",
        "added source s",
        "renamed stage all: “All” → “All of it”",
        "changed stage all: summary",
    )


def test_it_can_be_kept_as_data() -> None:
    found = difference(OLD, changed(0, title="Alpha"))
    assert Difference.from_data(found.to_data()) == found
    assert found.of_kind("renamed") == found.changes
    assert found.of_kind("added") == ()
