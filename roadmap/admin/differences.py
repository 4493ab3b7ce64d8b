"""A difference as the editors' pages show it: under headings, and beside each change how many learners it meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from roadmap.document import Change, sections
from roadmap.models import Roadmap

from .learners import learners_of


class Row(NamedTuple):
    """One change; `learners` is empty where nobody has the milestone, or where it is about something else."""

    text: str
    learners: str = ""


class Part(NamedTuple):
    heading: str
    rows: list[Row]


def parts_of(changes: Sequence[Change]) -> list[Part]:
    """Lay out what changed, for `admin/roadmap/_difference.html`."""
    return [Part(section.heading, [Row(line.text) for line in section.lines]) for section in sections(changes)]


def parts_with_learners(roadmap: Roadmap, changes: Sequence[Change]) -> list[Part]:
    """Lay out what changed, with who has it now: two queries, whatever changed."""
    found = sections(changes)
    counts = learners_of(roadmap, {line.milestone for section in found for line in section.lines if line.milestone})
    return [
        Part(section.heading, [Row(line.text, str(counts.get(line.milestone, ""))) for line in section.lines])
        for section in found
    ]
