"""What PostgreSQL refuses for the moment is asked for again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from accounts.models import User
from roadmap.digests import durable, ledger, planner
from roadmap.digests.verdicts import Envelope, Verdict
from roadmap.models import Digest
from tests.faults.elsewhere import Elsewhere, elsewhere, server, tables
from tests.faults.test_database import crowd
from tests.processes import eventually
from tests.roadmap.digests.conftest import MONDAY_8, states

__all__ = ["elsewhere", "server", "tables"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

TERMINATE = (  # who waits for a lock here; other tests have their own databases
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


class TestRefusals:
    """An entry that PostgreSQL refuses for the moment is made again; not for ever."""

    @pytest.fixture
    def claim(self) -> Any:
        crowd(1)
        planner.plan_all(MONDAY_8)
        [claim] = ledger.claim(MONDAY_8, limit=1)
        return claim

    @contextmanager
    def rival(self, claim: Any, then: str) -> Iterator[Callable[[], None]]:
        """Somebody else who holds the digest's row, and does `then` when our entry waits for it."""
        held, go = threading.Event(), threading.Event()

        def hold() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET deadlock_timeout = '1min'; BEGIN")
                    cursor.execute("UPDATE roadmap_digest SET attempts = attempts WHERE id = %s", [claim.id])
                    held.set()
                    go.wait(30)
                    cursor.execute(f"{then}; COMMIT")
            finally:
                connections.close_all()

        def when_we_wait() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                ours = cursor.fetchone()[0]

            def watch() -> None:
                try:
                    eventually(lambda: _waits(ours))
                finally:
                    connections.close_all()
                    go.set()

            threading.Thread(target=watch).start()

        thread = threading.Thread(target=hold)
        thread.start()
        held.wait(10)
        try:
            yield when_we_wait
        finally:
            go.set()
            thread.join()

    def settle(self, claim: Any) -> int:
        """Settle the digest as expired; as an entry that locks somebody's preferences first."""
        tries = 0

        @durable.durably
        def entry() -> None:
            nonlocal tries
            tries += 1
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM accounts_preferences WHERE user_id = %s FOR UPDATE", [claim.user_id])
                cursor.execute("UPDATE roadmap_digest SET reason = 'ours' WHERE id = %s", [claim.id])

        entry()
        assert Digest.objects.get().reason == "ours"
        return tries

    def test_a_deadlock(self, claim: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '2s'")  # we look once: the rival waits for us by then
        theirs = "UPDATE accounts_preferences SET digest_hour = digest_hour"
        with self.rival(claim, theirs) as when_we_wait:
            when_we_wait()
            assert self.settle(claim) == 2

    def test_a_serialization_failure(self, claim: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_isolation = 'repeatable read'")
        with self.rival(claim, "SELECT 1") as when_we_wait:
            when_we_wait()
            assert self.settle(claim) == 2

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ("SET deadlock_timeout = '2s'", "UPDATE roadmap_digest SET attempts = attempts WHERE state = 'sending'"),
            ("SET default_transaction_isolation = 'repeatable read'", "SELECT"),
            ("SELECT", TERMINATE),
        ],
        ids=["deadlock", "serialization failure", "lost connection"],
    )
    def test_a_turn_is_made_again(self, ours: str, theirs: str) -> None:
        """It settles what has gone: were it given up, a window that arrived would be uncertain for ever."""
        crowd(2)
        planner.plan_all(MONDAY_8)
        gone, going = ledger.claim(MONDAY_8, limit=2)
        Digest.objects.filter(pk=gone.id).update(state="sending")
        envelope = Envelope(User.objects.get(pk=going.user_id).email, "x")
        with connection.cursor() as cursor:
            cursor.execute(ours)
        with self.rival(going, theirs) as when_we_wait:
            when_we_wait()
            sent = Verdict(gone.id, Digest.State.SENT, code=250)
            turn = ledger.turn(MONDAY_8, gone.lease, verdicts=[sent], envelopes={going.id: envelope})
        assert (turn.sending, states()) == ({going.id}, {"sent": 1, "sending": 1})

    def test_a_database_that_stays_away_is_said_to_be(
        self, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(durable, "FIRST_PAUSE_SECONDS", 0.001)
        elsewhere.say("DROP DATABASE waymark WITH (FORCE)")
        with pytest.raises(OperationalError, match='"waymark" does not exist'):
            ledger.expire(MONDAY_8)


def _waits(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s", [backend])
        return bool(cursor.fetchone()[0])
