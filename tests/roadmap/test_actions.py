"""What a learner does: kept, counted once, undone, and never mixed with what another does."""

from __future__ import annotations

import random
import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import User
from roadmap import actions, projection, queries
from roadmap.document import to_data
from roadmap.models import Choice, Edition, Enrolment, Event, MilestoneProgress, State
from roadmap.standing import fold
from tests.roadmap.conftest import TODAY


@pytest.fixture
def do(enrolment):
    """Return the actions, bound to the learner, today and edition 1."""

    class Do:
        def __getattr__(self, name):
            def act(**kwargs):
                return getattr(actions, name)(**{"enrolment": enrolment, "today": TODAY, "edition": 1} | kwargs)

            return act

    return Do()


def kinds() -> list[str]:
    return list(Event.objects.values_list("kind", flat=True))


def stored(enrolment: Enrolment):
    """What the projection says, read back from its tables."""
    enrolment.refresh_from_db()
    choices = dict(Choice.objects.filter(enrolment=enrolment).values_list("group", "milestone"))
    return projection.progress_of(enrolment, MilestoneProgress.objects.filter(enrolment=enrolment), choices)


def folded(enrolment: Enrolment):
    return fold(projection.happenings(Event.objects.filter(enrolment=enrolment)))


class TestEnrolling:
    def test_enrolling_again_changes_the_pace_and_keeps_one_enrolment(self, learner, roadmap, enrolment):
        target = TODAY + timedelta(days=400)
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=5, target_on=target, today=TODAY, edition=1)
        enrolment.refresh_from_db()
        assert (enrolment.hours_per_week, enrolment.target_on) == (5, target)
        assert kinds() == ["enrolled", "enrolled"]

    def test_the_same_pace_again_adds_no_event(self, learner, roadmap, enrolment):
        again = {"hours_per_week": 10, "target_on": None, "today": TODAY, "edition": 1}
        assert actions.enrol(user=learner, roadmap=roadmap, **again) == ()
        assert kinds() == ["enrolled"]

    def test_leaving_keeps_everything_and_enrolling_brings_it_back(self, learner, roadmap, enrolment, do, stand):
        do.mark(milestone="linear-algebra", state="done")
        do.leave()
        assert stand().standing is None
        assert stand().has_left
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=4, target_on=None, today=TODAY, edition=1)
        assert stand().standing.counts.done == 1
        assert Enrolment.objects.count() == 1

    def test_leaving_twice_is_leaving_once(self, do):
        assert len(do.leave()) == 1
        assert do.leave() == ()

    def test_a_withdrawn_roadmap_takes_no_new_learners_but_keeps_those_it_has(self, learner, roadmap, enrolment):
        roadmap.withdrawn_at = "2026-11-01T00:00Z"
        roadmap.save()
        pace = {"hours_per_week": 3, "target_on": None, "today": TODAY, "edition": 1}
        assert actions.enrol(user=learner, roadmap=roadmap, **pace)
        with pytest.raises(actions.RefusedError, match="takes no new learners"):
            actions.enrol(user=User.objects.create_user("eve@example.org"), roadmap=roadmap, **pace)
        assert Enrolment.objects.count() == 1


