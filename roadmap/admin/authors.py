"""Who changed a draft since learners last got an edition of it, from the admin's history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast

from roadmap.models import ChoiceGroup, Citation, Credential, Fact, Milestone, Roadmap, Source, Stage

MOST_SAVES = 200
PARTS: dict[str, type[Model]] = {
    "stage": Stage,
    "milestone": Milestone,
    "group": ChoiceGroup,
    "credential": Credential,
    "fact": Fact,
    "source": Source,
}


def saves_since(roadmap: Roadmap, since: datetime | None) -> list[LogEntry]:
    """Return who saved what of a roadmap since then, the last first."""
    ours = Q(content_type=_type(Roadmap), object_id=str(roadmap.pk))
    for model in PARTS.values():
        rows: Any = model._default_manager.filter(roadmap=roadmap)
        ours |= Q(content_type=_type(model), object_id__in=rows.values_list(Cast("pk", TextField())))
    entries = LogEntry.objects.filter(ours).select_related("user").order_by("-action_time", "-pk")
    return list((entries.filter(action_time__gt=since) if since else entries)[:MOST_SAVES])


def authors(roadmap: Roadmap, saves: Sequence[LogEntry]) -> dict[tuple[str, str], str]:
    """Return, by the sort and slug of a part, the names of those who saved it."""
    names: dict[tuple[Any, Any], dict[str, None]] = {}
    for save in reversed(saves):
        names.setdefault((save.content_type_id, save.object_id), {})[save.user.get_short_name()] = None
    found = {("roadmap", roadmap.slug): names.get((_type(Roadmap).pk, str(roadmap.pk)), {})}
    for what, model in PARTS.items():
        kind = _type(model).pk
        if keys := [int(key) for other, key in names if other == kind]:
            for pk, slug in model._default_manager.filter(pk__in=keys).values_list("pk", "slug"):
                found[what, slug] = names[kind, str(pk)]
    milestones = _type(Milestone).pk
    if keys := [int(key) for other, key in names if other == milestones]:  # quotes are saved with their milestone
        for reference, pk in Citation.objects.filter(milestone__in=keys).values_list("reference", "milestone"):
            found["citation", reference] = names[milestones, str(pk)]
    return {part: ", ".join(people) for part, people in found.items() if people}


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)
