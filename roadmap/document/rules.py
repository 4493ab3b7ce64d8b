"""What must hold between the parts of a document: names that exist, nothing twice, no circle, sums that agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from .format import Document, Group, Milestone

SUM_TOLERANCE = 0.01  # hours; steps may be thirds written with two decimals

Place = tuple[str | int, ...]


class Problem(NamedTuple):
    """A broken rule: where, and a sentence's end with a `{}` for each of `names`, which are slugs.

    Who wrote a file knows its slugs, who works in the admin knows titles: `lint` puts those in.
    """

    place: Place
    words: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.words.format(*self.names)


def problems(document: Document) -> Iterator[Problem]:
    """Yield each broken rule; circles only where every name is known."""
    found = [*_doubles(document), *_strangers(document)]
    yield from found
    for index, group in enumerate(document.groups):
        yield from _group_problems(("groups", index), group)
    for index, milestone in enumerate(document.milestones):
        yield from _milestone_problems(("milestones", index), milestone, document)
    if not found:
        yield from _circles(document)


def _group_problems(place: Place, group: Group) -> Iterator[Problem]:
    members = set(group.members)
    if group.default not in members:
        yield Problem((*place, "default"), "{} is not a member of the group", (group.default,))
    for member, partner in group.pairs_with.items():
        if member not in members:
            yield Problem((*place, "pairs_with"), "{} is not a member of the group", (member,))
        if partner in members:
            yield Problem((*place, "pairs_with", member), "{} is a member of the same group", (partner,))


def _milestone_problems(place: Place, milestone: Milestone, document: Document) -> Iterator[Problem]:
    if milestone.slug in milestone.prerequisites:
        yield Problem((*place, "prerequisites"), "a milestone cannot be its own prerequisite")
    if milestone.slug in milestone.replaced_by:
        yield Problem((*place, "replaced_by"), "a milestone cannot replace itself")
    for group in milestone.requires_groups:
        known = document.group_by_slug.get(group)
        if known and milestone.slug in known.members:
            words = "a milestone cannot require {}, of which it is a member"
            yield Problem((*place, "requires_groups"), words, (group,))
    if milestone.replaced_by and not milestone.retired_on:
        words = "only a retired milestone can be replaced: give it a day of retirement (retired_on)"
        yield Problem((*place, "replaced_by"), words)
    if milestone.steps:
        total, likely = sum(step.hours for step in milestone.steps), milestone.effort_hours.likely
        if abs(total - likely) > SUM_TOLERANCE + 1e-9 * likely:
            words = f"the hours of the steps sum to {total:g}, but the likely effort is {likely:g}"
            yield Problem((*place, "steps"), words)


def _doubles(document: Document) -> Iterator[Problem]:
    for name in ("sources", "stages", "groups", "milestones", "credentials", "facts"):
        yield from _repeated((name,), (part.slug for part in getattr(document, name)))
    yield from _repeated(("trace",), (citation.id for citation in document.trace))
    for index, group in enumerate(document.groups):
        yield from _repeated(("groups", index, "members"), group.members)
    for index, credential in enumerate(document.credentials):
        yield from _repeated(("credentials", index, "evidence"), credential.evidence)
    for index, milestone in enumerate(document.milestones):
        place = ("milestones", index)
        yield from _repeated((*place, "steps"), (step.slug for step in milestone.steps))
        yield from _repeated((*place, "resources"), (resource.url for resource in milestone.resources))
        for name in ("prerequisites", "requires_groups", "sources", "replaced_by"):
            yield from _repeated((*place, name), getattr(milestone, name))


def _repeated(place: Place, names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield Problem((*place, index), "{} appears twice", (name,))
        seen.add(name)


def _strangers(document: Document) -> Iterator[Problem]:
    stages, groups, sources = document.stage_by_slug, document.group_by_slug, document.source_by_slug
    milestones = document.by_slug
    for index, group in enumerate(document.groups):
        place: Place = ("groups", index)
        yield from _unknown((*place, "members"), group.members, milestones, "milestone")
        for member, partner in group.pairs_with.items():
            yield from _unknown((*place, "pairs_with", member), (partner,), milestones, "milestone")
    for index, milestone in enumerate(document.milestones):
        place = ("milestones", index)
        yield from _unknown((*place, "stage"), (milestone.stage,), stages, "stage")
        yield from _unknown((*place, "prerequisites"), milestone.prerequisites, milestones, "milestone")
        yield from _unknown((*place, "requires_groups"), milestone.requires_groups, groups, "group")
        yield from _unknown((*place, "sources"), milestone.sources, sources, "source")
        yield from _unknown((*place, "replaced_by"), milestone.replaced_by, milestones, "milestone")
    for index, credential in enumerate(document.credentials):
        yield from _unknown(("credentials", index, "milestone"), (credential.milestone,), milestones, "milestone")
    for index, fact in enumerate(document.facts):
        yield from _unknown(("facts", index, "milestone"), (fact.milestone,), milestones, "milestone")
        yield from _unknown(("facts", index, "source"), (fact.source,), sources, "source")
    for index, citation in enumerate(document.trace):
        yield from _unknown(("trace", index, "milestone"), (citation.milestone,), milestones, "milestone")
        yield from _unknown(("trace", index, "source"), (citation.source,), sources, "source")


def _unknown(place: Place, names: Iterable[str | None], known: Mapping[str, object], what: str) -> Iterator[Problem]:
    for name in names:
        if name is not None and name not in known:
            yield Problem(place, f"there is no {what} {{}}", (name,))


def _circles(document: Document) -> Iterator[Problem]:
    needs = {m.slug: document.requirements_of(m) for m in document.milestones}
    if circle := find_circle(needs):
        words = f"the prerequisites run in a circle: {_arrows(circle)}"
        yield Problem(_prerequisites_of(document, circle[0]), words, circle)
    becomes = {m.slug: m.replaced_by for m in document.milestones}
    if circle := find_circle(becomes):
        place = (*_place_of(document, circle[0]), "replaced_by")
        yield Problem(place, f"replacements run in a circle: {_arrows(circle)}", circle)


def _arrows(circle: tuple[str, ...]) -> str:
    return " → ".join("{}" for _ in circle)


def _place_of(document: Document, slug: str) -> Place:
    return ("milestones", next(i for i, m in enumerate(document.milestones) if m.slug == slug))


def _prerequisites_of(document: Document, slug: str) -> Place:
    name = "prerequisites" if document.by_slug[slug].prerequisites else "requires_groups"
    return (*_place_of(document, slug), name)


def find_circle(edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return one circle as a path that ends where it begins, each name followed by one it leads to; or nothing.

    A name that leads to itself is left to the rule that says so in plainer words.
    """
    plain = {name: [other for other in others if other != name] for name, others in edges.items()}
    try:
        TopologicalSorter(plain).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()
