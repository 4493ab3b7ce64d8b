"""What letters say, worked out ahead: it saves queries and time, and never says what is no longer true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection

from accounts.models import Pause, Preferences, User
from roadmap import actions
from roadmap.digests import briefs, ledger, planner
from roadmap.digests.transport import Fate, Outcome
from roadmap.digests.verdicts import Claim, verdict
from roadmap.models import Brief, Digest, Enrolment, Roadmap
from tests.roadmap.digests.conftest import MONDAY_8, letters_of, make_learner, make_roadmap, mark, sent
from tests.roadmap.digests.test_compose import WORKED
from tests.roadmap.digests.test_news import CUP, publish
from tests.smtp import Sink

pytestmark = pytest.mark.django_db
EARLIER = MONDAY_8 - timedelta(minutes=40)
TODAY = date(2026, 11, 23)


def due() -> Claim:
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=100)
    return claim


def bytes_of(claim: Claim) -> bytes:
    [mail] = letters_of([claim], MONDAY_8)[0].values()
    return mail.message


def test_a_mail_from_a_brief_is_the_mail_without_one(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(ann, "clay", **WORKED)
    claim = due()
    with time_machine.travel(MONDAY_8, tick=False):  # a link's signature holds the second in which it was made
        derived_now = bytes_of(claim)
        Preferences.objects.update(digest_due_at=MONDAY_8)
        assert briefs.prepare(EARLIER) == 1
        monkeypatch.setattr(briefs, "contents", lambda _: pytest.fail("derived again"))
        assert bytes_of(claim) == derived_now


def test_due_mails_with_briefs_take_one_query(road: Roadmap, django_assert_num_queries: Any) -> None:
    for number in range(20):
        mark(make_learner(road, f"l{number}@example.org"), "clay", **WORKED)
    assert briefs.prepare(EARLIER) == 20
    planner.plan_all(MONDAY_8)
    claims = ledger.claim(MONDAY_8, limit=100)
    with django_assert_num_queries(1):
        assert len(letters_of(claims, MONDAY_8)[0]) == 20


@pytest.mark.django_db(transaction=True)
def test_a_database_that_ends_meanwhile_costs_no_letter(ann: User) -> None:
    claim = due()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [own] = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as rival:
        rival.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
    assert bytes_of(claim)


def enrolment() -> Enrolment:
    return Enrolment.objects.get()


CHANGES: dict[str, Callable[[User], object]] = {
    "a tick": lambda _: actions.tick(
        enrolment=enrolment(), milestone="clay", step="wedge", done=True, today=TODAY, edition=1
    ),
    "a note": lambda _: actions.note(
        enrolment=enrolment(), milestone="clay", text="x", evidence_url=None, today=TODAY, edition=1
    ),
    "the pace": lambda ann: actions.enrol(
        user=ann, roadmap=enrolment().roadmap, hours_per_week=3, target_on=None, today=TODAY, edition=1
    ),
    "leaving": lambda _: actions.leave(enrolment=enrolment(), today=TODAY, edition=1),
    "an edition": lambda _: publish(enrolment().roadmap, CUP),
    "news taken note of": lambda _: Enrolment.objects.update(seen_edition=7),
    "a pause": lambda ann: Pause.objects.create(user=ann, starts_on="2026-12-01", until="2026-12-09"),
    "another zone": lambda _: Preferences.objects.update(timezone="Asia/Tokyo"),
    "another roadmap": lambda ann: Enrolment.objects.create(
        user=ann, roadmap=make_roadmap(slug="glazing"), hours_per_week=3, started_on=TODAY
    ),
    "word of what the last letter told": lambda _: Digest.objects.update(told={"pottery": 7}),
    "word of when the last letter left": lambda _: Digest.objects.update(sent_at=MONDAY_8 - timedelta(days=6)),
    "word of what the last letter knew": lambda _: Digest.objects.update(known_events={"1": 1}),
    "a change of the pauses before": lambda _: Preferences.objects.update(pauses_before=[{"until": "2026-11-20"}]),
    "a withdrawal": lambda _: Roadmap.objects.update(withdrawn_at=MONDAY_8),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_brief_is_stale_after(ann: User, road: Roadmap, smtp: Sink, change: str) -> None:
    sent(ann, MONDAY_8 - timedelta(weeks=1))
    Preferences.objects.update(digest_due_at=MONDAY_8)
    Enrolment.objects.all().delete()
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=TODAY, edition=1)
    briefs.prepare(EARLIER)
    assert derived(ann) == 0
    CHANGES[change](ann)
    assert derived(ann) == 1


def derived(user: User) -> int:
    """How many briefs have to be worked out when this user's letter is due."""
    [row] = briefs._rows([user.pk])
    return int(row.kept_key != row.key(MONDAY_8.date(), MONDAY_8))


