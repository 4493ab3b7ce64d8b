"""What if? Other hours, another target, other choices, more that I know: see the plan before taking it over.

The same without an account: the preview, as the reason to make one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from roadmap import actions, calendar
from roadmap.calendar import about
from roadmap.document import Document, Stage
from roadmap.forms import EditionForm, PreviewForm, WhatIfForm
from roadmap.planning import Interval, Plan, Situation
from roadmap.queries import OwnJourney
from roadmap.standing import Mark, Progress, standing_of
from roadmap.templatetags.undoing import undo_tag
from roadmap.views.answers import unsaved
from roadmap.views.gate import LearnerRequest, VisitorRequest, enrolled_or_404, journey_or_404, refused, signed_in
from roadmap.views.outlook import entry_role, first_role

UNTOUCHED = Mark()


@dataclass(frozen=True)
class Line:
    """A date as it is and as it would be, in words; `days` tells them apart (positive: later)."""

    name: str
    now: str
    then: str
    days: int | None


@require_safe
@vary_on_headers("HX-Request")
def preview(request: VisitorRequest, slug: str) -> HttpResponse:
    """Show a newcomer's plan to anybody."""
    shown = journey_or_404(request, slug)
    said = request.GET.copy()
    said.setdefault("hours_per_week", PreviewForm.base_fields["hours_per_week"].initial)
    form = PreviewForm(said, document=shown.document)
    context = {"journey": shown, "roadmap": shown.document, "form": form, "plan": None}
    if form.is_valid():
        hours = form.cleaned_data["hours_per_week"]
        progress = Progress(hours_per_week=hours)
        progress = with_known(shown.document, progress, form.cleaned_data["known"], shown.today)
        plan = Plan(Situation(shown.document, progress, shown.today, shown.today))
        context |= {
            "plan": plan,
            "hours_per_week": hours,
            "brought": titles_of(shown.document, form.cleaned_data["known"]),
            "query": urlencode({"hours_per_week": f"{hours:g}", "known": form.cleaned_data["known"]}, doseq=True),
            "next_stage": next(iter(plan.stages), None),
            "first_role": first_role(plan),
            "has_first_role": entry_role(plan) is not None,
        }
    template = "roadmap/_preview.html" if request.htmx else "roadmap/preview.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@signed_in
def what_if(request: LearnerRequest, slug: str) -> HttpResponse:
    """GET shows what would be, POST takes it over in one change."""
    mine, shown = enrolled_or_404(request, slug), EditionForm(request.POST)
    if shown.is_valid():
        mine = mine.as_shown(shown.cleaned_data["edition"])
    asked = request.POST if request.method == "POST" else request.GET if "hours_per_week" in request.GET else None
    said = {"hours_per_week": f"{mine.progress.hours_per_week:g}", "target_on": mine.progress.target_on}
    form = WhatIfForm(asked, today=mine.today, document=mine.document, standing=mine.standing, initial=said)
    if request.method == "POST" and form.is_valid() and shown.is_valid():
        return _take_over(request, mine, form)
    if request.method == "POST" and request.htmx:
        return unsaved(request, form, shown)
    context: dict[str, Any] = {"journey": mine, "roadmap": mine.document, "form": form, "tried": None}
    if form.is_valid():
        context |= _compared(mine, form)
    template = "roadmap/_tried.html" if request.htmx else "roadmap/what_if.html"
    return render(request, template, context, status=422 if form.errors or shown.errors else 200)


def _take_over(request: LearnerRequest, mine: OwnJourney, form: WhatIfForm) -> HttpResponse:
    said, tried = form.cleaned_data, _tried(mine, form)
    brought = [slug for slug, mark in tried.marks.items() if mark != mine.marks.get(slug)]
    try:
        events = actions.replan(
            enrolment=mine.enrolment,
            hours_per_week=said["hours_per_week"],
            target_on=said["target_on"],
            choices=form.choices,
            known=brought,
            today=mine.today,
            edition=mine.edition,
        )
    except actions.UnknownError as error:
        raise Http404(str(error)) from error
    except actions.RefusedError as error:
        return refused(request, str(error))
    text = (
        "Your plan is changed. One undo brings all of it back." if events else "Nothing to change: that is your plan."
    )
    messages.success(request, text, extra_tags=undo_tag(mine.roadmap, events))
    return HttpResponseClientRedirect("/plan/") if request.htmx else redirect("plan")


def titles_of(document: Document, known: Collection[str]) -> list[str]:
    """Name the milestones and stages that are brought along, in the document's order."""
    named = [m.title for m in document.milestones if m.slug in known]
    return named + [stage.title for stage in document.stages if stage.slug in known]


def _compared(mine: OwnJourney, form: WhatIfForm) -> dict[str, Any]:
    before, after = mine.plan, Plan(replace(mine.situation, progress=_tried(mine, form)))
    lines = _lines(before, after, mine.today)
    return {"tried": after, "plan": before, "lines": lines, "is_held_back": _is_held_back(before, after)}


def _is_held_back(before: Plan, after: Plan) -> bool:
    """Tell whether other hours were tried, and the pace learned so far keeps the plan from counting on just these."""
    was, said = (plan.situation.progress.hours_per_week for plan in (before, after))
    return said != was and round(after.pace.hours, 1) != round(said, 1)


def _tried(mine: OwnJourney, form: WhatIfForm) -> Progress:
    """Return the progress that there would be."""
    said = form.cleaned_data
    wished = replace(
        mine.progress,
        hours_per_week=said["hours_per_week"],
        target_on=said["target_on"],
        choices={**mine.progress.choices, **form.choices},
    )
    return with_known(mine.document, wished, said["known"], mine.today)


def _lines(before: Plan, after: Plan, today: date) -> list[Line]:
    then = {found.stage.slug: found.finish for found in after.stages}
    was = {found.stage.slug: found.finish for found in before.stages}
    stages: list[Stage] = [s for s in before.situation.document.stages if s.slug in was or s.slug in then]
    lines = [_line(stage.title, was.get(stage.slug), then.get(stage.slug), today) for stage in stages]
    return [*lines, _line("The whole road", before.finish, after.finish, today)]


def _line(name: str, now: Interval | None, then: Interval | None, today: date) -> Line:
    a, b = now.likely if now else None, then.likely if then else None
    words = [about(finish.likely, today) if finish else "done" for finish in (now, then)]
    is_named = all(on and calendar.is_named(on, today) for on in (a, b))
    return Line(name, words[0], words[1], (b - a).days if a and b and is_named else None)


def with_known(document: Document, progress: Progress, known: Collection[str], today: date) -> Progress:
    """Return progress in which milestones, and what is on the path of whole stages, are known.

    Who knows a stage says nothing of what it only offers: of a group's members, and optional ones, just those taken up.
    """
    singly = [slug for slug in known if slug in document.by_slug]
    progress = replace(progress, marks=_known(progress.marks, singly, today))
    path = {found.slug for found in standing_of(document, progress).path}
    stages = [m.slug for m in document.milestones if m.stage in known and m.slug in path and not m.retired_on]
    return replace(progress, marks=_known(progress.marks, stages, today))


def _known(marks: Mapping[str, Mark], known: Collection[str], today: date) -> dict[str, Mark]:
    """Return marks in which what is not finished yet is known."""
    added = {
        slug: replace(marks.get(slug, UNTOUCHED), state="known", state_on=today)
        for slug in known
        if marks.get(slug, UNTOUCHED).state not in ("done", "known")
    }
    return {**marks, **added}
