"""What a change answers: without htmx the way back, with htmx the parts of the page that it touched.

The server picks the parts. htmx tells on which page the form stood; what differs between the standing before the change
and after it tells which rows, choices and sums to send. Every part is an out-of-band fragment, rendered by the partial
that the whole page includes too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.forms import focus_first_error
from roadmap import queries
from roadmap.models import Event
from roadmap.queries import Journey
from roadmap.templatetags.undoing import undo_tag
from roadmap.views.gate import LearnerRequest, VisitorRequest, came_from
from roadmap.views.overview import beginnings, dashboard, overview
from roadmap.views.rows import Board
from roadmap.views.sheet import sheet

Part = tuple[str, dict[str, Any]]
T = TypeVar("T")


def answer(
    request: LearnerRequest,
    before: Journey,
    events: tuple[Event, ...],
    sentence: str,
    *,
    milestone: str = "",
    anchor: str = "",
) -> HttpResponse:
    """Answer a wish with a sentence; `events` are what it changed, none when it was fulfilled already."""
    if events:
        messages.success(request, sentence, extra_tags=undo_tag(before.roadmap, events))
    else:
        messages.info(request, sentence)
    return show(request, before, milestone=milestone, anchor=anchor)


def show(request: LearnerRequest, before: Journey, *, milestone: str = "", anchor: str = "") -> HttpResponse:
    """Go back to where the form stood, or send what differs from `before` there.

    `anchor` is the id of what was used, the milestone's unless told.
    """
    home = reverse("roadmap", args=[before.roadmap.slug])
    if not request.htmx:
        back = came_from(request, f"{home}milestones/{milestone}/" if milestone else home)
        anchor = anchor or (f"milestone-{milestone}" if milestone else "")
        return redirect(f"{back}#{anchor}" if anchor else back)
    if _is_behind(request, before):
        return HttpResponseClientRedirect(request.htmx.current_url_abs_path or home)
    after = queries.journey(request.user, before.roadmap.slug)
    return _fragments(request, _parts(request, before, after, milestone))


def _is_behind(request: LearnerRequest, before: Journey) -> bool:
    """Tell whether another tab changed something that the page doesn't show: then its parts are not enough.

    The plan is sent whole anyway.
    """
    known, newest = request.headers.get("X-Known-Change"), before.undoable.change if before.undoable else ""
    return known not in (None, newest) and _place(request, before)[0] != "plan"


def invalid(request: LearnerRequest, journey: Journey, *, milestone: str = "", **forms: Form) -> HttpResponse:
    """Answer a wrong value: 422 with the form, on its page or as the part of the page that holds it."""
    unsaved(request, *forms.values())
    forms = _corrected(forms)
    if not request.htmx:
        template, context = _page(request, journey, milestone, forms)
        return render(request, f"roadmap/{template}.html", context, status=422)
    parts: list[Part] = []
    if "enrol_form" in forms:
        parts.append(("roadmap/_enrol.html", {"journey": journey} | forms))
    elif _place(request, journey) == ("milestone", milestone):
        context = sheet(journey, milestone) | forms
        parts.append(("roadmap/_note.html" if "note_form" in forms else "roadmap/_progress.html", context))
    return _fragments(request, parts, status=422)


def unsaved(request: VisitorRequest, *forms: Form) -> HttpResponse:
    """Say what is wrong in these forms; the first wrong field gets the focus of a page that is rendered after.

    The answer returned is for htmx: the words alone, for what was entered still stands in its form.
    """
    for error in _errors(forms):
        messages.error(request, f"Not saved: {error}")
    focus_first_error(*forms)
    return _fragments(request, (), status=422) if request.htmx else HttpResponse(status=422)


def _corrected(forms: dict[str, Any]) -> dict[str, Any]:
    """Lead a wrong correction back to its own entry: the form for new hours would correct the entry when sent again."""
    corrects = str(forms["hours_form"].data.get("corrects", "")) if "hours_form" in forms else ""
    if not corrects.isdecimal():
        return forms
    return {"correction": {"entry": int(corrects), "hours": forms["hours_form"].data.get("hours", "")}}


def _page(request: LearnerRequest, journey: Journey, milestone: str, forms: dict[str, Any]) -> Part:
    """Return the page that a form stood on, with its errors: one that says the same and is called the same."""
    if milestone:
        return "milestone", sheet(journey, milestone) | forms
    if "enrol_form" in forms and came_from(request, "") == reverse("plan"):
        return _plan_page(request, journey, forms["enrol_form"])
    return "roadmap", overview(journey) | forms


def _plan_page(request: LearnerRequest, journey: Journey, form: Form) -> Part:
    if followed := queries.journeys(request.user):
        context = dashboard(followed)
        cards = context["cards"]
        context["cards"] = [replace(c, enrol_form=form) if c.journey.roadmap == journey.roadmap else c for c in cards]
        return "plan", context
    context = beginnings(queries.offered(request.user))
    offers = context["beginnings"]
    context["beginnings"] = [(j, form if j.roadmap == journey.roadmap else other) for j, other in offers]
    return "begin", context


def _errors(forms: Iterable[Form]) -> Iterator[str]:
    for form in forms:
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            yield from (f"{label or name.replace('_', ' ').capitalize()}: {error}" for error in errors)


def _place(request: LearnerRequest, journey: Journey) -> tuple[str, str]:
    """Return the name of the page that htmx posted from, and the milestone of this roadmap that it shows.

    The header is the client's word: what names no such page is taken for the roadmap's own.
    """
    if not request.htmx:
        return "", ""
    try:
        found = resolve(urlsplit(request.htmx.current_url_abs_path or "").path)
    except (Resolver404, ValueError):
        return "", ""
    shown = found.kwargs.get("milestone", "")
    if shown and (found.kwargs["slug"] != journey.roadmap.slug or shown not in journey.document.by_slug):
        return "", ""
    return found.url_name or "", shown


def _fragments(request: VisitorRequest, parts: Iterable[Part], status: int = 200) -> HttpResponse:
    """Render parts as out-of-band fragments, the messages last."""
    html = [render_to_string(template, context | {"oob": True}, request) for template, context in parts]
    html.append(render_to_string("_messages.html", {"oob": True}, request))
    return HttpResponse("\n".join(html), status=status)


def _parts(request: LearnerRequest, before: Journey, after: Journey, milestone: str) -> Iterator[Part]:
    page, shown = _place(request, after)
    if page != "plan":  # always, for it names the change, and another tab may have made one
        yield "roadmap/_undo.html", {"journey": after}
    if page == "plan":
        yield "roadmap/_plan.html", dashboard(queries.journeys(request.user))
    elif page == "milestone":
        yield from _milestone_parts(before, after, shown)
    else:
        yield from _roadmap_parts(before, after, milestone)


def _milestone_parts(before: Journey, after: Journey, shown: str) -> Iterator[Part]:
    context = sheet(after, shown)
    yield "roadmap/_progress.html", context
    yield "roadmap/_around.html", context
    for choice in context["choices"]:
        yield "roadmap/_choice.html", {"choice": choice, "journey": after, "level": 2}
    was, now = before.mark_of(shown), after.mark_of(shown)
    if (was.note, was.evidence_url) != (now.note, now.evidence_url):
        yield "roadmap/_note.html", context


def _roadmap_parts(before: Journey, after: Journey, milestone: str) -> Iterator[Part]:
    """Yield the row that was changed, and every row, choice and sum that changed with it."""
    was, now = Board(before.document, before.standing), Board(after.document, after.standing)
    rows = now.rows()
    changed = {slug: row for slug, row in rows.items() if slug == milestone} | _changed(was.rows(), rows)
    for row in changed.values():
        yield "roadmap/_row.html", {"row": row, "journey": after}
    for choice in _changed(was.choices(), now.choices()).values():
        yield "roadmap/_choice.html", {"choice": choice, "journey": after}
    for stage, figures in _changed(was.sums(), now.sums()).items():
        yield "roadmap/_stage_sum.html", {"stage": stage, "figures": figures}
    yield "roadmap/_figures.html", {"journey": after, "standing": after.standing}


def _changed(was: dict[str, T], now: dict[str, T]) -> dict[str, T]:
    return {key: value for key, value in now.items() if was.get(key) != value}
