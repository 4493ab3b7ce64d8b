"""A ledger grows for years: what a sender asks of it must not cost more for that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import User
from roadmap.digests import ledger, planner
from roadmap.digests.transport import Fate, Outcome
from roadmap.digests.verdicts import Envelope, verdict
from roadmap.models import Roadmap
from tests.roadmap.digests.conftest import MONDAY_8, make_learner

pytestmark = pytest.mark.django_db
WAITING = 2_000  # rows of others, and as many are settled
PORTION = 8

_LEDGER = """
    INSERT INTO roadmap_digest (user_id, period, kind, state, due_at, expires_at, next_attempt_at, message_id, attempts,
                                reason, to_address, subject, smtp_reply, told, sent_at, settled_at)
    SELECT id, '2026-11-23', 'weekly', CASE WHEN is_over THEN 'sent' ELSE 'pending' END, %(now)s,
           %(now)s + interval '47 hours', %(now)s, 'of-' || id, 0, '', '', '', '', '{}',
           CASE WHEN is_over THEN %(now)s END, CASE WHEN is_over THEN %(now)s END
      FROM accounts_user, LATERAL (SELECT id %% 2 = 0) o(is_over)
"""


@pytest.fixture
def long_ledger(db: None) -> None:
    User.objects.bulk_create(User(email=f"{number}@example.org") for number in range(2 * WAITING))
    with connection.cursor() as cursor:
        cursor.execute(_LEDGER, {"now": MONDAY_8})
        cursor.execute("ANALYZE roadmap_digest")


def rows_read(entry: Callable[[], object]) -> int:
    """Make an entry; return how many rows of the ledger PostgreSQL fetched for it."""
    before = _fetched()
    entry()
    return _fetched() - before


def _fetched() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'roadmap_digest'"
        )
        [count] = cursor.fetchone()
    return int(count)


def test_no_entry_reads_more_of_the_ledger_than_the_rows_in_hand(long_ledger: None, road: Roadmap) -> None:
    make_learner(road, "ben@example.org")
    bound = 4 * PORTION  # found, locked, looked at, written
    assert rows_read(lambda: planner.plan(MONDAY_8)) <= bound
    assert rows_read(lambda: ledger.reclaim(MONDAY_8)) <= bound
    assert rows_read(lambda: ledger.expire(MONDAY_8)) <= bound
    claims = ledger.claim(MONDAY_8, limit=PORTION)
    assert rows_read(lambda: ledger.claim(MONDAY_8, limit=PORTION)) <= bound
    envelopes = {claim.id: Envelope("ann@example.org", "Next: Wedge ten lumps") for claim in claims}
    assert rows_read(lambda: ledger.turn(MONDAY_8, claims[0].lease, verdicts=[], envelopes=envelopes)) <= bound
    sent = [verdict(claim, Outcome(Fate.SENT), MONDAY_8) for claim in claims]
    assert rows_read(lambda: ledger.turn(MONDAY_8, claims[0].lease, verdicts=sent, envelopes={})) <= bound
    assert rows_read(lambda: ledger.release(claims[0].lease)) <= bound


def test_reading_at_large_is_noticed(long_ledger: None) -> None:
    """The measure above can fail: what is too late is found without its index in all that waits."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX digest_expiring")
        assert rows_read(lambda: ledger.expire(MONDAY_8 + timedelta(hours=1))) >= WAITING
