"""What changed between two documents, for an editor about to publish and for a learner who asks what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from .format import Citation, Document, Effort, Elapsed, Milestone, Part

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


class Change(BaseModel):
    """One thing that changed. `what` is its sort (`milestone`), `slug` and `title` name it, `detail` says how."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    what: str
    slug: str
    title: str
    detail: str = ""

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


def difference(old: Document, new: Document) -> Difference:
    """Compare two documents of one roadmap, part by part, by slugs."""
    return Difference(changes=tuple(_changes(old, new)))


def _changes(old: Document, new: Document) -> Iterator[Change]:
    for field in ("slug", "title", "summary"):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            kind: ChangeKind = "renamed" if field == "title" else "reworded"
            detail = _from_to(before, after) if field != "summary" else "summary"
            yield Change(kind=kind, what="roadmap", slug=new.slug, title=new.title, detail=detail)
    for collection, what in _PLURALS.items():
        yield from _compare(what, getattr(old, collection), getattr(new, collection))


def _compare(what: str, old: Sequence[Part], new: Sequence[Part]) -> Iterator[Change]:
    before = {_slug(part): part for part in old}
    after = {_slug(part): part for part in new}
    for slug, part in after.items():
        if slug not in before:
            yield Change(kind="added", what=what, slug=slug, title=_title(part))
        elif part != before[slug]:
            yield from _details(what, before[slug], part)
    for slug, part in before.items():
        if slug not in after:
            yield Change(kind="removed", what=what, slug=slug, title=_title(part))
    common = [slug for slug in before if slug in after]
    if common != (now := [slug for slug in after if slug in before]):
        first = next(a for a, b in zip(now, common, strict=True) if a != b)
        yield Change(kind="reordered", what=what, slug=first, title=_title(after[first]), detail="and what follows")


def _details(what: str, old: Part, new: Part) -> Iterator[Change]:
    changed = [name for name in type(new).model_fields if getattr(old, name) != getattr(new, name)]
    found: list[tuple[ChangeKind, str]] = []
    if "title" in changed or "name" in changed:
        found.append(("renamed", _from_to(_title(old), _title(new))))
        changed = [name for name in changed if name not in ("title", "name")]
    if isinstance(old, Milestone) and isinstance(new, Milestone):
        found.extend(_milestone_details(old, new))
        changed = [name for name in changed if name in ("summary", "why", "done_when", "notes")]
        if changed:
            found.append(("reworded", _names(changed)))
    elif changed:
        found.append(("changed", _names(changed)))
    for kind, detail in found:
        yield Change(kind=kind, what=what, slug=_slug(new), title=_title(new), detail=detail)


def _milestone_details(old: Milestone, new: Milestone) -> Iterator[tuple[ChangeKind, str]]:
    if old.retired_on != new.retired_on:
        yield _retirement(old, new), f"on {new.retired_on}" if new.retired_on else ""
    if old.replaced_by != new.replaced_by:
        yield "replaced", f"by {_names(new.replaced_by)}" if new.replaced_by else "no longer"
    if old.stage != new.stage:
        yield "moved", f"from {old.stage} to {new.stage}"
    if old.optional != new.optional:
        yield "optional", "now optional" if new.optional else "now mandatory"
    if old.kind != new.kind:
        yield "changed", f"kind: {_from_to(old.kind or '', new.kind or '')}"
    if old.sources != new.sources:
        yield "changed", f"sources: {_gains(old.sources, new.sources)}"
    yield from _work_details(old, new)


def _work_details(old: Milestone, new: Milestone) -> Iterator[tuple[ChangeKind, str]]:
    if old.effort_hours != new.effort_hours:
        yield "effort", _estimates(old.effort_hours, new.effort_hours, "h")
    if old.elapsed_months != new.elapsed_months:
        yield "elapsed", _estimates(old.elapsed_months, new.elapsed_months, "months")
    before, after = (*old.prerequisites, *old.requires_groups), (*new.prerequisites, *new.requires_groups)
    if (old.prerequisites, old.requires_groups) != (new.prerequisites, new.requires_groups):
        yield "prerequisites", _gains(before, after)
    if old.steps != new.steps:
        yield "steps", _rows(old.step_by_slug, new.step_by_slug)
    if old.resources != new.resources:
        yield "resources", _rows(old.resource_by_url, new.resource_by_url)


def _retirement(old: Milestone, new: Milestone) -> ChangeKind:
    if old.retired_on and new.retired_on:
        return "changed"
    return "retired" if new.retired_on else "revived"


def _estimates(old: Effort | Elapsed | None, new: Effort | Elapsed | None, unit: str) -> str:
    before, after = _estimate(old, unit), _estimate(new, unit)
    return f"{before} → {after}" if before != after else "basis reworded"


def _estimate(estimate: Effort | Elapsed | None, unit: str) -> str:
    return f"{estimate.likely:g} {unit} ({estimate.low:g} to {estimate.high:g})" if estimate else "none"


def _gains(old: Sequence[str], new: Sequence[str]) -> str:
    gained = [f"+{name}" for name in new if name not in old]
    lost = [f"-{name}" for name in old if name not in new]
    return " ".join((*gained, *lost)) or "order"


def _rows(old: Mapping[str, Part], new: Mapping[str, Part]) -> str:
    changed = [f"~{key}" for key, part in new.items() if key in old and old[key] != part]
    gains = _gains(tuple(old), tuple(new))
    return " ".join(changed) if gains == "order" and changed else " ".join((gains, *changed))


def _from_to(old: str, new: str) -> str:
    return f"“{old}” → “{new}”"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


def _slug(part: Any) -> str:
    slug: str = part.id if isinstance(part, Citation) else part.slug
    return slug


def _title(part: Part) -> str:
    return next(str(getattr(part, name)) for name in ("title", "name", "claim", "quote") if hasattr(part, name))
