"""Retiring a milestone: out of use, credit kept, and what leans on it shown before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from roadmap.drafts import touch
from roadmap.models import Milestone, Replacement

from .forms import clean_values, not_in_future
from .formsets import check_replacements
from .learners import Learners, learners_of

if TYPE_CHECKING:
    from .curriculum import MilestoneAdmin


class RetireForm(forms.Form):
    """When, and what takes its place."""

    retired_on = forms.DateField(label="Retired on", help_text="Learners meet it with the next edition.")
    replaced_by = forms.ModelMultipleChoiceField(
        Milestone.objects.none(),
        required=False,
        label="Replaced by",
        help_text="Whoever has done this keeps the credit towards these. Leave it empty if nothing takes its place.",
    )

    def __init__(self, *args: Any, milestone: Milestone, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.milestone = milestone
        successors: Any = self.fields["replaced_by"]
        successors.queryset = Milestone.objects.filter(roadmap=milestone.roadmap, retired_on=None).exclude(
            pk=milestone.pk
        )
        successors.widget.attrs["size"] = 10

    def clean_retired_on(self) -> Any:
        return not_in_future(self.cleaned_data["retired_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        clean_values(self)
        if successors := list(cleaned.get("replaced_by") or ()):
            self.milestone.retired_on = cleaned.get("retired_on")
            try:
                check_replacements(self.milestone, successors)
            except ValidationError as error:
                self.add_error("replaced_by", error)
        return cleaned


def retire(admin: MilestoneAdmin, request: Any, object_id: str) -> HttpResponse:
    """Show, on GET, what retiring would touch; do it on POST."""
    milestone = admin.get_object(request, unquote(object_id))
    if milestone is None:
        raise Http404
    if not admin.has_change_permission(request, milestone):
        raise PermissionDenied
    request.roadmap = milestone.roadmap
    change_url = reverse("admin:roadmap_milestone_change", args=[milestone.pk])
    if milestone.retired_on:
        admin.message_user(request, f"“{milestone}” is retired already.", messages.INFO)
        return HttpResponseRedirect(change_url)
    posted = request.POST if request.method == "POST" else None
    form = RetireForm(posted, milestone=milestone, initial={"retired_on": timezone.localdate()})
    if form.is_valid():
        _save(admin, request, milestone, form.cleaned_data)
        admin.message_user(request, "", messages.SUCCESS)
        return HttpResponseRedirect(change_url)
    return render(
        request,
        "admin/roadmap/retire.html",
        {**admin.admin_site.each_context(request), **_context(admin, milestone), "form": form},
        status=422 if form.is_bound else 200,
    )


def _context(admin: MilestoneAdmin, milestone: Milestone) -> dict[str, Any]:
    return {
        "title": f"Retire “{milestone}”",
        "opts": admin.opts,
        "original": milestone,
        "roadmap": milestone.roadmap,
        "learners": learners_of(milestone.roadmap, [milestone.slug]).get(milestone.slug, Learners()),
        "successors": [link.milestone for link in milestone.successor_links.select_related("milestone")],
        "memberships": milestone.memberships.select_related("group"),
    }


def _save(admin: MilestoneAdmin, request: HttpRequest, milestone: Milestone, values: dict[str, Any]) -> None:
    with transaction.atomic():
        milestone.retired_on = values["retired_on"]
        milestone.save(update_fields=["retired_on"])
        milestone.replacement_links.all().delete()
        Replacement.objects.bulk_create(
            Replacement(milestone=milestone, successor=successor, position=position)
            for position, successor in enumerate(values["replaced_by"], start=1)
        )
        admin.log_change(request, milestone, "Retired.")
        touch(milestone.roadmap)
