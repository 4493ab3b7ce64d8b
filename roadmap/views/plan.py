"""My dashboard, as a page and as data."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from roadmap import planning, queries
from roadmap.views.gate import LearnerRequest, enrolled_or_404, signed_in
from roadmap.views.overview import beginnings, dashboard


@require_safe
@signed_in
def plan(request: LearnerRequest) -> HttpResponse:
    """Show what fits into this week on each roadmap that I follow, or how to begin."""
    followed = queries.journeys(request.user)
    context = dashboard(followed) if followed else beginnings(queries.offered(request.user))
    return render(request, "roadmap/plan.html" if followed else "roadmap/begin.html", context)


@require_safe
@signed_in
def plan_json(request: LearnerRequest, slug: str) -> HttpResponse:
    """Give the figures of the page to programs. Schedule and forecast are absent until they are worked out."""
    mine = enrolled_or_404(request, slug)
    standing = mine.standing
    data = {
        "roadmap": mine.roadmap.slug,
        "edition": mine.edition,
        "today": mine.today.isoformat(),
        "hours_per_week": mine.progress.hours_per_week,
        "counts": standing.counts._asdict(),
        "hours": standing.hours._asdict(),
        "percent": standing.percent,
        "next": list(planning.next_milestones(standing)),
        "locked": {slug: list(missing) for slug, missing in standing.locked.items()},
    }
    return JsonResponse(data)
