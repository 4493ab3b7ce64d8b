"""Where a save leads: back to the page from which a form was opened, or to the list of its own roadmap."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from roadmap.models import Milestone, Roadmap

BACK = "back"
REVIEW, PREVIEW = "review", "preview"


def back_to(request: HttpRequest, thing: Any) -> str:
    """Return the address of the page that was asked for by the form, or from which it was opened; else nothing."""
    name = request.POST.get(f"_{BACK}") or request.GET.get(BACK)
    roadmap = thing.pk if isinstance(thing, Roadmap) else thing.roadmap_id
    if name == REVIEW:
        return reverse("admin:roadmap_roadmap_review", args=[roadmap])
    if name == PREVIEW and isinstance(thing, Milestone) and thing.pk:
        return reverse("admin:roadmap_roadmap_preview_milestone", args=[roadmap, thing.slug])
    return reverse("admin:roadmap_roadmap_preview", args=[roadmap]) if name == PREVIEW else ""


class ReturningAdmin(admin.ModelAdmin):
    """Leads back after a save. `back` in a form's address says from where it was opened, `_back` what comes next."""

    def get_preserved_filters(self, request: HttpRequest) -> str:
        """Keep, beside the list's filters, the page from which a form was opened."""
        kept = super().get_preserved_filters(request)
        if (back := request.GET.get(BACK)) in (REVIEW, PREVIEW):
            return "&".join(filter(None, [kept, urlencode({BACK: back})]))
        return kept

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._returned(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self._returned(request, obj) or super().response_post_save_change(request, obj)

    def response_delete(self, request: Any, obj_display: str, obj_id: int) -> HttpResponse:
        response = super().response_delete(request, obj_display, obj_id)
        roadmap = getattr(request, "roadmap", None)
        return (self._returned(request, self.model(roadmap=roadmap)) if roadmap else None) or response

    def _returned(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect | None:
        """Lead to where the form came from; without a list behind it, to that of the thing's own roadmap."""
        if back := back_to(request, obj):
            return HttpResponseRedirect(back)
        if isinstance(obj, Roadmap) or parse_qs(request.GET.get("_changelist_filters", "")).get("roadmap"):
            return None
        url = reverse(f"admin:roadmap_{self.opts.model_name}_changelist", query={"roadmap": obj.roadmap_id})
        return HttpResponseRedirect(url)


def choose_roadmap(admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Ask on which roadmap something is to be looked at or added; each answer leads on to where one was headed."""
    roadmaps = list(Roadmap.objects.all())
    if not roadmaps:
        admin.message_user(request, "There is no roadmap yet: begin with one.", messages.INFO)
        return HttpResponseRedirect(reverse("admin:roadmap_roadmap_changelist"))
    context = {
        **admin.admin_site.each_context(request),
        "title": "On which roadmap?",
        "opts": admin.opts,
        "roadmaps": [(roadmap, f"?{_with_roadmap(request, roadmap)}") for roadmap in roadmaps],
    }
    return render(request, "admin/roadmap/choose.html", context)


def _with_roadmap(request: HttpRequest, roadmap: Roadmap) -> str:
    query = request.GET.copy()
    query["roadmap"] = str(roadmap.pk)
    return query.urlencode()
