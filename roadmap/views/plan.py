"""My dashboard, as a page and as data."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import pauses
from roadmap import queries
from roadmap.figures import WEEKS_SHOWN, figures
from roadmap.forms import PauseForm
from roadmap.views import words
from roadmap.views.answers import unsaved
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
    """Give the figures of the page to programs; `?weeks=all` lays out everything, else the next 52 weeks."""
    mine = enrolled_or_404(request, slug)
    before = queries.a_week_ago([mine]).get(mine.enrolment.pk)
    weeks = None if request.GET.get("weeks") == "all" else WEEKS_SHOWN
    return JsonResponse(figures(mine, before, weeks=weeks))


@require_POST
@signed_in
def pause(request: LearnerRequest) -> HttpResponse:
    """Pause from a day up to another, or (`wish=resume`) be back today. It holds for everything that I follow."""
    today = queries.today_of(request.user)
    if request.POST.get("wish") == "resume":
        ended = pauses.resume(user=request.user, today=today)
        messages.success(request, words.resumed(has_begun=bool(ended and ended.starts_on <= today)))
        return redirect("plan")
    form = PauseForm(request.POST, today=today)
    if not form.is_valid():
        unsaved(request, form)
        context = dashboard(queries.journeys(request.user), pause_form=form)
        return render(request, "roadmap/plan.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    pauses.pause(user=request.user, today=today, **form.cleaned_data)
    messages.success(request, words.paused(**form.cleaned_data, today=today))
    return redirect("plan")
