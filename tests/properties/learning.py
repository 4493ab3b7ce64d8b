"""What a learner said and did, remembered beside the program: the plainest account that could catch it losing anything.

A memory is a list of changes, each a few sentences; undoing strikes one out. What holds is what the sentences say from
the first to the last. It shares no code with `roadmap.standing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from roadmap.document import Document

Sentence = tuple[Any, ...]  # the name of a method of `Held`, and what it takes
Facts = dict[str, Any]
FINISHED = ("done", "known")


@dataclass
class Held:
    """What holds; `order` is that of the change that speaks, `last_word` that of who last spoke of a state."""

    ticks: dict[tuple[str, str], tuple[date, float]] = field(default_factory=dict)
    hours: dict[tuple[str, int], tuple[date, float]] = field(default_factory=dict)
    said: dict[str, tuple[str, date]] = field(default_factory=dict)
    notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    hours_per_week: float = 0
    target_on: date | None = None
    has_left: bool = False
    last_word: dict[str, int] = field(default_factory=dict)
    order: int = 0

    def mark(self, milestone: str, state: str, on: date) -> None:
        self.said[milestone] = (state, on)
        self.last_word[milestone] = self.order

    def tick(self, milestone: str, step: str, on: date, hours: float) -> None:
        self.ticks[milestone, step] = (on, hours)
        self._at_work(milestone, on)

    def untick(self, milestone: str, step: str) -> None:
        self.ticks.pop((milestone, step), None)

    def log(self, milestone: str, entry: int, on: date, hours: float) -> None:
        self.hours[milestone, entry] = (on, hours)
        self._at_work(milestone, on)

    def correct(self, milestone: str, entry: int, on: date, hours: float) -> None:
        self.hours[milestone, entry] = (on, hours)

    def note(self, milestone: str, text: str, evidence_url: str) -> None:
        self.notes[milestone] = (text, evidence_url)

    def choose(self, group: str, milestone: str) -> None:
        self.choices[group] = milestone

    def enrol(self, hours_per_week: float, target_on: date | None) -> None:
        self.hours_per_week, self.target_on, self.has_left = hours_per_week, target_on, False

    def leave(self) -> None:
        self.has_left = True

    def _at_work(self, milestone: str, on: date) -> None:
        """Working on what was put back to do says that it is under way after all."""
        if self.said.get(milestone, ("",))[0] == "todo":
            self.said[milestone] = ("doing", on)

    def facts(self) -> Facts:
        """Return what the projection has to say."""
        hours = {key: entry for key, entry in self.hours.items() if entry[1]}
        begun: dict[str, tuple[str, date]] = {}  # work on what nothing was said of puts it under way
        for (milestone, _), (on, _) in (*self.ticks.items(), *hours.items()):
            begun[milestone] = ("doing", min(on, begun[milestone][1]) if milestone in begun else on)
        states = begun | self.said
        return {
            "states": states,
            "finished": {milestone: on for milestone, (state, on) in states.items() if state == "done"},
            "ticks": {key: (on.isoformat(), amount) for key, (on, amount) in self.ticks.items()},
            "hours": {key: (on.isoformat(), amount) for key, (on, amount) in hours.items()},
            "notes": {milestone: note for milestone, note in self.notes.items() if any(note)},
            "choices": {group: milestone for group, milestone in self.choices.items() if milestone},
            "pace": (self.hours_per_week, self.target_on),
            "left": self.has_left,
        }

    def touched(self) -> set[str]:
        """Return the milestones that I would miss."""
        facts = self.facts()
        states = {milestone for milestone, (state, _) in facts["states"].items() if state not in ("todo", "skipped")}
        return states | {slug for slug, _ in (*facts["ticks"], *facts["hours"])} | facts["notes"].keys()

    def finished_in(self, document: Document) -> dict[str, str]:
        """Return what counts as done or known in an edition: what was said to be, and what replaces only such."""
        found: dict[str, tuple[str, int]] = {}
        predecessors: dict[str, list[str]] = {}
        for milestone in document.milestones:
            for successor in milestone.replaced_by:
                predecessors.setdefault(successor, []).append(milestone.slug)

        def of(slug: str) -> tuple[str, int]:
            if slug not in found:
                state, word = self.said.get(slug, ("todo",))[0], self.last_word.get(slug, 0)
                before = [of(other) for other in predecessors.get(slug, ())]
                if before and state not in FINISHED and all(past in FINISHED for past, _ in before):
                    latest = max(word for _, word in before)
                    state, word = ("done", latest) if word <= latest else (state, word)
                found[slug] = (state, word)
            return found[slug]

        states = {milestone.slug: of(milestone.slug)[0] for milestone in document.milestones}
        return {slug: state for slug, state in states.items() if state in FINISHED}


@dataclass(frozen=True)
class Change:
    """What one click said. One that is `fixed` (coming, leaving) is never taken back."""

    order: int
    sentences: tuple[Sentence, ...]
    is_fixed: bool


class Memory:
    """One learner's changes, oldest first."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._count = 0

    def hear(self, *sentences: Sentence, is_fixed: bool = False) -> None:
        self._count += 1
        self.changes.append(Change(self._count, sentences, is_fixed))

    def undo(self) -> None:
        """Strike out the newest change that is not fixed, where there is one."""
        loose = [change for change in self.changes if not change.is_fixed]
        if loose:
            self.changes.remove(loose[-1])

    def holds(self) -> Held:
        held = Held()
        for change in self.changes:
            held.order = change.order
            for name, *said in change.sentences:
                getattr(held, name)(*said)
        return held
