"""What happened, folded into what holds now. Events are the truth; everything else can be rebuilt from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

FINISHED = frozenset({"done", "known"})
SATISFIED = FINISHED | {"skipped"}
RULE = 2  # of earned hours: what a new event carries as `rule`; events without one are from before it
DECIMALS = 4  # of an hour that are kept
LOOSE = ""  # where hours lie that went into no step


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One appended thing. `id` rises within an enrolment; `on` is a local date; one action shares one `change`.

    What `data` holds: enrolled {hours_per_week, target_on}; state {state, anyway}; step {done, hours};
    hours {hours, corrects, into, sizes, beyond, was}; note {note, evidence_url}; chose {group, milestone};
    undone {change}; left {}. With it `rule`, from the second rule on. `into`: step ("" for none) to hours; `sizes`:
    pairs of the same steps, in the order of settling, and the hours that each step had; `beyond`: hours that counted
    nothing, as their step was ticked or full; `was`: the hours that a correction replaced.
    """

    id: int
    kind: str
    change: UUID | str
    at: datetime
    on: date
    edition: int
    milestone: str = ""
    step: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Entry(NamedTuple):
    """Hours put in at one time. `id` is that of the first event that said so, `on` a local date.

    `into` are (step, hours) in the order of settling; `unsettled` are those of the hours that name no step, from before
    there was a rule.
    """

    id: int
    on: date
    hours: float
    into: tuple[tuple[str, float], ...] = ()
    unsettled: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """What holds for one milestone after undo, before any edition interprets it.

    `state` is what the learner said, or `doing` once a step is ticked or an hour logged on a milestone without a state.
    `state_event` is the id of the event that said it, 0 where work did: a later one wins over credit carried over.
    `ticks`: step -> (local date, hours of the step when it was ticked). `entries`: hours put in, those of an entry that
    was taken out are 0. `finished_on` is set when done (not when known).

    The last four serve the next event and the hours: when `doing` was said, the ticks from before the rule with the
    hours of their steps, the hours that a step had when hours were put into it, and which entry a correction was of.
    """

    state: str = "todo"
    state_on: date | None = None
    state_event: int = 0
    began_on: date | None = None
    finished_on: date | None = None
    anyway: bool = False
    ticks: Mapping[str, tuple[date, float]] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    note: str = ""
    evidence_url: str = ""
    doing_on: date | None = None
    early_ticks: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)
    corrections: Mapping[int, int] = field(default_factory=dict)

    @property
    def logged(self) -> tuple[tuple[int, date, float], ...]:
        """The entries that hold: (event id, local date, hours)."""
        return tuple((entry.id, entry.on, entry.hours) for entry in self.entries if entry.hours)

    @property
    def logged_hours(self) -> float:
        return sum(entry.hours for entry in self.entries)

    def entry(self, number: int) -> Entry | None:
        """Return the entry that holds under an event's id."""
        return next((entry for entry in self.entries if entry.id == number and entry.hours), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """One learner on one roadmap: marks by milestone, explicit choices by group, and the pace they named.

    `paces` are all the hours a week that were ever named, oldest first, each with its local date.
    """

    marks: Mapping[str, Mark] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    hours_per_week: float = 0.0
    target_on: date | None = None
    left: bool = False
    paces: tuple[tuple[date, float], ...] = ()


class _Draft:
    """A mark under construction: a blank one, or one that further events are applied to."""

    __slots__ = ("corrections", "doing_on", "early_ticks", "entries", "mark", "sizes", "ticks")

    def __init__(self, mark: Mark) -> None:
        # What work alone made of the state is made of it again at the end.
        self.mark = mark if mark.state_event else replace(mark, state="todo", state_on=None)
        self.doing_on = mark.doing_on
        self.ticks, self.early_ticks = dict(mark.ticks), dict(mark.early_ticks)
        self.entries = {entry.id: entry for entry in mark.entries}
        self.sizes, self.corrections = dict(mark.sizes), dict(mark.corrections)

    def apply(self, event: Event) -> None:
        data = event.data
        match event.kind:
            case "state":
                state = data["state"]
                if state == "todo":
                    self.doing_on = None
                elif state == "doing" and self.doing_on is None:
                    self.doing_on = event.on
                self.mark = replace(
                    self.mark,
                    state=state,
                    state_on=event.on,
                    state_event=event.id,
                    finished_on=event.on if state == "done" else None,
                    anyway=bool(data.get("anyway")),
                )
            case "step":
                self._tick(event)
            case "hours":
                self._log(event)
            case "note":
                self.mark = replace(self.mark, note=data["note"], evidence_url=data["evidence_url"])

    def _tick(self, event: Event) -> None:
        hours = float(event.data["hours"])
        is_early = "rule" not in event.data and not self._has_settled
        if not event.data["done"]:
            self.ticks.pop(event.step, None)
            if is_early:
                self.early_ticks.pop(event.step, None)
            return
        self.ticks[event.step] = (event.on, hours)
        if is_early:
            self.early_ticks[event.step] = hours
        self._begin_again(event)

    @property
    def _has_settled(self) -> bool:
        """Tell whether hours were settled before: what a process of the release before adds to them moves none."""
        return any(entry.into for entry in self.entries.values())

    def _begin_again(self, event: Event) -> None:
        """Work on what was put back to `todo` says that it is going on after all; it takes no credit away."""
        if self.mark.state == "todo" and self.mark.state_event:
            self.mark = replace(self.mark, state="doing", state_on=event.on)

    def _log(self, event: Event) -> None:
        entry, corrects = event.id, event.data.get("corrects")
        if corrects is not None:
            entry = self.corrections.get(corrects, corrects)
            if entry not in self.entries:  # what it corrects was undone
                return
            self.corrections[event.id] = entry
        self.entries[entry] = _settled(entry, event, self.entries.get(entry), has_settled=self._has_settled)
        self.sizes.update({step: hours for step, hours in event.data.get("sizes", ()) if step})
        if corrects is None:
            self._begin_again(event)

    def finish(self) -> Mark:
        entries = tuple(self.entries.values())
        worked = [on for on, _ in self.ticks.values()] + [entry.on for entry in entries if entry.hours]
        begun = [*worked, self.doing_on] if self.doing_on else worked
        mark = replace(
            self.mark,
            ticks=self.ticks,
            entries=entries,
            began_on=min(begun, default=None),
            doing_on=self.doing_on,
            early_ticks=self.early_ticks,
            sizes=self.sizes,
            corrections=self.corrections,
        )
        if worked and mark.state_event == 0:
            mark = replace(mark, state="doing", state_on=min(worked))
        return mark


def _settled(entry: int, event: Event, before: Entry | None, *, has_settled: bool) -> Entry:
    """Return what an entry is after an event; one without a rule moves nothing that was settled, and adds loosely."""
    hours = float(event.data["hours"])
    if "rule" in event.data:
        into = tuple((step, float(event.data["into"][step])) for step, _ in event.data["sizes"])
    else:
        into = cut(before.into, hours) if before else ()
        more = round(hours - (before.unsettled if before else 0.0) - sum(amount for _, amount in into), DECIMALS)
        if has_settled and more > 0:
            into = (*into, (LOOSE, more))
    settled = round(sum(amount for _, amount in into), DECIMALS)
    return Entry(entry, event.on, hours, into, max(0.0, round(hours - settled, DECIMALS)))


def cut(into: Iterable[tuple[str, float]], hours: float) -> tuple[tuple[str, float], ...]:
    """Return the first so many hours of what was settled."""
    kept = []
    for step, amount in into:
        if hours > 0:
            kept.append((step, min(hours, amount)))
            hours = round(hours - amount, DECIMALS)
    return tuple(kept)


def fold(events: Iterable[Event]) -> Progress:
    """Return what holds after all events, oldest first; an undone change is as if it had never been."""
    events = tuple(events)
    undone = undone_changes(events)
    return carry_forward(Progress(), (event for event in events if str(event.change) not in undone))


def carry_forward(progress: Progress, events: Iterable[Event]) -> Progress:
    """Return what holds after further events, oldest first, of which none is undone and none undoes."""
    drafts: dict[str, _Draft] = {}
    choices = dict(progress.choices)
    for event in events:
        match event.kind:
            case "enrolled":
                target = event.data.get("target_on")
                target_on = date.fromisoformat(target) if isinstance(target, str) else target
                hours = float(event.data["hours_per_week"])
                paces = progress.paces if hours == progress.hours_per_week else (*progress.paces, (event.on, hours))
                progress = replace(progress, hours_per_week=hours, target_on=target_on, left=False, paces=paces)
            case "left":
                progress = replace(progress, left=True)
            case "chose" if event.data["milestone"] is None:
                choices.pop(event.data["group"], None)
            case "chose":
                choices[event.data["group"]] = event.data["milestone"]
            case "state" | "step" | "hours" | "note":
                if event.milestone not in drafts:
                    drafts[event.milestone] = _Draft(progress.marks.get(event.milestone, _BLANK))
                drafts[event.milestone].apply(event)
    marks = {**progress.marks, **{slug: draft.finish() for slug, draft in drafts.items()}}
    return replace(progress, marks={slug: mark for slug, mark in marks.items() if mark != _BLANK}, choices=choices)


_BLANK = Mark()


def undone_changes(events: Iterable[Event]) -> set[str]:
    """Return the names of the changes that were taken back."""
    return {str(event.data["change"]) for event in events if event.kind == "undone"}
