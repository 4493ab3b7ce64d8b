"""Who sends which digest, and what the ledger remembers of it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from accounts.models import Preferences, User
from roadmap.digests import ledger, planner
from roadmap.digests.transport import Fate, Outcome
from roadmap.digests.verdicts import Claim, Envelope, Verdict, back_off, verdict
from roadmap.models import Digest, Roadmap, Suppression
from tests.roadmap.digests.conftest import MONDAY_8, make_learner, states
from tests.roadmap.digests.test_planner import make_ineligible

pytestmark = pytest.mark.django_db
State = Digest.State
MINUTE = timedelta(minutes=1)
ENVELOPE = Envelope("ann@example.org", "Next: Wedge ten lumps", {"pottery": 1})


@pytest.fixture
def claimed(ann: User) -> Claim:
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=10)
    return claim


def mark(claim: Claim, now: datetime = MONDAY_8, envelope: Envelope = ENVELOPE) -> frozenset[int]:
    return ledger.turn(now, claim.lease, verdicts=[], envelopes={claim.id: envelope}).sending


def settle(claim: Claim, fate: Fate, now: datetime = MONDAY_8, code: int | None = None) -> Digest:
    found = verdict(claim, Outcome(fate, code, "what the server said"), now)
    ledger.turn(now, claim.lease, verdicts=[found], envelopes={})
    return Digest.objects.get(pk=claim.id)


def test_the_database_says_what_time_it_is() -> None:
    assert ledger.now().utcoffset() == timedelta(0)


def test_a_claimed_digest_is_nobody_elses(claimed: Claim) -> None:
    assert ledger.claim(MONDAY_8, limit=10) == []
    assert states() == {"claimed": 1}


def test_the_longest_due_go_first_and_in_portions(road: Roadmap) -> None:
    for number in range(5):
        make_learner(road, f"l{number}@example.org", digest_due_at=MONDAY_8 + (4 - number) * MINUTE)
    planner.plan_all(MONDAY_8 + 4 * MINUTE)
    first = ledger.claim(MONDAY_8 + 4 * MINUTE, limit=3)
    assert [claim.due_at for claim in first] == [MONDAY_8 + number * MINUTE for number in range(3)]
    assert len(ledger.claim(MONDAY_8 + 4 * MINUTE, limit=3)) == 2


def test_marking_commits_what_is_about_to_happen(claimed: Claim) -> None:
    assert mark(claimed) == {claimed.id}
    digest = Digest.objects.get()
    assert digest.state == "sending"
    assert Envelope(digest.to_address, digest.subject, digest.told) == ENVELOPE


def test_marking_twice_means_the_same(claimed: Claim) -> None:
    """After a lost connection nobody knows whether the commit took place; the entry is made again."""
    assert mark(claimed) == mark(claimed) == {claimed.id}


def test_nothing_is_marked_once_the_lease_is_somebody_elses(claimed: Claim) -> None:
    later = MONDAY_8 + 11 * MINUTE
    assert ledger.reclaim(later) == Counter({State.PENDING: 1})
    [second] = ledger.claim(later, limit=1)
    assert mark(claimed, later) == frozenset()
    assert mark(second, later) == {claimed.id}


@pytest.mark.parametrize("what", ["reclaimed", "claimed by another", "uncertain", "deleted"])
def test_what_happens_between_the_look_and_the_mark_wins(
    claimed: Claim, ann: User, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Whether it may go is read without a lock; the statement that marks asks once more whose it is."""
    later = MONDAY_8 + 11 * MINUTE
    if what == "uncertain":
        mark(claimed)
    judge = ledger._mark

    def judged_a_moment_before(*row_and_envelope):
        found = judge(*row_and_envelope)
        if what == "deleted":
            ann.delete()
        else:
            ledger.reclaim(later)
        if what == "claimed by another":
            assert len(ledger.claim(later, limit=1)) == 1
        return found

    monkeypatch.setattr(ledger, "_mark", judged_a_moment_before)
    assert mark(claimed) == frozenset()
    left = {"reclaimed": "pending", "claimed by another": "claimed", "uncertain": "uncertain"}
    assert states() == ({left[what]: 1} if what in left else {})


def test_a_sender_that_woke_up_late_settles_nothing_of_the_next_one(claimed: Claim) -> None:
    later = MONDAY_8 + 11 * MINUTE
    ledger.reclaim(later)
    ledger.claim(later, limit=1)
    assert settle(claimed, Fate.SENT, later).state == "claimed"


