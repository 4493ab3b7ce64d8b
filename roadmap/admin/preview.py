"""The working copy, or any edition, on the learner's own pages: same contexts, same templates, nothing to press."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from roadmap.document import Document
from roadmap.drafts import draft_of
from roadmap.editions import published
from roadmap.models import Enrolment, Milestone, Roadmap
from roadmap.queries import OwnJourney
from roadmap.standing import Progress
from roadmap.views.atlas import atlas
from roadmap.views.overview import overview
from roadmap.views.sheet import sheet

from .publishing import roadmap_or_404

if TYPE_CHECKING:
    from .editions import EditionAdmin
    from .roadmaps import RoadmapAdmin

HOURS_PER_WEEK = 10
_FORM = re.compile(r"<form\b")
_LINK = re.compile(r'<a\b([^>]*?)\shref="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_HTMX = re.compile(r'\shx-[a-z:-]+="[^"]*"')


@dataclass(frozen=True, kw_only=True)
class DraftJourney(OwnJourney):
    """Somebody who has just enrolled in what is not what learners see."""

    draft: Document

    @property
    def document(self) -> Document:
        return self.draft


def preview(admin: RoadmapAdmin, request: HttpRequest, object_id: str, milestone: str = "") -> HttpResponse:
    """Show the working copy, or one of its milestones, as a learner would see it."""
    roadmap = roadmap_or_404(admin, request, object_id)
    draft = draft_of(roadmap)
    if draft.document is None:
        admin.message_user(request, "The draft cannot be shown yet. Mend what is listed below.", messages.WARNING)
        return HttpResponseRedirect(draft.review_url)
    journey = _journey(roadmap, draft.number or 0, draft.document)
    return _shown(request, journey, milestone, home=draft.preview_url, context={"draft": draft})


def look_at(admin: EditionAdmin, request: HttpRequest, object_id: str, milestone: str = "") -> HttpResponse:
    """Show an edition, or one of its milestones, as a learner would have seen it."""
    edition = admin.edition_or_404(request, object_id)
    journey = _journey(edition.roadmap, edition.number, published(edition))
    home = reverse("admin:roadmap_edition_preview", args=[edition.pk])
    return _shown(request, journey, milestone, home=home, context={"edition": edition})


def _journey(roadmap: Roadmap, number: int, document: Document) -> DraftJourney:
    today = timezone.localdate()
    return DraftJourney(
        roadmap=roadmap,
        edition=number,
        today=today,
        enrolment=Enrolment(roadmap=roadmap, hours_per_week=HOURS_PER_WEEK, started_on=today, seen_edition=number),
        progress=Progress(hours_per_week=HOURS_PER_WEEK),
        draft=document,
    )


def _shown(
    request: HttpRequest, journey: DraftJourney, milestone: str, *, home: str, context: dict[str, Any]
) -> HttpResponse:
    if milestone and milestone not in journey.document.by_slug:
        raise Http404
    page, shown = _page(journey, milestone, is_map=request.GET.get("page") == "map")
    if milestone and "draft" in context:
        context["part"] = Milestone.objects.filter(roadmap=journey.roadmap, slug=milestone).first()
    # `edition` is ours: the pages' own context may use the word for its number.
    html = render_to_string("admin/roadmap/preview.html", {**shown, "page": page, "shown": context}, request)
    return HttpResponse(_inert(html, journey.roadmap, home))


def _page(journey: DraftJourney, milestone: str, *, is_map: bool) -> tuple[str, dict[str, Any]]:
    """Return the template of the learners' page that is asked for, and its context."""
    if milestone:
        return "roadmap/milestone.html", sheet(journey, milestone)
    if is_map:
        return "roadmap/map.html", atlas(journey, critical=frozenset(journey.plan.critical_path))
    return "roadmap/roadmap.html", overview(journey)


def _inert(html: str, roadmap: Roadmap, home: str) -> str:
    """Take the life out of forms, and lead links on this roadmap to its preview or, with words, nowhere."""
    live = reverse("roadmap", args=[roadmap.slug])

    def led(found: re.Match[str]) -> str:
        before, url, after, text = found.groups()
        if not url.startswith(live):
            return found[0]
        if (goal := _previewed(url[len(live) :], home)) is None:
            return f'<a{before}{after} role="link" aria-disabled="true">{text} <small>(not in the preview)</small></a>'
        return f'<a{before} href="{goal}"{after}>{text}</a>'

    return _FORM.sub("<form inert", _LINK.sub(led, _HTMX.sub("", html)))


def _previewed(rest: str, home: str) -> str | None:
    """Return where the preview shows what an address below the roadmap's shows; nothing where it doesn't."""
    if rest.partition("#")[0] == "map/":
        return f"{home}?page=map"
    if found := re.fullmatch(r"(?:milestones/([a-z0-9-]+)/)?(#[^#]*)?", rest):
        return f"{home}{f'{found[1]}/' if found[1] else ''}{found[2] or ''}"
    return None
