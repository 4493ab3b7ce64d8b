"""Roadmaps as files: download the draft, upload a file after a look at what it changes, copy a whole roadmap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from roadmap.document import FORMATS, Document, DocumentError, restore, to_data
from roadmap.drafts import draft_of
from roadmap.editions import Incoming, incoming, write

from .differences import parts_with_learners
from .document_forms import ApplyForm, Pending, UploadForm
from .forms import CopyForm
from .publishing import roadmap_or_404

if TYPE_CHECKING:
    from .roadmaps import RoadmapAdmin

PARTS = ("stage", "milestone", "choicegroup", "credential", "fact", "source")
NEEDS = (
    "roadmap.change_roadmap",
    *(f"roadmap.{verb}_{part}" for part in PARTS for verb in ("add", "change", "delete")),
)
STALE = "The draft has changed since this page was opened. Look at the difference again, then apply."


def download(admin: RoadmapAdmin, request: HttpRequest, object_id: str, *, form: str) -> HttpResponse:
    """Give the draft as a document, half-way work included where a document can hold it."""
    draft = draft_of(roadmap_or_404(admin, request, object_id))
    if draft.document is None:
        admin.message_user(request, "This draft is no document yet. Mend what is listed here first.", messages.WARNING)
        return HttpResponseRedirect(draft.review_url)
    content_type, written = FORMATS[form]
    headers = {"Content-Disposition": f'attachment; filename="{draft.roadmap.slug}-draft.{form}"'}
    return HttpResponse(written(draft.document), content_type=f"{content_type}; charset=utf-8", headers=headers)


def upload(admin: RoadmapAdmin, request: Any) -> HttpResponse:
    """Take a file and show what it would change, then, posted again, change it."""
    if not may_upload(admin, request):
        raise PermissionDenied
    form: forms.Form = UploadForm()
    found = None
    if request.method == "POST":
        form = ApplyForm(request.POST) if "pending" in request.POST else UploadForm(request.POST, request.FILES)
        if form.is_valid():
            with transaction.atomic():
                found = _looked_at(request, form)
                if found and isinstance(form, ApplyForm) and not form.errors:
                    return _applied(admin, request, found)
    return _page(admin, request, form, found)


def may_upload(admin: RoadmapAdmin, request: HttpRequest) -> bool:
    """A file changes every part of a roadmap, so it takes the permission for each."""
    return admin.has_change_permission(request) and request.user.has_perms(NEEDS)


def _looked_at(request: Any, form: forms.Form) -> Incoming | None:
    """Return what the form's document would do; on the form say why it cannot be done, or not now."""
    pending = form.cleaned_data.get("pending")
    try:
        found = incoming(_document(form), today=timezone.localdate())
    except DocumentError as error:
        form.add_error(None, ValidationError(str(error).splitlines(), code="refused"))
        return None
    if found.roadmap is None and not request.user.has_perm("roadmap.add_roadmap"):
        raise PermissionDenied
    if pending and pending.version != _version(found):
        form.add_error(None, STALE)
    return found


def _document(form: forms.Form) -> Document:
    pending: Pending | None = form.cleaned_data.get("pending")
    return pending.document if pending else form.cleaned_data["file"]


def _version(found: Incoming) -> int | None:
    return found.roadmap.draft_version if found.roadmap else None


def _applied(admin: RoadmapAdmin, request: Any, found: Incoming) -> HttpResponse:
    roadmap = found.roadmap if found.roadmap and found.is_empty else write(found.document)
    if found.roadmap is None:
        admin.log_addition(request, roadmap, "Made from a document.")
    elif not found.is_empty:
        admin.log_change(request, roadmap, "Changed by a document.")
    admin.message_user(request, draft_of(roadmap).sentence, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:roadmap_roadmap_change", args=[roadmap.pk]))


def _page(admin: RoadmapAdmin, request: HttpRequest, form: forms.Form, found: Incoming | None) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": "Upload a document",
        "opts": admin.opts,
        "form": form,
        "upload": form if isinstance(form, UploadForm) else UploadForm(),
        "found": found,
    }
    if found:
        context["pending"] = Pending(_document(form), _version(found)).sealed()
        context["parts"] = parts_with_learners(found.roadmap, found.changes) if found.roadmap else []
    refused = form.is_bound and bool(form.errors)
    return render(request, "admin/roadmap/upload.html", context, status=422 if refused else 200)


def duplicate(admin: RoadmapAdmin, request: Any, object_id: str) -> HttpResponse:
    """Make a second roadmap out of the draft of another."""
    original = roadmap_or_404(admin, request, object_id)
    if not admin.has_add_permission(request) or not may_upload(admin, request):
        raise PermissionDenied
    draft = draft_of(original)
    if draft.document is None:
        admin.message_user(request, "This draft is no document yet. Mend what is listed here first.", messages.WARNING)
        return HttpResponseRedirect(draft.review_url)
    form = CopyForm(request.POST or None, initial={"title": f"{original.title} (copy)"})
    if form.is_valid():
        made = write(restore({**to_data(draft.document), **form.cleaned_data}))
        admin.log_addition(request, made, f"Copied from {original}.")
        admin.message_user(request, draft_of(made).sentence, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:roadmap_roadmap_change", args=[made.pk]))
    context = {
        **admin.admin_site.each_context(request),
        "title": f"Copy “{original}”",
        "opts": admin.opts,
        "roadmap": original,
        "form": form,
    }
    return render(request, "admin/roadmap/copy.html", context, status=422 if form.is_bound else 200)
