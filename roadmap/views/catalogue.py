"""What there is to learn: the front page, the roadmaps, one roadmap, one milestone. Public; mine when I follow it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from roadmap import queries
from roadmap.document import dump, json_schema
from roadmap.forms import PreviewForm
from roadmap.queries import OwnJourney
from roadmap.views.atlas import atlas
from roadmap.views.gate import journey_or_404
from roadmap.views.overview import enrol_form, glance, overview
from roadmap.views.sheet import sheet
from roadmap.views.what_if import titles_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, with a roadmap at a glance: one that the visitor follows, else the first."""
    offers = queries.offered(request.user)
    offer = next((offer for offer in offers if offer.is_followed), next(iter(offers), None))
    return render(request, "home.html", glance(offer) if offer else {})


@require_safe
def roadmaps(request: HttpRequest) -> HttpResponse:
    offered = [glance(offer) for offer in queries.offered(request.user)]
    return render(request, "roadmap/roadmaps.html", {"offered": offered})


@require_safe
def roadmap(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one roadmap; to who comes from its preview with what they said there."""
    shown = journey_or_404(request, slug)
    context, asked = overview(shown), PreviewForm(request.GET, document=shown.document)
    if "hours_per_week" in request.GET and not isinstance(shown, OwnJourney) and asked.is_valid():
        context["enrol_form"] = enrol_form(shown, initial=asked.cleaned_data)
        context["brought"] = titles_of(shown.document, asked.cleaned_data["known"])
    return render(request, "roadmap/roadmap.html", context)


@require_safe
def road_map(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a roadmap as a map and as an outline."""
    shown = journey_or_404(request, slug)
    critical = frozenset(shown.plan.critical_path) if isinstance(shown, OwnJourney) else frozenset()
    return render(request, "roadmap/map.html", atlas(shown, critical=critical))


@require_safe
def milestone(request: HttpRequest, slug: str, milestone: str) -> HttpResponse:
    """Show one milestone, retired ones included: what was published stays reachable.

    A letter's link `to` the note is a learner's: who has no session logs in first, and comes back to it.
    """
    if request.GET.get("to") == "note" and not request.user.is_authenticated:
        return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': f'{request.path}#note'})}")
    return render(request, "roadmap/milestone.html", sheet(journey_or_404(request, slug), milestone))


@require_safe
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the published edition as a document that `load_roadmap` takes."""
    shown = journey_or_404(request, slug)
    response = HttpResponse(dump(shown.document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{slug}-edition-{shown.edition}.yaml"'
    return response


@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def schema(request: HttpRequest) -> HttpResponse:
    """Give the JSON Schema of format 1, made of the very types that an import is read with."""
    named = {"$id": settings.SITE_URL + request.path, **json_schema()}
    return JsonResponse(named, content_type="application/schema+json", json_dumps_params={"ensure_ascii": False})
