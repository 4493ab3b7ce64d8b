"""One milestone's page: everything the edition says about it, and the learner's own part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import Http404

from roadmap.document import Citation, Document, Milestone, Resource, Source, Step
from roadmap.forms import HoursForm, NoteForm, StateForm
from roadmap.models import State
from roadmap.queries import Journey
from roadmap.standing import LOOSE, Mark
from roadmap.views.rows import Board

STATE_WORDS = (
    (State.TODO, "To do"),
    (State.DOING, "In progress"),
    (State.DONE, "Done"),
    (State.KNOWN, "Known already"),
    (State.SKIPPED, "Skip"),
)


@dataclass(frozen=True)
class StepLine:
    """A step, whether it is ticked, and the resource to open for it when the edition describes it.

    `step` is None for a milestone without steps; `put_in` are the hours that went into it so far; `part`: how many
    hours of it this week holds, where that is not all of it, and whether they are the last.
    """

    step: Step | None
    is_done: bool
    resource: Resource | None
    put_in: float = 0.0
    part: float | None = None
    is_last_part: bool = False


def sheet(journey: Journey, slug: str) -> dict[str, Any]:
    """Return the context of a milestone's page; retired milestones keep theirs, unknown ones are a 404."""
    document = journey.document
    milestone = document.by_slug.get(slug)
    if milestone is None:
        raise Http404(f"No milestone {slug}")
    board = Board(document, journey.standing)
    mark = journey.mark_of(slug)
    put_in = journey.standing.put_in(slug) if journey.standing else {}
    return {
        "journey": journey,
        "is_markable": journey.standing is not None and milestone.retired_on is None,
        "roadmap": document,
        "standing": journey.standing,
        "milestone": milestone,
        "row": board.row(milestone),
        "stage": document.stage_by_slug[milestone.stage],
        "mark": mark,
        "mine": journey.standing.of(slug) if journey.standing else None,
        "steps": [
            step_line(milestone, step, is_done=step.slug in mark.ticks, put_in=put_in.get(step.slug, 0.0))
            for step in milestone.steps
        ],
        "loose_hours": put_in.get(LOOSE, 0.0),
        "all_ticked": all(step.slug in mark.ticks for step in milestone.steps),
        "states": STATE_WORDS,
        "choices": [board.choice(group) for group in document.groups_of(slug)],
        "needs": [
            board.row(document.by_slug[needed])
            for needed in milestone.prerequisites
            if document.by_slug[needed].retired_on is None
        ],
        "needed_groups": [board.choice(document.group_by_slug[group]) for group in milestone.requires_groups],
        "opens": [board.row(m) for m in document.successors.get(slug, ()) if m.retired_on is None],
        "successors": board.links(milestone.replaced_by),
        "quotes": _quotes(document, slug),
        "facts": [(fact, document.source_by_slug.get(fact.source or "")) for fact in document.facts_of(slug)],
        "credentials": document.credentials_of(slug),
        "sources": [document.source_by_slug[source] for source in milestone.sources],
        "entries": tuple(reversed(mark.logged)),
        **sheet_forms(journey, mark),
    }


def sheet_forms(journey: Journey, mark: Mark) -> dict[str, Any]:
    """Return the unbound forms of a milestone's page."""
    today, edition = journey.today, {"edition": journey.edition}
    said = {"note": mark.note, "evidence_url": mark.evidence_url}
    return {
        "state_form": StateForm(today=today, initial=edition),
        "hours_form": HoursForm(today=today, initial=edition | {"on": today, "change": uuid4()}),
        "note_form": NoteForm(today=today, initial=edition | said),
    }


def _quotes(document: Document, slug: str) -> list[tuple[Source, list[Citation]]]:
    """Return every sentence that this milestone answers to, by the guide that says it."""
    cited: dict[str, list[Citation]] = {}
    for citation in document.citations_of(slug):
        cited.setdefault(citation.source, []).append(citation)
    return [(document.source_by_slug[source], citations) for source, citations in cited.items()]


def step_line(milestone: Milestone, step: Step, *, is_done: bool, put_in: float = 0.0) -> StepLine:
    """Return a step with the resource that its address belongs to."""
    return StepLine(step, is_done=is_done, resource=milestone.resource_by_url.get(step.resource), put_in=put_in)
