"""Nobody loses anything, whatever editors and learners do at the same time.

A machine walks at random: learners mark, tick, log, note, choose, undo, leave and come back by posting forms, some of
which were shown editions ago; editors change everything, publish, and bring old editions back. After each step what is
stored is held against a memory of what was said, and each new edition against every learner.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from roadmap.document import Document, DocumentError, Milestone, from_data, lint, to_data
from roadmap.editions import document_of, publish, restore_edition, restored, stranded, write
from roadmap.models import Edition, Event, Roadmap
from tests.properties import editing
from tests.properties.learning import FINISHED, Sentence
from tests.properties.strategies import STATES, document, title
from tests.properties.walking import GONE, MISSING, ROAD, TODAY, Learner, Said, lost

pytestmark = [pytest.mark.property, pytest.mark.django_db]

RUNS, STEPS = (1_000, 60) if os.environ.get("SLOW") == "1" else (60, 40)
BY_FORM = 0.1  # of what learners do goes through pages, the rest straight to the actions behind them
RELOADED = 0.6  # of what learners do is on a page of the newest edition, the rest on whatever they have open
PUBLISHED, RESTORED = 0.15, 0.05  # of the edits
SHARES = {"mark": 8, "tick": 6, "undo": 2, "log": 2, "write_a_note": 2, "choose": 2}
VERBS = SHARES | dict.fromkeys(["correct", "bring_along", "come_and_go"], 1)
PAGES = (ROAD, "/plan/", f"{ROAD}plan.json", "/account/export/")
someone = st.integers(0, 1)
seeds = st.binary(min_size=6, max_size=6)


class Editions(RuleBasedStateMachine):
    """Two learners and their editors on one roadmap. A run is one transaction, which is rolled back."""

    met: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.learners: list[Learner] = []
        self.editions: list[Document] = []
        self.seen: Counter[bytes] = Counter()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        try:
            for learner in self.learners:
                learner.check(self.editions[-1])
                learner.check_events()
            turn = len(self.editions) % len(PAGES)
            for learner, path in zip(self.learners, (PAGES * 2)[turn:], strict=False):
                learner.open_page(path, len(self.editions))
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @initialize(seed=seeds)
    def begin(self, seed: bytes) -> None:
        dice = self.dice(seed)
        data = to_data(document(dice, largest=6))
        for milestone in data["milestones"]:
            milestone |= {"retired_on": None, "replaced_by": []}
        self.draft, self.editions = from_data(data), [from_data(data)]
        self.roadmap: Roadmap = write(self.draft)
        publish(roadmap=self.roadmap, by=None)
        self.learners = [Learner(self.roadmap, f"learner-{number}") for number in range(2)]
        for who in range(2):
            self.bring_along(who, dice)

    def dice(self, seed: bytes) -> random.Random:
        """Return a source of choices; a seed that comes again, which hypothesis likes, makes other ones."""
        self.seen[seed] += 1
        return random.Random(seed + bytes([self.seen[seed] % 256]))

    # --- Learners -----------------------------------------------------------------------------------------------------

    @rule(who=someone, seed=seeds)
    def learn(self, who: int, seed: bytes) -> None:
        """One of them does something; what, is drawn here, so that each verb gets its share in every run."""
        dice = self.dice(seed)
        if dice.random() < RELOADED:
            self.learners[who].shown = len(self.editions)
        (verb,) = dice.choices(list(VERBS), list(VERBS.values()))
        note(f"learner {who}: {verb}")
        getattr(self, verb)(who, dice)

    def mark(self, who: int, dice: random.Random) -> None:
        milestone, state, on = self.any_milestone(who, dice), dice.choice(STATES), day(dice)
        wish = {"milestone": milestone.slug, "state": state, "on": on}
        self.act(who, dice, "mark", wish, [("mark", milestone.slug, state, on)], on=milestone)

    def tick(self, who: int, dice: random.Random) -> None:
        milestone, on, is_done = self.any_milestone(who, dice, with_steps=True), day(dice), dice.random() < 0.8
        ticks = self.learners[who].memory.holds().ticks
        gone = [step for slug, step in ticks if slug == milestone.slug and step not in milestone.step_by_slug]
        step = dice.choice([*milestone.step_by_slug, *gone] or ["never-was"])
        is_there = step in milestone.step_by_slug
        hours = milestone.step_by_slug[step].hours if is_there else 0
        said = ("tick", milestone.slug, step, on, hours) if is_done else ("untick", milestone.slug, step)
        is_told = is_done and ticks.get((milestone.slug, step), (None, 0))[0] == on
        wish = {"milestone": milestone.slug, "step": step, "done": is_done, "on": on}
        refusal = 0 if is_there else MISSING
        self.act(who, dice, "tick", wish, [] if is_told else [said], on=milestone, refusal=refusal)

    def log(self, who: int, dice: random.Random) -> None:
        milestone, on, hours = self.any_milestone(who, dice), day(dice), dice.choice([0.25, 1, 3.5])

        def said() -> list[Sentence]:
            return [("log", milestone.slug, Event.objects.latest("pk").pk, on, hours)]

        self.act(who, dice, "log_hours", {"milestone": milestone.slug, "hours": hours, "on": on}, said, on=milestone)

    def correct(self, who: int, dice: random.Random) -> None:
        if entries := sorted(self.learners[who].memory.holds().facts()["hours"]):
            (milestone, entry), on, hours = dice.choice(entries), day(dice), dice.choice([0, 0.5, 2])
            wish = {"milestone": milestone, "hours": hours, "on": on, "corrects": entry}
            is_there = milestone in self.shown(who).by_slug
            said = [("correct", milestone, entry, on, hours)]
            self.act(who, dice, "log_hours", wish, said, refusal=0 if is_there else MISSING)

    def write_a_note(self, who: int, dice: random.Random) -> None:
        milestone, text = self.any_milestone(who, dice).slug, dice.choice(["", "mine", title(dice).strip()])
        wish = {"milestone": milestone, "text": text, "evidence_url": dice.choice(["", "https://example.org/x"])}
        self.act(who, dice, "note", wish, [("note", *wish.values())])

    def choose(self, who: int, dice: random.Random) -> None:
        if self.shown(who).groups:
            group = dice.choice(self.shown(who).groups)
            member = dice.choice([*group.members, None])
            milestone = self.shown(who).by_slug[member] if member else None
            wish = {"group": group.slug, "milestone": member}
            self.act(who, dice, "choose", wish, [("choose", group.slug, member)], on=milestone)

    def bring_along(self, who: int, dice: random.Random) -> None:
        live = [m.slug for m in self.shown(who).milestones if not m.retired_on]
        known = dice.sample(live, dice.randint(len(live) // 2, len(live)))
        states = self.learners[who].memory.holds().facts()["states"]
        said = [("mark", m, "known", TODAY) for m in known if states.get(m, ("todo",))[0] not in FINISHED]
        self.act(who, dice, "place", {"known": known, "doing": []}, said)

    def undo(self, who: int, dice: random.Random) -> None:
        learner = self.learners[who]
        for _ in range(dice.choice([1, 1, 1, 4])):
            learner.undo(by_form=learner.has_left or dice.random() < BY_FORM)
            learner.check(self.editions[-1])
            self.met["undo"] += 1

    def come_and_go(self, who: int, dice: random.Random) -> None:
        """Leave, come back, or change the pace."""
        learner = self.learners[who]
        if dice.random() < 0.3:
            learner.leave(by_form=dice.random() < BY_FORM)
        else:
            pace = dice.choice([0.5, 7, 168]), TODAY + timedelta(days=400)
            learner.enrol(*pace, by_form=dice.random() < BY_FORM)
        learner.check(self.editions[-1])
        self.met["come and go"] += 1

    def act(
        self,
        who: int,
        dice: random.Random,
        verb: str,
        wish: dict[str, Any],
        said: Said,
        *,
        on: Milestone | None = None,
        refusal: int = 0,
    ) -> None:
        """Let a learner do something; a mark `on` what was retired in the edition shown is refused before all else."""
        learner = self.learners[who]
        if on and on.retired_on:
            refusal = GONE
        is_taken = learner.does(verb, wish, said, refusal=refusal, by_form=dice.random() < BY_FORM)
        learner.check(self.editions[-1])
        self.met[verb if is_taken else f"{verb} refused"] += 1
        self.met[f"late {verb}"] += is_taken and bool(on) and self.editions[-1].by_slug[on.slug] != on

    def shown(self, who: int) -> Document:
        return self.editions[self.learners[who].shown - 1]

    def any_milestone(self, who: int, dice: random.Random, *, with_steps: bool = False) -> Milestone:
        """Return a milestone that a learner sees, mostly a live one, and rather one that replaces others."""
        milestones, replaces = self.shown(who).milestones, self.shown(who).replaces
        wanted = [m for m in milestones if not m.retired_on and (m.steps or not with_steps)]
        if dice.random() < 0.6:
            wanted = [m for m in wanted if m.slug in replaces] or wanted
        return dice.choice(wanted if wanted and dice.random() < 0.8 else milestones)

    # --- Editors ------------------------------------------------------------------------------------------------------

    @rule(seed=seeds)
    def edit(self, seed: bytes) -> None:
        """Change this and that, or bring an old edition back; publish it or not."""
        dice = self.dice(seed)
        if dice.random() < RESTORED:
            self.restore(dice)
        for _ in range(dice.randrange(1, 4)):
            self.change_draft(dice)
        if dice.random() < PUBLISHED:
            self.publish(dice)

    def change_draft(self, dice: random.Random) -> None:
        """Do one of the things that editors do; what makes no document of the draft is not saved."""
        draft = to_data(self.draft)
        live = sum(not milestone.get("retired_on") for milestone in draft["milestones"])
        change = dice.choice(dice.choice([editing.EDITS, editing.MAPPINGS])) if live > 2 else editing.add
        change(dice, draft)
        if dice.random() < 0.9:
            editing.mend(draft)
        try:
            self.draft = from_data(draft)
        except DocumentError as error:
            note(f"{change.__name__} is refused: {error}")
        else:
            note(change.__name__)
            self.met[change.__name__] += 1

    def restore(self, dice: random.Random) -> None:
        """Take an old edition for the draft, and say what becomes of those whom it would strand."""
        edition = Edition.objects.get(roadmap=self.roadmap, number=dice.randint(1, len(self.editions)))
        note(f"edition {edition.number} is to be the draft")
        try:
            found = restored(edition, today=TODAY)
        except DocumentError:
            self.met["restore refused"] += 1
            return
        asked = {row.milestone.slug for row in stranded(edition, found)}
        for learner in self.learners:
            assert learner.memory.holds().touched() & lost(self.editions[-1], found) <= asked
        live = [milestone.slug for milestone in found.milestones if not milestone.retired_on]
        answers = {slug: dice.sample(live, min(len(live), dice.randrange(3))) for slug in asked}
        try:
            self.draft = document_of(restore_edition(edition=edition, successors=answers, today=TODAY))
        except DocumentError:
            self.met["restore refused"] += 1
            return
        self.met["restore"] += 1

    def publish(self, dice: random.Random) -> None:
        if self.draft == self.editions[-1]:
            return
        roadmap = write(self.draft)
        try:
            edition = publish(roadmap=roadmap, by=None)
        except DocumentError:
            assert any(finding.level == "error" for finding in lint(self.draft))
            assert Edition.objects.filter(roadmap=roadmap).count() == len(self.editions)
            self.draft = self.editions[-1]
            self.met["refused"] += 1
            return
        connection.check_constraints()  # those that wait for the end of a transaction, which never comes
        self.editions.append(self.draft)
        self.met["published"] += 1
        assert (edition.number, edition.document) == (len(self.editions), to_data(self.draft))
        for learner in self.learners:
            learner.check(self.draft)
        milestones = [f"{ROAD}milestones/{milestone.slug}/" for milestone in self.draft.milestones]
        path = dice.choice([*PAGES, *dice.sample(milestones, min(3, len(milestones)))])
        self.learners[dice.randrange(2)].open_page(path, edition.number)


def day(dice: random.Random) -> date:
    return TODAY - timedelta(days=dice.randrange(4))


@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC))
def test_nobody_loses_anything_whatever_editors_publish() -> None:
    Editions.met.clear()
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Editions,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=slow,
            report_multiple_bugs=False,
        ),
    )
    # What was never met was never shown; ten times as much is usual.
    met = Editions.met
    assert met["published"] >= 20, met
    assert all(met[what] for what in ("tick", "mark", "note", "log_hours", "choose", "undo", "restore")), met
    assert all(met[change.__name__] for change in editing.EDITS), met
    assert sum(count for what, count in met.items() if what.startswith("late ")), met
