"""The working copy on the learner's own pages: same views' contexts, same templates, nothing to press."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from roadmap.document import Document
from roadmap.drafts import Draft, draft_of
from roadmap.models import Enrolment
from roadmap.queries import OwnJourney
from roadmap.standing import Progress
from roadmap.views.overview import overview
from roadmap.views.sheet import sheet

from .publishing import roadmap_or_404

if TYPE_CHECKING:
    from .roadmaps import RoadmapAdmin

HOURS_PER_WEEK = 10
_FORM = re.compile(r"<form\b")


@dataclass(frozen=True, kw_only=True)
class DraftJourney(OwnJourney):
    """Somebody who has just enrolled in what is not published yet."""

    draft: Document

    @property
    def document(self) -> Document:
        return self.draft


def preview(admin: RoadmapAdmin, request: HttpRequest, object_id: str, milestone: str = "") -> HttpResponse:
    """Show the working copy, or one of its milestones, as a learner would see it."""
    draft = draft_of(roadmap_or_404(admin, request, object_id))
    if draft.document is None:
        admin.message_user(request, "The draft cannot be shown yet. Mend what is listed below.", messages.WARNING)
        return HttpResponseRedirect(draft.review_url)
    if milestone and milestone not in draft.document.by_slug:
        raise Http404
    journey = _journey(draft, draft.document)
    page, context = (
        ("roadmap/milestone.html", sheet(journey, milestone))
        if milestone
        else ("roadmap/roadmap.html", overview(journey))
    )
    html = render_to_string("admin/roadmap/preview.html", {**context, "page": page, "draft": draft}, request)
    return HttpResponse(_inert(html, draft))


def _journey(draft: Draft, document: Document) -> DraftJourney:
    today = timezone.localdate()
    return DraftJourney(
        roadmap=draft.roadmap,
        edition=draft.number or 0,
        today=today,
        enrolment=Enrolment(
            roadmap=draft.roadmap, hours_per_week=HOURS_PER_WEEK, started_on=today, seen_edition=draft.number or 0
        ),
        progress=Progress(hours_per_week=HOURS_PER_WEEK),
        draft=document,
    )


def _inert(html: str, draft: Draft) -> str:
    """Take the life out of forms, and lead links on this roadmap to its preview."""
    live = reverse("roadmap", args=[draft.roadmap.slug])
    link = re.compile(rf'href="{re.escape(live)}(?:milestones/([a-z0-9-]+/))?[^"#]*')
    html = link.sub(lambda found: f'href="{draft.preview_url}{found[1] or ""}', html)
    return _FORM.sub("<form inert", html)
