"""Laws of progress, whatever editors and learners do."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings

from roadmap.document import Document
from roadmap.planning import next_milestones, this_week
from roadmap.standing import SATISFIED, Standing, fold, standing, standing_of, undoable_change
from tests.properties.strategies import act, diary, document, seeds
from tests.roadmap.diary import DAY, Diary

pytestmark = pytest.mark.property


def walked(seed: random.Random) -> tuple[Document, Diary, Standing]:
    road = document(seed)
    found = diary(seed, road)
    return road, found, found.on(road)


def tenths(hours: float) -> int:
    """Return a published figure as a whole number; fails when it has more than one decimal."""
    assert round(hours, 1) == hours
    return round(hours * 10)


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_the_figures_add_up(seed: random.Random) -> None:
    road, _, found = walked(seed)
    for figures in (found, *(found.in_stage(stage.slug) for stage in road.stages)):
        done, known, skipped, left, total = figures.counts
        assert done + known + skipped + left == total
        earned, gone, rest, hours = map(tenths, figures.hours)
        assert earned + gone + rest == hours
        assert min(earned, gone, rest) >= 0
        assert rest == 0 or left > 0
        assert 0 <= figures.percent <= 100
        assert figures.percent < 100 or left + skipped == 0 or hours == 0 or rest + gone == 0
    assert (
        sum(found.in_stage(stage.slug).counts.total for stage in road.stages) == found.counts.total == len(found.path)
    )


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_each_mandatory_group_has_one_member_on_the_path(seed: random.Random) -> None:
    road, _, found = walked(seed)
    for group in road.groups:
        member = found.choices[group.slug].member
        assert member is None or found.of(member).on_path
        if not group.optional:
            assert member is not None or all(road.by_slug[slug].retired_on for slug in group.members)


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_every_lock_is_explained_by_what_is_missing_on_my_path(seed: random.Random) -> None:
    road, _, found = walked(seed)
    for slug, missing in found.locked.items():
        milestone = road.by_slug[slug]
        assert missing
        assert set(missing) <= set(road.requirements_of(milestone))
        for name in missing:
            assert found.of(name).on_path
            assert found.of(name).effective_state not in SATISFIED
    for milestone in found.path:
        item = road.by_slug[milestone.slug]
        open_ones = [p for p in item.prerequisites if found.of(p).on_path and found.of(p).is_left]
        if open_ones and milestone.is_left and not item.retired_on:
            assert set(open_ones) <= set(milestone.locked_by)


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_doing_all_that_locks_opens_the_lock(seed: random.Random) -> None:
    road, written, found = walked(seed)
    for slug, missing in list(found.locked.items())[:3]:
        again = Diary()
        again.events = list(written.events)
        for name in missing:
            again.mark(name, "done")
        assert slug not in again.on(road).locked


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_skipping_what_is_left_never_raises_the_percentage(seed: random.Random) -> None:
    road, written, found = walked(seed)
    for milestone in road.milestones:
        if found.of(milestone.slug).is_left and not milestone.retired_on:
            again = Diary()
            again.events = list(written.events)
            again.mark(milestone.slug, "skipped")
            assert again.on(road).percent <= found.percent


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_skipping_everything_is_nought(seed: random.Random) -> None:
    road, written, _ = walked(seed)
    for milestone in road.milestones:
        written.mark(milestone.slug, "skipped")
    assert written.on(road).percent == 0
    assert written.on(road).counts.left == 0


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_finishing_what_is_on_the_path_never_lowers_the_percentage(seed: random.Random) -> None:
    road, written, found = walked(seed)
    for milestone in found.path[:4]:
        if road.groups_of(milestone.slug) or road.by_slug[milestone.slug].retired_on or not milestone.is_left:
            continue
        again = Diary()
        again.events = list(written.events)
        again.mark(milestone.slug, "done")
        assert again.on(road).percent >= found.percent


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_undo_brings_back_what_was(seed: random.Random) -> None:
    road = document(seed)
    written = diary(seed, road)
    before = written.progress
    count = len(written.events)
    act(seed, written, road)
    if written.events[-1].kind != "undone":
        change = undoable_change(written.events)
        assert change == written.events[count].change
        written.undo(str(change))
        assert written.progress == before


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_undo_again_and_again_ends_at_the_first_enrolment(seed: random.Random) -> None:
    road = document(seed)
    written = diary(seed, road)
    for _ in range(len(written.events)):
        change = undoable_change(written.events)
        if change is None:
            break
        written.undo(str(change))
    assert undoable_change(written.events) is None
    assert not written.progress.marks
    assert not written.progress.choices
    assert written.progress.hours_per_week in (0, 10)  # 0 where the walk undid the enrolment, which no button does


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_what_concerns_different_things_may_come_in_any_order(seed: random.Random) -> None:
    """Marks of several milestones commute, as long as each keeps its own order (and no undo stands between)."""
    road = document(seed)
    written = [event for event in diary(seed, road).events if event.kind != "undone"]
    things = {event.milestone or event.data.get("group", event.kind) for event in written}
    lists = [[e for e in written if (e.milestone or e.data.get("group", e.kind)) == thing] for thing in sorted(things)]
    mixed = []
    while any(lists):
        mixed.append(seed.choice([events for events in lists if events]).pop(0))
    assert fold(mixed) == fold(written)


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_a_standing_depends_on_nothing_but_what_it_is_given(seed: random.Random) -> None:
    road, written, found = walked(seed)
    assert standing(road, written.progress.choices, written.events) == found
    assert standing_of(document(random.Random(0)), written.progress)  # a stranger's road does no harm


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_a_week_fits_and_holds_only_what_is_open(seed: random.Random) -> None:
    _, _, found = walked(seed)
    hours = seed.choice([0.5, 1, 3.7, 10, 40, 168])
    week = this_week(found, hours_per_week=hours, today=DAY)
    assert sum(item.hours for item in week) <= hours + 1e-9  # thirds and tenths of an hour are no binary fractions
    seen = [(item.milestone.slug, item.step and item.step.slug) for item in week]
    assert len(set(seen)) == len(seen)
    for item in week:
        mine = found.of(item.milestone.slug)
        assert mine.on_path
        assert mine.is_left
        assert mine.state == "doing" or not mine.locked
        assert item.step is None or item.step.slug not in mine.ticked
        assert 0 <= item.hours <= item.remaining
    assert set(next_milestones(found)) == {m.slug for m in found.path if m.is_left and not m.locked}
