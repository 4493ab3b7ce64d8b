"""The laws of earned hours, on one edition, for all that a learner may do, before the rule and since."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings

from roadmap.document import Document
from roadmap.models import MilestoneProgress
from roadmap.planning.earned import HELD_BACK, earned_hours, worked_by_day
from roadmap.planning.pauses import Pauses
from roadmap.projection import columns, mark_of
from roadmap.standing import SATISFIED, Progress, carry_forward, fold, last_change, undone_changes
from tests.properties.strategies import seeds
from tests.roadmap.diary import DAY, Diary, edition, milestone, steps

pytestmark = pytest.mark.property

HOURS = (0.01, 0.25, 0.5, 1, 2, 3.33, 8, 40)
STATES = ("todo", "doing", "done", "known", "skipped")
TINY = 1e-9  # units are whole, the hours they are told in are not


def road(seed: random.Random) -> Document:
    """Return a small road: milestones with steps, without, with steps of no hours, and one that came from another."""
    rows = [
        milestone(
            slug,
            seed.choice([0, 1, 10, 33.33, 100]),
            steps=steps(*[seed.choice([0, 0.25, 2.5, 8, 22]) for _ in range(seed.randrange(6))]),
        )
        for slug in "abcd"
    ]
    for row in rows:
        total = sum(step["hours"] for step in row["steps"])
        if row["steps"]:
            row["effort_hours"] = {"low": 0, "likely": total, "high": total}
    rows[3] |= {"retired_on": "2026-11-22", "replaced_by": ["a", "b"][: seed.randrange(3)]}
    return edition(*rows)


def act(seed: random.Random, diary: Diary, document: Document) -> None:
    """Do one thing with a milestone, or take a change back."""
    where = seed.choice(document.milestones)
    on = DAY - timedelta(days=seed.randrange(20))
    entries = diary.progress.marks[where.slug].entries if where.slug in diary.progress.marks else ()
    match seed.choice(("mark", "tick", "tick", "log", "log", "correct", "undo")):
        case "mark":
            diary.mark(where.slug, seed.choice(STATES), on=on)
        case "tick" if where.steps:
            step = seed.choice(where.steps)
            diary.tick(where.slug, step.slug, step.hours, done=seed.random() < 0.8, on=on)
        case "log":
            step = seed.choice(["", *[step.slug for step in where.steps]]) if diary.road else ""
            diary.log(where.slug, seed.choice(HOURS), on=on, step=step)
        case "correct" if entries:
            diary.log(where.slug, seed.choice((0, *HOURS)), corrects=seed.choice(entries).id, on=on)
        case "undo" if diary.events:
            diary.undo(seed.choice(diary.events).change)


def walked(seed: random.Random) -> tuple[Document, Diary]:
    """Return a road, and what was done on it: a part before the rule, perhaps, and a part since."""
    document, diary = road(seed), Diary()
    diary.write("enrolled", hours_per_week=10, target_on=None)
    for _ in range(seed.choice((0, 0, 5, 15))):
        act(seed, diary, document)
    diary.road = document
    for _ in range(seed.randrange(25)):
        if seed.random() < 0.1:  # a process of the release before writes between two of this one
            diary.road = None
            act(seed, diary, document)
            diary.road = document
        act(seed, diary, document)
    return document, diary


def earned(document: Document, diary: Diary, slug: str) -> float:
    return diary.on(document).of(slug).earned_hours


def open_milestone(seed: random.Random, document: Document, diary: Diary) -> str | None:
    """Return a milestone that is neither over nor retired."""
    standing = diary.on(document)
    slugs = [m.slug for m in document.milestones if standing.of(m.slug).effective_state not in SATISFIED]
    return seed.choice(slugs) if slugs else None


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_hours_never_lower_and_raise_by_no_more_than_was_put_in(seed: random.Random) -> None:
    document, diary = walked(seed)
    if slug := open_milestone(seed, document, diary):
        before, hours = earned(document, diary, slug), seed.choice(HOURS)
        step = seed.choice(["", *[step.slug for step in document.by_slug[slug].steps]])
        diary.log(slug, hours, step=step)
        assert -TINY <= earned(document, diary, slug) - before <= hours + TINY


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_a_tick_never_lowers_and_raises_by_no_more_than_its_step_still_lacked(seed: random.Random) -> None:
    document, diary = walked(seed)
    slug = open_milestone(seed, document, diary)
    if slug and document.by_slug[slug].steps:
        before, step = earned(document, diary, slug), seed.choice(document.by_slug[slug].steps)
        held = diary.on(document).put_in(slug).get(step.slug, 0.0)
        diary.tick(slug, step.slug, step.hours)
        assert -TINY <= earned(document, diary, slug) - before <= max(0.0, step.hours - held) + TINY


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_a_higher_correction_never_lowers(seed: random.Random) -> None:
    document, diary = walked(seed)
    slug = open_milestone(seed, document, diary)
    entries = diary.progress.marks[slug].entries if slug in diary.progress.marks else ()
    if slug and entries:
        entry, before = seed.choice(entries), earned(document, diary, slug)
        more = seed.choice(HOURS)
        diary.log(slug, entry.hours + more, corrects=entry.id, on=entry.on)
        assert -TINY <= earned(document, diary, slug) - before <= more + TINY


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_a_finish_never_lowers(seed: random.Random) -> None:
    document, diary = walked(seed)
    if slug := open_milestone(seed, document, diary):
        before = earned(document, diary, slug)
        diary.mark(slug, "done")
        assert earned(document, diary, slug) >= before


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_what_is_done_and_undone_changes_nothing(seed: random.Random) -> None:
    document, diary = walked(seed)
    progress, count = diary.progress, len(diary.events)
    act(seed, diary, document)
    if len(diary.events) > count and diary.events[-1].kind != "undone":
        diary.undo(diary.events[-1].change)
        assert diary.progress == progress


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_carrying_forward_agrees_with_folding_all(seed: random.Random) -> None:
    """Also where each state between two events is written to its row and read back."""
    _, diary = walked(seed)
    undone = undone_changes(diary.events)
    progress = Progress()
    for event in diary.events:
        if event.kind != "undone" and str(event.change) not in undone:
            progress = through_rows(carry_forward(progress, [event]))
    assert progress == fold(diary.events)


def through_rows(progress: Progress) -> Progress:
    """Return what comes back from the columns of the rows, as JSON leaves them."""
    marks = {}
    for slug, mark in progress.marks.items():
        row = MilestoneProgress(milestone=slug, **columns(mark))
        for name in ("ticks", "logged", "carry_forward"):
            setattr(row, name, json.loads(json.dumps(getattr(row, name), sort_keys=True)))
        marks[slug] = mark_of(row)
    return Progress(marks, progress.choices, progress.hours_per_week, progress.target_on, progress.left, progress.paces)


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_what_was_done_before_the_rule_counts_as_it_did(seed: random.Random) -> None:
    """Then it was what the ticks or the hours came to, whichever was more, up to nine tenths."""
    document, diary = road(seed), Diary()
    for _ in range(seed.randrange(30)):
        act(seed, diary, document)
    standing = diary.on(document)
    for found in standing.milestones.values():
        if found.effective_state not in SATISFIED and not found.carried_hours:
            sizes = document.by_slug[found.slug].step_by_slug
            ticked = sum(sizes[step].hours for step in found.mark.ticks)
            most = max(ticked, found.mark.logged_hours)
            assert found.earned_hours == pytest.approx(min(0.9 * found.likely_hours, most), abs=2e-4)


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_the_days_sum_to_what_was_earned(seed: random.Random) -> None:
    document, diary = walked(seed)
    for found in diary.on(document).milestones.values():
        if found.effective_state not in SATISFIED and not found.carried_hours:
            most = (1 - HELD_BACK) * found.likely_hours
            days = list(worked_by_day(document, found.slug, found.mark, most=most))
            assert all(hours >= 0 for _, hours, _ in days)
            total = sum(hours for _, hours, _ in days)
            assert total >= found.earned_hours - 2e-4
            if not any(entry.unsettled for entry in found.mark.entries):  # these may move from day to day
                assert total == pytest.approx(found.earned_hours, abs=2e-4)
    earned_hours(document, diary.progress.marks, started_on=DAY, pauses=Pauses())  # whatever was done, it answers


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_the_entries_of_hours_keep_what_was_said(seed: random.Random) -> None:
    document, diary = walked(seed)
    for slug, mark in diary.progress.marks.items():
        for entry in mark.entries:
            assert entry.hours == pytest.approx(sum(hours for _, hours in entry.into) + entry.unsettled)
        put_in = diary.on(document).put_in(slug)
        assert all(hours >= 0 for hours in put_in.values())
    assert last_change(diary.events) is None or last_change(diary.events).change not in undone_changes(diary.events)
