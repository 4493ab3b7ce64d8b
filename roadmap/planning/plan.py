"""A learner's plan: one answer for the page, the mail, the calendar and the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from roadmap.calendar import monday_of
from roadmap.document import Document, Stage
from roadmap.standing import Progress, Standing, standing_of

from .beginning import before_work_since
from .earned import earned_hours
from .forecast import Bound, Interval, day_in, interval, required_hours
from .network import Network, effort_per_earned_hour, network_of
from .pace import Pace
from .past import Past
from .pauses import Pauses
from .reading import idle_spans
from .schedule import Run, latest_starts, schedule, slack_of
from .week import PlannedStep, is_open, this_week

NO_PAUSES = Pauses()


@dataclass(frozen=True)
class Situation:
    """All that a plan follows from. `today` and `started_on` are local dates; `progress` names hours and target.

    `later` is the same learner's situation a week on, where that is at hand: what both share is worked out once.
    """

    document: Document
    progress: Progress
    started_on: date
    today: date
    pauses: Pauses = NO_PAUSES
    later: Situation | None = field(default=None, compare=False, repr=False)

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.document, self.progress)

    @cached_property
    def network(self) -> Network:
        return network_of(self.standing, today=self.today, pauses=self.pauses)

    @cached_property
    def bound(self) -> Bound:
        return Bound(self.network)

    @cached_property
    def _bounds(self) -> dict[int, Bound]:
        return {}

    def bound_to(self, stage: int | None) -> Bound:
        """Return the bound of the path up to a stage: all there is to know for that stage's date, and much less work.

        Whoever has the whole path's already takes that.
        """
        if stage is None or "network" in self.__dict__:
            return self.bound
        if stage not in self._bounds:
            self._bounds[stage] = Bound(network_of(self.standing, today=self.today, pauses=self.pauses, stage=stage))
        return self._bounds[stage]

    @cached_property
    def earned(self) -> Mapping[date, float]:
        """The hours earned on each local day."""
        document, marks = self.document, self.progress.marks
        return earned_hours(document, marks, started_on=self.started_on, pauses=self.pauses).by_day

    @cached_property
    def pace(self) -> Pace:
        return self.past.pace_a_week_before(self.later.past) if self.later else self.past.pace

    @cached_property
    def past(self) -> Past:
        """What lies behind, as evidence of the pace."""
        idle = idle_spans(self.standing, started_on=self.started_on, today=self.today)
        earned = earned_hours(
            self.document,
            self.progress.marks,
            started_on=self.started_on,
            pauses=self.pauses,
            held_back=0.0,
            said=self._statements,
        )
        return Past(
            said=self._statements,
            earned=earned,
            resting=Pauses.of((*self.pauses.spans, *idle)),
            effort=effort_per_earned_hour(self.document),
            started_on=self.started_on,
            today=self.today,
        )

    @property
    def _statements(self) -> tuple[tuple[date, float], ...]:
        """What the learner said, and what they would say now."""
        said, now = self.progress.paces, self.progress.hours_per_week
        return said if said and said[-1][1] == now else (*said, (self.today if said else self.started_on, now))

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing is left on the path."""
        return self.stage_at_hand is None

    @cached_property
    def stage_at_hand(self) -> Stage | None:
        """The first stage with something left."""
        milestones = self.standing.milestones
        for stage in self.document.stages:
            for milestone in self.document.in_stage(stage.slug):
                found = milestones[milestone.slug]
                if found.on_path and found.is_left:
                    return stage
        return None

    def finish(self, stage: str | None = None) -> Interval | None:
        """Return when the path, or the path up to a stage, is finished; None where nothing is left."""
        if self.is_finished:
            return None
        number = self._number(stage)
        return interval(self.bound, self.pace, today=self.today, pauses=self.pauses, stage=number)

    def likely(self, stage: str | None = None, *, hurried: bool = False) -> date | None:
        """Return the middle of `finish` alone, or what it would be if nothing took calendar time."""
        if self.is_finished:
            return self.today
        pace, number = self.pace.hours, self._number(stage)
        bound = self.bound_to(number)
        weeks = bound.work(number) / pace if hurried else bound.finish(pace, number).weeks
        return day_in(weeks, today=self.today, pauses=self.pauses)

    def ready_for(self, milestone: str) -> date | None:
        """Return when all is likely done that a milestone left on the path waits for; None beyond the horizon."""
        before = self.network.slugs.index(milestone)
        weeks = self.bound.finish(self.pace.hours, before=before).weeks
        return day_in(weeks, today=self.today, pauses=self.pauses)

    def _number(self, stage: str | None) -> int | None:
        """Return a stage's place; the whole path's where the edition has no such stage."""
        slugs = [found.slug for found in self.document.stages]
        return slugs.index(stage) if stage in slugs else None

    def with_progress(self, **changes: object) -> Situation:
        """Return the same with other progress: what if."""
        return replace(self, progress=replace(self.progress, **changes))  # type: ignore[arg-type] # field names


@dataclass(frozen=True)
class StageForecast:
    """A stage with something left, and when it is finished."""

    stage: Stage
    finish: Interval