def test_what_is_sending_when_its_lease_ends_is_uncertain_for_ever(claimed: Claim) -> None:
    mark(claimed)
    assert ledger.reclaim(MONDAY_8 + 9 * MINUTE) == Counter()
    assert ledger.reclaim(MONDAY_8 + 10 * MINUTE) == Counter({State.UNCERTAIN: 1})
    for hours in (1, 24, 48, 1000):
        now = MONDAY_8 + timedelta(hours=hours)
        ledger.reclaim(now)
        ledger.expire(now)
        assert ledger.claim(now, limit=10) == []
    assert states() == {"uncertain": 1}


def test_a_sender_that_woke_up_knows_what_became_of_its_mail(claimed: Claim) -> None:
    mark(claimed)
    ledger.reclaim(MONDAY_8 + 10 * MINUTE)
    assert settle(claimed, Fate.SENT, MONDAY_8 + 11 * MINUTE).state == "sent"


def test_what_was_not_begun_is_given_back(claimed: Claim) -> None:
    assert ledger.release(claimed.lease) == 1
    assert [claim.id for claim in ledger.claim(MONDAY_8, limit=1)] == [claimed.id]


def test_sent_is_settled_with_the_servers_answer(claimed: Claim) -> None:
    mark(claimed)
    digest = settle(claimed, Fate.SENT, MONDAY_8 + MINUTE, 250)
    assert (digest.state, digest.smtp_code, digest.smtp_reply) == ("sent", 250, "what the server said")
    assert digest.sent_at == digest.settled_at == MONDAY_8 + MINUTE
    assert digest.lease is None


@pytest.mark.parametrize(
    ("fate", "state", "reason"),
    [
        (Fate.REFUSED, "failed", "address refused"),
        (Fate.REJECTED, "failed", "mail refused"),
        (Fate.UNCERTAIN, "uncertain", "connection lost after the mail"),
    ],
)
def test_other_ends(claimed: Claim, fate: Fate, state: str, reason: str) -> None:
    mark(claimed)
    digest = settle(claimed, fate)
    assert (digest.state, digest.reason, digest.sent_at) == (state, reason, None)
    assert digest.settled_at == MONDAY_8
    assert Suppression.objects.filter(address="ann@example.org").exists() == (fate is Fate.REFUSED)


def test_a_second_refusal_renews_the_suppression(claimed: Claim) -> None:
    Suppression.objects.create(address="ann@example.org", reason="bounced", until=MONDAY_8 - MINUTE)
    mark(claimed)
    settle(claimed, Fate.REFUSED)
    assert Suppression.objects.get().until is None


def test_an_address_that_two_letters_were_refused_at_is_suppressed_once(road: Roadmap) -> None:
    """PostgreSQL would not write one row twice in a statement, and the whole window would stay unsettled."""
    for name in ("ann", "bob"):
        make_learner(road, f"{name}@example.org")
    planner.plan_all(MONDAY_8)
    claims = ledger.claim(MONDAY_8, limit=2)
    Digest.objects.update(state="sending", to_address="ann@example.org")  # bob's, until a moment ago
    refused = [verdict(claim, Outcome(Fate.REFUSED, 550, "no such user"), MONDAY_8) for claim in claims]
    assert ledger.turn(MONDAY_8, claims[0].lease, verdicts=refused, envelopes={}).settled == Counter({State.FAILED: 2})
    assert Suppression.objects.get().address == "ann@example.org"


@pytest.mark.parametrize("fate", [Fate.DEFERRED, Fate.LOST])
def test_a_burned_attempt_waits(claimed: Claim, fate: Fate) -> None:
    mark(claimed)
    digest = settle(claimed, fate)
    assert (digest.state, digest.attempts, digest.settled_at) == ("pending", 1, None)
    assert 4 * MINUTE <= digest.next_attempt_at - MONDAY_8 <= 6 * MINUTE
    assert ledger.claim(MONDAY_8 + 3 * MINUTE, limit=1) == []
    [again] = ledger.claim(MONDAY_8 + 6 * MINUTE, limit=1)
    assert (again.attempts, again.message_id) == (1, claimed.message_id)


def test_a_server_that_is_away_burns_no_attempt(claimed: Claim) -> None:
    mark(claimed)
    digest = settle(claimed, Fate.AWAY)
    assert (digest.state, digest.attempts, digest.next_attempt_at) == ("pending", 0, MONDAY_8)


