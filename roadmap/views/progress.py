"""What a learner changes. Each view reads a form, calls one action and answers (`roadmap.views.answers`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from roadmap import actions
from roadmap.forms import ChoiceForm, HoursForm, MarkForm, NewsForm, NoteForm, StateForm, StepForm, UndoForm
from roadmap.queries import OwnJourney
from roadmap.views import words
from roadmap.views.answers import answer, invalid, show
from roadmap.views.gate import LearnerRequest, journey_or_404, learner_action, refused, signed_in
from roadmap.views.overview import enrol_form


@require_POST
@signed_in
def enrol(request: LearnerRequest, slug: str) -> HttpResponse:
    """Start, come back, or change the hours and the target."""
    mine = journey_or_404(request, slug)
    form = enrol_form(mine, request.POST)
    if not form.is_valid():
        return invalid(request, mine, enrol_form=form)
    known = form.cleaned_data.pop("known", [])
    try:
        events = actions.enrol(
            user=request.user, roadmap=mine.roadmap, today=mine.today, edition=mine.edition, **form.cleaned_data
        )
    except actions.RefusedError as error:
        return refused(request, str(error))
    if isinstance(mine, OwnJourney):
        return answer(request, mine, events, words.pace(**form.cleaned_data), anchor=f"pace-{slug}")
    messages.success(request, words.welcome(mine.document.title, is_back=mine.has_left))
    there = f"{reverse('placement', args=[slug])}?{urlencode({'known': known}, doseq=True)}" if known else "/plan/"
    return HttpResponseClientRedirect(there) if request.htmx else redirect(there)


@learner_action
def leave(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    actions.leave(enrolment=mine.enrolment, today=mine.today, edition=mine.edition)
    messages.info(request, words.farewell(mine.document.title))
    there = f"/roadmaps/{mine.roadmap.slug}/"
    return HttpResponseClientRedirect(there) if request.htmx else redirect(there)


@learner_action
def state(request: LearnerRequest, mine: OwnJourney, milestone: str) -> HttpResponse:
    title = _title(mine, milestone)
    form = StateForm(request.POST, today=mine.today)
    if not form.is_valid():
        return invalid(request, mine, milestone=milestone, state_form=form)
    events = actions.mark(milestone=milestone, state=form.cleaned_data["state"], **_details(mine, form))
    return answer(request, mine, events, words.state(title, form.cleaned_data["state"]), milestone=milestone)


@learner_action
def step(request: LearnerRequest, mine: OwnJourney, milestone: str, step: str) -> HttpResponse:
    title = _title(mine, milestone)
    form = StepForm(request.POST, today=mine.today)
    if not form.is_valid():
        return invalid(request, mine, milestone=milestone, step_form=form)
    done = form.cleaned_data["done"]
    events = actions.tick(milestone=milestone, step=step, done=done, **_details(mine, form))
    return answer(
        request, mine, events, words.step(title, done=done), milestone=milestone, anchor=f"tick-{milestone}-{step}"
    )


@learner_action
def hours(request: LearnerRequest, mine: OwnJourney, milestone: str) -> HttpResponse:
    _title(mine, milestone)
    form = HoursForm(request.POST, today=mine.today, mark=mine.mark_of(milestone))
    if not form.is_valid():
        return invalid(request, mine, milestone=milestone, hours_form=form)
    entry = {name: form.cleaned_data[name] for name in ("hours", "corrects", "step", "change")}
    events = actions.log_hours(milestone=milestone, **entry, **_details(mine, form))
    sentence = words.hours_put_in(mine.document.by_slug[milestone], events)
    return answer(request, mine, events, sentence, milestone=milestone, anchor="hours")


@learner_action
def note(request: LearnerRequest, mine: OwnJourney, milestone: str) -> HttpResponse:
    title = _title(mine, milestone)
    form = NoteForm(request.POST, today=mine.today)
    if not form.is_valid():
        return invalid(request, mine, milestone=milestone, note_form=form)
    text, evidence = form.cleaned_data["note"], form.cleaned_data["evidence_url"]
    events = actions.note(milestone=milestone, text=text, evidence_url=evidence, **_details(mine, form))
    sentence = f"Your note on {words.quoted(title)} is kept."
    return answer(request, mine, events, sentence, milestone=milestone, anchor="note")


@learner_action
def choose(request: LearnerRequest, mine: OwnJourney, group: str) -> HttpResponse:
    """Choose one of a group; an empty choice leaves it open again."""
    form = ChoiceForm(request.POST, today=mine.today)
    if not form.is_valid():
        return invalid(request, mine, choice_form=form)
    chosen = form.cleaned_data["milestone"] or None
    try:
        events = actions.choose(group=group, milestone=chosen, **_details(mine, form))
    except actions.NotAMemberError as error:
        form.add_error("milestone", str(error))
        return invalid(request, mine, choice_form=form)
    return answer(request, mine, events, words.choice(mine.document, group, chosen), anchor=f"choice-{group}")


@learner_action
def news(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    """Take note of what a new edition changed; what a newer one changed is still told."""
    form = NewsForm(request.POST)
    if not form.is_valid():
        return invalid(request, mine, news_form=form)
    actions.dismiss(enrolment=mine.enrolment, edition=min(form.cleaned_data["edition"], mine.edition))
    messages.info(request, "Noted. You won't be told of it again.")
    return show(request, mine)


@learner_action
def dismiss_pace_hint(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    """Put away the hint that I am slower than I meant; it stays away for four weeks."""
    actions.dismiss_pace_hint(enrolment=mine.enrolment, today=mine.today)
    messages.info(request, words.HINT_PUT_AWAY)
    return show(request, mine)


@learner_action
def undo(request: LearnerRequest, mine: OwnJourney) -> HttpResponse:
    """Take back the change that is named; without a name my last, and again the one before."""
    form = UndoForm(request.POST)
    if not form.is_valid():
        return invalid(request, mine, undo_form=form)
    change = form.cleaned_data["change"]
    undone = actions.undo(enrolment=mine.enrolment, today=mine.today, edition=mine.edition, change=change)
    messages.info(request, words.taken_back(mine.document, undone, is_named=change is not None))
    return show(request, mine, milestone=undone[0].milestone if undone else "")


def _title(mine: OwnJourney, milestone: str) -> str:
    found = mine.document.by_slug.get(milestone)
    if found is None:
        raise Http404(f"No milestone {milestone}")
    return found.title


def _details(mine: OwnJourney, form: MarkForm) -> dict[str, Any]:
    """Return what every mark takes: whose, when, and the edition that the form showed (else the current one)."""
    shown = mine.as_shown(form.cleaned_data["edition"]).edition
    details = {"enrolment": mine.enrolment, "today": mine.today, "edition": shown}
    return details | ({"on": form.cleaned_data["on"]} if "on" in form.fields else {})
