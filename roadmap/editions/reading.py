"""From rows to a document: the working copy as it stands, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import F

from roadmap.document import Document, from_data
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

Data = dict[str, Any]
_ORDER = ("position", "pk")


def document_of(roadmap: Roadmap) -> Document:
    """Return the working copy as a document; raise `DocumentError` while it is not one (steps that don't sum, say)."""
    return from_data(data_of(roadmap))


def data_of(roadmap: Roadmap) -> Data:
    """Return the working copy as plain data, half-way work included."""
    return {
        "format": 1,
        **_filled(slug=roadmap.slug, title=roadmap.title, summary=roadmap.summary),
        "sources": [_source(row) for row in Source.objects.filter(roadmap=roadmap).order_by(*_ORDER)],
        "stages": [_stage(row) for row in Stage.objects.filter(roadmap=roadmap).order_by(*_ORDER)],
        "groups": _groups(roadmap),
        "milestones": _milestones(roadmap),
        "credentials": [_credential(row) for row in _of_milestones(Credential, roadmap, "milestone")],
        "facts": [_fact(row) for row in _of_milestones(Fact, roadmap, "milestone", "source")],
        "trace": [_citation(row) for row in _of_milestones(Citation, roadmap, "milestone", "source")],
    }


def _filled(**values: Any) -> Data:
    """Return what says something: no empty text, list or missing value. False says something where it is required."""
    return {key: _plain(value) for key, value in values.items() if value or value == 0}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        # Browsers send line breaks as CR LF; a document knows one kind.
        return value.replace("\r\n", "\n") if "\r" in value else value
    return value.isoformat() if isinstance(value, date) else value


def _of_milestones(model: Any, roadmap: Roadmap, *related: str) -> Iterable[Any]:
    rows: Iterable[Any] = model.objects.filter(roadmap=roadmap).select_related(*related).order_by(*_ORDER)
    return rows


def _source(row: Source) -> Data:
    return _filled(slug=row.slug, title=row.title, publisher=row.publisher, url=row.url, as_of=row.as_of)


def _stage(row: Stage) -> Data:
    return _filled(slug=row.slug, title=row.title, summary=row.summary)


def _groups(roadmap: Roadmap) -> list[Data]:
    members: defaultdict[int, list[GroupMember]] = defaultdict(list)
    rows = GroupMember.objects.filter(group__roadmap=roadmap).select_related("milestone", "pairs_with")
    for member in rows.order_by(*_ORDER):
        members[member.group_id].append(member)
    groups = []
    for row in ChoiceGroup.objects.filter(roadmap=roadmap).order_by(*_ORDER):
        mine = members[row.pk]
        pairs = {m.milestone.slug: m.pairs_with.slug for m in mine if m.pairs_with}
        default = next((m.milestone.slug for m in mine if m.is_default), None)
        found = _filled(slug=row.slug, title=row.title, note=row.note, optional=row.optional or None)
        found |= {"members": [m.milestone.slug for m in mine]} | _filled(default=default, pairs_with=pairs)
        groups.append(found)
    return groups


def _milestones(roadmap: Roadmap) -> list[Data]:
    lists: dict[str, Mapping[int, list[Any]]] = {
        "prerequisites": _slugs(Prerequisite, roadmap, "requires__slug"),
        "requires_groups": _slugs(RequiredGroup, roadmap, "group__slug"),
        "sources": _slugs(MilestoneSource, roadmap, "source__slug"),
        "replaced_by": _slugs(Replacement, roadmap, "successor__slug"),
        "steps": _parts(Step, roadmap, ("slug", "title", "hours", "resource")),
        "resources": _parts(Resource, roadmap, ("title", "url", "kind", "format", "free", "hours", "checked_on")),
    }
    rows = Milestone.objects.filter(roadmap=roadmap).annotate(stage_slug=F("stage__slug")).order_by(*_ORDER)
    return [_milestone(row, {name: found.get(row.pk, []) for name, found in lists.items()}) for row in rows]


def _slugs(model: Any, roadmap: Roadmap, name: str) -> dict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    links = model.objects.filter(milestone__roadmap=roadmap).order_by(*_ORDER)
    for milestone, slug in links.values_list("milestone_id", name):
        found[milestone].append(slug)
    return found


def _parts(model: Any, roadmap: Roadmap, fields: tuple[str, ...]) -> dict[int, list[Data]]:
    found: defaultdict[int, list[Data]] = defaultdict(list)
    rows = model.objects.filter(milestone__roadmap=roadmap).order_by(*_ORDER)
    for milestone, *values in rows.values_list("milestone_id", *fields):
        found[milestone].append(_filled(**dict(zip(fields, values, strict=True))))
    return found


def _milestone(row: Any, lists: Data) -> Data:
    found = _filled(
        slug=row.slug,
        stage=row.stage_slug,
        title=row.title,
        kind=row.kind,
        summary=row.summary,
        why=row.why,
        done_when=row.done_when,
        optional=row.optional or None,
        notes=row.notes,
        retired_on=row.retired_on,
        **lists,
    )
    effort = {"low": row.effort_low, "likely": row.effort_likely, "high": row.effort_high}
    found["effort_hours"] = effort | _filled(basis=row.effort_basis)
    if row.elapsed_likely is not None:
        found["elapsed_months"] = {"low": row.elapsed_low, "likely": row.elapsed_likely, "high": row.elapsed_high}
    return found


def _credential(row: Credential) -> Data:
    return _filled(
        slug=row.slug,
        name=row.name,
        issuer=row.issuer,
        status=row.status,
        as_of=row.as_of,
        changed_on=row.changed_on,
        detail=row.detail,
        evidence=row.evidence,
        milestone=row.milestone.slug if row.milestone else None,
    )


def _fact(row: Fact) -> Data:
    return _filled(
        slug=row.slug,
        milestone=row.milestone.slug,
        claim=row.claim,
        value=row.value,
        unit=row.unit,
        period=row.period,
        region=row.region,
        source=row.source.slug if row.source else None,
        publisher=row.publisher,
        url=row.url,
        as_of=row.as_of,
        verdict=row.verdict,
        note=row.note,
    )


def _citation(row: Citation) -> Data:
    found = _filled(source=row.source.slug, quote=row.quote, kind=row.kind, milestone=row.milestone.slug)
    return {"id": row.reference, **found}
