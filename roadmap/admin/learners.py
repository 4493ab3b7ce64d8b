"""How many learners a milestone has: counts only, never who."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from roadmap.models import TOUCHED, Choice, Milestone, MilestoneProgress, Roadmap, State

BEGUN = (State.DOING, State.DONE, State.KNOWN)
_WORDS = {"noted": "with a note or hours only"}
_NOW: dict[str, Any] = {"enrolment__left_at": None}


class Learners(NamedTuple):
    """Learners by what they did with a milestone. Who chose it in a group counts there as well."""

    doing: int = 0
    done: int = 0
    known: int = 0
    noted: int = 0
    chosen: int = 0

    def __str__(self) -> str:
        parts = [f"{count} {_WORDS.get(name, name)}" for name, count in self._asdict().items() if count]
        return " · ".join(parts) or "none"


def learners_of(roadmap: Roadmap, slugs: Iterable[str], *, also_left: bool = False) -> Mapping[str, Learners]:
    """Count the learners of milestones, those who have left only on request: two queries.

    A milestone that nobody touched is absent.
    """
    mine: dict[str, Any] = {"enrolment__roadmap": roadmap, "milestone__in": list(slugs)} | ({} if also_left else _NOW)
    touched = MilestoneProgress.objects.filter(TOUCHED).filter(**mine).order_by().values_list("milestone")
    counted = touched.annotate(
        doing=Count("pk", filter=Q(state=State.DOING)),
        done=Count("pk", filter=Q(state=State.DONE)),
        known=Count("pk", filter=Q(state=State.KNOWN)),
        noted=Count("pk", filter=~Q(state__in=BEGUN)),
    )
    found = {slug: Learners(*counts) for slug, *counts in counted}
    chosen = Choice.objects.filter(**mine).order_by().values_list("milestone")
    for slug, count in chosen.annotate(chosen=Count("enrolment", distinct=True)):
        found[slug] = found.get(slug, Learners())._replace(chosen=count)
    return found


def with_learners(milestones: QuerySet[Milestone], *, some: bool) -> QuerySet[Milestone]:
    """Keep the milestones that somebody touched or chose, or those that nobody did."""
    theirs: dict[str, Any] = {"milestone": OuterRef("slug"), "enrolment__roadmap": OuterRef("roadmap"), **_NOW}
    has = Exists(MilestoneProgress.objects.filter(TOUCHED).filter(**theirs)) | Exists(Choice.objects.filter(**theirs))
    return milestones.filter(has if some else ~has)
