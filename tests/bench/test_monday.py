"""The arithmetic behind the table of a Monday morning."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bench._monday import EIGHT, MAILS_PER_CORE, PEOPLE, crowds, waits


def test_everybody_lives_by_one_clock_and_gets_the_letter_at_its_eight() -> None:
    shares = crowds()
    assert sum(shares.values()) == pytest.approx(100)
    assert shares[datetime(2026, 11, 23, 2, 30, tzinfo=UTC)] == PEOPLE[5.5]
    assert min(shares) == EIGHT - timedelta(hours=14)
    assert max(shares) == EIGHT + timedelta(hours=11)


@pytest.mark.parametrize(("cores", "minutes"), [(1, 10), (2, 5), (5, 2)])
def test_a_crowd_waits_as_long_as_its_letters_take(cores: int, minutes: float) -> None:
    longest, mean, busy = waits(MAILS_PER_CORE * 600, cores, Counter({EIGHT: 100.0}))
    assert longest == pytest.approx(minutes)
    assert mean == pytest.approx(minutes / 2, abs=0.2)
    assert busy == pytest.approx(minutes / 60)


def test_a_crowd_that_comes_while_another_is_served_waits_for_both() -> None:
    both = Counter({EIGHT: 50.0, EIGHT + timedelta(minutes=2): 50.0})
    longest, _, busy = waits(MAILS_PER_CORE * 600, 1, both)
    assert longest == pytest.approx(8)
    assert busy == pytest.approx(10 / 60)
