"""What an editor is told about a draft before publishing: each sentence with the address of the thing it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Model
from django.urls import reverse

from roadmap.document import Finding, lint, vanishing
from roadmap.drafts import Draft
from roadmap.editions import published
from roadmap.models import ChoiceGroup, Credential, Fact, Milestone, Roadmap, Source, Stage

from .learners import learners_of
from .returning import BACK, REVIEW

_PLACE = re.compile(r"(?P<collection>\w+)\[(?P<slug>[a-z0-9-]+)\]\.?(?P<field>[^:]*)(?:: )?")
_PARTS: dict[str, type[Model]] = {
    "stages": Stage,
    "milestones": Milestone,
    "groups": ChoiceGroup,
    "credentials": Credential,
    "facts": Fact,
    "sources": Source,
}


class Advice(NamedTuple):
    """A finding with the address of the thing that it is about, empty where there is none."""

    message: str
    url: str


class Advised(NamedTuple):
    """Errors keep a draft from being published; what is grave costs learners something; warnings neither."""

    errors: list[Advice]
    warnings: list[Advice]
    grave: list[Advice]


def advice_on(draft: Draft) -> Advised:
    """Return all there is to say about a draft; half-way work gets its advice, too."""
    if draft.document is None:
        return Advised(_linked(draft.roadmap, _unreadable(draft)), [], [])
    found = lint(draft.document)
    errors, warnings = ([part for part in found if part.level == level] for level in ("error", "warning"))
    return Advised(*(_linked(draft.roadmap, findings) for findings in (errors, warnings, _vanishing(draft))))


def _vanishing(draft: Draft) -> tuple[Finding, ...]:
    """Name what would leave learners without a successor, the most learners first: two queries where something does."""
    roadmap, document = draft.roadmap, draft.document
    if document is None or roadmap.current_edition is None:
        return ()
    before = published(roadmap.current_edition)
    gone = [slug for slug in before.by_slug if slug not in document.by_slug or document.by_slug[slug].retired_on]
    learners = {slug: sum(counts[:3]) for slug, counts in learners_of(roadmap, gone).items()} if gone else {}
    found = vanishing(before, document, learners)
    return tuple(sorted(found, key=lambda finding: -learners.get(finding.place[len("milestones[") : -1], 0)))


def _unreadable(draft: Draft) -> list[Finding]:
    """Say, line by line, what no page can do without; `groups[cloud].default: is missing`."""
    return [Finding("error", line, line) for line in draft.problem.splitlines()]


def _linked(roadmap: Roadmap, findings: Iterable[Finding]) -> list[Advice]:
    """Add the address of the thing to each message, and its name where the message begins with a bare place."""
    findings = list(findings)
    named = [(match["collection"], match["slug"]) if (match := _PLACE.match(f.place)) else ("", "") for f in findings]
    parts: dict[tuple[str, str], Any] = {}
    for collection in {collection for collection, _ in named if collection in _PARTS}:
        model: Any = _PARTS[collection]
        slugs = [slug for other, slug in named if other == collection]
        for part in model._default_manager.filter(roadmap=roadmap, slug__in=slugs):
            parts[collection, part.slug] = part
    return [_advice(finding, parts.get(name)) for finding, name in zip(findings, named, strict=True)]


def _advice(finding: Finding, part: Any) -> Advice:
    if part is None:
        return Advice(finding.message, "")
    message = finding.message
    if match := _PLACE.match(message):
        field = match["field"].replace("_", " ").replace(".", ", ")
        message = f"“{part}”{f', {field}' if field else ''}: {message[match.end() :]}."
    name, back = f"admin:roadmap_{part._meta.model_name}_change", {BACK: REVIEW}
    return Advice(message, reverse(name, args=[part.pk], query=back))
