"""What an import would make of a working copy: one answer for the command line and for the editors' upload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pydantic import ValidationError

from roadmap.document import Change, Document, DocumentError, difference, from_data, restore
from roadmap.models import Roadmap

from .merging import merged
from .publishing import published
from .reading import Data, data_of


@dataclass(frozen=True)
class Incoming:
    """An import that has not happened yet; `write(incoming.document)` makes it happen.

    `roadmap` is absent where the import makes a new one. `document` is the file's, with the milestones that the file
    leaves out retired. `before` is what it is compared with, where there is such a thing. `mends` says that the working
    copy is half-way and no document, so it is replaced whole.
    """

    roadmap: Roadmap | None
    document: Document
    before: Document | None = None
    mends: bool = False

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return difference(self.before, self.document).changes if self.before else ()

    @property
    def is_empty(self) -> bool:
        return self.roadmap is not None and not self.mends and not self.changes

    @property
    def contents(self) -> str:
        """`6 stages, 70 milestones, …`."""
        document = self.document
        counts = {
            "stages": len(document.stages),
            "milestones": len(document.milestones),
            "steps": sum(len(milestone.steps) for milestone in document.milestones),
            "groups": len(document.groups),
            "resources": sum(len(milestone.resources) for milestone in document.milestones),
            "credentials": len(document.credentials),
            "facts": len(document.facts),
            "citations": len(document.trace),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items())


def incoming(document: Document, *, today: date) -> Incoming:
    """Return what importing `document` would do, and hold its roadmap's row: call it in a transaction.

    Raises `DocumentError` where what has to be kept does not go with it.
    """
    roadmap = Roadmap.objects.select_for_update().filter(slug=document.slug).first()
    if roadmap is None:
        return Incoming(None, document)
    data = data_of(roadmap)
    try:
        before = from_data(data)
    except DocumentError:
        kept = published(roadmap.current_edition) if roadmap.current_edition else None
        whole = merged(document, kept, today=today) if kept else document
        return Incoming(roadmap, whole, _half_way(data) or kept, mends=True)
    return Incoming(roadmap, merged(document, before, today=today), before)


def _half_way(data: Data) -> Document | None:
    try:
        return restore(data)
    except ValidationError:
        return None
