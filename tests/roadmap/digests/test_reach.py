"""Who gets no digest, whenever that comes true; and the one question after weeks of silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Pause, Preferences, User
from roadmap import actions, takeout
from roadmap.digests import compose, ledger, planner, resolution, sender
from roadmap.digests.transport import from_settings
from roadmap.models import Digest, Edition, Enrolment, Roadmap, Suppression
from tests.roadmap.digests.conftest import EDITION, MONDAY_8, letters_of, make_learner, make_roadmap, states
from tests.smtp import Sink

pytestmark = pytest.mark.django_db
State, Kind = Digest.State, Digest.Kind
TODAY, WEEK = MONDAY_8.date(), timedelta(weeks=1)


@pytest.fixture
def ann(ann: User, road: Roadmap) -> User:
    """Ann, with the event that says when she began and how many hours she has."""
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=TODAY, edition=1)
    return ann


def deactivate(ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)


def unverify(ann: User) -> None:
    ann.emailaddress_set.update(verified=False)


def leave(ann: User) -> None:
    actions.leave(enrolment=Enrolment.objects.get(user=ann), today=TODAY, edition=1)


def finish(ann: User) -> None:
    for milestone in EDITION["milestones"]:
        mark(ann, milestone["slug"], "done")


def mark(ann: User, milestone: str, state: str) -> None:
    enrolment = Enrolment.objects.get(user=ann)
    actions.mark(enrolment=enrolment, milestone=milestone, state=state, today=TODAY, edition=1)


def unsubscribe(ann: User) -> None:
    Preferences.objects.filter(user=ann).update(digest_enabled=False)


def pause(ann: User) -> None:
    Preferences.objects.filter(user=ann).update(paused_until=TODAY + timedelta(days=2))


def snooze(ann: User) -> None:
    Preferences.objects.filter(user=ann).update(snoozed_until=TODAY + timedelta(days=1))


def suppress(ann: User) -> None:
    Suppression.objects.create(address=ann.email, reason="bounced", until=MONDAY_8 + timedelta(days=9))


def fall_silent(ann: User, *, weeks: int = 4) -> None:
    """Silent for four weeks, and asked a week ago whether to pause."""
    Preferences.objects.filter(user=ann).update(last_seen_on=TODAY - weeks * WEEK)
    asked_at = MONDAY_8 - WEEK
    Digest.objects.create(
        user=ann,
        period=asked_at.date(),
        kind=Kind.QUESTION,
        state=State.SENT,
        due_at=asked_at,
        next_attempt_at=asked_at,
        expires_at=asked_at + timedelta(hours=48),
        sent_at=asked_at,
        settled_at=asked_at,
        message_id="<asked@waymark.test>",
    )


def begin_just_now(ann: User) -> None:
    Enrolment.objects.filter(user=ann).update(started_at=MONDAY_8 - timedelta(days=2, hours=23))


def delete(ann: User) -> None:
    takeout.erase(ann)


def withdraw(ann: User) -> None:
    Roadmap.objects.update(withdrawn_at=timezone.now())


INELIGIBLE: dict[str, Callable[[User], None]] = {
    "inactive": deactivate,
    "unverified": unverify,
    "not enrolled": leave,
    "all finished": finish,
    "unsubscribed": unsubscribe,
    "paused": pause,
    "snoozed": snooze,
    "suppressed": suppress,
    "silent": fall_silent,
    "first days": begin_just_now,
    "deleted": delete,
    "roadmap withdrawn": withdraw,
}


def send(now: datetime = MONDAY_8) -> Counter[State]:
    planner.plan_all(now)
    with from_settings() as wire:
        return sender.drain(wire, clock=lambda: now)[0]


@pytest.mark.parametrize(("starts", "mails"), [(0, 0), (1, 1)])
def test_a_planned_pause_counts_from_its_first_day(ann: User, smtp: Sink, starts: int, mails: int) -> None:
    Pause.objects.create(user=ann, starts_on=TODAY + timedelta(days=starts), until=TODAY + timedelta(days=5))
    send()
    assert len(smtp.letters) == mails


@pytest.mark.parametrize("reason", INELIGIBLE)
def test_who_is_ineligible_before_planning_gets_no_mail(ann: User, smtp: Sink, reason: str) -> None:
    INELIGIBLE[reason](ann)
    send()
    assert smtp.letters == []
    assert not Digest.objects.exclude(kind=Kind.QUESTION).exists()


@pytest.mark.parametrize("reason", INELIGIBLE)
def test_who_becomes_ineligible_after_claiming_gets_no_mail(
    ann: User, smtp: Sink, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """Everything is read and composed; the wire is next."""
    ready_mails = compose.mails

    def composed_a_moment_before(*claims_and_now):
        ready = list(ready_mails(*claims_and_now))
        assert len(ready) == 1
        INELIGIBLE[reason](ann)
        return iter(ready)

    monkeypatch.setattr(compose, "mails", composed_a_moment_before)
    settled = send()
    assert smtp.letters == []
    if reason == "deleted":
        assert settled == Counter()
    else:
        assert settled == Counter({State.SKIPPED: 1})
        assert Digest.objects.get(period=TODAY).reason == reason


def test_who_is_eligible_gets_one(ann: User, smtp: Sink) -> None:
    """The same two ways, with nothing against it: the tests above can fail."""
    assert send() == Counter({State.SENT: 1})


def test_an_address_is_suppressed_however_it_is_spelt(ann: User, smtp: Sink) -> None:
    """Suppressions are in lower case; an address that was verified long ago, or by hand, need not be."""
    suppress(ann)
    ann.emailaddress_set.update(email="Ann@Example.ORG")
    send()
    assert smtp.letters == []


def test_a_rest_that_is_over_holds_nothing_up(road: Roadmap, smtp: Sink) -> None:
    make_learner(road, snoozed_until=TODAY, paused_until=TODAY)
    assert send() == Counter({State.SENT: 1})


def test_a_snooze_moves_the_next_letter_behind_its_end(ann: User) -> None:
    Preferences.objects.update(snoozed_until=TODAY + timedelta(days=8), digest_due_at=None)
    planner.plan_all(MONDAY_8)
    assert Preferences.objects.get().digest_due_at == MONDAY_8 + 2 * WEEK


def test_after_three_days_the_first_letter_comes(ann: User, smtp: Sink) -> None:
    Enrolment.objects.update(started_at=MONDAY_8 - timedelta(days=3))
    assert send() == Counter({State.SENT: 1})


def test_a_second_roadmap_brings_back_no_first_days(ann: User, smtp: Sink) -> None:
    second = make_roadmap(slug="weaving", title="Weaving")
    Enrolment.objects.create(user=ann, roadmap=second, hours_per_week=3, started_at=MONDAY_8, started_on=TODAY)
    assert send() == Counter({State.SENT: 1})


class TestFinished:
    """Nothing left on any roadmap that one follows."""

    def test_something_undone_brings_letters_back(self, ann: User, smtp: Sink) -> None:
        finish(ann)
        actions.undo(enrolment=Enrolment.objects.get(), today=TODAY, edition=1)
        assert send() == Counter({State.SENT: 1})

    def test_another_roadmap_with_something_left_counts(self, ann: User, smtp: Sink) -> None:
        finish(ann)
        second = make_roadmap(slug="weaving", title="Weaving")
        Enrolment.objects.create(user=ann, roadmap=second, hours_per_week=3, started_at=MONDAY_8, started_on=TODAY)
        Enrolment.objects.update(started_at=MONDAY_8 - WEEK)
        assert send() == Counter({State.SENT: 1})

    def test_a_new_edition_may_have_something_new(self, ann: User, road: Roadmap, smtp: Sink) -> None:
        finish(ann)
        more = {**EDITION["milestones"][1], "slug": "kiln", "title": "Build a kiln"}
        document = {**EDITION, "milestones": [*EDITION["milestones"], more]}
        road.current_edition = Edition.objects.create(roadmap=road, number=2, document=document, sha256="-")
        road.save()
        assert send() == Counter({State.SENT: 1})


class TestSilence:
    """Three weeks without a sign of life: one question, then nothing until the learner is back."""

    @pytest.fixture
    def weeks(self, ann: User, smtp: Sink) -> Callable[[int], list[str]]:
        """Send for so many weeks; return the kinds of letters that went out."""

        def run(count: int) -> list[str]:
            for week in range(count):
                send(MONDAY_8 + week * WEEK)
            return list(Digest.objects.filter(state="sent").order_by("period").values_list("kind", flat=True))

        return run

    def test_one_question_then_silence(self, weeks: Callable[[int], list[str]], smtp: Sink) -> None:
        assert weeks(9) == ["weekly", "weekly", "weekly", "question"]
        assert len(smtp.letters) == 4

    def test_a_visit_brings_the_letters_back(self, ann: User, weeks: Callable[[int], list[str]]) -> None:
        weeks(6)
        Preferences.objects.update(last_seen_on=TODAY + 6 * WEEK)
        assert send(MONDAY_8 + 6 * WEEK) == Counter({State.SENT: 1})
        assert Digest.objects.get(period=TODAY + 6 * WEEK).kind == Kind.WEEKLY

    def test_a_second_silence_brings_a_second_question(self, ann: User, weeks: Callable[[int], list[str]]) -> None:
        """Even if the first one was answered by a visit on the very day."""
        weeks(4)
        Preferences.objects.update(last_seen_on=TODAY + 3 * WEEK)
        assert weeks(12)[4:] == ["weekly", "weekly", "question"]

    @pytest.mark.parametrize("is_planned", [True, False])
    def test_a_pause_is_no_silence(self, ann: User, weeks: Callable[[int], list[str]], is_planned: bool) -> None:
        """Who comes back from one gets the weekly letter, and the question three weeks after that at the earliest."""
        back = TODAY + 4 * WEEK - timedelta(days=2)
        if is_planned:
            Pause.objects.create(user=ann, starts_on=TODAY + timedelta(days=1), until=back)
        else:
            Preferences.objects.update(paused_until=back)
        expected = ["weekly", "weekly", "weekly", "weekly", "question"]
        assert weeks(12) == (expected if is_planned else expected[1:])

    def test_who_was_asked_and_never_answered_gets_nothing_after_a_pause_either(
        self, ann: User, weeks: Callable[[int], list[str]]
    ) -> None:
        assert weeks(4)[-1] == "question"
        Pause.objects.create(user=ann, starts_on=TODAY + 4 * WEEK, until=TODAY + 6 * WEEK)
        assert weeks(9)[4:] == []

    def test_a_question_that_did_not_go_out_is_asked_again(
        self, ann: User, weeks: Callable[[int], list[str]], smtp: Sink
    ) -> None:
        smtp.refuse[ann.email] = "554 not today"
        fall_silent_at = TODAY - 3 * WEEK
        Preferences.objects.update(last_seen_on=fall_silent_at)
        assert weeks(1) == []
        smtp.refuse.clear()
        assert weeks(3) == ["question"]

    def test_a_question_that_is_confirmed_late_is_none_of_the_next_silence(
        self, ann: User, weeks: Callable[[int], list[str]]
    ) -> None:
        """She came back, and fell silent again before an operator said what had become of the first question."""
        Preferences.objects.update(last_seen_on=TODAY - 3 * WEEK)
        planner.plan_all(MONDAY_8)
        [claim] = ledger.claim(MONDAY_8, limit=1)
        envelopes = {claim.id: letters_of([claim], MONDAY_8)[0][claim.id].envelope}
        ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes=envelopes)
        ledger.reclaim(MONDAY_8 + ledger.LEASE)
        Preferences.objects.update(last_seen_on=TODAY)
        assert weeks(3) == ["weekly", "weekly"]
        now = MONDAY_8 + 3 * WEEK
        assert resolution.confirm(digests=[claim.id], found_by="an operator", now=now) == [claim.id]
        assert weeks(9) == ["question", "weekly", "weekly", "question"]

    def test_a_question_that_came_two_days_late_is_not_asked_again(
        self, ann: User, weeks: Callable[[int], list[str]]
    ) -> None:
        """It was due before the three weeks were over."""
        Preferences.objects.update(last_seen_on=TODAY - timedelta(days=19))
        assert send(MONDAY_8 + timedelta(hours=47)) == Counter({State.SENT: 1})
        assert weeks(4) == ["question"]

    def test_who_comes_back_in_between_is_not_asked(self, ann: User, smtp: Sink) -> None:
        """The question was claimed and composed; it goes back, and the weekly letter is sent instead."""
        Preferences.objects.update(last_seen_on=TODAY - 3 * WEEK)
        planner.plan_all(MONDAY_8)
        [claim] = ledger.claim(MONDAY_8, limit=1)
        assert claim.kind == Kind.QUESTION
        envelopes = {claim.id: letters_of([claim], MONDAY_8)[0][claim.id].envelope}
        Preferences.objects.update(last_seen_on=TODAY)
        assert ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes=envelopes).sending == frozenset()
        assert states() == {"pending": 1}
        [again] = ledger.claim(MONDAY_8, limit=1)
        assert again.kind == Kind.WEEKLY

    def test_marking_a_question_twice_means_the_same(self, ann: User) -> None:
        """After a lost connection the entry is made again: the question in hand is not one that was asked before."""
        Preferences.objects.update(last_seen_on=TODAY - 3 * WEEK)
        planner.plan_all(MONDAY_8)
        [claim] = ledger.claim(MONDAY_8, limit=1)
        envelopes = {claim.id: letters_of([claim], MONDAY_8)[0][claim.id].envelope}
        turns = [ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes=envelopes) for _ in range(2)]
        assert [turn.sending for turn in turns] == [{claim.id}, {claim.id}]


def test_the_day_of_a_visit_is_remembered_at_most_once(ann: User, client, django_assert_num_queries) -> None:
    Preferences.objects.update(last_seen_on=date(2020, 1, 1))
    client.force_login(ann)
    client.get("/settings/")
    assert Preferences.objects.get().last_seen_on == timezone.now().date()
    with django_assert_num_queries(4):  # the session, the person, their pauses, what keeps letters away
        client.get("/settings/")
