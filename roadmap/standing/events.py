"""What happened, folded into what holds now. Events are the truth; everything else can be rebuilt from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

FINISHED = frozenset({"done", "known"})
SATISFIED = FINISHED | {"skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One appended thing. `id` rises within an enrolment; `on` is a local date; one action shares one `change`.

    What `data` holds: enrolled {hours_per_week, target_on}; state {state, anyway}; step {done, hours};
    hours {hours, corrects}; note {note, evidence_url}; chose {group, milestone}; undone {change}; left {}.
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


@dataclass(frozen=True, slots=True)
class Mark:
    """What holds for one milestone after undo, before any edition interprets it.

    `state` is what the learner said, or `doing` once a step is ticked or an hour logged on a milestone without a state.
    `state_event` is the id of the event that said it, 0 where work did: a later one wins over credit carried over.
    `ticks`: step -> (local date, hours of the step when it was ticked). `logged`: (event id, local date, hours);
    a corrected entry keeps the id of the first event. `finished_on` is set when done (not when known).
    """

    state: str = "todo"
    state_on: date | None = None
    state_event: int = 0
    began_on: date | None = None
    finished_on: date | None = None
    anyway: bool = False
    ticks: Mapping[str, tuple[date, float]] = field(default_factory=dict)
    logged: tuple[tuple[int, date, float], ...] = ()
    note: str = ""
    evidence_url: str = ""

    @property
    def logged_hours(self) -> float:
        return sum(hours for _, _, hours in self.logged)


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
    """A mark under construction."""

    __slots__ = ("aliases", "doing_on", "entries", "mark", "ticks")

    def __init__(self) -> None:
        self.mark = Mark()
        self.doing_on: date | None = None
        self.ticks: dict[str, tuple[date, float]] = {}
        self.entries: dict[int, tuple[date, float]] = {}
        self.aliases: dict[int, int] = {}  # a correction's id -> the entry it corrects

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
            case "step" if data["done"]:
                self.ticks[event.step] = (event.on, float(data["hours"]))
                self._begin_again(event)
            case "step":
                self.ticks.pop(event.step, None)
            case "hours":
                self._log(event)
            case "note":
                self.mark = replace(self.mark, note=data["note"], evidence_url=data["evidence_url"])

    def _begin_again(self, event: Event) -> None:
        """Work on what was put back to `todo` says that it is going on after all; it takes no credit away."""
        if self.mark.state == "todo" and self.mark.state_event:
            self.mark = replace(self.mark, state="doing", state_on=event.on)

    def _log(self, event: Event) -> None:
        entry, corrects = event.id, event.data.get("corrects")
        if corrects is not None:
            entry = self.aliases.get(corrects, corrects)
            if entry not in self.entries:  # what it corrects was undone
                return
        self.aliases[event.id] = entry
        self.entries[entry] = (event.on, float(event.data["hours"]))
        if corrects is None:
            self._begin_again(event)

    def finish(self) -> Mark:
        logged = tuple((entry, on, hours) for entry, (on, hours) in self.entries.items() if hours)
        worked = [on for on, _ in self.ticks.values()] + [on for _, on, _ in logged]
        begun = [*worked, self.doing_on] if self.doing_on else worked
        mark = replace(self.mark, ticks=self.ticks, logged=logged, began_on=min(begun, default=None))
        if worked and mark.state_event == 0:
            mark = replace(mark, state="doing", state_on=min(worked))
        return mark


def fold(events: Iterable[Event]) -> Progress:
    """Return what holds after all events, oldest first; an undone change is as if it had never been."""
    events = tuple(events)
    undone = _undone(events)
    drafts: dict[str, _Draft] = {}
    choices: dict[str, str] = {}
    progress = Progress()
    for event in events:
        if str(event.change) in undone:
            continue
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
                drafts.setdefault(event.milestone, _Draft()).apply(event)
    marks = {slug: draft.finish() for slug, draft in drafts.items()}
    return replace(progress, marks={slug: mark for slug, mark in marks.items() if mark != _BLANK}, choices=choices)


_BLANK = Mark()


def undoable_change(events: Sequence[Event]) -> UUID | str | None:
    """Return the newest change that still holds and can be undone: any but leaving, enrolling (again) and an undo.

    An `enrolled` of somebody who follows the roadmap already only changes the pace; that can be undone.
    """
    fixed = _undone(events)
    follows = False
    for event in events:
        if event.kind in ("left", "undone") or (event.kind == "enrolled" and not follows):
            fixed.add(str(event.change))
        follows = event.kind == "enrolled" or (follows and event.kind != "left")
    return next((event.change for event in reversed(events) if str(event.change) not in fixed), None)


def last_said(events: Iterable[Event], name: UUID, milestone: str) -> tuple[Event | None, UUID]:
    """Return the last change of a milestone's hours that a form named `name` made and that holds, and its next name.

    A change is undone for good, so that each needs a name of its own. One follows from the other: a form that is posted
    again finds all that it has said.
    """
    events = tuple(events)
    undone = _undone(events)
    found = {event.change: event for event in events}
    last: Event | None = None
    while (event := found.get(name)) is not None:
        if event.kind == "hours" and event.milestone == milestone and str(name) not in undone:
            last = event
        name = uuid5(name, "again")
    return last, name


def _undone(events: Iterable[Event]) -> set[str]:
    return {str(event.data["change"]) for event in events if event.kind == "undone"}
