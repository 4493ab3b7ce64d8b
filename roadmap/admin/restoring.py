"""Restoring an edition as the draft: what that changes is shown, and what learners have is given a place, first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from roadmap.document import Document, DocumentError, Milestone, difference
from roadmap.drafts import Draft, draft_of
from roadmap.editions import Stranded, published, restore_edition, restored, stranded
from roadmap.models import Edition, Roadmap

from .differences import Part, parts_with_learners
from .documents import NEEDS
from .learners import Learners, learners_of

if TYPE_CHECKING:
    from .editions import EditionAdmin

STALE = "The draft has changed since this page was opened. Look at what you would replace, then restore."
SAME = "There is nothing to restore: the draft is the same as this edition."


class RestoreForm(forms.Form):
    """Which state of the draft was looked at, and for each milestone that would be stranded what takes its place."""

    draft_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: Document, rows: Sequence[Stranded], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slugs = [row.milestone.slug for row in rows]
        choices = _live(document)
        for row in rows:
            slug, title = row.milestone.slug, row.milestone.title
            self.fields[f"by-{slug}"] = forms.MultipleChoiceField(
                choices=choices,
                required=False,
                label="Replaced by",
                widget=forms.SelectMultiple(attrs={"size": 8, "aria-label": f"“{title}” is replaced by"}),
            )
            self.fields[f"nothing-{slug}"] = forms.BooleanField(
                required=False,
                label="Nothing takes its place, and the credit stays",
                widget=forms.CheckboxInput(attrs={"aria-label": f"Nothing takes the place of “{title}”"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for slug in self.slugs:
            named, nothing = cleaned.get(f"by-{slug}"), cleaned.get(f"nothing-{slug}")
            if f"by-{slug}" not in self.errors and bool(named) == bool(nothing):
                message = "Choose one or the other." if named else "Say what takes its place, or that nothing does."
                self.add_error(f"by-{slug}", message)
        return cleaned

    @property
    def successors(self) -> Mapping[str, list[str]]:
        return {slug: self.cleaned_data[f"by-{slug}"] for slug in self.slugs}


class Question(NamedTuple):
    """A milestone that would be stranded, who has it, and the fields that ask for its place."""

    milestone: Milestone
    learners: Learners
    before: list[tuple[Milestone, Learners]]
    by: BoundField
    nothing: BoundField


def restore(admin: EditionAdmin, request: Any, object_id: str) -> HttpResponse:
    """Show, on GET, what restoring would change; do it on POST, if it is still the draft that was shown."""
    edition = admin.edition_or_404(request, object_id)
    if not request.user.has_perms(NEEDS):
        raise PermissionDenied
    today, posted = timezone.localdate(), request.method == "POST"
    roadmaps = Roadmap.objects.select_related("current_edition").defer("current_edition__document")
    with transaction.atomic():
        roadmap = (roadmaps.select_for_update(of=("self",)) if posted else roadmaps).get(pk=edition.roadmap_id)
        try:
            document = restored(edition, today=today)
        except DocumentError as error:
            return _page(admin, request, edition, problems=str(error).splitlines())
        rows = stranded(edition, document)
        draft = draft_of(roadmap)
        form = RestoreForm(request.POST if posted else None, document=document, rows=rows)
        if form.is_valid():
            if form.cleaned_data["draft_version"] != roadmap.draft_version:
                form.add_error(None, STALE)
            elif draft.document == document:
                form.add_error(None, SAME)
            else:
                restore_edition(edition=edition, successors=form.successors, today=today)
                admin.log_change(request, roadmap, _said(edition, document, form.successors))
                text = f"Edition {edition.number} is the draft now. Learners see nothing of it until you publish."
                admin.message_user(request, text, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:roadmap_roadmap_review", args=[roadmap.pk]))
    return _page(
        admin,
        request,
        edition,
        form=form,
        draft=draft,
        draft_version=roadmap.draft_version,
        is_same=draft.document == document,
        parts=_parts(draft, document),
        questions=_questions(roadmap, form, rows),
    )


def _page(admin: EditionAdmin, request: HttpRequest, edition: Edition, **context: Any) -> HttpResponse:
    context |= {
        **admin.admin_site.each_context(request),
        "title": f"Restore edition {edition.number}",
        "opts": admin.opts,
        "edition": edition,
        "roadmap": edition.roadmap,
    }
    return render(request, "admin/roadmap/restore.html", context, status=422 if request.method == "POST" else 200)


def _parts(draft: Draft, document: Document) -> list[Part]:
    """Return what would change in the draft, or in what learners see where the draft is too unfinished to compare."""
    edition = draft.roadmap.current_edition
    before = draft.document or (published(edition) if edition else document)
    return parts_with_learners(draft.roadmap, difference(before, document).changes)


def _questions(roadmap: Roadmap, form: RestoreForm, rows: Sequence[Stranded]) -> list[Question]:
    slugs = {part.slug for row in rows for part in (row.milestone, *row.before)}
    counts = learners_of(roadmap, slugs, also_left=True)
    return [
        Question(
            row.milestone,
            counts.get(row.milestone.slug, Learners()),
            [(part, counts[part.slug]) for part in row.before if part.slug in counts],
            form[f"by-{row.milestone.slug}"],
            form[f"nothing-{row.milestone.slug}"],
        )
        for row in rows
    ]


def _live(document: Document) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the milestones that can take another's place, stage by stage."""
    found = (
        (stage.title, [(part.slug, part.title) for part in document.in_stage(stage.slug) if not part.retired_on])
        for stage in document.stages
    )
    return [(stage, parts) for stage, parts in found if parts]


def _said(edition: Edition, document: Document, successors: Mapping[str, Sequence[str]]) -> str:
    """Return the sentence for the history: `Restored edition 2 as the draft. “A” is replaced by “B”, “C”.`"""
    title = {milestone.slug: f"“{milestone.title}”" for milestone in document.milestones}
    places = (
        f"{title[slug]} is replaced by {', '.join(title[other] for other in others) or 'nothing'}."
        for slug, others in successors.items()
    )
    return " ".join((f"Restored edition {edition.number} as the draft.", *places))
