"""Pauses: planned, running, ended early; the past stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.pauses import MOST_REMEMBERED, known_at, pause, resume

TODAY = date(2026, 11, 25)
JUNE, DECEMBER, JANUARY, MARCH = date(2026, 6, 1), date(2026, 12, 20), date(2027, 1, 4), date(2027, 3, 1)

pytestmark = pytest.mark.django_db


def days_of(user: User) -> list[tuple[date, date]]:
    return list(user.pauses.values_list("starts_on", "until"))


def letters_stop_until(user: User) -> date | None:
    user.preferences.refresh_from_db()
    return user.preferences.paused_until


def test_a_pause_from_today_stops_letters_at_once(ann: User) -> None:
    pause(user=ann, starts_on=TODAY, until=JANUARY, today=TODAY)
    assert days_of(ann) == [(TODAY, JANUARY)]
    assert letters_stop_until(ann) == JANUARY


def test_a_planned_pause_leaves_letters_alone_until_then(ann: User) -> None:
    pause(user=ann, starts_on=DECEMBER, until=JANUARY, today=TODAY)
    assert days_of(ann) == [(DECEMBER, JANUARY)]
    assert letters_stop_until(ann) is None


def test_changing_a_running_pause_keeps_its_first_day(ann: User) -> None:
    pause(user=ann, starts_on=JUNE, until=DECEMBER, today=JUNE)
    pause(user=ann, starts_on=TODAY, until=MARCH, today=TODAY)
    assert days_of(ann) == [(JUNE, MARCH)]


def test_planning_a_later_one_leaves_the_running_one_running(ann: User) -> None:
    pause(user=ann, starts_on=JUNE, until=JANUARY, today=JUNE)
    pause(user=ann, starts_on=DECEMBER, until=MARCH, today=TODAY)
    assert days_of(ann) == [(JUNE, DECEMBER), (DECEMBER, MARCH)]
    assert letters_stop_until(ann) == DECEMBER


def test_back_early_ends_what_runs_and_drops_what_was_planned(ann: User) -> None:
    pause(user=ann, starts_on=JUNE, until=DECEMBER, today=JUNE)
    pause(user=ann, starts_on=JANUARY, until=MARCH, today=TODAY)
    resume(user=ann, today=TODAY)
    assert days_of(ann) == [(JUNE, TODAY)]
    assert letters_stop_until(ann) is None


def test_back_on_the_first_day_it_never_was(ann: User) -> None:
    pause(user=ann, starts_on=TODAY, until=JANUARY, today=TODAY)
    resume(user=ann, today=TODAY)
    assert days_of(ann) == []


def test_the_past_stays(ann: User) -> None:
    pause(user=ann, starts_on=JUNE, until=date(2026, 6, 20), today=JUNE)
    pause(user=ann, starts_on=TODAY, until=JANUARY, today=TODAY)
    resume(user=ann, today=DECEMBER)
    assert days_of(ann) == [(JUNE, date(2026, 6, 20)), (TODAY, DECEMBER)]


@pytest.mark.parametrize(("starts_on", "until"), [(TODAY, TODAY), (JUNE, TODAY), (MARCH, JANUARY)])
def test_days_in_the_wrong_order_change_nothing(ann: User, starts_on: date, until: date) -> None:
    with pytest.raises(ValueError, match="a pause from"):
        pause(user=ann, starts_on=starts_on, until=until, today=TODAY)
    assert days_of(ann) == []


def test_what_the_pauses_were_is_known_for_four_weeks(ann: User) -> None:
    begun = timezone.now()
    planned = [[DECEMBER.isoformat(), JANUARY.isoformat()]]
    pause(user=ann, starts_on=DECEMBER, until=JANUARY, today=TODAY)
    between = timezone.now()
    resume(user=ann, today=TODAY)
    ann.preferences.refresh_from_db()
    changes = ann.preferences.pauses_before
    assert [change["spans"] for change in changes] == [[], planned]
    assert known_at(begun, changes, ()) == []
    assert known_at(between, changes, ()) == planned
    assert known_at(timezone.now(), changes, [["a", "b"]]) == [["a", "b"]]
    changes[0]["at"], changes[1]["at"] = ((begun - timedelta(days=days)).isoformat() for days in (29, 27))
    ann.preferences.save()
    pause(user=ann, starts_on=DECEMBER, until=JANUARY, today=TODAY)
    ann.preferences.refresh_from_db()
    assert [change["spans"] for change in ann.preferences.pauses_before] == [planned, []]


def test_no_number_of_changes_makes_the_memory_grow_for_ever(ann: User) -> None:
    begun = timezone.now()
    ann.preferences.pauses_before = [{"at": begun.isoformat(), "spans": []}] * (MOST_REMEMBERED - 1)
    ann.preferences.save()
    for _ in range(3):
        pause(user=ann, starts_on=DECEMBER, until=JANUARY, today=TODAY)
    ann.preferences.refresh_from_db()
    assert len(ann.preferences.pauses_before) == MOST_REMEMBERED
    assert known_at(begun - timedelta(hours=1), ann.preferences.pauses_before, ()) == []
