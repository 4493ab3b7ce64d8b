"""A mail whose fixed parts are made once: a template with slots for what differs from learner to learner.

Slots are `[[name]]`; `<!--#name-->…<!--/name-->` stands once for each item of a list, once for what is true, and not at
all for what is empty. Inside, an item's own slots are filled, and where the item is a plain `True`, those around it.
These marks come through Django's templates, css-inline and a mail's encoding unharmed, which work on them once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T", str, bytes)

_MARK = re.compile(r"<!--([#/])(\w+)-->|\[\[(\w+)\]\]")


class _Part(NamedTuple, Generic[T]):
    """Fixed words, and what follows them: a slot's name, or a section's name and its own parts; an empty name ends."""

    words: T
    name: str
    inner: tuple[_Part[T], ...] | None


class Skeleton(Generic[T]):
    """A template taken apart. `fixed` prepares its own words, `personal` what is slotted in: encode, escape."""

    def __init__(self, template: str, *, fixed: Callable[[str], T], personal: Callable[[Any], T]) -> None:
        self._fixed: Callable[[str], T] = fixed
        self._personal: Callable[[Any], T] = personal
        self._parts: tuple[_Part[T], ...] = self._take_apart(_tokens(template), "")

    def fill(self, data: Mapping[str, Any]) -> list[T]:
        """Return the pieces of one mail; raise `KeyError` for a slot or section that `data` says nothing about."""
        pieces: list[T] = []
        self._fill(self._parts, data, pieces)
        return pieces

    def _fill(self, parts: tuple[_Part[T], ...], data: Mapping[str, Any], pieces: list[T]) -> None:
        add, personal = pieces.append, self._personal
        for words, name, inner in parts:
            add(words)
            if inner is None:
                if name:
                    add(personal(data[name]))
            elif found := data[name]:
                for item in found if isinstance(found, list) else (found,):
                    self._fill(inner, data if item is True else item, pieces)

    def _take_apart(self, tokens: Iterator[tuple[str, str, str]], until: str) -> tuple[_Part[T], ...]:
        parts: list[_Part[T]] = []
        while True:
            words, kind, name = next(tokens)
            if kind in {"/", "end"}:
                if name != until:
                    raise ValueError(f"<!--/{name}--> stands where <!--#{until}--> ends")
                parts.append(_Part(self._fixed(words), "", None))
                return tuple(parts)
            inner = self._take_apart(tokens, name) if kind == "#" else None
            parts.append(_Part(self._fixed(words), name, inner))


def _tokens(template: str) -> Iterator[tuple[str, str, str]]:
    """Yield words and what follows them: `slot`, `#` and `/` for where a section begins and ends, or the `end`."""
    place = 0
    for found in _MARK.finditer(template):
        kind, section, slot = found.groups()
        yield template[place : found.start()], kind or "slot", section or slot
        place = found.end()
    yield template[place:], "end", ""
