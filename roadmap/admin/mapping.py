"""Splitting, merging, replacing, retiring a milestone and bringing one back: what it touches is shown, then done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BooleanField, F, Func, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from roadmap.document import Document, difference, lint
from roadmap.drafts import Draft, draft_of
from roadmap.editions import document_in, write
from roadmap.models import Edition, Milestone, Roadmap

from .credit import credit_back, credit_of
from .differences import parts_with_learners
from .forms import is_published
from .learners import Learners, learners_of
from .mapping_forms import BringBackForm, MappingForm, MergeForm, ReplaceForm, RetireForm, SplitForm

if TYPE_CHECKING:
    from .curriculum import MilestoneAdmin

STALE = "The draft has changed since this page was opened. Look again at what this does, then confirm it."


class Action(NamedTuple):
    """One way to map a milestone. `done` is what the history says, with the titles of what took its place."""

    name: str
    label: str
    form: type[MappingForm]
    button: str
    intro: str
    done: str


_KEPT = "Whoever has done it keeps the credit, and nothing a learner ticked is lost."
ACTIONS = (
    Action(
        *("split", "Split into…", SplitForm, "Split"),
        f"It retires, and two or more milestones take its place. {_KEPT}",
        "Split into {}.",
    ),
    Action(
        *("merge", "Merge into…", MergeForm, "Merge"),
        "This and others become one: a new milestone, or one that exists. Whoever has done all of them has done it; "
        "whoever has done some keeps their hours.",
        "Merged into {}.",
    ),
    Action(
        *("replace", "Replace with…", ReplaceForm, "Replace"),
        f"It retires, and another milestone takes its place. {_KEPT}",
        "Replaced with {}.",
    ),
    Action(
        *("retire", "Retire…", RetireForm, "Retire"),
        f"It leaves the road with the next edition, and nothing takes its place. {_KEPT}",
        "Retired.",
    ),
    Action(
        *("bring-back", "Bring back…", BringBackForm, "Bring back"),
        "It comes back to the road with the next edition, and what took its place no longer stands for it.",
        "Brought back.",
    ),
)


def mapping_urls(admin: MilestoneAdmin, wrap: Callable[..., Any]) -> list[URLPattern]:
    """Return an address per action: `<pk>/split/`."""
    return [
        path(
            f"<path:object_id>/{action.name}/",
            wrap(partial(mapping, admin, action=action)),
            name=f"roadmap_milestone_{action.name}",
        )
        for action in ACTIONS
    ]


def mapping_links(milestone: Milestone) -> list[tuple[str, str]]:
    """Return (address, label) of what can be done with a milestone as it is."""
    return [
        (reverse(f"admin:roadmap_milestone_{action.name}", args=[milestone.pk]), action.label)
        for action in ACTIONS
        if _fits(action, milestone)
    ]


def _fits(action: Action, milestone: Milestone) -> bool:
    return (action.form is BringBackForm) == (milestone.retired_on is not None)


def mapping(admin: MilestoneAdmin, request: Any, object_id: str, *, action: Action) -> HttpResponse:
    """Show what the action touches; do it once the page has shown what it does, if the draft is still the same."""
    milestone = admin.get_object(request, unquote(object_id))
    if milestone is None:
        raise Http404
    if not admin.has_change_permission(request, milestone):
        raise PermissionDenied
    change_url = reverse("admin:roadmap_milestone_change", args=[milestone.pk])
    with transaction.atomic():
        rows = Roadmap.objects.select_for_update(of=("self",)) if request.method == "POST" else Roadmap.objects
        roadmap = request.roadmap = rows.select_related("current_edition").get(pk=milestone.roadmap_id)
        milestone.refresh_from_db(fields=["retired_on"])
        if not _fits(action, milestone):
            state = "retired" if milestone.retired_on else "on the road"
            admin.message_user(request, f"“{milestone}” is {state} already.", messages.INFO)
            return HttpResponseRedirect(change_url)
        draft = draft_of(roadmap)
        if draft.document is None:
            admin.message_user(request, "Mend this first, then go on.", messages.WARNING)
            return HttpResponseRedirect(draft.review_url)
        form = _form(action, request, milestone, draft.document)
        if form.is_bound and form.is_valid():
            _check(admin, request, roadmap, form)
            if not form.errors and form.is_confirmed:
                _save(admin, request, milestone, action, form)
                admin.message_user(request, "", messages.SUCCESS)
                return HttpResponseRedirect(change_url)
    example = form if form.is_bound else _form(action, request, milestone, draft.document, defaults=True)
    context = {
        **admin.admin_site.each_context(request),
        **_touched(admin, action, milestone),
        **_proposed(draft, example),
        "roadmap": roadmap,
        "form": form,
    }
    return render(request, "admin/roadmap/mapping.html", context, status=422 if form.errors else 200)


def _form(
    action: Action, request: HttpRequest, milestone: Milestone, document: Document, *, defaults: bool = False
) -> MappingForm:
    """Return the form as posted or, on GET, unbound; with `defaults`, as if it had been posted as it stands."""
    options: dict[str, Any] = {"slug": milestone.slug, "document": document}
    if action.form is BringBackForm:
        options |= {"was": _last_seen(milestone), "made": _made_for(milestone, document)}
    if request.method == "POST":
        return action.form(request.POST, **options)
    form = action.form(**options)
    if defaults and form.explains_itself:
        filled = action.form(
            {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}, **options
        )
        filled.is_valid()
        return filled
    return form


def _check(admin: MilestoneAdmin, request: HttpRequest, roadmap: Roadmap, form: MappingForm) -> None:
    """Refuse what was decided on another state of the draft, and what this person may not do."""
    if form.wish.new and not admin.has_add_permission(request):
        form.add_error(None, "You may not make new milestones.")
    if form.cleaned_data["draft_version"] != roadmap.draft_version:
        form.add_error(None, STALE)


def _save(admin: MilestoneAdmin, request: HttpRequest, milestone: Milestone, action: Action, form: MappingForm) -> None:
    """Write the draft: one save, told in the history of each milestone that it is about."""
    assert form.after is not None  # a valid form has one
    write(form.after)
    rows = _by_slug(milestone.roadmap_id, (*form.wish.old, *form.wish.parts))
    told = action.done.format(", ".join(f"“{rows[slug]}”" for slug in form.wish.parts))
    for slug in form.wish.old:
        admin.log_change(request, rows[slug], told)
    for slug, _ in form.wish.new:
        admin.log_addition(request, rows[slug], f"Made for {', '.join(f'“{rows[old]}”' for old in form.wish.old)}.")


def _touched(admin: MilestoneAdmin, action: Action, milestone: Milestone) -> dict[str, Any]:
    """What hangs on the milestone now."""
    return {
        "title": f"{action.button} “{milestone}”",
        "action": action,
        "opts": admin.opts,
        "original": milestone,
        "learners": learners_of(milestone.roadmap, [milestone.slug]).get(milestone.slug, Learners()),
        "successors": [
            link.milestone
            for link in milestone.successor_links.select_related("milestone").filter(milestone__retired_on=None)
        ],
        "memberships": milestone.memberships.select_related("group"),
    }


def _proposed(draft: Draft, form: MappingForm) -> dict[str, Any]:
    """What the form, if it is valid, would do: what changes, what learners have then, what is to be mended."""
    if draft.document is None or form.after is None:
        return {}
    before, after = draft.document, form.after
    errors = {finding.message for finding in lint(before)}
    back = isinstance(form, BringBackForm)
    return {
        "shown": form.digest,
        "changes": parts_with_learners(draft.roadmap, difference(before, after).changes),
        "credit": credit_back(draft.roadmap, form.slug, before)
        if back
        else credit_of(draft.roadmap, form.wish, before, after),
        "to_mend": [f.message for f in lint(after) if f.level == "error" and f.message not in errors],
    }


def _last_seen(milestone: Milestone) -> Document | None:
    """Return the newest edition in which a milestone was on the road."""
    live = Func(
        F("document"),
        Value(f'$.milestones[*] ? (@.slug == "{milestone.slug}" && !exists(@.retired_on))'),
        function="jsonb_path_exists",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )
    editions = Edition.objects.filter(live, roadmap=milestone.roadmap_id).order_by("-number")
    number = editions.values_list("number", flat=True).first()
    return document_in(milestone.roadmap_id, number) if number is not None else None


def _made_for(milestone: Milestone, document: Document) -> tuple[str, ...]:
    """Name what stands for this milestone alone and was neither published nor touched: it can go again."""
    alone = [
        slug
        for slug in document.by_slug[milestone.slug].replaced_by
        if len(document.replaces[slug]) == 1
        and not document.by_slug[slug].replaced_by
        and all(len(group.members) > 1 for group in document.groups_of(slug))
    ]
    met = learners_of(milestone.roadmap, alone, also_left=True) if alone else {}
    rows = _by_slug(milestone.roadmap_id, alone) if alone else {}
    return tuple(slug for slug in alone if not is_published(rows[slug]) and slug not in met)


def _by_slug(roadmap: int, slugs: Iterable[str]) -> dict[str, Milestone]:
    return {milestone.slug: milestone for milestone in Milestone.objects.filter(roadmap=roadmap, slug__in=slugs)}
