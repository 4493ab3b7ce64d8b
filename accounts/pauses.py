"""Pauses: days without learning and without letters, past, running and planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from .models import REPLANNED, Pause, Preferences, User

REMEMBERED = timedelta(weeks=4)  # as far as a letter looks back
MOST_REMEMBERED = 100  # changes; who makes more in a week is told a little less exactly what moved their plan


@transaction.atomic
def pause(*, user: User, starts_on: date, until: date, today: date) -> None:
    """Pause from a day up to another, and without it; whatever else was planned is replaced.

    A running pause keeps its first day. Past pauses stay as they were. Raises `ValueError` for days in the wrong order.
    """
    if not today < until or not starts_on < until:
        raise ValueError(f"a pause from {starts_on} until {until}, seen on {today}")
    ended = _end(user, today=today)
    if starts_on > today:
        if ended is not None:
            _set(user, ended.starts_on, min(ended.until, starts_on))
        _set(user, starts_on, until)
    else:
        _set(user, ended.starts_on if ended else today, until)
    _tell_the_planner(user, today=today)


@transaction.atomic
def resume(*, user: User, today: date) -> Pause | None:
    """End the running pause today, and drop what was planned; return the first of them as it was."""
    ahead = Pause.objects.filter(user=user, until__gt=today).order_by("starts_on").first()
    _end(user, today=today)
    _tell_the_planner(user, today=today)
    return ahead


def running(user: User, *, today: date) -> Pause | None:
    """Return the pause that covers today, also one that was planned ahead."""
    return Pause.objects.filter(user=user, starts_on__lte=today, until__gt=today).first()


def _end(user: User, *, today: date) -> Pause | None:
    """Take away what lies ahead; return the pause that runs today as it was before."""
    _remember(Preferences.objects.select_for_update().get(user=user))
    found = running(user, today=today)
    Pause.objects.filter(user=user, starts_on__gte=today).delete()
    Pause.objects.filter(user=user, until__gt=today).update(until=today)
    return found


def _remember(preferences: Preferences) -> None:
    """Note what the pauses were until now; a plan compares itself with last week's."""
    now = timezone.now()
    kept = [change for change in preferences.pauses_before if _at(change) > now - REMEMBERED]
    spans = Pause.objects.filter(user=preferences.user_id).values_list("starts_on", "until")
    before = {
        "at": now.isoformat(),
        "spans": [[starts_on.isoformat(), until.isoformat()] for starts_on, until in spans],
    }
    preferences.pauses_before = [*kept, before][:MOST_REMEMBERED]
    preferences.save(update_fields=["pauses_before"])


def known_at(
    moment: datetime, changes: Sequence[dict[str, Any]], spans: Sequence[Sequence[str]]
) -> Sequence[Sequence[str]]:
    """Return the pauses as they were at a moment of the last four weeks; `changes` are `Preferences.pauses_before`.

    Pairs of ISO dates; `spans` are those of now.
    """
    return next((change["spans"] for change in changes if _at(change) > moment), spans)


def _at(change: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(change["at"])


def _set(user: User, starts_on: date, until: date) -> None:
    Pause.objects.update_or_create(user=user, starts_on=starts_on, defaults={"until": until})


def _tell_the_planner(user: User, *, today: date) -> None:
    """Letters stop while a pause runs; the next one's time is found anew."""
    found = running(user, today=today)
    until = found.until if found else None
    Preferences.objects.filter(user=user).update(paused_until=until, **REPLANNED)
