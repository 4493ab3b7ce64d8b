"""Write a roadmap as a document."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roadmap.document import Document, DocumentError, dump
from roadmap.editions import document_in, document_of
from roadmap.models import Edition, Roadmap


class Command(BaseCommand):
    help = "Print the working copy (or an edition) as a canonical document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--edition", type=int, metavar="N", help="an edition instead of the working copy")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(dump(_document(options["slug"], options["edition"])), ending="")


def _document(slug: str, number: int | None) -> Document:
    try:
        roadmap = Roadmap.objects.get(slug=slug)
        return document_of(roadmap) if number is None else document_in(roadmap.pk, number)
    except Roadmap.DoesNotExist:
        raise CommandError(f"There is no roadmap {slug!r}.") from None
    except Edition.DoesNotExist:
        raise CommandError(f"The roadmap {slug} has no edition {number}.") from None
    except DocumentError as error:
        raise CommandError(f"The working copy of {slug} is no document yet:\n{error}") from None
