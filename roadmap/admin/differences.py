"""A difference as the editors' pages show it: under headings, and beside each change how many learners it meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.contrib.admin.models import LogEntry

from roadmap.document import Change, Line, Wording, sections
from roadmap.models import Roadmap

from .authors import authors
from .learners import learners_of


class Row(NamedTuple):
    """One change; `learners` is empty where nobody has the milestone, or where it is about something else."""

    text: str
    learners: str = ""
    wordings: tuple[Wording, ...] = ()
    by: str = ""


class Part(NamedTuple):
    heading: str
    rows: list[Row]


def parts_of(changes: Sequence[Change]) -> list[Part]:
    """Lay out what changed, for `admin/roadmap/_difference.html`."""
    return [Part(section.heading, [_row(line) for line in section.lines]) for section in sections(changes)]


def parts_with_learners(
    roadmap: Roadmap, changes: Sequence[Change], saves: Sequence[LogEntry] | None = None
) -> list[Part]:
    """Lay out what changed, with who has it now, and with who changed it according to `saves`: three queries."""
    found = sections(changes)
    counts = learners_of(roadmap, {line.milestone for section in found for line in section.lines if line.milestone})
    names = authors(roadmap, saves) if saves else {}
    return [
        Part(section.heading, [_row(line, str(counts.get(line.milestone, "")), names) for line in section.lines])
        for section in found
    ]


def _row(line: Line, learners: str = "", names: Mapping[tuple[str, str], str] | None = None) -> Row:
    change = line.change
    key = (change.what, change.slug) if change and change.kind not in ("reordered", "removed") else ("", "")
    return Row(line.text, learners, change.wordings if change else (), (names or {}).get(key, ""))
