"""Everything that can end ends, again and again, while digests go out; then the books are compared with the mails."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from roadmap.digests.sender import WINDOW
from tests.faults.chaos import AFTER_THE_DOT, World
from tests.faults.elsewhere import tables

__all__ = ["tables"]

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
SETTLED = {"sent", "failed", "uncertain", "skipped", "expired"}


@pytest.mark.parametrize(
    ("learners", "kills", "restarts", "seconds"),
    [
        pytest.param(500, 24, 1, 300, id="short"),
        pytest.param(10_000, 220, 5, 3_600, id="long", marks=pytest.mark.slow),
    ],
)
def test_nobody_gets_two_mails_and_nobody_is_forgotten(
    tables: Path, tmp_path: Path, learners: int, kills: int, restarts: int, seconds: float
) -> None:
    world = World(tmp_path, seed=learners)
    with world.running(learners=learners, tables=tables):
        began = time.monotonic()
        world.rage(learners=learners, kills=kills, restarts=restarts, seconds=seconds)
        took = time.monotonic() - began
        books, arrived = world.books(), world.smtp.arrived()
        sent, uncertain = world.addresses("sent"), world.addresses("uncertain")
    dropped = sum(world.smtp.thrown[act] for act in AFTER_THE_DOT)
    sys.stdout.write(
        json.dumps(
            {
                **books,
                "due": learners,
                "kills": world.blows,
                "senders_killed": world.senders_killed,
                "dropped_after_the_dot": dropped,
                "uncertain_that_arrived": len(uncertain & set(arrived)),
                "two_mails": sum(count > 1 for count in arrived.values()),
                "seconds": round(took),
            }
        )
    )
    assert world.blows >= kills
    assert [address for address, count in arrived.items() if count > 1] == []
    assert {"sent", "failed", "uncertain", "expired"} <= set(books) <= SETTLED
    assert sum(books.values()) == learners
    assert sent <= set(arrived) <= sent | uncertain
    assert books["uncertain"] <= WINDOW * world.senders_killed + dropped