def test_a_brief_of_yesterday_or_of_another_release_is_stale(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    briefs.prepare(EARLIER)
    [row] = briefs._rows([ann.pk])
    assert row.kept_key == row.key(MONDAY_8.date(), MONDAY_8)
    assert row.kept_key != row.key(MONDAY_8.date(), MONDAY_8 + timedelta(days=1))
    assert row.kept_key != row.key(MONDAY_8.date() - timedelta(weeks=1), MONDAY_8)
    monkeypatch.setattr(briefs, "WAY_OF_WRITING", "another")
    assert row.kept_key != row.key(MONDAY_8.date(), MONDAY_8)


def test_what_the_last_letter_told_is_in_the_key(ann: User) -> None:
    claim = due()
    [mail] = letters_of([claim], MONDAY_8)[0].values()
    Preferences.objects.update(digest_due_at=MONDAY_8 + timedelta(minutes=1))
    briefs.prepare(MONDAY_8)
    assert derived(ann) == 0
    ledger.turn(MONDAY_8, claim.lease, verdicts=[], envelopes={claim.id: mail.envelope})
    ledger.turn(MONDAY_8, claim.lease, verdicts=[verdict(claim, Outcome(Fate.SENT), MONDAY_8)], envelopes={})
    assert derived(ann) == 1


def test_only_what_is_due_within_the_hour_is_worked_out_and_once(road: Roadmap) -> None:
    for name, minutes in {"now": 0, "soon": 1, "in an hour": 60, "later": 61}.items():
        due_at = EARLIER + timedelta(minutes=minutes)
        make_learner(road, f"{name.replace(' ', '-')}@example.org", digest_due_at=due_at)
    make_learner(road, "off@example.org", digest_enabled=False, digest_due_at=EARLIER + timedelta(minutes=1))
    assert briefs.prepare(EARLIER, limit=1) == 1
    assert briefs.prepare(EARLIER) == 1
    assert briefs.prepare(EARLIER) == 0
    assert set(Brief.objects.values_list("user__email", flat=True)) == {"soon@example.org", "in-an-hour@example.org"}


def test_what_a_killed_preparer_leaves_is_worked_out_when_due(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(briefs, "read", die)
        with pytest.raises(SystemExit):
            briefs.prepare(EARLIER)
    assert Brief.objects.get().key == ""
    assert b"wedge" in bytes_of(due())


def test_one_that_cannot_be_worked_out_leaves_the_others_alone(road: Roadmap) -> None:
    mark(make_learner(road), "clay", state="doing", ticks={"wedge": "nonsense"})
    make_learner(road, "bob@example.org")
    assert briefs.prepare(EARLIER) == 2
    assert list(Brief.objects.exclude(key="").values_list("user__email", flat=True)) == ["bob@example.org"]


def test_old_briefs_are_forgotten(ann: User) -> None:
    briefs.prepare(EARLIER)
    assert briefs.forget(MONDAY_8 + timedelta(days=2)) == 0
    assert briefs.forget(MONDAY_8 + timedelta(days=4)) == 1
