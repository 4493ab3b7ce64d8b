"""Import a roadmap document into the working copy."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from roadmap.document import Document, DocumentError, difference, parse
from roadmap.editions import document_of, merged, publish, published, write
from roadmap.models import Roadmap

READ_AT_MOST = 4 * 1024 * 1024  # more than a document may have; a file without end is not read to its end


class Command(BaseCommand):
    help = "Validate and import a roadmap document (YAML or JSON). Refuses the whole file on any error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--publish", action="store_true", help="publish the working copy as a new edition")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        document = _read(options["file"])
        try:
            with transaction.atomic():
                lines = _load(document, today=timezone.localdate(), publishing=options["publish"])
                transaction.set_rollback(options["dry_run"])
        except DocumentError as error:
            raise _refusal(options["file"], error) from None
        for line in lines or ("no change",):
            self.stdout.write(line)
        if options["dry_run"] and lines:
            self.stdout.write("dry run: nothing was changed")


def _read(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            return parse(file.read(READ_AT_MOST), name=path.name)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
    except DocumentError as error:
        raise _refusal(path, error) from None


def _refusal(path: Path, error: DocumentError) -> CommandError:
    return CommandError(f"{path} is refused, nothing was changed:\n{error}")


def _load(document: Document, *, today: date, publishing: bool) -> list[str]:
    """Import and perhaps publish; return what changed, a line each."""
    roadmap = Roadmap.objects.select_for_update().filter(slug=document.slug).first()
    if roadmap is None:
        roadmap, lines = write(document), [_summary(document)]
    else:
        current, lines = _working_copy(roadmap)
        if current:
            document = merged(document, current, today=today)
            lines += difference(current, document).lines()
        if lines:
            roadmap = write(document)
    if publishing:
        before = roadmap.current_edition
        edition = publish(roadmap=roadmap, by=None)
        if edition != before:
            lines.append(f"published edition {edition.number}")
    return lines


def _working_copy(roadmap: Roadmap) -> tuple[Document | None, list[str]]:
    """Return what the import is compared with: the draft, or the edition it came from where the draft is half-way."""
    try:
        return document_of(roadmap), []
    except DocumentError:
        edition = roadmap.current_edition
        return published(edition) if edition else None, ["replaced a draft that was no document yet"]


def _summary(document: Document) -> str:
    counts = Counter(
        stages=len(document.stages),
        milestones=len(document.milestones),
        steps=sum(len(milestone.steps) for milestone in document.milestones),
        groups=len(document.groups),
        resources=sum(len(milestone.resources) for milestone in document.milestones),
        credentials=len(document.credentials),
        facts=len(document.facts),
        citations=len(document.trace),
    )
    return f"added roadmap {document.slug}: " + ", ".join(f"{count} {what}" for what, count in counts.items())