class TestMarking:
    def test_a_mark_of_ones_own_puts_credit_aside(self, learner, roadmap, enrolment, stand):
        data = to_data(stand().document)
        old = next(m for m in data["milestones"] if m["slug"] == "explore-the-role")
        old |= {"retired_on": "2026-11-22", "replaced_by": ["pay-and-outlook"]}
        roadmap.current_edition = Edition.objects.create(roadmap=roadmap, number=2, document=data, sha256="-")
        mine = {"enrolment": enrolment, "today": TODAY}
        actions.mark(milestone="explore-the-role", state="done", edition=1, **mine)
        roadmap.save()
        assert stand().standing.of("pay-and-outlook").effective_state == "done"
        actions.mark(milestone="pay-and-outlook", state="todo", edition=2, **mine)
        assert stand().standing.of("pay-and-outlook").effective_state == "todo"
        assert actions.mark(milestone="pay-and-outlook", state="todo", edition=2, **mine) == ()

    def test_a_state_is_kept_with_its_local_day_and_edition(self, do):
        (event,) = do.mark(milestone="linear-algebra", state="done", on=date(2026, 11, 3))
        assert (event.on, event.edition, event.data) == (
            date(2026, 11, 3),
            1,
            {"state": "done", "anyway": False, "rule": 2},
        )
        row = MilestoneProgress.objects.get()
        assert (row.state, row.finished_on) == ("done", date(2026, 11, 3))

    def test_the_same_state_again_adds_no_event(self, do):
        do.mark(milestone="linear-algebra", state="doing")
        assert do.mark(milestone="linear-algebra", state="doing") == ()
        assert do.mark(milestone="python-programming", state="todo") == ()

    def test_the_same_state_on_another_day_corrects_the_day(self, do):
        do.mark(milestone="linear-algebra", state="done")
        do.mark(milestone="linear-algebra", state="done", on=TODAY - timedelta(days=9))
        assert MilestoneProgress.objects.get().finished_on == TODAY - timedelta(days=9)

    def test_a_day_still_to_come_is_refused(self, do):
        with pytest.raises(ValueError, match="still to come"):
            do.mark(milestone="linear-algebra", state="done", on=TODAY + timedelta(days=1))
        assert kinds() == ["enrolled"]

    @pytest.mark.parametrize("state", ["doing", "done", "known", "skipped"])
    def test_a_locked_milestone_takes_every_state_and_remembers_started_anyway(self, do, stand, state):
        assert stand().standing.of("deep-learning").locked
        do.mark(milestone="deep-learning", state=state)
        assert MilestoneProgress.objects.get().state == state
        assert MilestoneProgress.objects.get().anyway

    def test_an_unknown_milestone_is_unknown(self, do):
        with pytest.raises(actions.UnknownError):
            do.mark(milestone="alchemy", state="done")

    def test_what_was_live_in_the_edition_shown_is_kept_and_what_was_retired_there_is_refused(
        self, do, roadmap, document, stand
    ):
        retire(roadmap, document, "java-development")
        do.mark(milestone="java-development", state="done", edition=1)
        assert stand().standing.of("java-development").effective_state == "done"
        with pytest.raises(actions.RefusedError, match="already retired"):
            do.mark(milestone="java-development", state="doing", edition=2)
        with pytest.raises(actions.RefusedError):
            do.tick(
                milestone="java-development",
                step=document.by_slug["java-development"].steps[0].slug,
                done=True,
                edition=2,
            )
        assert do.note(milestone="java-development", text="kept", evidence_url="", edition=2)


def retire(roadmap, document, slug):
    """Publish edition 2, in which a milestone is retired."""
    data = to_data(document)
    for milestone in data["milestones"]:
        if milestone["slug"] == slug:
            milestone["retired_on"] = "2026-11-01"
    roadmap.current_edition = Edition.objects.create(roadmap=roadmap, number=2, document=data, sha256="-")
    roadmap.save()


class TestSteps:
    def test_a_tick_keeps_the_hours_of_its_step(self, do, document):
        step = document.by_slug["linear-algebra"].steps[0]
        (event,) = do.tick(milestone="linear-algebra", step=step.slug, done=True)
        assert event.data == {"done": True, "hours": step.hours, "rule": 2}
        assert MilestoneProgress.objects.get().ticks == {step.slug: [TODAY.isoformat(), step.hours]}

    def test_ticking_twice_counts_once_and_unticking_what_is_not_ticked_does_nothing(self, do, document):
        first, second = document.by_slug["linear-algebra"].steps[:2]
        do.tick(milestone="linear-algebra", step=first.slug, done=True)
        assert do.tick(milestone="linear-algebra", step=first.slug, done=True) == ()
        assert do.tick(milestone="linear-algebra", step=second.slug, done=False) == ()

    def test_an_unknown_step_is_unknown(self, do):
        with pytest.raises(actions.UnknownError):
            do.tick(milestone="linear-algebra", step="alchemy", done=True)


