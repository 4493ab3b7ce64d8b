"""What I bring along: three questions, the milestones that the answers suggest, and one change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from roadmap import actions
from roadmap.forms import AnswersForm, PlacementForm
from roadmap.placement import Suggestion, suggest
from roadmap.queries import OwnJourney
from roadmap.views import words
from roadmap.views.gate import LearnerRequest, enrolled_or_404, refused, signed_in
from roadmap.views.rows import Board

NOTHING = Suggestion(known=(), doing=())


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@signed_in
def placement(request: LearnerRequest, slug: str) -> HttpResponse:
    """GET with answers shows what they suggest; POST takes what is still ticked."""
    mine = enrolled_or_404(request, slug)
    return _take(request, mine) if request.method == "POST" else _ask(request, mine)


def _ask(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    answers = AnswersForm(request.GET if "degree" in request.GET else None)
    suggestion = suggest(mine.document, **answers.cleaned_data) if answers.is_valid() else NOTHING
    context = {"answers": answers, "suggestion": suggestion, **_offer(mine, suggestion)}
    template = "roadmap/_brought.html" if request.htmx else "roadmap/placement.html"
    return render(request, template, context, status=422 if answers.errors else 200)


def _take(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    live = [(m.slug, m.title) for m in mine.document.milestones]
    form = PlacementForm(request.POST, today=mine.today, milestones=live)
    if not form.is_valid():
        context = {"answers": AnswersForm(), "form": form, "suggestion": NOTHING, **_offer(mine, NOTHING)}
        template = "roadmap/_brought.html" if request.htmx else "roadmap/placement.html"
        return render(request, template, context, status=422)
    known, doing = form.cleaned_data["known"], form.cleaned_data["doing"]
    edition = mine.as_shown(form.cleaned_data["edition"]).edition
    try:
        events = actions.place(enrolment=mine.enrolment, known=known, doing=doing, today=mine.today, edition=edition)
    except actions.UnknownError as error:
        raise Http404(str(error)) from error
    except actions.RefusedError as error:
        return refused(request, str(error))
    undo = f"undo:{reverse('undo', args=[mine.roadmap.slug])}" if events else ""
    messages.success(request, words.brought_along(len(known), len(doing)), extra_tags=undo)
    return HttpResponseClientRedirect("/plan/") if request.htmx else redirect("plan")


def _offer(mine: OwnJourney, suggestion: Suggestion) -> dict[str, Any]:
    """Return what is suggested, and stage by stage what else one could bring along."""
    rows = Board(mine.document, mine.standing).rows()
    open_rows = {slug: row for slug, row in rows.items() if row.milestone.retired_on is None and row.state in _OPEN}
    suggested = {*suggestion.known, *suggestion.doing}
    return {
        "journey": mine,
        "roadmap": mine.document,
        "known": [open_rows[slug] for slug in suggestion.known if slug in open_rows],
        "doing": [
            open_rows[slug] for slug in suggestion.doing if slug in open_rows and open_rows[slug].state == "todo"
        ],
        "settled": [row for row in rows.values() if row.state in {"done", "known"}],
        "others": [
            (
                stage,
                [
                    open_rows[m.slug]
                    for m in mine.document.in_stage(stage.slug)
                    if m.slug in open_rows.keys() - suggested
                ],
            )
            for stage in mine.document.stages
        ],
    }


_OPEN = {"todo", "doing", "skipped"}
