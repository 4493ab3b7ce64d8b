"""What the pages about a whole roadmap show: the catalogue, a roadmap's own page, and the dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from roadmap import planning
from roadmap.calendar import monday_of
from roadmap.document import Stage
from roadmap.forms import EnrolForm, PauseForm, StartForm
from roadmap.planning import PlannedStep, Situation
from roadmap.queries import Journey, Offer, OwnJourney, a_week_ago
from roadmap.standing import Progress, Standing, Sum, standing_of
from roadmap.views.outlook import Outlook, outlook
from roadmap.views.rows import Board, Row
from roadmap.views.sheet import StepLine, step_line

NEXT_SHOWN = 5


@dataclass(frozen=True)
class WeekItem:
    """What this week holds of one milestone: what I ticked since Monday, then what is planned."""

    row: Row
    lines: tuple[StepLine, ...]


@dataclass(frozen=True)
class Card:
    """One roadmap on the dashboard. `remaining` is of each stage with something left."""

    journey: OwnJourney
    week: tuple[WeekItem, ...]
    worked_hours: float
    planned_hours: float
    to_confirm: tuple[Row, ...]
    upcoming: tuple[Row, ...]
    remaining: tuple[tuple[Stage, Sum], ...]
    enrol_form: EnrolForm
    outlook: Outlook | None


def overview(journey: Journey) -> dict[str, Any]:
    """Return the context of a roadmap's page."""
    return {
        "journey": journey,
        "roadmap": journey.document,
        "standing": journey.standing,
        "stages": Board(journey.document, journey.standing).stages(),
        "enrol_form": enrol_form(journey),
    }


def glance(offer: Offer) -> dict[str, Any]:
    """Return a roadmap at a glance: what a newcomer's path through each stage holds."""
    document = offer.journey.document
    newcomer = standing_of(document, Progress())
    return {
        "roadmap": document,
        "is_enrolled": offer.is_followed,
        "milestones": newcomer.counts.total,
        "hours": newcomer.hours.total,
        "stages": [
            {"stage": stage, "milestones": figures.counts.total, "hours": figures.hours.total}
            for stage in document.stages
            if (figures := newcomer.in_stage(stage.slug))
        ],
    }


def dashboard(journeys: Sequence[OwnJourney], *, pause_form: PauseForm | None = None) -> dict[str, Any]:
    """Return the context of the dashboard of somebody who follows something."""
    before = a_week_ago(journeys)
    cards = [_card(journey, before.get(journey.enrolment.pk)) for journey in journeys]
    context: dict[str, Any] = {"cards": cards, "pause_form": pause_form}
    if journeys:
        today = journeys[0].today
        pause = next((span for span in journeys[0].pauses.spans if span[1] > today), None)
        context |= {
            "pause": pause,
            "is_away": pause is not None and pause[0] <= today,
            "pause_form": pause_form or PauseForm(today=today, initial={"starts_on": today}),
            "today": today,
        }
    return context


def beginnings(offers: Sequence[Offer]) -> dict[str, Any]:
    """Return what somebody who follows nothing yet can begin with."""
    return {"beginnings": [(offer.journey, enrol_form(offer.journey)) for offer in offers]}


def enrol_form(
    journey: Journey, data: QueryDict | None = None, *, initial: Mapping[str, Any] | None = None
) -> EnrolForm:
    """Return the form for hours a week and target, filled with what the learner said before."""
    said, auto_id = journey.enrolment, f"{journey.roadmap.slug}-%s"
    if said:
        initial = {**(initial or {}), "hours_per_week": f"{said.hours_per_week:g}", "target_on": said.target_on}
    if isinstance(journey, OwnJourney):
        return EnrolForm(data, today=journey.today, initial=initial, auto_id=auto_id)
    return StartForm(data, document=journey.document, today=journey.today, initial=initial, auto_id=auto_id)


def _card(journey: OwnJourney, before: Situation | None) -> Card:
    document, standing, today = journey.document, journey.standing, journey.today
    board = Board(document, standing)
    planned = planning.this_week(
        standing, hours_per_week=journey.progress.hours_per_week, today=today, order=journey.plan.order
    )
    week = _week(board, standing, planned, monday_of(today))
    to_confirm = planning.to_confirm(standing)
    week = tuple(item for item in week if item.row.milestone.slug not in to_confirm)
    shown = {item.row.milestone.slug for item in week} | set(to_confirm)
    upcoming = [slug for slug in journey.plan.next if slug not in shown]
    sums = ((stage, standing.in_stage(stage.slug)) for stage in document.stages)
    return Card(
        journey=journey,
        week=week,
        worked_hours=planning.worked_since(standing, monday_of(today)),
        planned_hours=sum(step.hours for step in planned),
        to_confirm=tuple(board.row(document.by_slug[slug]) for slug in to_confirm),
        upcoming=tuple(board.row(document.by_slug[slug]) for slug in upcoming[:NEXT_SHOWN]),
        remaining=tuple((stage, figures) for stage, figures in sums if figures.counts.left),
        enrol_form=enrol_form(journey),
        outlook=outlook(journey, before),
    )


def _week(board: Board, standing: Standing, planned: Sequence[PlannedStep], monday: date) -> tuple[WeekItem, ...]:
    """Return the week by milestone: those with something planned first, in its order, then those that rest."""
    lines: dict[str, list[StepLine]] = {step.milestone.slug: [] for step in planned}
    for milestone in board.document.milestones:
        ticks = standing.of(milestone.slug).mark.ticks
        done = [step for step in milestone.steps if step.slug in ticks and ticks[step.slug][0] >= monday]
        if done:
            ticked = [step_line(milestone, step, is_done=True) for step in done]
            lines.setdefault(milestone.slug, []).extend(ticked)
    for step in planned:
        part = step.hours if step.hours < step.total_hours else None
        line = StepLine(
            step.step, is_done=False, resource=step.resource, part=part, is_last_part=step.is_finished_this_week
        )
        lines[step.milestone.slug].append(line)
    return tuple(WeekItem(board.row(board.document.by_slug[slug]), tuple(found)) for slug, found in lines.items())