class Plan:
    """What follows from a situation; each part is worked out when it is first asked for."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation

    @property
    def standing(self) -> Standing:
        return self.situation.standing

    @property
    def pace(self) -> Pace:
        return self.situation.pace

    @cached_property
    def finish(self) -> Interval | None:
        return self.situation.finish()

    @cached_property
    def stages(self) -> tuple[StageForecast, ...]:
        """The stages with something left, in their order; none ends before an earlier one."""
        stages = self.situation.document.stages
        found = (
            (stages[number], self.situation.finish(stages[number].slug))
            for number in self.situation.network.stages_left
        )
        return tuple(StageForecast(stage, finish) for stage, finish in found if finish)

    @cached_property
    def slack(self) -> dict[str, float]:
        """Weeks that each milestone left may wait without delaying the end."""
        network = self.situation.network
        return dict(zip(network.slugs, slack_of(network, self.pace.hours), strict=True))

    @cached_property
    def critical_path(self) -> tuple[str, ...]:
        """The milestones left that cannot wait, in an order in which they can be walked.

        What hours alone move and nothing waits for, nor it for anything, lies on no path: it can be done any time.
        """
        network = self.situation.network
        linked = {
            other for index, before in enumerate(network.before) for other in (*before, *([index] if before else []))
        }
        return tuple(
            slug
            for index, (slug, slack) in enumerate(self.slack.items())
            if slack < 1 / 7 and (index in linked or network.weeks[index])
        )

    @cached_property
    def begins(self) -> dict[str, date]:
        """When each stage with something left begins, by the bound that says when it ends.

        That is once the hours of the stages before it are done and something of it is open, and never after its early
        end.
        """
        now, network, pace = self.situation, self.situation.network, self.pace.hours
        begins, work = dict[str, date](), 0.0
        for number, forecast in zip(network.stages_left, self.stages, strict=True):
            places = [place for place, stage in enumerate(network.stages) if stage == number]
            opens = min(now.bound.finish(pace, before=place).weeks for place in places)
            on = day_in(max(work / pace, opens), today=now.today, pauses=now.pauses)
            if days := [day for day in (on, forecast.finish.early) if day]:
                begins[forecast.stage.slug] = min(days)
            work = now.bound.work(number)
        return begins

    def pace_setters(self, hours_per_week: float) -> tuple[tuple[str, ...], bool]:
        """Return what sets the pace of the end at so many hours, at most two, and whether it is calendar time.

        That is what takes its time on the chain that decides, the longest first; else what has the most hours left.
        """
        network = self.situation.network
        waits = self.situation.bound.waits(hours_per_week)
        size = network.weeks if waits else network.hours
        places = sorted(waits or range(len(network.slugs)), key=size.__getitem__, reverse=True)
        return tuple(network.slugs[place] for place in places[:2]), bool(waits)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The milestones left by priority: under way, least slack until their stage is due, the document's order.

        Slack counts in whole weeks. What takes less than a week, in the stage at hand, is not worth putting off.
        """
        now, network, pace = self.situation, self.situation.network, self.pace.hours
        at_hand = min(network.stages, default=0)
        dues = {stage: now.bound.finish(pace, stage).weeks for stage in network.stages_left}
        starts = latest_starts(network, pace, dues)
        keys = []
        for index, slug in enumerate(network.slugs):
            is_small = network.stages[index] == at_hand and network.likely[index] < pace and not network.weeks[index]
            keys.append((not network.begun[index], 0 if is_small else int(starts[index]), self._places[slug]))
        return tuple(network.slugs[index] for index in sorted(range(len(keys)), key=keys.__getitem__))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {slug: place for place, slug in enumerate(self.situation.document.by_slug)}

    @cached_property
    def began(self) -> Plan:
        """The plan that this week began with, when nothing was done in it yet; this very one where nothing was."""
        now = self.situation
        progress = before_work_since(now.progress, monday_of(now.today))
        return self if progress is now.progress else Plan(replace(now, progress=progress, later=None))

    @cached_property
    def week(self) -> tuple[PlannedStep, ...]:
        """What to do in this week; for what is shown of it while it goes on see `shown_week`."""
        now = self.situation
        hours = now.progress.hours_per_week
        return this_week(self.standing, hours_per_week=hours, today=now.today, order=self.week_order)

    @cached_property
    def week_order(self) -> tuple[str, ...]:
        """The milestones left by the priority that holds for a week, whatever is done in it.

        What the week began with, by the order of then, and what has opened since, one after the other.
        """
        if self.began is self:
            return self.order
        planned = [item.milestone.slug for item in self.began.week]
        rest = sorted((*self.began.order, *self.order), key=lambda slug: self.opened.get(slug, 0))
        left = set(self.order)
        return tuple(slug for slug in dict.fromkeys([*planned, *rest]) if slug in left)

    @cached_property
    def opened(self) -> dict[str, int]:
        """The milestones that work of this week has opened, each with the event that did."""
        before, now = self.began.standing, self.standing
        return {
            slug: max(now.of(other).mark.state_event for other in found.locked_by)
            for slug, found in before.milestones.items()
            if not is_open(found) and is_open(now.of(slug))
        }

    @cached_property
    def next(self) -> tuple[str, ...]:
        """The milestones that are open now, by priority: what the plan puts first this week."""
        return tuple(slug for slug in self.week_order if not self.standing.of(slug).locked)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The schedule: all that is left, week by week at the pace."""
        network = self.situation.network
        rank = {slug: number for number, slug in enumerate(self.order)}
        return schedule(
            network,
            self.pace.hours,
            today=self.situation.today,
            pauses=self.situation.pauses,
            rank=[rank[slug] for slug in network.slugs],
        )

    @cached_property
    def required_hours_per_week(self) -> float | None:
        """Return what the target asks for; None without a target, with nothing left, or where no hours suffice."""
        now = self.situation
        if now.progress.target_on is None or now.is_finished:
            return None
        return required_hours(now.network, now.progress.target_on, today=now.today, pauses=now.pauses)
