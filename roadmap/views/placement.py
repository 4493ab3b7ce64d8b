"""What I bring along: three questions, the milestones that the answers suggest, and one change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from roadmap import actions
from roadmap.forms import AnswersForm, PlacementForm
from roadmap.placement import Suggestion, suggest
from roadmap.queries import OwnJourney
from roadmap.templatetags.undoing import undo_tag
from roadmap.views import words
from roadmap.views.answers import unsaved
from roadmap.views.gate import LearnerRequest, enrolled_or_404, refused, signed_in
from roadmap.views.rows import Board
from roadmap.views.what_if import with_known

NOTHING = Suggestion(known=(), doing=())


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@signed_in
def placement(request: LearnerRequest, slug: str) -> HttpResponse:
    """Show what the answers suggest, where that is asked for; else take it, with what is ticked."""
    mine = enrolled_or_404(request, slug)
    is_taken = request.method == "POST" and request.POST.get("wish") != "suggest"
    return _take(request, mine) if is_taken else _ask(request, mine)


def _ask(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    said = request.POST if request.method == "POST" else request.GET
    return _shown(request, mine, said, _answers(said))


def _shown(
    request: LearnerRequest, mine: OwnJourney, said: QueryDict, answers: AnswersForm, form: PlacementForm | None = None
) -> HttpResponse:
    """Show what the answers suggest and what was ticked; 422 where something of it is wrong."""
    suggestion = _suggested(mine, answers)
    context = {"answers": answers, "form": form, "suggestion": suggestion, **_offer(mine, suggestion, said)}
    template = "roadmap/_brought.html" if request.htmx else "roadmap/placement.html"
    return render(request, template, context, status=422 if answers.errors or form else 200)


def _answers(said: QueryDict) -> AnswersForm:
    return AnswersForm(said if AnswersForm.base_fields.keys() & said.keys() else None)


def _suggested(mine: OwnJourney, answers: AnswersForm) -> Suggestion:
    return suggest(mine.document, **answers.cleaned_data) if answers.is_valid() else NOTHING


def _ticked(mine: OwnJourney, suggestion: Suggestion, said: QueryDict) -> tuple[set[str], set[str]]:
    """Return what is known and what is under way: what is suggested anew, what was left ticked, and ticked by hand."""
    seen = set(said.getlist("suggested"))
    brought = with_known(mine.document, mine.progress, said.getlist("known"), mine.today).marks
    ticks = {slug for slug, mark in brought.items() if mark != mine.marks.get(slug)}
    known = (ticks - seen) | (set(suggestion.known) - (seen - ticks))
    return known, set(suggestion.doing) - (seen - set(said.getlist("doing"))) - known


def _unseen(mine: OwnJourney, suggestion: Suggestion, said: QueryDict) -> Suggestion:
    """Return what the answers suggest and nobody had shown yet: who answers and sends means it."""
    seen = said.getlist("suggested")
    states = {slug: mine.standing.of(slug).state for slug in (*suggestion.known, *suggestion.doing)}
    return Suggestion(
        known=tuple(slug for slug in suggestion.known if slug not in seen and states[slug] in _OPEN),
        doing=tuple(slug for slug in suggestion.doing if slug not in seen and states[slug] == "todo"),
    )


def _take(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    live = [(m.slug, m.title) for m in mine.document.milestones]
    form, answers = PlacementForm(request.POST, today=mine.today, milestones=live), _answers(request.POST)
    if not form.is_valid() or answers.errors:
        if request.htmx:
            return unsaved(request, form, answers)
        return _shown(request, mine, request.POST, answers, form)
    mine, wish = mine.as_shown(form.cleaned_data["edition"]), form.cleaned_data
    unseen = _unseen(mine, _suggested(mine, answers), request.POST)
    known = list(dict.fromkeys([*wish["known"], *unseen.known]))
    doing = [slug for slug in dict.fromkeys([*wish["doing"], *unseen.doing]) if slug not in known]
    try:
        events = actions.place(
            enrolment=mine.enrolment, known=known, doing=doing, today=mine.today, edition=mine.edition
        )
    except actions.UnknownError as error:
        raise Http404(str(error)) from error
    except actions.RefusedError as error:
        return refused(request, str(error))
    messages.success(request, words.brought_along(len(known), len(doing)), extra_tags=undo_tag(mine.roadmap, events))
    return HttpResponseClientRedirect("/plan/") if request.htmx else redirect("plan")


def _offer(mine: OwnJourney, suggestion: Suggestion, said: QueryDict) -> dict[str, Any]:
    """Return what is ticked, and stage by stage what else one could bring along."""
    rows = Board(mine.document, mine.standing).rows()
    open_rows = {slug: row for slug, row in rows.items() if row.milestone.retired_on is None and row.state in _OPEN}
    known, doing = _ticked(mine, suggestion, said)
    return {
        "journey": mine,
        "roadmap": mine.document,
        "known": [row for slug, row in open_rows.items() if slug in known],
        "doing": [row for slug, row in open_rows.items() if slug in doing and row.state == "todo"],
        "suggested": [slug for slug in (*suggestion.known, *suggestion.doing) if slug in open_rows],
        "settled": [row for row in rows.values() if row.state in {"done", "known"}],
        "others": [
            (
                stage,
                [
                    open_rows[m.slug]
                    for m in mine.document.in_stage(stage.slug)
                    if m.slug in open_rows.keys() - known - doing
                ],
            )
            for stage in mine.document.stages
        ],
    }


_OPEN = {"todo", "doing", "skipped"}
