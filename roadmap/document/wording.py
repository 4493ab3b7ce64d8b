"""The old and the new words of what changed, for whoever reviews it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

NAMES = {"summary": "what", "why": "why", "done_when": "done when", "notes": "notes"}  # as a milestone's page has them


class Wording(BaseModel):
    """What something said before and says now. `what` names it: `done when`, `“Chapter 1”, hours`."""

    model_config = ConfigDict(frozen=True)

    what: str
    old: str
    new: str


def wordings_of(
    old: Any, new: Any, names: Iterable[str] | Mapping[str, str], *, longer_than: int = 0
) -> tuple[Wording, ...]:
    """Return the texts among the fields `names` that changed, where the old or the new one is longer than that.

    Where `names` is a mapping, its values are what the fields are called.
    """
    called = names if isinstance(names, Mapping) else {name: name.replace("_", " ") for name in names}
    pairs = ((name, _said(old, name), _said(new, name)) for name in called)
    return tuple(
        Wording(what=called[name], old=before, new=after)
        for name, before, after in pairs
        if before is not None and after is not None and before != after and max(len(before), len(after)) > longer_than
    )


def rows_reworded(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Wording, ...]:
    """Return what changed in the rows that both have: `“Chapter 1”, hours`."""
    return tuple(
        Wording(what=f"“{row.title}”, {name.replace('_', ' ')}", old=_plain(before), new=_plain(after))
        for key, row in new.items()
        if key in old
        for name in type(row).model_fields
        if (before := getattr(old[key], name)) != (after := getattr(row, name))
    )


def _said(part: Any, name: str) -> str | None:
    """Return a text; nothing where the field holds something else."""
    value = getattr(part, name, None)
    return value if isinstance(value, str) else ("" if value is None else None)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str("" if value is None else value)
