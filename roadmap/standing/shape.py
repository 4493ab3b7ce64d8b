"""What an edition alone decides, worked out once per edition so that a learner's standing costs little."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter

from roadmap.document import Document, Group, Milestone

UNITS = 10_000  # units in an hour: whole numbers add up exactly, and nine tenths of a hundredth is still one
_KEY = "standing.shape"


def units(hours: float) -> int:
    return round(hours * UNITS)


def nine_tenths(amount: int) -> int:
    """What can be earned at most before a milestone is finished."""
    return amount * 9 // 10


@dataclass(frozen=True, slots=True)
class Item:
    """A milestone as arithmetic needs it; amounts in units."""

    slug: str
    likely: int
    steps: dict[str, int]
    mandatory_groups: tuple[str, ...]
    needs_taking_up: bool  # optional itself, or a member of optional groups only
    in_optional_group: bool
    retired: bool
    prerequisites: tuple[str, ...]
    required_groups: tuple[tuple[str, ...], ...]  # the members of each
    is_guarded: bool  # not retired, and something may lock it
    predecessors: tuple[str, ...]
    shares: dict[str, tuple[int, int]]  # successor -> (from, to): its part of this one's hours, in parts of share_total
    share_total: int


@dataclass(frozen=True, slots=True)
class Shape:
    """Items in an order in which each follows all that it replaces, and the ties that `pairs_with` makes."""

    items: tuple[Item, ...]
    by_slug: dict[str, Item]
    ties: dict[str, frozenset[str]]  # member -> milestones whose choice points to it


def shape_of(document: Document) -> Shape:
    """Return the shape of an edition; kept with it."""
    found: Shape | None = document.derived.get(_KEY)
    if found is None:
        found = document.derived[_KEY] = _shape(document)
    return found


def _shape(document: Document) -> Shape:
    order: tuple[str, ...] = tuple(document.by_slug)
    if document.replaces:
        order = tuple(
            TopologicalSorter(
                {slug: [m.slug for m in document.replaces.get(slug, ())] for slug in order}
            ).static_order()
        )
    items = tuple(_item(document, document.by_slug[slug]) for slug in order)
    return Shape(items=items, by_slug={item.slug: item for item in items}, ties=_ties(document.groups))


def _item(document: Document, milestone: Milestone) -> Item:
    groups = document.groups_of(milestone.slug)
    mandatory = tuple(group.slug for group in groups if not group.optional)
    shares, total = {}, 0
    for slug in milestone.replaced_by:
        part = units(document.by_slug[slug].effort_hours.likely) or 1
        shares[slug] = (total, total + part)
        total += part
    return Item(
        slug=milestone.slug,
        likely=units(milestone.effort_hours.likely),
        steps={step.slug: units(step.hours) for step in milestone.steps},
        mandatory_groups=mandatory,
        needs_taking_up=not mandatory and (milestone.optional or bool(groups)),
        in_optional_group=any(group.optional for group in groups),
        retired=milestone.retired_on is not None,
        prerequisites=milestone.prerequisites,
        required_groups=tuple(document.group_by_slug[group].members for group in milestone.requires_groups),
        is_guarded=not milestone.retired_on and bool(milestone.prerequisites or milestone.requires_groups),
        predecessors=tuple(m.slug for m in document.replaces.get(milestone.slug, ())),
        shares=shares,
        share_total=total,
    )


def _ties(groups: tuple[Group, ...]) -> dict[str, frozenset[str]]:
    """A pairing ties both ways: the cloud to its certificate and the certificate to its cloud."""
    ties: dict[str, set[str]] = {}
    for group in groups:
        for member, partner in group.pairs_with.items():
            ties.setdefault(member, set()).add(partner)
            ties.setdefault(partner, set()).add(member)
    return {member: frozenset(partners) for member, partners in ties.items()}
