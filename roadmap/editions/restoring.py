"""An old edition as the new working copy: what was published since is retired, and nobody's credit is left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from roadmap.document import Document, Milestone, from_data, to_data
from roadmap.models import TOUCHED, Choice, Edition, MilestoneProgress, Roadmap

from .merging import merged
from .publishing import published
from .writing import write

Successors = Mapping[str, Sequence[str]]


class Stranded(NamedTuple):
    """A milestone that a restore would take off the road with nothing in its place, though learners have it.

    `before` are those that it had replaced: their learners' credit ends here, too.
    """

    milestone: Milestone
    before: tuple[Milestone, ...]


class StrandedError(ValueError):
    """A restore that does not say what becomes of milestones that learners have. The message names them."""


def restore_edition(*, edition: Edition, successors: Successors, today: date) -> Roadmap:
    """Make an old edition the working copy; learners see nothing of it until it is published.

    `successors` says, for every milestone that `stranded` names, which live ones take its place; an empty list says
    that nothing does and the credit stays. Raises `StrandedError` where an answer is missing or names what is not live,
    `DocumentError` where the edition breaks a rule of today. Whatever the working copy holds is replaced, and need not
    be a document.
    """
    with transaction.atomic():
        roadmap = Roadmap.objects.select_for_update().get(pk=edition.roadmap_id)
        document = restored(edition, today=today, successors=successors)
        asked = [row.milestone for row in stranded(edition, document)]
        if missing := [milestone.title for milestone in asked if milestone.slug not in successors]:
            raise StrandedError(f"Say what takes the place of: {', '.join(missing)}")
        if retired := [slug for slugs in successors.values() for slug in slugs if document.by_slug[slug].retired_on]:
            raise StrandedError(f"What is retired takes no place: {', '.join(retired)}")
        write(document)
        roadmap.refresh_from_db()
    return roadmap


def restored(edition: Edition, *, today: date, successors: Successors | None = None) -> Document:
    """Return the document that restoring an edition makes; raise `DocumentError` where it breaks a rule of today.

    Milestones that were published later are retired on `today`, if they were not before. What was only ever in the
    draft is not kept: no learner has met it.
    """
    data = to_data(merged(published(edition), _current(edition), today=today))
    for milestone in data["milestones"]:
        if slugs := (successors or {}).get(milestone["slug"]):
            milestone["replaced_by"] = list(slugs)
    return from_data(data)


def stranded(edition: Edition, document: Document) -> tuple[Stranded, ...]:
    """Return what `document`, restored from `edition`, would take from learners, who left included: three queries."""
    now = _current(edition)
    ending = [
        Stranded(part, _before(document, part)) for part in document.milestones if _ends(part) and not _ended(now, part)
    ]
    touched = _touched(edition, {part.slug for row in ending for part in (row.milestone, *row.before)})
    return tuple(row for row in ending if any(part.slug in touched for part in (row.milestone, *row.before)))


def _current(edition: Edition) -> Document:
    """The edition that learners see. It holds every milestone that was ever published."""
    current = Edition.objects.defer("document").get(current_of=edition.roadmap_id)
    return published(current)


def _ends(milestone: Milestone) -> bool:
    return milestone.retired_on is not None and not milestone.replaced_by


def _ended(document: Document, milestone: Milestone) -> bool:
    return milestone.slug not in document.by_slug or _ends(document.by_slug[milestone.slug])


def _before(document: Document, milestone: Milestone) -> tuple[Milestone, ...]:
    """Return what a milestone replaces, directly or by way of others."""
    found: dict[str, Milestone] = {}
    waiting = [milestone]
    for part in waiting:
        new = [other for other in document.replaces.get(part.slug, ()) if other.slug not in found]
        found |= {other.slug: other for other in new}
        waiting += new
    return tuple(found.values())


def _touched(edition: Edition, slugs: set[str]) -> set[str]:
    mine: dict[str, Any] = {"enrolment__roadmap": edition.roadmap_id, "milestone__in": slugs}
    progress = MilestoneProgress.objects.filter(TOUCHED, **mine)
    chosen = Choice.objects.filter(**mine)
    return {slug for rows in (progress, chosen) for slug in rows.values_list("milestone", flat=True).distinct()}
