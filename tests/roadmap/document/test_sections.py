"""A difference laid out for reading."""

from __future__ import annotations

from typing import get_args

import pytest

from roadmap.document import Change, sections
from roadmap.document.difference import ChangeKind


def change(kind: ChangeKind, detail: str = "", *, what: str = "milestone", title: str = "Git") -> Change:
    return Change(kind=kind, what=what, slug="git", title=title, detail=detail)


@pytest.mark.parametrize(
    ("kind", "detail", "heading", "said"),
    [
        ("added", "", "Added", "“Git” is new"),
        ("removed", "", "Retired and replaced", "“Git” is gone"),
        ("retired", "on 2026-11-22", "Retired and replaced", "“Git” retired on 2026-11-22"),
        ("revived", "", "Retired and replaced", "“Git” is in use again"),
        ("replaced", "by “Version control”", "Retired and replaced", "“Git” is replaced by “Version control”"),
        ("renamed", "“Get” → “Git”", "Renamed", "“Get” → “Git”"),
        ("moved", "from “A” to “B”", "Moved", "“Git”: from “A” to “B”"),
        (
            "effort",
            "15 h (8 to 30) → 16 h (8 to 30)",
            "Effort and calendar time",
            "“Git”: 15 h (8 to 30) → 16 h (8 to 30)",
        ),
        ("prerequisites", "new “Shell”", "Prerequisites", "“Git”: new “Shell”"),
    ],
)
def test_a_change_is_said_under_its_heading(kind: ChangeKind, detail: str, heading: str, said: str) -> None:
    (found,) = sections([change(kind, detail)])
    assert (found.heading, [line[:2] for line in found.lines]) == (heading, [(said, "git")])


def test_every_change_stands_under_exactly_one_heading() -> None:
    sorts = ("roadmap", "source", "stage", "group", "milestone", "credential", "fact", "citation")
    changes = [change(kind, what=what, title=f"{kind} {what}") for kind in get_args(ChangeKind) for what in sorts]
    found = sections(changes)
    assert sum(len(section.lines) for section in found) == len(changes)
    assert all(section.lines for section in found)


def test_only_what_is_about_one_milestone_names_it() -> None:
    found = sections([change("changed", "summary reworded", what="stage"), change("reordered", "and what follows")])
    lines = [line[:2] for section in found for line in section.lines]
    assert lines == [("In another order, from “Git” on", ""), ("“Git”: summary reworded", "")]


def test_a_long_quote_is_cut_at_a_word() -> None:
    (found,) = sections([change("added", what="citation", title="words " * 50)])
    assert found.lines[0].text == f"“{' '.join(['words'] * 16)}…” is new"


def test_nothing_changed_has_no_sections() -> None:
    assert sections([]) == ()
