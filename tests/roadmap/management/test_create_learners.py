"""Made-up learners: many, varied, verified, due; and their projection is what their events say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Preferences, User
from roadmap import actions, projection, queries
from roadmap.calendar import latest_slot
from roadmap.demo import Diary
from roadmap.models import Choice, Enrolment, Event, MilestoneProgress
from roadmap.standing import fold
from tests.roadmap.conftest import TODAY

NUMBER = 200


@pytest.fixture
def learners(roadmap):
    call_command("create_learners", NUMBER, seed=5, verbosity=0)


def test_their_projection_is_what_their_events_say(learners):
    for enrolment in Enrolment.objects.all():
        choices = dict(Choice.objects.filter(enrolment=enrolment).values_list("group", "milestone"))
        rows = MilestoneProgress.objects.filter(enrolment=enrolment)
        events = Event.objects.filter(enrolment=enrolment)
        assert projection.progress_of(enrolment, rows, choices) == fold(projection.happenings(events))


def test_they_are_verified_active_and_cannot_log_in(learners):
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == NUMBER
    assert User.objects.filter(is_active=True, is_staff=False).count() == NUMBER
    assert not User.objects.first().has_usable_password()


def test_each_has_a_digest_due_within_the_last_two_days_at_a_slot_of_theirs(learners):
    now = timezone.now()
    for one in Preferences.objects.all():
        assert now - timedelta(days=2) < one.digest_due_at <= now
        assert one.digest_due_at == latest_slot(now, one.timezone, one.digest_weekday, one.digest_hour)


def test_they_live_everywhere_and_stand_everywhere(learners, document):
    assert len(set(Preferences.objects.values_list("timezone", flat=True))) > 100
    stages = Counter(
        document.by_slug[slug].stage
        for slug in MilestoneProgress.objects.filter(state="doing").values_list("milestone", flat=True)
    )
    assert len(stages) >= 3
    shares = [journey.standing.percent for user in User.objects.all() for journey in queries.journeys(user)]
    assert min(shares) < 5
    assert max(shares) > 50
    assert all(share < 100 for share in shares)


def test_nothing_of_theirs_lies_in_the_future(learners):
    tomorrow = timezone.now() + timedelta(days=1)
    assert not Event.objects.filter(at__gt=tomorrow).exists()


def test_they_go_on_like_anybody_else(learners):
    enrolment = Enrolment.objects.first()
    today = timezone.now().date()
    actions.note(enrolment=enrolment, milestone="linear-algebra", text="x", evidence_url="", today=today, edition=1)
    actions.undo(enrolment=enrolment, today=today, edition=1)


def test_the_same_dice_give_the_same_life(document):
    def life(seed):
        return Diary(Random(seed), document, TODAY, 1, iter(range(1, 10_000))).write()

    assert life(3) == life(3)
    assert life(3) != life(4)


def test_a_second_batch_comes_beside_the_first(learners):
    call_command("create_learners", 3, seed=5, verbosity=0)
    assert User.objects.count() == NUMBER + 3


def test_it_says_what_is_missing(db):
    with pytest.raises(CommandError, match="load_roadmap"):
        call_command("create_learners", 1)


def test_a_shared_password_lets_one_look_around(roadmap):
    call_command("create_learners", 1, password="a look around, please", verbosity=0)
    assert User.objects.get().check_password("a look around, please")
