"""Import a roadmap document into the working copy."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from roadmap.document import Document, DocumentError, parse
from roadmap.editions import incoming, publish, write

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
    found = incoming(document, today=today)
    if found.roadmap is None:
        lines = [f"added roadmap {document.slug}: {found.contents}"]
    else:
        lines = ["replaced a draft that was no document yet"] * found.mends + [str(change) for change in found.changes]
    roadmap = found.roadmap if found.roadmap and found.is_empty else write(found.document)
    if publishing:
        before = roadmap.current_edition
        edition = publish(roadmap=roadmap, by=None)
        if edition != before:
            lines.append(f"published edition {edition.number}")
    return lines
