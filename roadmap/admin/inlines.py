"""Rows inside a milestone or a group, in an editor's words. Long lists start folded."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from roadmap.models import (
    Citation,
    GroupMember,
    MilestoneSource,
    Prerequisite,
    RequiredGroup,
    Resource,
    Step,
)

from .base import ROWS, Bounded, PartInline, SameRoadmap
from .forms import CitationForm, MemberForm, PartForm, StepForm
from .formsets import (
    CitationFormSet,
    MemberFormSet,
    PrerequisiteFormSet,
    RequiredGroupFormSet,
    ResourceFormSet,
    SourceLinkFormSet,
    StepFormSet,
)


class StepInline(PartInline):
    model = Step
    form = StepForm
    formset = StepFormSet
    fields = ("title", "hours", "resource")
    classes = ()
    verbose_name_plural = "steps: a week or two of work each; their hours add up to the likely effort"


class PrerequisiteInline(PartInline):
    model = Prerequisite
    form = PartForm
    formset = PrerequisiteFormSet
    fk_name = "milestone"
    fields = ("requires",)
    classes = ()
    verbose_name_plural = "prerequisites: milestones that come first"


class RequiredGroupInline(PartInline):
    model = RequiredGroup
    form = PartForm
    formset = RequiredGroupFormSet
    fields = ("group",)
    verbose_name = "choose-one group that comes first"
    verbose_name_plural = "choose-one groups that come first: whichever member the learner takes"


class ResourceInline(PartInline):
    model = Resource
    form = PartForm
    formset = ResourceFormSet
    fields = ("title", "url", "kind", "format", "free", "hours", "checked_on")
    verbose_name_plural = "resources: what to learn from"


class MilestoneSourceInline(PartInline):
    model = MilestoneSource
    form = PartForm
    formset = SourceLinkFormSet
    fields = ("source",)
    verbose_name = "source"
    verbose_name_plural = "sources that speak of it"


class CitationInline(Bounded, SameRoadmap, admin.TabularInline):
    """Quotes keep the order of the guides, over all milestones, so they are not dragged."""

    model = Citation
    form = CitationForm
    formset = CitationFormSet
    formfield_overrides = ROWS
    fields = ("source", "quote", "kind")
    extra = 0
    classes = ("collapse",)
    verbose_name_plural = "citations: short quotes of the guides that it answers to"


class MemberInline(PartInline):
    model = GroupMember
    form = MemberForm
    formset = MemberFormSet
    fields = ("milestone", "default", "pairs_with")
    classes = ()
    verbose_name = "member"
    verbose_name_plural = "members: a learner takes one of these"

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "pairs_with" and field is not None:
            field.help_text = "Taken with this milestone of another group: AWS's certificate with the AWS platform."
        return field
