"""Mappings: milestones retire and others take their place, so that credit carries over; and the way back.

Document in, document out. What learners did is neither read nor changed: `roadmap.standing` reads `replaced_by`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from .fields import MAX_HOURS, MAX_MONTHS
from .format import Document, Group, Milestone
from .reading import restore
from .writing import to_data

Data = dict[str, Any]


class Needs(NamedTuple):
    """What comes first: milestones, and groups of which one member does."""

    milestones: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def replaced(
    document: Document,
    old: Sequence[str],
    into: Sequence[str] = (),
    *,
    on: date,
    new: Mapping[str, str] | None = None,
    rewire: bool = True,
) -> Document:
    """Retire `old`; milestones that exist (`into`) and new ones (slug to title) take their place.

    One old and several parts make a split, several old and one part a merge, no part a mere retirement. New parts come
    after the first old one, with its stage and kind, all prerequisites, and an even share of effort and calendar time.
    A new part that stands alone takes the place of the old ones in the groups of which all of them are members. With
    `rewire`, parts that exist get the prerequisites too, what required an old one requires the parts (or, where there
    are none, what came before it), and pairs follow. The result may break a rule: ask `problems` for a circle.
    """
    new = new or {}
    data = to_data(document)
    rows: list[Data] = data["milestones"]
    parts = (*into, *new)
    first = next(index for index, row in enumerate(rows) if row["slug"] == old[0]) + 1
    leaving = [document.by_slug[slug] for slug in old]
    needs = _needs(document, leaving)
    rows[first:first] = [_made(slug, title, leaving, len(parts)) for slug, title in new.items()]
    for row in rows:
        if row["slug"] in old:
            row |= {"retired_on": on.isoformat(), "replaced_by": list(parts)}
        elif row["slug"] in new or (rewire and row["slug"] in into):
            _set_needs(row, _without(_needs_of(row), old), needs)
        elif rewire and not row.get("retired_on") and not {*old}.isdisjoint(row.get("prerequisites", ())):
            heirs = Needs(parts) if parts else needs
            _set_needs(row, _without(_needs_of(row), old), heirs)
    for group in data.get("groups", ()):
        _hand_over(group, old, parts, new)
        if rewire:
            _pair_anew(group, old, parts)
    return _tidy(data)


def brought_back(document: Document, slug: str, *, was: Document | None = None, drop: Collection[str] = ()) -> Document:
    """Put a retired milestone back on the road and end its mapping.

    Given a document in which it was on the road (`was`), what required it then requires it again, in the place of what
    came for it, and its groups are as they were. `drop` names parts that were made for it and go again.
    """
    data = to_data(document)
    back = document.by_slug[slug]
    for row in data["milestones"]:
        if row["slug"] == slug:
            row.pop("retired_on", None)
            row.pop("replaced_by", None)
            row["prerequisites"] = _on_the_road(document, back)
        elif was and not row.get("retired_on") and (then := was.by_slug.get(row["slug"])):
            _unwire(row, then, back, document)
    for group in data.get("groups", ()):
        if was and (before := was.group_by_slug.get(group["slug"])):
            _give_back(group, before, back, document)
    for name in drop:
        _drop(data, name)
    return _tidy(data)


def heirs(document: Document, slug: str) -> tuple[str, ...]:
    """Return all that took a milestone's place, and theirs, the nearest first; each once, however they cross."""
    found: dict[str, None] = {}
    waiting = [slug]
    for name in waiting:
        new = [other for other in document.by_slug[name].replaced_by if other not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)


def _needs(document: Document, leaving: Sequence[Milestone]) -> Needs:
    """Return what comes before the leaving ones and is on the road itself."""
    gone = {milestone.slug for milestone in leaving}
    milestones = (slug for milestone in leaving for slug in milestone.prerequisites)
    live = (slug for slug in milestones if slug not in gone and not document.by_slug[slug].retired_on)
    groups = (slug for milestone in leaving for slug in milestone.requires_groups)
    return Needs(tuple(dict.fromkeys(live)), tuple(dict.fromkeys(groups)))


def _made(slug: str, title: str, leaving: Sequence[Milestone], parts: int) -> Data:
    """Return a new milestone; the sum of what leaves is divided evenly, to be edited afterwards."""
    first = leaving[0]
    row: Data = {"slug": slug, "stage": first.stage, "title": title, "kind": first.kind}
    row["effort_hours"] = _shared([m.effort_hours for m in leaving], parts, MAX_HOURS)
    if lasting := [m.elapsed_months for m in leaving if m.elapsed_months]:
        row["elapsed_months"] = _shared(lasting, parts, MAX_MONTHS)
    row["optional"] = all(milestone.optional for milestone in leaving)
    return row


def _shared(estimates: Sequence[Any], parts: int, most: int) -> dict[str, float]:
    """Return an even share of the sum of estimates, no more than a document can hold."""
    return {
        name: min(most, round(sum(getattr(estimate, name) for estimate in estimates) / parts, 2))
        for name in ("low", "likely", "high")
    }


def _needs_of(row: Data) -> Needs:
    return Needs(tuple(row.get("prerequisites", ())), tuple(row.get("requires_groups", ())))