def test_the_back_off_doubles_and_scatters() -> None:
    for attempts in range(8):
        minutes = [back_off(attempts) / MINUTE for _ in range(50)]
        assert 4 * 2**attempts <= min(minutes) < max(minutes) <= 6 * 2**attempts


def test_no_attempt_is_put_off_beyond_the_end(claimed: Claim) -> None:
    mark(claimed)
    late = MONDAY_8 + timedelta(hours=47, minutes=58)
    assert settle(claimed, Fate.DEFERRED, late).next_attempt_at == claimed.expires_at
    assert ledger.expire(claimed.expires_at) == 1
    assert states() == {"expired": 1}


def test_what_is_48_hours_late_expires(ann: User) -> None:
    planner.plan_all(MONDAY_8)
    assert ledger.expire(MONDAY_8 + timedelta(hours=48) - MINUTE) == 0
    assert ledger.expire(MONDAY_8 + timedelta(hours=48)) == 1
    assert ledger.claim(MONDAY_8 + timedelta(hours=48), limit=1) == []


def test_what_expires_while_it_is_claimed_is_not_sent(claimed: Claim) -> None:
    assert mark(claimed, MONDAY_8 + timedelta(hours=48)) == frozenset()
    assert states() == {"expired": 1}


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("inactive", "inactive"),
        ("unverified", "unverified"),
        ("paused", "paused"),
        ("left", "not enrolled"),
        ("withdrawn", "roadmap withdrawn"),
        ("unpublished", "roadmap withdrawn"),
    ],
)
def test_who_may_not_be_written_to_any_more_is_skipped(
    claimed: Claim, ann: User, road: Roadmap, why: str, reason: str
) -> None:
    make_ineligible(ann, road, why)
    assert mark(claimed) == frozenset()
    digest = Digest.objects.get()
    assert (digest.state, digest.reason, digest.settled_at) == ("skipped", reason, MONDAY_8)


def test_unsubscribing_holds_for_a_digest_that_is_claimed(claimed: Claim) -> None:
    Preferences.objects.update(digest_enabled=False)
    assert mark(claimed) == frozenset()
    assert Digest.objects.get().reason == "unsubscribed"


@pytest.mark.parametrize(("until", "is_suppressed"), [(None, True), (MINUTE, True), (-MINUTE, False)])
def test_a_suppressed_address_gets_nothing(claimed: Claim, until: timedelta | None, is_suppressed: bool) -> None:
    Suppression.objects.create(address="ann@example.org", reason="bounced", until=until and MONDAY_8 + until)
    assert (mark(claimed) == frozenset()) == is_suppressed


def test_a_mail_to_an_old_address_is_composed_anew(claimed: Claim, ann: User) -> None:
    ann.emailaddress_set.update(email="new@example.org")
    assert mark(claimed) == frozenset()
    assert states() == {"pending": 1}


def test_a_deleted_learner_takes_the_digest_along(claimed: Claim, ann: User) -> None:
    ann.delete()
    assert mark(claimed) == frozenset()
    assert states() == {}


def test_one_commit_settles_and_marks(road: Roadmap, django_assert_num_queries) -> None:
    for number in range(16):
        make_learner(road, f"l{number}@example.org")
    planner.plan_all(MONDAY_8)
    claims = ledger.claim(MONDAY_8, limit=16)
    envelopes = {c.id: Envelope(User.objects.get(pk=c.user_id).email, "x") for c in claims}
    first, second = claims[:8], claims[8:]
    ledger.turn(MONDAY_8, claims[0].lease, verdicts=[], envelopes={c.id: envelopes[c.id] for c in first})
    verdicts = [Verdict(c.id, State.SENT, code=250) for c in first]
    with django_assert_num_queries(2):
        turn = ledger.turn(
            MONDAY_8, claims[0].lease, verdicts=verdicts, envelopes={c.id: envelopes[c.id] for c in second}
        )
    assert turn.settled == Counter({State.SENT: 8})
    assert turn.sending == {c.id for c in second}


def test_the_report_counts_the_ledger(road: Roadmap, claimed: Claim) -> None:
    make_learner(road, "bob@example.org")
    planner.plan_all(MONDAY_8)
    mark(claimed)
    settle(claimed, Fate.SENT)
    assert ledger.report(date(2026, 11, 23)) == {
        **dict.fromkeys(State.values, 0),
        "sent": 1,
        "pending": 1,
        "due": 2,
        "oldest_pending": "2026-11-23T08:00:00+00:00",
        "duplicates": 0,
    }
    assert ledger.report(date(2026, 11, 30))["due"] == 0