class TestHours:
    def test_hours_add_up_and_a_correction_replaces_its_entry(self, do):
        (first,) = do.log_hours(milestone="linear-algebra", hours=3)
        do.log_hours(milestone="linear-algebra", hours=2)
        do.log_hours(milestone="linear-algebra", hours=1, corrects=first.pk)
        assert [hours for _, _, hours in MilestoneProgress.objects.get().logged] == [1, 2]

    def test_a_correction_keeps_the_day_unless_another_is_named(self, do):
        day = TODAY - timedelta(days=4)
        (first,) = do.log_hours(milestone="linear-algebra", hours=3, on=day)
        (second,) = do.log_hours(milestone="linear-algebra", hours=1, corrects=first.pk)
        assert second.on == day

    def test_a_correction_to_nothing_takes_the_entry_out(self, do):
        (first,) = do.log_hours(milestone="linear-algebra", hours=3)
        do.log_hours(milestone="linear-algebra", hours=0, corrects=first.pk)
        assert MilestoneProgress.objects.get().logged == []

    def test_the_same_correction_again_adds_no_event(self, do):
        (first,) = do.log_hours(milestone="linear-algebra", hours=3)
        assert do.log_hours(milestone="linear-algebra", hours=3, corrects=first.pk) == ()

    def test_only_an_entry_of_this_milestone_can_be_corrected(self, do):
        (other,) = do.log_hours(milestone="python-programming", hours=3)
        with pytest.raises(actions.UnknownError):
            do.log_hours(milestone="linear-algebra", hours=1, corrects=other.pk)


class TestChoosing:
    def test_a_choice_puts_its_member_on_the_path(self, do, stand):
        do.choose(group="cloud-platform", milestone="cloud-google")
        assert stand().standing.of("cloud-google").on_path
        assert not stand().standing.of("cloud-aws").on_path

    def test_a_choice_can_be_left_open_again(self, do, stand):
        do.choose(group="cloud-platform", milestone="cloud-google")
        do.choose(group="cloud-platform", milestone=None)
        assert stand().standing.choices["cloud-platform"].how == "default"
        assert not Choice.objects.exists()

    def test_the_same_choice_again_adds_no_event(self, do):
        do.choose(group="cloud-platform", milestone="cloud-google")
        assert do.choose(group="cloud-platform", milestone="cloud-google") == ()

    def test_only_members_can_be_chosen(self, do):
        with pytest.raises(actions.NotAMemberError, match="doesn't offer"):
            do.choose(group="cloud-platform", milestone="linear-algebra")
        with pytest.raises(actions.UnknownError):
            do.choose(group="alchemy", milestone="linear-algebra")


class TestPlacement:
    def test_a_placement_is_one_change(self, do):
        events = do.place(known=["linear-algebra", "applied-mathematics"], doing=["bachelors-degree"])
        assert len({event.change for event in events}) == 1
        assert do.undo()
        assert not MilestoneProgress.objects.exists()

    def test_a_placement_only_adds(self, do):
        do.mark(milestone="linear-algebra", state="done")
        do.place(known=["linear-algebra", "linear-algebra", "applied-mathematics"], doing=["applied-mathematics"])
        states = dict(MilestoneProgress.objects.values_list("milestone", "state"))
        assert states == {"linear-algebra": "done", "applied-mathematics": "known"}

    def test_the_same_placement_again_adds_no_event(self, do):
        do.place(known=["linear-algebra"], doing=["bachelors-degree"])
        assert do.place(known=["linear-algebra"], doing=["bachelors-degree"]) == ()


class TestReplanning:
    WISH = {
        "hours_per_week": 6,
        "target_on": TODAY + timedelta(days=2000),
        "choices": {"degree-route": "masters-degree"},
        "known": ["linear-algebra", "statistics-and-probability"],
    }

    def test_all_of_it_is_one_change_and_one_undo_restores_all(self, do, enrolment):
        do.choose(group="degree-route", milestone="bachelors-degree")
        before = folded(enrolment)
        events = do.replan(**self.WISH)
        assert [event.kind for event in events] == ["enrolled", "chose", "state", "state"]
        assert len({event.change for event in events}) == 1
        after = stored(enrolment)
        assert (after.hours_per_week, after.target_on) == (6, self.WISH["target_on"])
        assert after.choices == {"degree-route": "masters-degree"}
        assert after.marks["linear-algebra"].state == "known"
        do.undo()
        assert folded(enrolment) == before
        assert stored(enrolment) == before

    def test_it_only_adds_to_what_is_known(self, do, enrolment):
        do.mark(milestone="linear-algebra", state="done")
        do.replan(**self.WISH)
        assert stored(enrolment).marks["linear-algebra"].state == "done"

    def test_the_same_again_adds_no_event(self, do):
        do.replan(**self.WISH)
        assert do.replan(**self.WISH) == ()

    def test_one_unknown_thing_and_nothing_changes(self, do):
        for wrong in ({"known": ["nonsense"]}, {"choices": {"degree-route": "linear-algebra"}}):
            with pytest.raises((actions.UnknownError, actions.NotAMemberError)):
                do.replan(**self.WISH | wrong)
        assert kinds() == ["enrolled"]


