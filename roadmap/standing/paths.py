"""Which milestones are mine: the member of each group, what lies on my path, and what locks what."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from roadmap.document import Document, Group, heirs

from .events import FINISHED, SATISFIED, Progress
from .reached import Reached
from .shape import Item, Shape


class Choice(NamedTuple):
    """The path member of a group (None: an optional group not taken up) and how it came about."""

    member: str | None
    how: str  # explicit, done, pair, default; "" without a member


def choices_in(
    edition: Document, shape: Shape, progress: Progress, reached: Mapping[str, Reached]
) -> dict[str, Choice]:
    explicit: dict[str, str] = {}
    for group in edition.groups:
        chosen = _present(group, progress.choices.get(group.slug), edition, reached)
        if chosen is not None:
            explicit[group.slug] = chosen
    mine = frozenset(explicit.values())
    return {
        group.slug: Choice(explicit[group.slug], "explicit")
        if group.slug in explicit
        else _unspoken(group, mine, edition, shape, reached)
        for group in edition.groups
    }


def _unspoken(
    group: Group, mine: frozenset[str], edition: Document, shape: Shape, reached: Mapping[str, Reached]
) -> Choice:
    """Return the member of a group about which the learner said nothing."""
    members = [slug for slug in group.members if _may_stand(reached[slug])]
    finished = [slug for slug in members if reached[slug].state in FINISHED]
    if finished:
        return Choice(min(finished, key=lambda slug: reached[slug].since), "done")
    if not group.optional and members:
        tied = [slug for slug in members if not mine.isdisjoint(shape.ties.get(slug, ()))]
        if tied:
            return Choice(tied[0], "pair")
        return Choice(_present(group, group.default, edition, reached) or members[0], "default")
    return Choice(None, "")


def _present(group: Group, slug: str | None, edition: Document, reached: Mapping[str, Reached]) -> str | None:
    """Return the member that a choice means in this edition: itself, or the member that replaces it."""
    if slug is None or slug not in reached:
        return None
    candidates = (slug, *heirs(edition, slug))
    return next((name for name in candidates if name in group.members and _may_stand(reached[name])), None)


def _may_stand(found: Reached) -> bool:
    """Tell whether a milestone may be on a path at all: retired ones only when finished and without successor."""
    return not found.item.retired or (found.state in FINISHED and not found.item.shares)


def is_on_path(item: Item, found: Reached, choices: Mapping[str, Choice], chosen: Set[str | None]) -> bool:
    if item.retired and not _may_stand(found):
        return False
    if any(choices[group].member == item.slug for group in item.mandatory_groups):
        return True
    if item.mandatory_groups and not item.in_optional_group:
        return False
    if item.needs_taking_up or item.mandatory_groups:
        return found.state != "todo" or item.slug in chosen
    return True


def missing_for(item: Item, state: str, reached: Mapping[str, Reached], on_path: Mapping[str, bool]) -> tuple[str, ...]:
    """Name the direct prerequisites that lock a milestone, and the path member of each required group."""
    if not item.is_guarded or state in SATISFIED:
        return ()
    missing = [slug for slug in item.prerequisites if on_path[slug] and reached[slug].state not in SATISFIED]
    for group in item.required_groups:
        members = [slug for slug in group if on_path[slug]]
        if members and all(reached[slug].state not in SATISFIED for slug in members):
            missing.append(members[0])
    return tuple(dict.fromkeys(missing)) if missing else ()
