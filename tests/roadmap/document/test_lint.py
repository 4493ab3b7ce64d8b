"""What an editor is told before publishing."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from roadmap.document import Document, DocumentError, from_data, lint, parse, restore, vanishing
from tests.properties import strategies
from tests.roadmap.diary import Diary, edition, milestone, retired, steps

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"
WHOLE: dict[str, Any] = {"done_when": "It works.", "steps": steps(4, 6)}
GROUP = {"slug": "g", "members": ["x", "y"], "default": "x"}


def whole(slug: str, **changes: Any) -> dict[str, Any]:
    return milestone(slug, **(WHOLE | changes))


def halfway(*milestones: dict[str, Any], groups: tuple[dict[str, Any], ...] = ()) -> Document:
    """Return a draft that breaks the rules between its parts, as rows may."""
    return restore(
        {
            "format": 1,
            "slug": "road",
            "title": "Road",
            "stages": [{"slug": "all", "title": "All"}],
            "groups": [{"title": "Group", **group} for group in groups],
            "milestones": list(milestones),
        }
    )


def page(url: str = "https://example.org/", **changes: Any) -> dict[str, Any]:
    return {"title": "A course", "url": url, "kind": "course", "free": True, **changes}


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
        (
            edition(whole("x"), whole("y"), whole("p"), groups=({**GROUP, "pairs_with": {"x": "p"}},)),
            "warning",
            "groups[g].pairs_with",
        ),
        (
            edition(whole("x"), whole("y"), whole("z", requires_groups=["g"]), groups=({**GROUP, "optional": True},)),
            "warning",
            "milestones[z].requires_groups",
        ),
        (
            edition(retired("x"), retired("y"), whole("z", requires_groups=["g"]), groups=(GROUP,)),
            "warning",
            "milestones[z].requires_groups",
        ),
        (
            edition(whole("a", resources=[page(), page("http://www.example.org")])),
            "warning",
            "milestones[a].resources",
        ),
        (
            edition(whole("a", resources=[page()]), whole("b", resources=[page(free=False)])),
            "warning",
            "milestones[b].resources",
        ),
    ],
)
def test_each_flaw_is_found_where_it_is(document: Document, level: str, place: str) -> None:
    assert (level, place) in said(document)


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (
            halfway(whole("a", prerequisites=["b"]), whole("b", prerequisites=["a"])),
            "milestones[a].prerequisites",
            "“A”: the prerequisites run in a circle: “A” → “B” → “A”; nobody could ever open them.",
        ),
        (
            halfway(whole("x", prerequisites=["z"]), whole("y"), whole("z", requires_groups=["g"]), groups=(GROUP,)),
            "milestones[x].prerequisites",
            "“X”: the prerequisites run in a circle: “X” → “Z” → “X”; whoever chooses “X” could never open them.",
        ),
        (
            halfway(whole("a", prerequisites=["a"])),
            "milestones[a].prerequisites",
            "“A”: a milestone cannot be its own prerequisite.",
        ),
        (
            halfway(whole("a", prerequisites=["gone"])),
            "milestones[a].prerequisites",
            "“A”: there is no milestone gone.",
        ),
        (
            halfway(whole("x", requires_groups=["g"]), whole("y"), groups=(GROUP,)),
            "milestones[x].requires_groups",
            "“X”: a milestone cannot require “Group”, of which it is a member.",
        ),
        (
            halfway(whole("a"), whole("b", replaced_by=["a"])),
            "milestones[b].replaced_by",
            "“B”: only a retired milestone can be replaced: give it a day of retirement (retired_on).",
        ),
        (
            halfway(retired("a", by=("b",)), retired("b", by=("a",)), whole("c")),
            "milestones[a].replaced_by",
            "“A”: replacements run in a circle: “A” → “B” → “A”.",
        ),
        (
            halfway(whole("a", steps=steps(4, 4))),
            "milestones[a].steps",
            "“A”: the hours of the steps sum to 8, but the likely effort is 10.",
        ),
        (
            halfway(whole("a", resources=[page(), page(title="Again")])),
            "milestones[a].resources",
            "“A”: https://example.org/ appears twice.",
        ),
        (
            halfway(whole("x"), whole("y"), whole("z"), groups=({**GROUP, "default": "z"},)),
            "groups[g].default",
            "“Group”: “Z” is not a member of the group.",
        ),
        (
            halfway(whole("x"), whole("y"), groups=({**GROUP, "pairs_with": {"x": "y"}},)),
            "groups[g].pairs_with",
            "“Group”: “Y” is a member of the same group.",
        ),
    ],
)
def test_what_breaks_a_rule_half_way_is_an_error_in_titles(document: Document, place: str, words: str) -> None:
    assert ("error", place, words) in lint(document)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"effort_hours": {"low": 3, "likely": 2, "high": 4}}, "effort_hours: should rise from low to high"),
        ({"resources": [page("javascript:alert(1)")]}, "url: should begin with https:// or http://"),
        ({"resources": [page("JaVaScRiPt:alert(1)")]}, "url: should begin with https:// or http://"),
        ({"resources": [page("data:text/html,x")]}, "url: should begin with https:// or http://"),
        ({"resources": [page("ftp://example.org/")]}, "url: should begin with https:// or http://"),
        ({"resources": [page("https://me:secret@example.org/")]}, "url: should not hold a user name"),
        ({"steps": [{**steps(10)[0], "resource": "javascript:x"}]}, "resource: should begin with https://"),
    ],
)
def test_what_no_draft_can_hold_is_refused_before(changes: dict[str, Any], words: str) -> None:
    data = {"format": 1, "slug": "r", "title": "R", "stages": [{"slug": "all", "title": "All"}]}
    with pytest.raises(DocumentError, match=r"milestones\[a\]") as caught:
        from_data({**data, "milestones": [milestone("a", **changes)]})
    assert words in str(caught.value)


def test_what_hangs_on_something_replaced_is_named() -> None:
    fact = {"slug": "f", "milestone": "a", "claim": "It pays.", "verdict": "stands", "publisher": "A paper"}
    credential = {"slug": "c", "name": "A paper", "status": "unverified", "as_of": "2026-11-22", "milestone": "a"}
    data = edition(retired("a", by=("b",)), whole("b")).model_dump(mode="json", exclude_defaults=True)
    found = said(from_data(data | {"facts": [fact], "credentials": [credential]}))
    assert found == [("warning", "credentials[c].milestone"), ("warning", "facts[f].milestone")]


# --- Locks ------------------------------------------------------------------------------------------------------------


def walk(road: Document, choices: dict[str, str]) -> set[str]:
    """Finish whatever is open until nothing is; return what stays locked for ever."""
    diary = Diary()
    for group, member in choices.items():
        diary.choose(group, member)
    while True:
        found = diary.on(road)
        ready = [item.slug for item in found.path if item.is_left and not item.locked]
        if not ready:
            return {item.slug for item in found.path if item.is_left}
        for slug in ready:
            diary.mark(slug, "done")


def every_choice(road: Document) -> list[dict[str, str]]:
    members = [[(group.slug, member) for member in group.members] for group in road.groups]
    return [dict(chosen) for chosen in itertools.product(*members)]


def test_no_lock_stays_shut_under_any_choice_where_no_circle_is() -> None:
    """Lint looks for circles alone; this shows that nothing else locks for ever, pairs and retired ones included."""
    roads = [parse(FIXTURE.read_bytes(), name="x.yaml")]
    roads += [strategies.document(random.Random(seed)) for seed in range(100)]
    assert sum(bool(road.groups) for road in roads) > 40
    for road in roads:
        for choices in every_choice(road)[:40]:
            assert not walk(road, choices), (road.slug, choices)


def test_a_circle_through_a_group_shuts_out_who_chooses_that_member_and_nobody_else() -> None:
    road = halfway(whole("x", prerequisites=["z"]), whole("y"), whole("z", requires_groups=["g"]), groups=(GROUP,))
    assert walk(road, {"g": "x"}) == {"x", "z"}
    assert walk(road, {"g": "y"}) == set()


# --- Learners ---------------------------------------------------------------------------------------------------------


def test_a_milestone_with_learners_does_not_vanish_unsaid() -> None:
    before = edition(whole("a"), whole("b"), whole("c"), whole("d"), retired("e"), whole("f"))
    draft = edition(
        retired("a"), retired("b", by=("c",)), whole("c"), retired("d", by=("g",)), retired("g"), retired("e")
    )
    learners = {"a": 1, "b": 2, "c": 3, "d": 1_200, "e": 5}
    assert [(finding.place, finding.message) for finding in vanishing(before, draft, learners)] == [
        (
            "milestones[a]",
            "“A” leaves the road and nothing takes its place. One learner has begun or finished it: "
            "who finished it keeps it, from everyone else's path it goes.",
        ),
        (
            "milestones[d]",
            "“D” leaves the road and nothing takes its place. 1,200 learners have begun or finished it: "
            "who finished it keeps it, from everyone else's path it goes.",
        ),
    ]
    assert [finding.place for finding in vanishing(before, draft, {"f": 1})] == ["milestones[f]"]


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
