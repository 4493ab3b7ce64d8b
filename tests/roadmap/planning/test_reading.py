"""Which days were open to learning."""

from __future__ import annotations

from roadmap.planning.reading import idle_spans
from tests.roadmap.diary import Diary, edition, milestone
from tests.roadmap.planning.situations import DAY, MONDAY, WEEK, enrolled, months

ROAD = edition(
    milestone("book", 20),
    milestone("degree", 30, elapsed_months=months(12), prerequisites=["book"]),
    milestone("job", 100, prerequisites=["degree"]),
    milestone("spare", 10, optional=True),
)
TODAY = MONDAY + 40 * WEEK


def idle(diary: Diary) -> list[tuple[int, int]]:
    """Return idle spans in days since the start."""
    spans = idle_spans(diary.on(ROAD), started_on=MONDAY, today=TODAY)
    return [((begin - MONDAY).days, (end - MONDAY).days) for begin, end in spans]


def test_none_while_something_can_be_worked_on() -> None:
    assert idle(enrolled()) == []


def test_from_the_day_after_the_last_finish_while_only_time_passes() -> None:
    diary = enrolled()
    diary.mark("book", "done", on=MONDAY + 13 * DAY)
    assert idle(diary) == [(14, 280)]
    diary.mark("degree", "done", on=MONDAY + 20 * WEEK)
    assert idle(diary) == [(14, 140)]


def test_what_was_begun_though_it_was_locked_was_open_and_what_is_known_never() -> None:
    diary = enrolled()
    diary.mark("book", "known", on=MONDAY)
    assert idle(diary) == [(0, 280)]
    diary.mark("job", "doing", anyway=True, on=MONDAY + 5 * WEEK)
    assert idle(diary) == [(0, 35)]


def test_what_is_optional_was_open_since_it_was_taken_up() -> None:
    diary = enrolled()
    diary.mark("book", "known", on=MONDAY)
    diary.mark("spare", "doing", on=MONDAY + 10 * WEEK)
    assert idle(diary) == [(0, 70)]


def test_a_road_without_calendar_time_has_none() -> None:
    diary = Diary()
    assert idle_spans(diary.on(edition(milestone("a"))), started_on=MONDAY, today=TODAY) == ()
