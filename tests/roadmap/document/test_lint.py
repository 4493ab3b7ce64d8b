"""What an editor is told before publishing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roadmap.document import Document, lint, parse
from tests.roadmap.diary import edition, milestone, retired, steps

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"
WHOLE: dict[str, Any] = {"done_when": "It works.", "steps": steps(4, 6)}
GROUP = {"slug": "g", "members": ["x", "y"], "default": "x"}


def whole(slug: str, **changes: Any) -> dict[str, Any]:
    return milestone(slug, **(WHOLE | changes))


def said(document: Document) -> list[tuple[str, str]]:
    return [(finding.level, finding.place) for finding in lint(document)]


def test_a_whole_document_has_no_finding() -> None:
    assert said(edition(whole("a"), whole("b", prerequisites=["a"]))) == []


def test_our_own_roadmap_has_no_error() -> None:
    assert not [finding for finding in lint(parse(FIXTURE.read_bytes(), name="x.yaml")) if finding.level == "error"]


@pytest.mark.parametrize(
    ("document", "level", "place"),
    [
        (edition(), "error", "milestones"),
        (edition(retired("a")), "error", "milestones"),
        (edition(retired("a"), whole("b", prerequisites=["a"])), "error", "milestones[b].prerequisites"),
        (edition(retired("x"), whole("y"), groups=(GROUP,)), "error", "groups[g].default"),
        (edition(whole("x"), retired("y"), groups=(GROUP,)), "warning", "groups[g].members"),
        (edition(whole("x", optional=True), whole("y"), groups=(GROUP,)), "warning", "milestones[x].optional"),
        (edition(whole("a", done_when="")), "warning", "milestones[a].done_when"),
        (edition(whole("a", steps=[])), "warning", "milestones[a].steps"),
        (edition(milestone("a", 0, **(WHOLE | {"steps": []}))), "warning", "milestones[a].effort_hours"),
        (edition(milestone("a", 30, **(WHOLE | {"steps": steps(30)}))), "warning", "milestones[a].steps[s1]"),
        (
            edition(whole("a", steps=[{**steps(10)[0], "resource": "https://example.org/"}])),
            "warning",
            "milestones[a].steps[s1].resource",
        ),
        (
            edition(whole("a", optional=True), whole("b", prerequisites=["a"])),
            "warning",
            "milestones[b].prerequisites",
        ),
        (
            edition(whole("x"), whole("y"), whole("z", prerequisites=["x"]), groups=(GROUP,)),
            "warning",
            "milestones[z].prerequisites",
        ),
        (
            edition(whole("x"), whole("y"), groups=(GROUP, GROUP | {"slug": "h"})),
            "warning",
            "milestones[x]",
        ),
        (edition(whole("a"), retired("b", by=("c",)), retired("c")), "warning", "milestones[b].replaced_by"),
        (
            edition(whole("x"), whole("y"), retired("p"), groups=({**GROUP, "pairs_with": {"x": "p"}},)),
            "warning",
            "groups[g].pairs_with",
        ),
    ],
)
def test_each_flaw_is_found_where_it_is(document: Document, level: str, place: str) -> None:
    assert (level, place) in said(document)


def test_a_pair_may_require_its_partner() -> None:
    certificates = {"slug": "h", "members": ["p", "q"], "default": "p", "pairs_with": {"p": "x", "q": "y"}}
    road = edition(
        whole("x"),
        whole("y"),
        whole("p", prerequisites=["x"]),
        whole("q", prerequisites=["y"]),
        groups=(GROUP, certificates),
    )
    assert said(road) == []


def test_errors_come_first_and_speak_an_editors_words() -> None:
    findings = lint(edition(retired("a"), whole("b", prerequisites=["a"], done_when="")))
    assert [finding.message for finding in findings] == [
        "“B” requires “A”, which is retired.",
        "“B” does not say when it is done.",
    ]
