"""The working copy beside what learners see: how far they are apart, in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from pydantic import ValidationError

from roadmap.document import Change, Document, DocumentError, difference, from_data, restore
from roadmap.editions import data_of, published
from roadmap.models import Roadmap


@dataclass(frozen=True)
class Draft:
    """The working copy of a roadmap. `problem` says, a line each, what keeps it from being published as it is.

    `document` is absent only where a part is missing that no page can do without: a group without members.
    """

    roadmap: Roadmap
    document: Document | None
    problem: str = ""

    @property
    def number(self) -> int | None:
        """The edition that learners see."""
        return self.roadmap.current_edition.number if self.roadmap.current_edition else None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What publishing would change; nothing where it is not known or was never published."""
        if self.document is None or self.roadmap.current_edition is None:
            return ()
        return difference(published(self.roadmap.current_edition), self.document).changes

    @property
    def state(self) -> str:
        """`3 changes, learners still see edition 3`."""
        if self.number is None:
            return "learners see nothing of it yet"
        if self.document is None:
            return f"learners still see edition {self.number}"
        count = len(self.changes)
        if not count:
            return f"no change to edition {self.number}, which learners see"
        return f"{count} change{'s' * (count != 1)}, learners still see edition {self.number}"

    @property
    def preview_url(self) -> str:
        return reverse("admin:roadmap_roadmap_preview", args=[self.roadmap.pk])

    @property
    def review_url(self) -> str:
        return reverse("admin:roadmap_roadmap_review", args=[self.roadmap.pk])

    @property
    def sentence(self) -> SafeString:
        """What every save says."""
        return format_html(
            'Draft saved: {}. <a href="{}">Preview</a> · <a href="{}">Review and publish</a>',
            self.state,
            self.preview_url,
            self.review_url,
        )


def draft_of(roadmap: Roadmap) -> Draft:
    """Read the working copy. Half-way work breaks a rule or two and can be shown and compared all the same."""
    data = data_of(roadmap)
    try:
        return Draft(roadmap, from_data(data))
    except DocumentError as error:
        problem = str(error)
    try:
        return Draft(roadmap, restore(data), problem)
    except ValidationError:
        return Draft(roadmap, None, problem)


def touch(roadmap: Roadmap) -> None:
    """Count one more save of the working copy, so that a review of an older state is noticed."""
    Roadmap.objects.filter(pk=roadmap.pk).update(draft_version=F("draft_version") + 1)
