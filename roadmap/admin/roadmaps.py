"""The roadmap's own page: where an editor begins, and the way to preview and publish."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roadmap.document import FORMATS
from roadmap.drafts import draft_of, touch
from roadmap.models import ChoiceGroup, Credential, Edition, Fact, Milestone, Roadmap, Source, Stage

from .attentive import AttentiveAdmin
from .base import PlainAdmin
from .comparing import compare
from .curriculum import SHORT_TEXT
from .documents import download, duplicate, may_upload, upload
from .forms import RoadmapForm, is_published
from .preview import preview
from .publishing import review
from .returning import ReturningAdmin

_MOMENT = forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": 1})
PARTS = (Stage, Milestone, ChoiceGroup, Credential, Fact, Source, Edition)


@admin.register(Roadmap)
class RoadmapAdmin(ReturningAdmin, AttentiveAdmin, PlainAdmin):
    form = RoadmapForm
    change_form_template = "admin/roadmap/roadmap_form.html"
    fieldsets = [
        (None, {"fields": ["title", "summary"]}),
        ("Address and withdrawal", {"classes": ["collapse"], "fields": ["slug", "withdrawn_at"]}),
    ]
    list_display = ("title", "edition", "ways")
    search_fields = ("title",)
    change_list_template = "admin/roadmap/roadmap_list.html"
    formfield_overrides = {**SHORT_TEXT, models.DateTimeField: {"form_class": forms.DateTimeField, "widget": _MOMENT}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Roadmap]:
        return super().get_queryset(request).select_related("current_edition").defer("current_edition__document")

    def get_urls(self) -> list[URLPattern]:
        def view(function: Any, **fixed: Any) -> Any:
            return self.admin_site.admin_view(partial(function, self, **fixed))

        downloads = [
            path(f"<path:object_id>/document.{form}", view(download, form=form), name=f"roadmap_roadmap_{form}")
            for form in FORMATS
        ]
        return [
            path("upload/", view(upload), name="roadmap_roadmap_upload"),
            *downloads,
            path("<path:object_id>/copy/", view(duplicate), name="roadmap_roadmap_copy"),
            path("<path:object_id>/review/", view(review), name="roadmap_roadmap_review"),
            path("<path:object_id>/compare/", view(compare), name="roadmap_roadmap_compare"),
            path("<path:object_id>/preview/", view(preview), name="roadmap_roadmap_preview"),
            path("<path:object_id>/preview/<slug:milestone>/", view(preview), name="roadmap_roadmap_preview_milestone"),
            *super().get_urls(),
        ]

    @admin.display(description="Learners see")
    def edition(self, roadmap: Roadmap) -> str:
        return f"edition {roadmap.current_edition.number}" if roadmap.current_edition else "nothing yet"

    @admin.display(description="Draft")
    def ways(self, roadmap: Roadmap) -> SafeString:
        draft = draft_of(roadmap)
        return format_html(
            '{} · <a href="{}">Preview</a> · <a href="{}">Review and publish</a>',
            draft.state,
            draft.preview_url,
            draft.review_url,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Roadmap | None = None) -> tuple[str, ...]:
        """Withdrawing a roadmap is an operator's decision; a published slug is permanent."""
        fixed = ("slug",) if obj and is_published(obj) else ()
        return fixed if request.user.is_superuser else (*fixed, "withdrawn_at")

    def has_delete_permission(self, request: HttpRequest, obj: Roadmap | None = None) -> bool:
        return (obj is None or not is_published(obj)) and super().has_delete_permission(request, obj)

    def changeform_view(
        self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if object_id is not None and (roadmap := self.get_object(request, object_id)):
            context |= {"draft": draft_of(roadmap), "parts": _parts(request, roadmap)}
            context["may_upload"] = may_upload(self, request)
            context["may_copy"] = context["may_upload"] and self.has_add_permission(request)
        return super().changeform_view(request, object_id, form_url, context)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            _begin(form.instance)
        touch(form.instance)

    def changelist_view(self, request: Any, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"may_upload": may_upload(self, request), **(extra_context or {})})

    def response_add(self, request: Any, obj: Roadmap, post_url_continue: str | None = None) -> HttpResponse:
        """Lead on to the new roadmap's own page."""
        self.message_user(request, draft_of(obj).sentence, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:roadmap_roadmap_change", args=[obj.pk]))

    def response_change(self, request: Any, obj: Roadmap) -> HttpResponse:
        request.roadmap = obj
        return super().response_change(request, obj)


def _begin(roadmap: Roadmap) -> None:
    """Give a new roadmap one stage with one milestone, ready to be renamed."""
    stage = Stage.objects.create(roadmap=roadmap, slug="first-stage", title="First stage", position=1)
    effort = {"effort_low": 5, "effort_likely": 10, "effort_high": 20}
    first = {"slug": "first-milestone", "title": "First milestone", "position": 1}
    Milestone.objects.create(roadmap=roadmap, stage=stage, **first, **effort)


def _parts(request: HttpRequest, roadmap: Roadmap) -> list[dict[str, Any]]:
    """Return the lists of a roadmap with their sizes, those that this person may see."""
    return [
        {
            "name": model._meta.verbose_name_plural,
            "count": model._default_manager.filter(roadmap=roadmap).count(),
            "url": f"{reverse(f'admin:roadmap_{model._meta.model_name}_changelist')}?roadmap={roadmap.pk}",
        }
        for model in PARTS
        if request.user.has_perm(f"roadmap.view_{model._meta.model_name}")
    ]
