"""What editors change: stages, milestones, choose-one groups, credentials, facts and sources of the working copy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from roadmap.document.rules import SUM_TOLERANCE
from roadmap.models import ChoiceGroup, Credential, Fact, Milestone, Source, Stage

from .base import WorkingCopyAdmin
from .filters import LearnersFilter, RetiredFilter, StageFilter
from .forms import ChoiceGroupForm, CredentialForm, FactForm, MilestoneForm, SourceForm, StageForm, is_published
from .inlines import (
    CitationInline,
    MemberInline,
    MilestoneSourceInline,
    PrerequisiteInline,
    RequiredGroupInline,
    ResourceInline,
    StepInline,
)
from .learners import Learners, learners_of
from .mapping import mapping_links, mapping_urls

_SHORT = forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
SHORT_TEXT: dict[Any, Any] = {**WorkingCopyAdmin.formfield_overrides, models.TextField: {"widget": _SHORT}}
WORDS = (
    *("why", "done_when", "notes", "effort_basis", "steps__title", "steps__resource"),
    *("resources__title", "resources__url", "citations__quote"),
)
ADDRESS: Any = ("Address and place", {"classes": ["collapse"], "fields": ["slug", "place"]})


@admin.register(Stage)
class StageAdmin(WorkingCopyAdmin):
    form = StageForm
    fieldsets = [(None, {"fields": ["title", "summary"]}), ADDRESS]
    list_display = ("title", "milestone_count", "move")
    search_fields = ("title", "summary", "slug")
    formfield_overrides = SHORT_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stage]:
        in_use = Count("milestones", filter=Q(milestones__retired_on=None))
        stages: QuerySet[Stage] = super().get_queryset(request)
        return stages.select_related("roadmap").annotate(milestone_count=in_use)

    @admin.display(description="Milestones in use")
    def milestone_count(self, stage: Any) -> SafeString:
        url = reverse("admin:roadmap_milestone_changelist")
        query = f"?roadmap={stage.roadmap_id}&stage={stage.pk}"
        return format_html('<a href="{}{}">{}</a>', url, query, stage.milestone_count)


@admin.register(Milestone)
class MilestoneAdmin(WorkingCopyAdmin):
    form = MilestoneForm
    change_form_template = "admin/roadmap/milestone_form.html"
    fieldsets = [
        (None, {"fields": ["title", "stage", ("kind", "optional")]}),
        ("What learners read", {"fields": ["summary", "why", "done_when", "notes"]}),
        (
            "Effort in hours",
            {
                "description": "Hours of one's own work: at best, most likely, at worst.",
                "fields": [("effort_low", "effort_likely", "effort_high"), "effort_basis"],
            },
        ),
        (
            "Calendar time in months",
            {
                "classes": ["collapse"],
                "description": "Only for what no diligence shortens: a degree, a waiting period, years in a role.",
                "fields": [("elapsed_low", "elapsed_likely", "elapsed_high")],
            },
        ),
        ADDRESS,
    ]
    inlines = (
        *(StepInline, PrerequisiteInline, RequiredGroupInline, ResourceInline),
        *(MilestoneSourceInline, CitationInline),
    )
    list_display = ("name", "stage", "kind", "effort", "learners", "move")
    list_filter = (StageFilter, "kind", "optional", RetiredFilter, LearnersFilter)
    search_fields = ("title", "slug", "summary")  # of whoever looks for a prerequisite; the list reads everything
    formfield_overrides = SHORT_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[Milestone]:
        return super().get_queryset(request).select_related("stage", "roadmap")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """In the list every word of a milestone is found; among candidates for a row only what names one."""
        names = super().get_search_fields(request)
        is_list = request.resolver_match and request.resolver_match.url_name != "autocomplete"
        return (*names, *WORDS) if is_list else tuple(names)

    def get_urls(self) -> list[URLPattern]:
        return [*mapping_urls(self, self.admin_site.admin_view), *super().get_urls()]

    def get_changelist_instance(self, request: Any) -> Any:
        """Count the learners of the rows on this page with one query."""
        changelist = super().get_changelist_instance(request)
        counts = learners_of(request.roadmap, [milestone.slug for milestone in changelist.result_list])
        for milestone in changelist.result_list:
            milestone.learners_now = counts.get(milestone.slug, Learners())
        return changelist

    @admin.display(description="Title", ordering="title")
    def name(self, milestone: Milestone) -> SafeString:
        words = ["optional"] * milestone.optional
        if milestone.retired_on:
            words.append(f"retired {date_format(milestone.retired_on)}")
        return format_html("{} <small>{}</small>", milestone.title, ", ".join(words))

    @admin.display(description="Hours", ordering="effort_likely")
    def effort(self, milestone: Milestone) -> str:
        return f"{milestone.effort_likely:g}"

    @admin.display(description="Learners")
    def learners(self, milestone: Any) -> str:
        return str(milestone.learners_now)

    def neighbours(self, part: Milestone) -> QuerySet[Milestone]:
        return Milestone.objects.filter(roadmap=part.roadmap, stage=part.stage)

    def stray(self, pks: list[int]) -> str:
        """Name what was moved among the milestones of other stages: its stage is as it was."""
        moved = Milestone.objects.filter(pk__in=pks).select_related("stage").in_bulk()
        rows = list(
            Milestone.objects.filter(roadmap__in={milestone.roadmap_id for milestone in moved.values()})
            .order_by("position", "pk")
            .values_list("pk", "stage")
        )
        stages = [None, *(stage for _, stage in rows), None]
        names = [
            f"“{moved[pk]}” stays in the stage “{moved[pk].stage}”: "
            "to move it to another, open it and change its Stage."
            for at, (pk, stage) in enumerate(rows, start=1)
            if pk in moved and stage not in (stages[at - 1], stages[at + 1]) and stages.count(stage) > 1
        ]
        return " ".join(names)

    def changeform_view(
        self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        context = {"learners": "", **(extra_context or {})}
        if object_id is not None and (milestone := self.get_object(request, object_id)):
            counts = learners_of(milestone.roadmap, [milestone.slug])
            context["learners"] = str(counts.get(milestone.slug, Learners()))
            if self.has_change_permission(request, milestone):
                context["mappings"] = mapping_links(milestone)
            if milestone.retired_on:
                context["successors"] = milestone.replaced_by.order_by("predecessor_links__position")
        return super().changeform_view(request, object_id, form_url, context)

    def has_delete_permission(self, request: HttpRequest, obj: Milestone | None = None) -> bool:
        """What learners have met is retired instead."""
        if obj is not None and (is_published(obj) or learners_of(obj.roadmap, [obj.slug])):
            return False
        return super().has_delete_permission(request, obj)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        hours = list(form.instance.steps.values_list("hours", flat=True))
        if hours and abs(sum(hours) - form.instance.effort_likely) > SUM_TOLERANCE:
            text = f"The steps add up to {sum(hours):g} hours, the likely effort says {form.instance.effort_likely:g}."
            self.message_user(request, f"{text} Make them agree before publishing.", messages.WARNING)


@admin.register(ChoiceGroup)
class ChoiceGroupAdmin(WorkingCopyAdmin):
    form = ChoiceGroupForm
    fieldsets = [(None, {"fields": ["title", "note", "optional"]}), ADDRESS]
    inlines = (MemberInline,)
    list_display = ("title", "choices", "status", "move")
    search_fields = ("title", "note", "slug", "members__milestone__title")
    formfield_overrides = SHORT_TEXT

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChoiceGroup]:
        return super().get_queryset(request).select_related("roadmap").prefetch_related("members__milestone")

    @admin.display(description="Status")
    def status(self, group: ChoiceGroup) -> str:
        return "optional" if group.optional else ""

    @admin.display(description="Choices")
    def choices(self, group: ChoiceGroup) -> SafeString:
        rows = ((f"{member}{' (default)' if member.is_default else ''}",) for member in group.members.all())
        return format_html_join(", ", "{}", rows)


@admin.register(Credential)
class CredentialAdmin(WorkingCopyAdmin):
    form = CredentialForm
    fieldsets = [
        (None, {"fields": ["name", "issuer", "milestone"]}),
        ("Does it exist?", {"fields": ["status", "as_of", "changed_on", "detail", "evidence"]}),
        ADDRESS,
    ]
    list_display = ("name", "issuer", "status", "as_of", "milestone", "move")
    list_filter = ("status",)
    list_select_related = ("roadmap", "milestone")
    search_fields = ("name", "issuer", "detail", "slug")
    formfield_overrides = SHORT_TEXT


@admin.register(Fact)
class FactAdmin(WorkingCopyAdmin):
    form = FactForm
    fieldsets = [
        (None, {"fields": ["claim", "milestone", ("value", "unit"), ("period", "region")]}),
        ("Where it comes from", {"fields": ["source", "publisher", "url", "as_of"]}),
        ("Our verdict", {"fields": ["verdict", "note"]}),
        ADDRESS,
    ]
    list_display = ("claim", "figure", "verdict", "milestone", "move")
    list_filter = ("verdict",)
    list_select_related = ("roadmap", "milestone")
    search_fields = ("claim", "note", "publisher", "source__title", "url", "slug", "period", "region", "unit")
    formfield_overrides = SHORT_TEXT

    @admin.display(description="Figure", ordering="value")
    def figure(self, fact: Fact) -> str:
        """129,251 US dollars a year."""
        return "" if fact.value is None else f"{fact.value:,.15g} {fact.unit}".strip()


@admin.register(Source)
class SourceAdmin(WorkingCopyAdmin):
    form = SourceForm
    fieldsets = [(None, {"fields": ["title", "publisher", "url", "as_of"]}), ADDRESS]
    list_display = ("title", "publisher", "as_of", "move")
    list_select_related = ("roadmap",)
    search_fields = ("title", "publisher", "url", "slug")
