"""Rows inside a milestone or a group, checked together."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from roadmap.models import Citation, GroupMember

from .forms import fresh_slug
from .ordering import OneEmptyRow, OrderedFormSet
from .requirements import Requirements


class StepFormSet(OrderedFormSet):
    """Steps get a permanent slug when they are made; editors never see it."""

    def clean(self) -> None:
        super().clean()
        taken = set(self.instance.steps.values_list("slug", flat=True)) if self.instance.pk else set()
        for form in self.kept:
            if not form.instance.slug:
                slug = fresh_slug(form.cleaned_data.get("title", ""), taken, fallback="step")
                form.instance.slug = slug
                taken.add(slug)


class ResourceFormSet(OrderedFormSet):
    distinct = "url"


class SourceLinkFormSet(OrderedFormSet):
    distinct = "source"


class CitationFormSet(OneEmptyRow, BaseInlineFormSet):
    """Quotes get the roadmap of their milestone and the next free reference."""

    def clean(self) -> None:
        super().clean()
        new = [form for form in self.extra_forms if form.has_changed() and hasattr(form, "cleaned_data")]
        if not new:
            return
        roadmap = self.instance.roadmap
        rows = Citation.objects.filter(roadmap=roadmap).order_by("-position").values_list("reference", "position")
        taken, last = {reference for reference, _ in rows}, rows[0][1] if rows else 0
        for number, form in enumerate(new, start=1):
            form.instance.roadmap = roadmap
            form.instance.position = last + number
            form.instance.reference = fresh_slug(f"q{last + number:03}", taken, fallback="q")
            taken.add(form.instance.reference)


class RequirementFormSet(OrderedFormSet):
    """Refuses a circle. The formsets of one page share what they propose through their parent."""

    def proposed(self) -> list[Any]:
        """Return what the kept rows name, as model instances."""
        return [value for form in self.kept if (value := form.cleaned_data.get(self.distinct))]

    @property
    def requirements(self) -> Requirements:
        if not hasattr(self.instance, "proposed_requirements"):
            self.instance.proposed_requirements = Requirements.of(self.instance.roadmap)
        shared: Requirements = self.instance.proposed_requirements
        return shared

    def refuse_circle(self, edges: dict[str, list[str]], key: str, values: list[str]) -> None:
        """Put `values` at `key` and raise if that closes a circle; leave the edges clean for the next formset."""
        before = edges.get(key, [])
        edges[key] = values
        if circle := self.requirements.circle(key):
            edges[key] = before
            raise ValidationError(f"These would wait for each other: {circle}.", code="circle")


class PrerequisiteFormSet(RequirementFormSet):
    distinct = "requires"

    def clean(self) -> None:
        super().clean()
        if self.instance.pk:
            slugs = [milestone.slug for milestone in self.proposed()]
            self.refuse_circle(self.requirements.needs, self.instance.slug, slugs)


class RequiredGroupFormSet(RequirementFormSet):
    distinct = "group"

    def clean(self) -> None:
        super().clean()
        if self.instance.pk:
            slugs = [group.slug for group in self.proposed()]
            self.refuse_circle(self.requirements.needs_groups, self.instance.slug, slugs)


class MemberFormSet(RequirementFormSet):
    """Members of a choose-one group: one is the default."""

    distinct = "milestone"

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        members = [form.cleaned_data for form in self.kept]
        if not members:
            raise ValidationError("Name at least one milestone to choose.", code="empty")
        defaults = [row["milestone"] for row in members if row["default"]]
        if len(defaults) != 1:
            raise ValidationError("Mark one of them, and only one, as the default.", code="default")
        if defaults[0].retired_on:
            raise ValidationError(f"“{defaults[0]}” is retired: make another the default.", code="retired")
        chosen = {row["milestone"] for row in members}
        for row in members:
            if row["pairs_with"] in chosen:
                message = f"“{row['milestone']}” is paired with a member of this very group."
                raise ValidationError(message, code="pair")
        if self.instance.pk:
            slugs = [milestone.slug for milestone in self.proposed()]
            self.refuse_circle(self.requirements.members, self.instance.slug, slugs)

    def save(self, commit: bool = True) -> Any:
        """Save the rows, then move the default: never two at once, whatever the order of the rows."""
        saved = super().save(commit)
        if commit:
            default = next(form.instance.pk for form in self.kept if form.cleaned_data["default"])
            members = GroupMember.objects.filter(group=self.instance)
            members.exclude(pk=default).filter(is_default=True).update(is_default=False)
            members.filter(pk=default).update(is_default=True)
        return saved
