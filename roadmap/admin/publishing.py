"""From draft to edition: preview it as a learner would see it, review what changes, publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from roadmap.document import DocumentError
from roadmap.drafts import Draft, draft_of
from roadmap.editions import publish
from roadmap.models import Edition, Roadmap

from .advice import advice_on
from .authors import saves_since
from .differences import parts_with_learners
from .forms import clean_values

if TYPE_CHECKING:
    from .roadmaps import RoadmapAdmin


class PublishForm(forms.Form):
    """What the editor says of the edition, and which state of the draft was reviewed."""

    notes = forms.CharField(
        label="What is new, in a line",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Learners for whom something changes read it on their plan: “Two new milestones on evaluation.”",
    )
    draft_version = forms.IntegerField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        clean_values(self)
        return cleaned


def review(admin: RoadmapAdmin, request: Any, object_id: str) -> HttpResponse:
    """Show what publishing would do, on GET; publish on POST, if it is still the draft that was shown."""
    roadmap = roadmap_or_404(admin, request, object_id)
    if request.method == "POST":
        if not request.user.has_perm("roadmap.publish_roadmap"):
            raise PermissionDenied
        form = PublishForm(request.POST)
        if form.is_valid() and (edition := _publish(roadmap, request.user, form)):
            admin.log_change(request, roadmap, f"Published edition {edition.number}.")
            see = reverse("roadmap", args=[roadmap.slug])
            text = format_html('Edition {} is live. <a href="{}">See it</a>', edition.number, see)
            admin.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:roadmap_edition_change", args=[edition.pk]))
    else:
        form = PublishForm()
    draft = draft_of(roadmap)
    advice = advice_on(draft)
    saves = saves_since(roadmap, roadmap.current_edition.published_at if roadmap.current_edition else None)
    context = {
        **admin.admin_site.each_context(request),
        "title": f"Review and publish “{roadmap}”",
        "opts": admin.opts,
        "original": roadmap,
        "roadmap": roadmap,
        "draft": draft,
        "form": form,
        "may_publish": request.user.has_perm("roadmap.publish_roadmap"),
        "errors": advice.errors,
        "grave": advice.grave,
        "warnings": advice.warnings,
        "parts": parts_with_learners(roadmap, draft.changes, saves),
        "saves": saves,
        "is_empty": _is_empty(draft),
    }
    return render(request, "admin/roadmap/review.html", context, status=422 if form.is_bound else 200)


def roadmap_or_404(admin: RoadmapAdmin, request: HttpRequest, object_id: str) -> Roadmap:
    """Return the roadmap for somebody who may see its draft."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    roadmap: Roadmap | None = admin.get_object(request, unquote(object_id))
    if roadmap is None:
        raise Http404
    return roadmap


def _is_empty(draft: Draft) -> bool:
    return draft.document is not None and draft.number is not None and not draft.changes


def _publish(roadmap: Roadmap, by: Any, form: PublishForm) -> Edition | None:
    """Publish the draft that was reviewed; where that is not possible, say why on the form and return nothing."""
    with transaction.atomic():
        locked = Roadmap.objects.select_for_update().get(pk=roadmap.pk)
        before = locked.current_edition_id
        if form.cleaned_data["draft_version"] != locked.draft_version:
            form.add_error(None, "The draft has changed since this page was opened. Look at it again, then publish.")
            return None
        try:
            edition = publish(roadmap=locked, by=by, notes=form.cleaned_data["notes"])
        except DocumentError:
            form.add_error(None, "Mend what is listed below first.")
            return None
    if edition.pk == before:
        form.add_error(None, "There is nothing to publish: the draft is the same as the edition learners see.")
        return None
    return edition