def _without(needs: Needs, old: Collection[str]) -> Needs:
    return needs._replace(milestones=tuple(slug for slug in needs.milestones if slug not in old))


def _set_needs(row: Data, *needs: Needs) -> None:
    """Give a row these needs, each once, and never itself."""
    milestones = dict.fromkeys(slug for part in needs for slug in part.milestones if slug != row["slug"])
    row["prerequisites"] = list(milestones)
    row["requires_groups"] = list(dict.fromkeys(slug for part in needs for slug in part.groups))


# --- Groups -----------------------------------------------------------------------------------------------------------


def _hand_over(group: Data, old: Sequence[str], parts: Sequence[str], new: Collection[str]) -> None:
    """Let the one part take the old ones' place: as a member if it is new and they all were, as the default if it is
    a member. The old ones stay members, so that who chose one is taken to its heir, and so that they can come back."""
    members = group["members"]
    leaving = [slug for slug in members if slug in old]
    if len(parts) != 1 or not leaving:
        return
    heir = parts[0]
    if heir in new and len(leaving) == len(old):
        members.insert(members.index(leaving[-1]) + 1, heir)
        pairs = group.get("pairs_with", {})
        if partner := next((pairs[slug] for slug in leaving if slug in pairs), None):
            pairs[heir] = partner
    if heir in members and group["default"] in old:
        group["default"] = heir


def _pair_anew(group: Data, old: Collection[str], parts: Sequence[str]) -> None:
    """Pair with the one part whoever was paired with an old one."""
    pairs: dict[str, str] = group.get("pairs_with", {})
    for member, partner in list(pairs.items()):
        if partner in old and len(parts) == 1 and parts[0] not in group["members"]:
            pairs[member] = parts[0]


def _give_back(group: Data, before: Group, back: Milestone, document: Document) -> None:
    """Undo `_hand_over` and `_pair_anew` for one milestone; what came by itself since then stays."""
    members, pairs = group["members"], group.setdefault("pairs_with", {})
    came = heirs(document, back.slug)
    if back.slug in before.members and back.slug in members:
        for part in came:
            others = [other.slug for other in document.replaces[part] if other.slug != back.slug]
            if part in members and part not in before.members and not {*others} & {*members}:
                members.remove(part)
                pairs.pop(part, None)
        if before.default == back.slug and (group["default"] in came or group["default"] not in members):
            group["default"] = back.slug
        elif group["default"] not in members:
            group["default"] = members[0]
    for member, partner in before.pairs_with.items():
        if partner == back.slug and member in members and pairs.get(member) in came:
            pairs[member] = partner


# --- The way back -----------------------------------------------------------------------------------------------------


def _on_the_road(document: Document, back: Milestone) -> list[str]:
    """Return what comes before a milestone, what was replaced meanwhile by what took its place."""
    found: list[str] = []
    for slug in back.prerequisites:
        found += heirs(document, slug) if document.by_slug[slug].retired_on else (slug,)
    return [slug for slug in dict.fromkeys(found) if slug != back.slug and not document.by_slug[slug].retired_on]


def _unwire(row: Data, then: Milestone, back: Milestone, document: Document) -> None:
    """Give a row the needs that it had, as far as they were changed for the milestone that comes back."""
    came = {*heirs(document, back.slug)}
    is_part = row["slug"] in came
    if not is_part and back.slug not in then.prerequisites:
        return
    inherits = is_part or not came  # a part was given what came before; so was, where nothing took its place, the rest
    came_groups = {*back.requires_groups} if inherits else set()
    came |= {*back.prerequisites} if inherits else set()
    others = {slug for slug in then.prerequisites if slug in document.by_slug}
    others |= {milestone.slug for milestone in document.replaces.get(row["slug"], ())}
    for slug in others - {back.slug}:
        if (other := document.by_slug[slug]).retired_on:
            came -= {*heirs(document, slug), *other.prerequisites}
            came_groups -= {*other.requires_groups}
    place = {slug: index for index, slug in enumerate(then.prerequisites)}
    kept = [slug for slug in row.get("prerequisites", ()) if slug not in came or slug in place]
    again = [back.slug] if back.slug in place and back.slug not in kept else []
    row["prerequisites"] = sorted((*kept, *again), key=lambda slug: place.get(slug, len(place)))
    groups = row.get("requires_groups", ())
    row["requires_groups"] = [slug for slug in groups if slug not in came_groups or slug in then.requires_groups]


def _drop(data: Data, name: str) -> None:
    """Take a milestone out of a document and out of every list that names it; no group may consist of it alone."""
    data["milestones"] = [row for row in data["milestones"] if row["slug"] != name]
    for row in data["milestones"]:
        for key in ("prerequisites", "replaced_by"):
            row[key] = [slug for slug in row.get(key, ()) if slug != name]
    for group in data.get("groups", ()):
        group["members"] = [slug for slug in group["members"] if slug != name]
        if group["default"] == name:
            group["default"] = group["members"][0]
        group["pairs_with"] = {a: b for a, b in group.get("pairs_with", {}).items() if name not in (a, b)}


def _tidy(data: Data) -> Document:
    """Return the document; what says nothing is left out, as in every other."""
    return restore(to_data(restore(data)))
