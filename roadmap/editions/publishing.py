"""Freezing the working copy into an edition, and remembering editions once read."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from django.db import transaction

from accounts.models import User
from roadmap.document import Difference, Document, DocumentError, difference, lint, restore, to_data
from roadmap.models import Edition, Milestone, Roadmap

from .reading import document_of

REMEMBERED = 64  # editions per process; a document of our fixture's size takes some 3 MB


def publish(*, roadmap: Roadmap, by: User | None, notes: str = "") -> Edition:
    """Freeze the working copy into the next edition and make it the current one.

    Raises `DocumentError` where the working copy is no document or lint finds an error. Where nothing changed since the
    current edition, returns that one. Publishing waits for any other change that holds the roadmap's row.
    """
    with transaction.atomic():
        locked = Roadmap.objects.select_for_update(of=("self",)).get(pk=roadmap.pk)
        document = document_of(locked)
        errors = [finding for finding in lint(document) if finding.level == "error"]
        if errors:
            raise DocumentError("\n".join(f"{finding.place}: {finding.message}" for finding in errors))
        data = to_data(document)
        digest = _digest(data)
        current = Edition.objects.defer("document").filter(current_of=locked).first()
        if current is None or current.sha256 != digest:
            changed = difference(published(current), document) if current else Difference()
            current = Edition.objects.create(
                roadmap=locked,
                number=current.number + 1 if current else 1,
                document=data,
                sha256=digest,
                notes=notes,
                difference=changed.to_data(),
                published_by=by,
            )
            locked.current_edition = current
            locked.save(update_fields=["current_edition"])
            Milestone.objects.filter(roadmap=locked, first_edition=None).update(first_edition=current)
    roadmap.current_edition = current
    return current


def published(edition: Edition) -> Document:
    """Return an edition's document, from memory where this process has read it before."""
    return document_in(edition.roadmap_id, edition.number)


@lru_cache(maxsize=REMEMBERED)
def document_in(roadmap: int, number: int) -> Document:
    """Return the document of a roadmap's edition `number`: one query the first time, none afterwards.

    Editions never change, so memory is never stale; `Edition.DoesNotExist` is not remembered.
    """
    return restore(Edition.objects.values_list("document", flat=True).get(roadmap=roadmap, number=number))


@lru_cache(maxsize=REMEMBERED)
def notes_in(roadmap: int, number: int) -> str:
    """Return what its editor said about a roadmap's edition `number`, remembered like its document."""
    return Edition.objects.values_list("notes", flat=True).get(roadmap=roadmap, number=number)


def _digest(data: object) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
