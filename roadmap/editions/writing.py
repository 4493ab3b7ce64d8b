"""From a document to rows: the working copy becomes exactly the document, with as few writes as that takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Model

from roadmap.document import Document
from roadmap.document import Milestone as DocumentMilestone
from roadmap.models import (
    ChoiceGroup,
    Citation,
    Credential,
    Fact,
    GroupMember,
    Milestone,
    MilestoneSource,
    Prerequisite,
    Replacement,
    RequiredGroup,
    Resource,
    Roadmap,
    Source,
    Stage,
    Step,
)

BATCH = 1_000
Row = dict[str, Any]
Key = tuple[str, str]


def write(document: Document) -> Roadmap:
    """Make the working copy say what `document` says, and count one more save of the draft.

    Rows keep their identity by slug; what is equal is not touched. Milestones that the document leaves out are deleted,
    which the database refuses for published ones: `merged` retires them instead.
    """
    with transaction.atomic():
        roadmap, _ = Roadmap.objects.get_or_create(slug=document.slug, defaults={"title": document.title})
        roadmap = Roadmap.objects.select_for_update().get(pk=roadmap.pk)
        _Writer(roadmap, document).run()
        roadmap.title, roadmap.summary = document.title, document.summary
        roadmap.draft_version = F("draft_version") + 1
        roadmap.save(update_fields=["title", "summary", "draft_version"])
        roadmap.refresh_from_db(fields=["draft_version"])
    return roadmap


class _Writer:
    """One write. Parents first, then what hangs on them, then what is gone."""

    def __init__(self, roadmap: Roadmap, document: Document) -> None:
        self.roadmap, self.document = roadmap, document
        self.gone: list[tuple[type[Model], list[int]]] = []

    def run(self) -> None:
        document = self.document
        self.sources = self._parents(
            Source, (_plain(part, "slug", "title", "publisher", "url", "as_of") for part in document.sources)
        )
        self.stages = self._parents(Stage, (_plain(part, "slug", "title", "summary") for part in document.stages))
        self.milestones = self._parents(Milestone, map(self._milestone, document.milestones))
        self.groups = self._parents(
            ChoiceGroup, (_plain(part, "slug", "title", "note", "optional") for part in document.groups)
        )
        self._milestone_parts()
        self._group_members()
        self._roadmap_parts()
        for model, keys in reversed(self.gone):
            _delete(model, keys)

    def _parents(self, model: Any, rows: Iterable[Row]) -> dict[str, int]:
        """Write rows that others point to; return their primary keys by slug. Absent ones go at the very end."""
        mine = {"roadmap_id": self.roadmap.pk}
        key = ("roadmap_id", "slug")
        stored = _by_key(model.objects.filter(roadmap=self.roadmap), key)
        saved, absent = _save(model, stored, _placed(mine | row for row in rows), key)
        self.gone.append((model, absent))
        return {row.slug: row.pk for row in (*stored.values(), *saved)}

    def _milestone(self, part: DocumentMilestone) -> Row:
        effort, elapsed = part.effort_hours, part.elapsed_months
        return {
            **_plain(part, "slug", "title", "summary", "why", "done_when", "optional", "notes", "retired_on"),
            "kind": part.kind or "",
            "stage_id": self.stages[part.stage],
            "effort_low": effort.low,
            "effort_likely": effort.likely,
            "effort_high": effort.high,
            "effort_basis": effort.basis,
            "elapsed_low": elapsed.low if elapsed else None,
            "elapsed_likely": elapsed.likely if elapsed else None,
            "elapsed_high": elapsed.high if elapsed else None,
        }

    def _milestone_parts(self) -> None:
        steps, resources = [], []
        prerequisites, groups, sources, replacements = [], [], [], []
        for part in self.document.milestones:
            mine = {"milestone_id": self.milestones[part.slug]}
            steps += _placed(mine | _plain(step, "slug", "title", "hours", "resource") for step in part.steps)
            resources += _placed(
                mine
                | _plain(item, "title", "url", "kind", "free", "hours", "checked_on")
                | {"format": item.format or ""}
                for item in part.resources
            )
            prerequisites += _placed(mine | {"requires_id": self.milestones[slug]} for slug in part.prerequisites)
            groups += _placed(mine | {"group_id": self.groups[slug]} for slug in part.requires_groups)
            sources += _placed(mine | {"source_id": self.sources[slug]} for slug in part.sources)
            replacements += _placed(mine | {"successor_id": self.milestones[slug]} for slug in part.replaced_by)
        self._children(Step, steps, "slug")
        self._children(Resource, resources, "url")
        self._children(Prerequisite, prerequisites, "requires_id")
        self._children(RequiredGroup, groups, "group_id")
        self._children(MilestoneSource, sources, "source_id")
        self._children(Replacement, replacements, "successor_id")

    def _children(self, model: Any, rows: list[Row], name: str) -> None:
        _replace(model, model.objects.filter(milestone__roadmap=self.roadmap), rows, ("milestone_id", name))

    def _group_members(self) -> None:
        rows = []
        for group in self.document.groups:
            rows += _placed(
                {
                    "group_id": self.groups[group.slug],
                    "milestone_id": self.milestones[slug],
                    "is_default": slug == group.default,
                    "pairs_with_id": self.milestones[group.pairs_with[slug]] if slug in group.pairs_with else None,
                }
                for slug in group.members
            )
        # The former default steps down before the new one steps up: the database allows one at any moment.
        rows.sort(key=lambda row: row["is_default"])
        stored = GroupMember.objects.filter(group__roadmap=self.roadmap)
        _replace(GroupMember, stored, rows, ("group_id", "milestone_id"))

    def _roadmap_parts(self) -> None:
        mine = {"roadmap_id": self.roadmap.pk}
        credentials = _placed(
            mine
            | _plain(part, "slug", "name", "issuer", "status", "as_of", "detail")
            | {
                "changed_on": str(part.changed_on or ""),
                "evidence": list(part.evidence),
                "milestone_id": self.milestones[part.milestone] if part.milestone else None,
            }
            for part in self.document.credentials
        )
        facts = _placed(
            mine
            | _plain(part, "slug", "claim", "value", "unit", "period", "region")
            | _plain(part, "publisher", "url", "as_of", "verdict", "note")
            | {
                "milestone_id": self.milestones[part.milestone],
                "source_id": self.sources[part.source] if part.source else None,
            }
            for part in self.document.facts
        )
        citations = _placed(
            mine
            | _plain(part, "quote", "kind")
            | {
                "reference": part.id,
                "source_id": self.sources[part.source],
                "milestone_id": self.milestones[part.milestone],
            }
            for part in self.document.trace
        )
        for model, rows, name in (
            (Credential, credentials, "slug"),
            (Fact, facts, "slug"),
            (Citation, citations, "reference"),
        ):
            _replace(model, model._default_manager.filter(roadmap=self.roadmap), rows, ("roadmap_id", name))


def _plain(part: Any, *names: str) -> Row:
    return {name: getattr(part, name) for name in names}


def _placed(rows: Iterable[Row]) -> list[Row]:
    return [{**row, "position": position} for position, row in enumerate(rows, start=1)]


def _replace(model: Any, stored: Iterable[Any], rows: list[Row], key: Key) -> None:
    """Make the stored rows those given."""
    by_key = _by_key(stored, key)
    given = {tuple(row[name] for name in key) for row in rows}
    _delete(model, [row.pk for name, row in by_key.items() if name not in given])
    _save(model, by_key, rows, key)


def _delete(model: Any, keys: list[int]) -> None:
    if keys:
        model.objects.filter(pk__in=keys).delete()


def _by_key(rows: Iterable[Any], key: Key) -> dict[tuple[Any, ...], Any]:
    return {tuple(getattr(row, name) for name in key): row for row in rows}


def _save(model: Any, stored: dict[tuple[Any, ...], Any], rows: list[Row], key: Key) -> tuple[list[Any], list[int]]:
    """Insert and update what differs; return that, and the primary keys of stored rows that were not given."""
    absent = dict(stored)
    changed = []
    for row in rows:
        old = absent.pop(tuple(row[name] for name in key), None)
        if old is None or any(getattr(old, name) != value for name, value in row.items()):
            changed.append(model(**row))
    if changed:
        names = [name for name in rows[0] if name not in key]
        model.objects.bulk_create(changed, BATCH, update_conflicts=True, unique_fields=list(key), update_fields=names)
    return changed, [row.pk for row in absent.values()]
