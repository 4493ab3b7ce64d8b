"""Follow a roadmap, leave it, change the pace; take note of what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from roadmap import editions
from roadmap.bidi import isolated
from roadmap.models import Enrolment, Event, Roadmap, State

from .change import Events, RefusedError, changing
from .lookups import live_member, live_milestone
from .marking import bring_along


def enrol(
    *, user: User, roadmap: Roadmap, hours_per_week: float, target_on: date | None, today: date, edition: int
) -> Events:
    """Start a roadmap, come back to it, or change the pace. `hours_per_week` 0.5 to 168."""
    with transaction.atomic():
        enrolment, is_new = Enrolment.objects.get_or_create(
            user=user,
            roadmap=roadmap,
            defaults={
                "hours_per_week": hours_per_week,
                "target_on": target_on,
                "started_on": today,
                "seen_edition": edition,
            },
        )
        if roadmap.withdrawn_at and (is_new or enrolment.left_at):
            raise RefusedError(f"{isolated(roadmap.title)} takes no new learners any more.")
        with changing(enrolment, today=today, edition=edition) as change:
            now = change.progress
            if is_new or now.left or (now.hours_per_week, now.target_on) != (hours_per_week, target_on):
                change.add(Event.Kind.ENROLLED, pace_data(hours_per_week, target_on))
    return tuple(change.added)


def leave(*, enrolment: Enrolment, today: date, edition: int) -> Events:
    """Stop following a roadmap. Everything is kept and comes back with `enrol`."""
    with changing(enrolment, today=today, edition=edition) as change:
        if not change.progress.left:
            change.add(Event.Kind.LEFT, {})
    return tuple(change.added)


def dismiss(*, enrolment: Enrolment, edition: int) -> bool:
    """Take note of what is new up to an edition; return whether it was unseen. It is no progress, so no event."""
    unseen = Enrolment.objects.filter(pk=enrolment.pk, seen_edition__lt=edition)
    return bool(unseen.update(seen_edition=edition))


def dismiss_pace_hint(*, enrolment: Enrolment, today: date) -> None:
    """Put away the hint that one is slower than one meant. It is no progress, so no event."""
    Enrolment.objects.filter(pk=enrolment.pk).update(pace_hint_dismissed_on=today)


def replan(
    *,
    enrolment: Enrolment,
    hours_per_week: float,
    target_on: date | None,
    choices: Mapping[str, str],
    known: Collection[str],
    today: date,
    edition: int,
) -> Events:
    """Take over what I tried: pace, target, choices by group and what I know already. One change, so one undo."""
    document = editions.document_in(enrolment.roadmap_id, edition)
    for milestone in known:
        live_milestone(document, milestone)
    for group, milestone in choices.items():
        live_member(document, group, milestone)
    with changing(enrolment, today=today, edition=edition) as change:
        now = change.progress
        if (now.hours_per_week, now.target_on) != (hours_per_week, target_on):
            change.add(Event.Kind.ENROLLED, pace_data(hours_per_week, target_on))
        for group, milestone in choices.items():
            if now.choices.get(group) != milestone:
                change.add(Event.Kind.CHOSE, {"group": group, "milestone": milestone})
        bring_along(change, State.KNOWN, known)
    return tuple(change.added)


def pace_data(hours_per_week: float, target_on: date | None) -> dict[str, Any]:
    return {"hours_per_week": hours_per_week, "target_on": target_on.isoformat() if target_on else None}
