"""What changed between two documents, for an editor about to publish and for a learner who asks what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from .format import Citation, Document, Effort, Elapsed, Group, Milestone, Part
from .wording import NAMES, Wording, rows_reworded, wordings_of

ChangeKind = Literal[
    "added",
    "removed",
    "retired",
    "revived",
    "renamed",
    "moved",
    "reordered",
    "effort",
    "elapsed",
    "steps",
    "prerequisites",
    "optional",
    "replaced",
    "resources",
    "reworded",
    "changed",
]
_PLURALS = {
    "sources": "source",
    "stages": "stage",
    "groups": "group",
    "milestones": "milestone",
    "credentials": "credential",
    "facts": "fact",
    "trace": "citation",
}
_POINTERS = {"milestone": "milestones", "source": "sources"}
_LONG = 60  # characters; a longer value is said to be reworded, not quoted


class Change(BaseModel):
    """One thing that changed. `what` is its sort (`milestone`), `slug` and `title` name it.

    `detail` says how, in an editor's words, and calls other parts by their titles: it is read as it stands.
    `wordings` hold what `detail` has no room for. Editions frozen by earlier releases have none.
    """

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    what: str
    slug: str
    title: str
    detail: str = ""
    wordings: tuple[Wording, ...] = ()

    def __str__(self) -> str:
        words = f"{self.kind} {self.what} {self.slug}"
        return f"{words}: {self.detail}" if self.detail else words


class Difference(BaseModel):
    """All that changed from one document to the next, in the order of the page; empty if and only if both are equal."""

    model_config = ConfigDict(frozen=True)

    changes: tuple[Change, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.changes

    def of_kind(self, *kinds: ChangeKind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind in kinds)

    def lines(self) -> tuple[str, ...]:
        """Return one readable line per change."""
        return tuple(map(str, self.changes))

    def to_data(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Difference:
        return cls.model_validate(data)


class _Titles(NamedTuple):
    """How details call other parts: by title, the newer one where both documents know the part."""

    old: Document
    new: Document

    def of(self, collection: str, slug: str) -> str:
        look_up = _LOOK_UPS[collection]
        part = getattr(self.new, look_up).get(slug) or getattr(self.old, look_up).get(slug)
        return f"“{part.title}”" if part else f"“{slug}”"

    def by_slug(self, collection: str, slugs: Sequence[str]) -> dict[str, str]:
        return {slug: self.of(collection, slug) for slug in slugs}


_LOOK_UPS = {
    "milestones": "by_slug",
    "groups": "group_by_slug",
    "stages": "stage_by_slug",
    "sources": "source_by_slug",
}


def difference(old: Document, new: Document) -> Difference:
    """Compare two documents of one roadmap, part by part, by slugs."""
    return Difference(changes=tuple(_changes(old, new)))


def _changes(old: Document, new: Document) -> Iterator[Change]:
    for field in ("slug", "title", "summary"):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            kind: ChangeKind = "renamed" if field == "title" else "reworded"
            detail = _from_to(before, after) if field != "summary" else "summary"
            wordings = wordings_of(old, new, ["summary"]) if field == "summary" else ()
            yield Change(kind=kind, what="roadmap", slug=new.slug, title=new.title, detail=detail, wordings=wordings)
    titles = _Titles(old, new)
    for collection, what in _PLURALS.items():
        yield from _compare(what, getattr(old, collection), getattr(new, collection), titles)


def _compare(what: str, old: Sequence[Part], new: Sequence[Part], titles: _Titles) -> Iterator[Change]:
    before = {_slug(part): part for part in old}
    after = {_slug(part): part for part in new}
    for slug, part in after.items():
        if slug not in before:
            yield Change(kind="added", what=what, slug=slug, title=_title(part))
        elif part != before[slug]:
            for kind, detail in _details(before[slug], part, titles):
                wordings = _wordings(kind, before[slug], part)
                yield Change(kind=kind, what=what, slug=slug, title=_title(part), detail=detail, wordings=wordings)
    for slug, part in before.items():
        if slug not in after:
            yield Change(kind="removed", what=what, slug=slug, title=_title(part))
    common = [slug for slug in before if slug in after]
    if common != (now := [slug for slug in after if slug in before]):
        first = next(a for a, b in zip(now, common, strict=True) if a != b)
        yield Change(kind="reordered", what=what, slug=first, title=_title(after[first]), detail="and what follows")


def _details(old: Part, new: Part, titles: _Titles) -> Iterator[tuple[ChangeKind, str]]:
    changed = [name for name in type(new).model_fields if getattr(old, name) != getattr(new, name)]
    if "title" in changed or "name" in changed:
        yield "renamed", _from_to(_title(old), _title(new))
        changed = [name for name in changed if name not in ("title", "name")]
    if isinstance(old, Milestone) and isinstance(new, Milestone):
        yield from _milestone_details(old, new, titles)
        if words := [said for name, said in NAMES.items() if name in changed]:
            yield "reworded", ", ".join(words)
    elif isinstance(old, Group) and isinstance(new, Group):
        if changed:
            yield "changed", "; ".join(_group_details(old, new, titles))
    elif changed:
        yield "changed", "; ".join(_field(name, getattr(old, name), getattr(new, name), titles) for name in changed)


def _milestone_details(old: Milestone, new: Milestone, titles: _Titles) -> Iterator[tuple[ChangeKind, str]]:
    if old.retired_on != new.retired_on:
        yield _retirement(old, new)
    if old.replaced_by != new.replaced_by:
        successors = ", ".join(titles.by_slug("milestones", new.replaced_by).values())
        yield "replaced", f"by {successors or 'nothing any more'}"
    if old.stage != new.stage:
        yield "moved", f"from {titles.of('stages', old.stage)} to {titles.of('stages', new.stage)}"
    if old.optional != new.optional:
        yield "optional", _path(new.optional)
    if old.kind != new.kind:
        yield "changed", _field("kind", old.kind, new.kind, titles)
    if old.sources != new.sources:
        gains = _gains(titles.by_slug("sources", old.sources), titles.by_slug("sources", new.sources))
        yield "changed", f"sources: {gains}"
    yield from _work_details(old, new, titles)


def _work_details(old: Milestone, new: Milestone, titles: _Titles) -> Iterator[tuple[ChangeKind, str]]:
    if old.effort_hours != new.effort_hours:
        yield "effort", _estimates(old.effort_hours, new.effort_hours, "h")
    if old.elapsed_months != new.elapsed_months:
        yield "elapsed", _estimates(old.elapsed_months, new.elapsed_months, "months")
    if (old.prerequisites, old.requires_groups) != (new.prerequisites, new.requires_groups):
        yield "prerequisites", _gains(_requirements(old, titles), _requirements(new, titles))
    if old.steps != new.steps:
        yield "steps", _rows(old.step_by_slug, new.step_by_slug)
    if old.resources != new.resources:
        yield "resources", _rows(old.resource_by_url, new.resource_by_url)


def _group_details(old: Group, new: Group, titles: _Titles) -> Iterator[str]:
    if old.members != new.members:
        yield _gains(titles.by_slug("milestones", old.members), titles.by_slug("milestones", new.members))
    if old.default != new.default:
        yield f"the default is {titles.of('milestones', new.default)} instead of {titles.of('milestones', old.default)}"
    if old.optional != new.optional:
        yield _path(new.optional)
    if old.pairs_with != new.pairs_with:
        yield f"pairs: {_gains(_pairs(old, titles), _pairs(new, titles))}"
    if old.note != new.note:
        yield "note reworded"


def _wordings(kind: ChangeKind, old: Part, new: Part) -> tuple[Wording, ...]:
    """Return the old and new words of what `_details` only names."""
    if isinstance(old, Milestone) and isinstance(new, Milestone):
        if kind == "steps":
            return rows_reworded(old.step_by_slug, new.step_by_slug)
        if kind == "resources":
            return rows_reworded(old.resource_by_url, new.resource_by_url)
        if kind == "effort":
            return wordings_of(old.effort_hours, new.effort_hours, ["basis"])
        return wordings_of(old, new, NAMES) if kind == "reworded" else ()
    if isinstance(new, Group):
        return wordings_of(old, new, ["note"]) if kind == "changed" else ()
    names = [name for name in type(new).model_fields if name not in ("title", "name")]
    return wordings_of(old, new, names, longer_than=_LONG) if kind == "changed" else ()


def _retirement(old: Milestone, new: Milestone) -> tuple[ChangeKind, str]:
    if old.retired_on and new.retired_on:
        return "changed", f"retired on {new.retired_on} instead of {old.retired_on}"
    return ("retired", f"on {new.retired_on}") if new.retired_on else ("revived", "")


def _path(optional: bool) -> str:
    return "now optional" if optional else "now mandatory"


def _requirements(milestone: Milestone, titles: _Titles) -> dict[str, str]:
    groups = {f"group {slug}": f"one of {titles.of('groups', slug)}" for slug in milestone.requires_groups}
    return titles.by_slug("milestones", milestone.prerequisites) | groups


def _pairs(group: Group, titles: _Titles) -> dict[str, str]:
    return {
        " ".join(pair): " with ".join(titles.by_slug("milestones", pair).values()) for pair in group.pairs_with.items()
    }


def _estimates(old: Effort | Elapsed | None, new: Effort | Elapsed | None, unit: str) -> str:
    before, after = _estimate(old, unit), _estimate(new, unit)
    return f"{before} → {after}" if before != after else "basis reworded"


def _estimate(estimate: Effort | Elapsed | None, unit: str) -> str:
    return f"{estimate.likely:g} {unit} ({estimate.low:g} to {estimate.high:g})" if estimate else "none"


def _gains(old: Mapping[str, str], new: Mapping[str, str], changed: Sequence[str] = ()) -> str:
    """Say what joined a list and what left it; keys tell entries apart, values name them."""
    gained = [f"new {name}" for key, name in new.items() if key not in old]
    lost = [f"gone {name}" for key, name in old.items() if key not in new]
    return ", ".join((*gained, *lost, *changed)) or "in another order"


def _rows(old: Mapping[str, Part], new: Mapping[str, Part]) -> str:
    before, after = ({key: f"“{_title(part)}”" for key, part in rows.items()} for rows in (old, new))
    changed = [f"changed {after[key]}" for key, part in new.items() if key in old and old[key] != part]
    return _gains(before, after, changed)


def _field(name: str, old: Any, new: Any, titles: _Titles) -> str:
    """Say how a value changed: `status: active → retired`, `detail reworded`."""
    said = name.replace("_", " ")
    if collection := _POINTERS.get(name):
        old, new = (titles.of(collection, slug) if slug else slug for slug in (old, new))
    if any(isinstance(value, tuple) or len(str(value)) > _LONG for value in (old, new)):
        return f"{said} reworded" if isinstance(new, str) else f"{said} changed"
    return f"{said}: {_value(old)} → {_value(new)}"


def _value(value: Any) -> str:
    if value in (None, ""):
        return "none"
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _from_to(old: str, new: str) -> str:
    return f"“{old}” → “{new}”"


def _slug(part: Any) -> str:
    slug: str = part.id if isinstance(part, Citation) else part.slug
    return slug


def _title(part: Part) -> str:
    return next(str(getattr(part, name)) for name in ("title", "name", "claim", "quote") if hasattr(part, name))
