"""What the pages about a whole roadmap show: the catalogue, a roadmap's own page, and the dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import QueryDict

from roadmap import planning
from roadmap.calendar import monday_of
from roadmap.document import Stage
from roadmap.forms import EnrolForm, PauseForm, StartForm
from roadmap.planning import ShownStep, ShownWeek, Situation
from roadmap.queries import Journey, Offer, OwnJourney, a_week_ago
from roadmap.standing import LOOSE, Progress, Sum, standing_of
from roadmap.views.outlook import Outlook, outlook
from roadmap.views.rows import Board, Row
from roadmap.views.sheet import StepLine

NEXT_SHOWN = 5
WELL_ABOVE = 1.1  # times the hours of a week


@dataclass(frozen=True)
class WeekItem:
    """What the week began with of one milestone, done or not; `is_ticked`: every step is, and it isn't called done."""

    row: Row
    lines: tuple[StepLine, ...]
    is_ticked: bool


@dataclass(frozen=True)
class MoreItem:
    """A step beyond what the week began with; `is_first`: it is where its milestone first stands on the page."""

    row: Row
    line: StepLine
    is_first: bool


@dataclass(frozen=True)
class Card:
    """One roadmap on the dashboard. `remaining` is of each stage with something left.

    `is_week_done`: the hours of the week are used up.
    """

    journey: OwnJourney
    week: tuple[WeekItem, ...]
    more: tuple[MoreItem, ...]
    worked_hours: float
    planned_hours: float
    is_week_done: bool
    to_confirm: tuple[Row, ...]
    upcoming: tuple[Row, ...]
    remaining: tuple[tuple[Stage, Sum], ...]
    enrol_form: EnrolForm
    outlook: Outlook | None

    @property
    def is_week_exceeded(self) -> bool:
        return self.worked_hours > WELL_ABOVE * self.journey.progress.hours_per_week


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
            "has_left": any(journey.standing.counts.left for journey in journeys),
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
    document, standing = journey.document, journey.standing
    board, week = Board(document, standing), planning.shown_week(journey.plan)
    ticked = planning.to_confirm(standing)
    in_cards = {item.milestone.slug for item in week.begun}
    to_confirm = [slug for slug in ticked if slug not in in_cards]
    shown = in_cards | {item.milestone.slug for item in week.more} | set(to_confirm)
    upcoming = [slug for slug in journey.plan.next if slug not in shown]
    sums = ((stage, standing.in_stage(stage.slug)) for stage in document.stages)
    return Card(
        journey=journey,
        week=tuple(_cards(board, week, ticked)),
        more=tuple(_more(board, week, seen={*in_cards, *to_confirm})),
        worked_hours=planning.worked_since(
            standing, monday_of(journey.today), hours_per_week=journey.progress.hours_per_week
        ),
        planned_hours=week.planned_hours,
        is_week_done=week.is_done,
        to_confirm=tuple(board.row(document.by_slug[slug]) for slug in to_confirm),
        upcoming=tuple(board.row(document.by_slug[slug]) for slug in upcoming[:NEXT_SHOWN]),
        remaining=tuple((stage, figures) for stage, figures in sums if figures.counts.left),
        enrol_form=enrol_form(journey),
        outlook=outlook(journey, before),
    )


def _cards(board: Board, week: ShownWeek, ticked: Sequence[str]) -> Iterator[WeekItem]:
    """Yield what the week began with by milestone; the steps of one stand together."""
    for milestone, items in groupby(week.begun, key=lambda item: item.milestone):
        lines = tuple(_line(board, item) for item in items)
        yield WeekItem(board.row(milestone), lines, is_ticked=milestone.slug in ticked)


def _more(board: Board, week: ShownWeek, *, seen: set[str]) -> Iterator[MoreItem]:
    for item in week.more:
        slug = item.milestone.slug
        yield MoreItem(board.row(item.milestone), _line(board, item), is_first=slug not in seen)
        seen.add(slug)


def _line(board: Board, item: ShownStep) -> StepLine:
    put_in = board.standing.put_in(item.milestone.slug) if board.standing else {}
    part = item.hours if 0 < item.hours < item.total_hours else None
    is_last = item.hours >= item.remaining
    return StepLine(
        item.step,
        is_done=item.is_done,
        resource=item.resource,
        put_in=put_in.get(item.step.slug if item.step else LOOSE, 0.0),
        part=part,
        is_last_part=is_last,
    )