class TestUndo:
    def test_undo_goes_back_change_by_change_and_stops_at_the_enrolment(self, do, stand):
        do.mark(milestone="linear-algebra", state="doing")
        do.mark(milestone="linear-algebra", state="done")
        assert [event.data["state"] for event in do.undo()] == ["done"]
        assert stand().standing.of("linear-algebra").state == "doing"
        do.undo()
        assert not MilestoneProgress.objects.exists()
        assert do.undo() == ()
        assert stand().standing is not None

    def test_undo_brings_back_the_pace_before(self, learner, roadmap, enrolment, do):
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=40, target_on=None, today=TODAY, edition=1)
        do.undo()
        enrolment.refresh_from_db()
        assert enrolment.hours_per_week == 10

    def test_undo_does_not_send_away_somebody_who_came_back(self, learner, roadmap, do, stand):
        do.leave()
        actions.enrol(user=learner, roadmap=roadmap, hours_per_week=10, target_on=None, today=TODAY, edition=1)
        do.undo()
        assert stand().standing is not None


class TestProjection:
    @pytest.fixture
    def deed(self, learner, roadmap, do, document):
        """Return a function that does one thing or another, as the dice fall."""
        milestones = list(document.by_slug)

        def one(dice: random.Random) -> None:
            slug = dice.choice(milestones[:12])
            step = dice.choice(document.by_slug[slug].steps).slug
            group = dice.choice(document.groups)
            logged = MilestoneProgress.objects.filter(milestone=slug).values_list("logged", flat=True).first()
            state, pace = dice.choice(State.values), dice.randint(1, 9)
            deeds = [
                lambda: do.mark(milestone=slug, state=state),
                lambda: do.tick(milestone=slug, step=step, done=dice.random() < 0.7),
                lambda: do.log_hours(milestone=slug, hours=pace),
                lambda: logged and do.log_hours(milestone=slug, hours=dice.randint(0, 3), corrects=logged[0][0]),
                lambda: do.note(milestone=slug, text=dice.choice(["", "later"]), evidence_url=""),
                lambda: do.choose(group=group.slug, milestone=dice.choice([None, *group.members])),
                lambda: do.place(known=[slug], doing=[dice.choice(milestones)]),
                lambda: actions.enrol(
                    user=learner, roadmap=roadmap, hours_per_week=pace, target_on=None, today=TODAY, edition=1
                ),
                do.undo,
                do.undo,
            ]
            dice.choice(deeds)()

        return one

    def test_it_says_after_every_action_what_the_events_say(self, enrolment, deed):
        dice = random.Random(7)
        for _ in range(150):
            deed(dice)
            assert stored(enrolment) == folded(enrolment)

    def test_only_rows_that_changed_are_written(self, do, django_assert_max_num_queries):
        for milestone in ("linear-algebra", "python-programming", "git-version-control"):
            do.mark(milestone=milestone, state="done")
        before = dict(MilestoneProgress.objects.extra(select={"v": "xmin::text"}).values_list("milestone", "v"))
        with django_assert_max_num_queries(10):
            do.mark(milestone="linear-algebra", state="doing")
        after = dict(MilestoneProgress.objects.extra(select={"v": "xmin::text"}).values_list("milestone", "v"))
        assert [slug for slug in before if before[slug] != after[slug]] == ["linear-algebra"]


@pytest.mark.django_db(transaction=True)
def test_two_marks_at_once_are_both_kept(enrolment, document):
    """The second waits for the first: neither projection nor undo misses one."""

    def tick(step):
        actions.tick(enrolment=enrolment, milestone="linear-algebra", step=step, done=True, today=TODAY, edition=1)
        connection.close()

    threads = [threading.Thread(target=tick, args=[s.slug]) for s in document.by_slug["linear-algebra"].steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(MilestoneProgress.objects.get().ticks) == len(threads)
    assert stored(enrolment) == folded(enrolment)


def test_another_learner_is_untouched(do, roadmap):
    eve = User.objects.create_user("eve@example.org")
    actions.enrol(user=eve, roadmap=roadmap, hours_per_week=2, target_on=None, today=TODAY, edition=1)
    do.mark(milestone="linear-algebra", state="done")
    do.undo()
    assert queries.journey(eve, roadmap.slug).standing.counts.done == 0
    assert Event.objects.filter(enrolment__user=eve).count() == 1
