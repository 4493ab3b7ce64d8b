"""Columns stand on the ground, on one another, and say their size in whole numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from roadmap.charts.columns import columns


def test_parts_stand_on_one_another() -> None:
    [column] = columns([("47", {"sent": 6, "late": 0, "failed": 4})]).columns
    sent, failed = column.parts
    assert (sent.kind, failed.kind) == ("sent", "failed")
    assert sent.y + sent.height == pytest.approx(100, abs=0.02)
    assert failed.y + failed.height == pytest.approx(sent.y, abs=0.02)
    assert sent.height / failed.height == pytest.approx(1.5, abs=0.01)
    assert failed.y > 0


@pytest.mark.parametrize(
    ("most", "labels"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (11, ["0", "5", "10"]),
        (12_000, ["0", "5,000", "10,000"]),
        (0.4, ["0", "1"]),
    ],
)
def test_ticks_are_whole_and_few(most: float, labels: list[str]) -> None:
    ticks = columns([("46", {"sent": most / 2}), ("47", {"sent": most})]).ticks
    assert [tick.label for tick in ticks] == labels
    assert ticks[0].at == 100


def test_there_are_never_many_ticks() -> None:
    for most in range(1, 30_000, 7):
        assert 2 <= len(columns([("47", {"sent": most})]).ticks) <= 6, most


def test_columns_share_the_width() -> None:
    drawn = columns([(str(week), {"sent": 1}) for week in range(12)]).columns
    assert all(column.x + column.width <= next_one.x for column, next_one in pairwise(drawn))
    assert drawn[-1].x + drawn[-1].width < 100


def test_no_weeks_are_an_empty_plot() -> None:
    assert columns([]).columns == ()
