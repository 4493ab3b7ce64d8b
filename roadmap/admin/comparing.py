"""Two states of a roadmap side by side: any edition, or the draft, with any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator

from roadmap.document import Document, difference
from roadmap.drafts import draft_of
from roadmap.editions import document_in
from roadmap.models import Roadmap

from .differences import parts_of
from .publishing import roadmap_or_404

if TYPE_CHECKING:
    from .roadmaps import RoadmapAdmin

DRAFT = "draft"


class CompareForm(forms.Form):
    """Which two: the number of an edition, or `draft`."""

    old = forms.ChoiceField(label="From")
    new = forms.ChoiceField(label="To")

    def __init__(self, *args: Any, roadmap: Roadmap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editions = [
            (str(number), Truncator(f"Edition {number}: {notes}" if notes else f"Edition {number}").chars(80))
            for number, notes in roadmap.editions.order_by("-number").values_list("number", "notes")
        ]
        for field in (self.fields["old"], self.fields["new"]):
            field.choices = [(DRAFT, "The draft"), *editions]  # type: ignore[attr-defined] # a ChoiceField


def compare(admin: RoadmapAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what changed from one state to another; at first from what learners see to the draft."""
    roadmap = roadmap_or_404(admin, request, object_id)
    current = roadmap.current_edition
    first = {"old": str(current.number) if current else DRAFT, "new": DRAFT}
    form = CompareForm({**first, **request.GET.dict()}, roadmap=roadmap)
    context: dict[str, Any] = {}
    if form.is_valid():
        old, new = (_document(roadmap, form.cleaned_data[side]) for side in ("old", "new"))
        if old and new:
            context["parts"] = parts_of(difference(old, new).changes)
        else:
            context["review_url"] = draft_of(roadmap).review_url
    context |= {
        **admin.admin_site.each_context(request),
        "title": "Compare",
        "opts": admin.opts,
        "roadmap": roadmap,
        "form": form,
    }
    return render(request, "admin/roadmap/compare.html", context, status=200 if form.is_valid() else 422)


def _document(roadmap: Roadmap, which: str) -> Document | None:
    """Return a state of the roadmap; nothing for a draft that is too unfinished to read."""
    return draft_of(roadmap).document if which == DRAFT else document_in(roadmap.pk, int(which))
