"""The projection: events applied to what is stored, and folded anew where another release wrote."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core.management import call_command

from roadmap import actions, projection, queries
from roadmap.models import Enrolment, Event, MilestoneProgress
from roadmap.standing import RULE, fold, last_change
from tests.roadmap.conftest import TODAY

SLUG = "linear-algebra"


@pytest.fixture
def own(enrolment: Enrolment) -> dict[str, Any]:
    """Whose, where, when: what every action on the milestone takes."""
    return {"enrolment": enrolment, "milestone": SLUG, "today": TODAY, "edition": 1}


def folded(enrolment: Enrolment):
    return fold(projection.happenings(Event.objects.filter(enrolment=enrolment)))


def written_by_the_release_before(enrolment: Enrolment, kind: str, data: dict[str, Any], **where: Any) -> Event:
    """Append an event and write the row as the release before does: without `rule`, and only columns that it knows."""
    event = Event.objects.create(
        enrolment=enrolment, kind=kind, milestone=SLUG, data=data, on=TODAY, edition=1, **where
    )
    mark = folded(enrolment).marks[SLUG]
    known = {name: value for name, value in projection.columns(mark).items() if name != "carry_forward"}
    MilestoneProgress.objects.update_or_create(enrolment=enrolment, milestone=SLUG, defaults=known)
    return event


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "data", "where"),
    [
        ("hours", {"hours": 2.0, "corrects": None}, {}),
        ("step", {"done": True, "hours": 8.0}, {"step": "second"}),
        ("step", {"done": False, "hours": 8.0}, {"step": "first"}),
        ("note", {"note": "kept", "evidence_url": ""}, {}),
        ("state", {"state": "done", "anyway": False}, {}),
    ],
)
def test_what_a_process_of_the_release_before_writes_between_two_of_this_one_is_kept(
    learner, enrolment, own, document, kind, data, where
):
    steps = [step.slug for step in document.by_slug[SLUG].steps]
    names = {"first": steps[0], "second": steps[1]}
    where = {name: names[step] for name, step in where.items()}
    actions.tick(**own, step=steps[0], done=True)
    actions.log_hours(**own, hours=3)
    written_by_the_release_before(enrolment, kind, data, **where)
    assert queries.journey(learner, "ml-architect").progress == folded(enrolment)
    actions.log_hours(**own, hours=1)
    assert projection.stored(Enrolment.objects.get()) == folded(enrolment)
    assert queries.journey(learner, "ml-architect").progress == folded(enrolment)


@pytest.mark.django_db
def test_hours_and_ticks_of_the_release_before_count_beside_what_was_settled(learner, enrolment, own, document, stand):
    """Hours raise by what they are, a tick by what its step still lacked: none lowers."""
    sizes = [step.hours for step in document.by_slug[SLUG].steps]
    actions.log_hours(**own, hours=sizes[0])
    written_by_the_release_before(enrolment, "hours", {"hours": 4.0, "corrects": None})
    assert stand().standing.of(SLUG).earned_hours == sizes[0] + 4
    third = document.by_slug[SLUG].steps[2]
    written_by_the_release_before(enrolment, "step", {"done": True, "hours": third.hours}, step=third.slug)
    assert stand().standing.of(SLUG).earned_hours == sizes[0] + 4 + third.hours


@pytest.mark.django_db
def test_what_the_release_before_wrote_and_this_one_took_back_stays_in_no_column(enrolment, own):
    actions.log_hours(**own, hours=2)
    written_by_the_release_before(enrolment, "hours", {"hours": 4.0, "corrects": None})
    actions.undo(enrolment=enrolment, today=TODAY, edition=1)
    assert [hours for _, _, hours in MilestoneProgress.objects.get(milestone=SLUG).logged] == [2]


@pytest.mark.django_db
def test_a_correction_by_the_release_before_keeps_its_entry_and_its_place(learner, enrolment, own):
    (entry,) = actions.log_hours(**own, hours=3)
    written_by_the_release_before(enrolment, "hours", {"hours": 2.0, "corrects": entry.pk})
    mark = queries.journey(learner, "ml-architect").mark_of(SLUG)
    assert [hours for _, _, hours in mark.logged] == [2]
    assert sum(hours for _, hours in mark.entries[0].into) == 2


@pytest.mark.django_db
def test_prepare_folds_what_is_of_an_older_rule_and_leaves_the_rest(enrolment, own):
    written_by_the_release_before(enrolment, "hours", {"hours": 2.0, "corrects": None})
    Enrolment.objects.update(projection_rule=1, projected_event=0, undoable=None)
    MilestoneProgress.objects.update(carry_forward=None)
    call_command("prepare", verbosity=0)
    row = Enrolment.objects.get()
    assert (row.projection_rule, row.projected_event) == (RULE, Event.objects.latest("pk").pk)
    assert projection.stored(row) == folded(enrolment)
    assert row.undoable["kind"] == "hours"


@pytest.mark.django_db
def test_a_read_folds_what_is_of_an_older_rule_without_writing(learner, enrolment, own, django_assert_max_num_queries):
    actions.log_hours(**own, hours=3)
    Enrolment.objects.update(projection_rule=1)
    with django_assert_max_num_queries(5):
        journey = queries.journey(learner, "ml-architect")
    assert journey.progress == folded(enrolment)
    assert Enrolment.objects.get().projection_rule == 1


@pytest.mark.django_db
def test_the_newest_change_that_can_be_undone_is_kept_with_the_enrolment(learner, enrolment, document):
    """Whatever was done, it is what the events say."""
    dice = random.Random(11)
    milestones = list(document.by_slug)[:5]
    own = {"enrolment": enrolment, "today": TODAY, "edition": 1}
    for _ in range(60):
        slug = dice.choice(milestones)
        step = dice.choice(document.by_slug[slug].steps).slug
        match dice.choice(("mark", "tick", "log", "note", "leave", "enrol", "undo", "place")):
            case "mark":
                actions.mark(**own, milestone=slug, state=dice.choice(("todo", "doing", "done")))
            case "tick":
                actions.tick(**own, milestone=slug, step=step, done=dice.random() < 0.7)
            case "log":
                actions.log_hours(**own, milestone=slug, hours=1)
            case "note":
                actions.note(**own, milestone=slug, text=dice.choice(("a", "b")), evidence_url=None)
            case "leave":
                actions.leave(**own)
            case "enrol":
                pace = {"hours_per_week": dice.randint(1, 9), "target_on": None, "today": TODAY, "edition": 1}
                actions.enrol(user=learner, roadmap=enrolment.roadmap, **pace)
            case "undo":
                actions.undo(**own)
            case "place":
                actions.place(**own, known=[slug], doing=[])
        events = projection.happenings(Event.objects.filter(enrolment=enrolment))
        expected = last_change(events)
        stored = Enrolment.objects.get().undoable
        assert (stored and stored["change"]) == (expected and expected.change)


@pytest.mark.django_db
def test_a_new_event_reads_no_old_ones(enrolment, own, django_assert_num_queries):
    """Lock, last event, two tables of the projection, the event, the enrolment, the row; and two of the savepoint."""
    for hours in range(1, 20):
        actions.log_hours(**own, hours=hours)
    with django_assert_num_queries(9) as queries_made:
        actions.log_hours(**own, hours=1)
    reads = [q["sql"] for q in queries_made if q["sql"].startswith("SELECT") and "roadmap_event" in q["sql"]]
    assert all("LIMIT 1" in sql for sql in reads)


def test_the_row_of_an_enrolment_says_what_undo_would_take_back(db, enrolment, own) -> None:
    actions.note(**own, text="my own words", evidence_url=None)
    assert "my own words" not in str(Enrolment.objects.get().undoable)
