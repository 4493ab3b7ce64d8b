"""What a plan of last week shares with today's."""

from __future__ import annotations

import random
from dataclasses import replace

from roadmap.planning import Situation, situation_before
from tests.roadmap.diary import Diary, edition, milestone, steps
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, months, situation

ROAD = edition(
    milestone("a", 100, steps=steps(*[10] * 10)),
    milestone("b", 100, steps=steps(50, 50)),
    milestone("c", 200, prerequisites=["a"]),
    milestone("degree", 30, elapsed_months=months(12)),
)


def a_week_apart(diary: Diary, then: int, today: int, *pauses: tuple[int, int]) -> tuple[Situation, Situation]:
    """Return last week's situation, which knows the first `then` events, and today's, so many days after the start."""
    spans = [(MONDAY + begin * DAY, MONDAY + end * DAY) for begin, end in pauses]
    now = situation(ROAD, diary, today=MONDAY + today * DAY, pauses=spans)
    earlier = Diary()
    earlier.events.extend(diary.events[:then])
    return situation_before(now, document=ROAD, progress=earlier.progress), now


def test_last_weeks_pace_is_the_same_whether_today_is_at_hand_or_not() -> None:
    """Whatever was told since: ticks dated back, finishes that reach far back, other hours, pauses, waiting."""
    chance, shared = random.Random(7), 0
    for _ in range(150):
        diary, then, today = enrolled(chance.choice((1, 10))), 1, chance.randrange(8, 200)
        for day in range(today + 1):
            if day == today - 6:
                then = len(diary.events)
            on = MONDAY + max(0, day - chance.choice((0, 0, 0, 9))) * DAY
            match chance.choice(("tick", "log", "state", "enrolled", *[""] * 30)):
                case "tick":
                    diary.tick(*chance.choice((("a", f"s{chance.randint(1, 10)}"), ("b", "s1"), ("b", "s2"))), on=on)
                case "log":
                    diary.log("c", chance.choice((2, 12)), on=on)
                case "state":
                    diary.mark(chance.choice("abc"), chance.choice(("doing", "done", "known", "skipped")), on=on)
                case "enrolled" if chance.random() < 0.3:
                    diary.write("enrolled", on=on, hours_per_week=chance.choice((1, 5, 10)), target_on=None)
        pauses = [(20, 40)] if chance.random() < 0.3 else []
        before, _ = a_week_apart(diary, then, today, *pauses)
        assert before.pace == replace(before, later=None).pace
        shared += "weeks" not in vars(before.past)
    assert 50 < shared < 150


def test_the_weeks_are_followed_once() -> None:
    diary = enrolled()
    for week in range(10):
        diary.log("c", 10, on=MONDAY + week * WEEK)
    before, now = a_week_apart(diary, 10, 70)
    assert (before.pace.weeks, now.pace.weeks) == (9, 10)
    assert "weeks" not in vars(before.past)


def test_a_tick_dated_back_makes_last_week_another_story() -> None:
    diary = enrolled()
    for week in range(9):
        diary.log("c", 10, on=MONDAY + week * WEEK)
    diary.log("c", 20, on=MONDAY)
    before, now = a_week_apart(diary, 10, 70)
    assert before.pace.hours == 10
    assert "weeks" in vars(before.past)
    assert now.pace.weeks == 10
