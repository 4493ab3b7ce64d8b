"""What happened, to be read and never changed: enrolments, progress, events, suppressed addresses."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html

from roadmap.models import Bounce, Choice, Enrolment, Event, MilestoneProgress, Suppression

from . import letters
from .base import PlainAdmin


class ReadOnlyAdmin(PlainAdmin):
    """A window, also for superusers: the application alone writes here."""

    list_per_page = 100

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OfLearnerAdmin(ReadOnlyAdmin):
    """Rows that hang on an enrolment."""

    list_select_related = ("enrolment__user", "enrolment__roadmap")
    search_fields = ("enrolment__user__email", "milestone")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Name the learner and the roadmap in place of the enrolment, which has only numbers."""
        rest = [name for name in super().get_fields(request, obj) if name not in ("enrolment", "learner", "roadmap")]
        return ["learner", "roadmap", *rest]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("learner", "roadmap", *super().get_readonly_fields(request, obj))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("enrolment__user", "enrolment__roadmap")

    @admin.display(description="learner", ordering="enrolment__user__email")
    def learner(self, row: Any) -> str:
        return str(row.enrolment.user)

    @admin.display(description="roadmap")
    def roadmap(self, row: Any) -> str:
        return str(row.enrolment.roadmap)


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("user", "roadmap", "hours_per_week", "target_on", "started_on", "left_at")
    list_filter = ("roadmap", ("left_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "roadmap")
    search_fields = ("user__email",)
    readonly_fields = ("next_letter",)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(partial(view, admin=self)), name=url_name)
            for name, view, url_name in (
                ("letter", letters.letter, "roadmap_enrolment_letter"),
                ("letter/html", letters.letter_html, "roadmap_enrolment_letter_html"),
            )
        ]
        return [*own, *super().get_urls()]

    @admin.display(description="next letter")
    def next_letter(self, enrolment: Enrolment) -> str:
        address = reverse("admin:roadmap_enrolment_letter", args=[enrolment.pk])
        return format_html('<a href="{}">Look at it, without sending</a>', address)


@admin.register(MilestoneProgress)
class MilestoneProgressAdmin(OfLearnerAdmin):
    list_display = ("learner", "roadmap", "milestone", "state", "state_on")
    list_filter = ("state",)
    # A learner's note is private: nobody reads it here.
    fields = ("milestone", "state", "state_on", "began_on", "finished_on", "anyway", "steps", "hours")
    readonly_fields = ("steps", "hours")

    @admin.display(description="steps ticked")
    def steps(self, progress: MilestoneProgress) -> str:
        ticks = (f"{step} ({_day(on)}, {hours:g} h)" for step, (on, hours, *_) in progress.ticks.items())
        return ", ".join(ticks) or "none"

    @admin.display(description="hours put in")
    def hours(self, progress: MilestoneProgress) -> str:
        return ", ".join(f"{hours:g} h on {_day(on)}" for _, on, hours, *_ in progress.logged) or "none"


@admin.register(Choice)
class ChoiceAdmin(OfLearnerAdmin):
    list_display = ("learner", "roadmap", "group", "milestone")


@admin.register(Event)
class EventAdmin(OfLearnerAdmin):
    list_display = ("at", "learner", "roadmap", "kind", "milestone", "step", "edition")
    list_filter = ("kind",)
    ordering = ("-id",)
    fields = ("change", "kind", "milestone", "step", "what", "at", "on", "edition")
    readonly_fields = fields

    @admin.display(description="what")
    def what(self, event: Event) -> Any:
        """The event's data, in words; a note's words stay the learner's."""
        return "private" if event.kind == Event.Kind.NOTE else _in_words(event.data) or "nothing more"


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """An operator may let an address receive mail again, by deleting its row."""

    list_display = ("address", "reason", "detail", "until", "created_at")
    list_filter = ("reason",)
    search_fields = ("address",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(ReadOnlyAdmin, self).has_delete_permission(request, obj)


@admin.register(Bounce)
class BounceAdmin(ReadOnlyAdmin):
    list_display = ("at", "address", "kind", "detail")
    list_filter = ("kind",)
    search_fields = ("address",)


def _in_words(value: Any) -> str:
    """Write data as somebody reads it: `hours: 3; into: first step 2, second step 1`."""
    if isinstance(value, dict):
        kept = {name: part for name, part in value.items() if part not in (None, "", {})}
        return "; ".join(f"{name.replace('_', ' ') or 'no step'}: {_in_words(part)}" for name, part in kept.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text))
