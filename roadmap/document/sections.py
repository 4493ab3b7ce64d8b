"""A difference laid out for reading: what came, what went, what moved, each under its own heading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .difference import Change

_LONGEST_NAME = 100  # characters; claims and quotes are names, too

# Heading: the sort of thing and the kinds of change that stand under it (none named: all).
_HEADINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "The roadmap": ("roadmap", ()),
    "Added": ("milestone", ("added",)),
    "Retired and replaced": ("milestone", ("retired", "replaced", "removed", "revived")),
    "Renamed": ("milestone", ("renamed",)),
    "Moved": ("milestone", ("moved", "reordered")),
    "Optional or mandatory": ("milestone", ("optional",)),
    "Effort and calendar time": ("milestone", ("effort", "elapsed")),
    "Steps": ("milestone", ("steps",)),
    "Prerequisites": ("milestone", ("prerequisites",)),
    "Choices": ("group", ()),
    "Resources": ("milestone", ("resources",)),
    "Words": ("milestone", ("reworded",)),
    "Other details": ("milestone", ("changed",)),
    "Stages": ("stage", ()),
    "Sources": ("source", ()),
    "Credentials": ("credential", ()),
    "Figures": ("fact", ()),
    "Quotes from the guides": ("citation", ()),
}
_SAYINGS = {
    "added": "{name} is new",
    "removed": "{name} is gone",
    "retired": "{name} retired {detail}",
    "replaced": "{name} is replaced {detail}",
    "revived": "{name} is in use again",
    "renamed": "{detail}",
    "reordered": "In another order, from {name} on",
}


class Line(NamedTuple):
    """One change in an editor's words. `milestone` is the slug of the milestone that it is about, or empty."""

    text: str
    milestone: str = ""
    change: Change | None = None


class Section(NamedTuple):
    """Changes of one sort, in the order of the page."""

    heading: str
    lines: tuple[Line, ...]


def sections(changes: Sequence[Change]) -> tuple[Section, ...]:
    """Return the changes under their headings; every change stands under exactly one."""
    found = (
        Section(heading, tuple(_line(change) for change in changes if _belongs(change, what, kinds)))
        for heading, (what, kinds) in _HEADINGS.items()
    )
    return tuple(section for section in found if section.lines)


def _belongs(change: Change, what: str, kinds: tuple[str, ...]) -> bool:
    return change.what == what and (not kinds or change.kind in kinds)


def _line(change: Change) -> Line:
    about_one = change.what == "milestone" and change.kind != "reordered"
    return Line(_sentence(change), change.slug if about_one else "", change)


def _sentence(change: Change) -> str:
    """Say one change where the heading has said its sort: `“Linear algebra”: 40 h (30 to 60) → 50 h (30 to 60)`."""
    name = f"“{_short(change.title)}”"
    saying = _SAYINGS.get(change.kind, "{name}: {detail}")
    return saying.format(name=name, detail=change.detail)


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_NAME else title[:_LONGEST_NAME].rsplit(" ", 1)[0] + "…"
