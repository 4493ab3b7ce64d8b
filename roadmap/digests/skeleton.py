"""A mail whose fixed parts are made once: a template with slots for what differs from learner to learner.

Slots are `[[name]]`; `<!--#name-->…<!--/name-->` stands once for each item of a list, once for what is true, and not at
all for what is empty. Inside, an item's own slots are filled, and where the item is a plain `True`, those around it.
These marks come through Django's templates, css-inline and a mail's encoding unharmed, which work on them once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T", str, bytes)

_MARK = re.compile(r"<!--([#/])(\w+)-->|\[\[(\w+)\]\]")


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str


@dataclass(frozen=True, slots=True)
class _Section(Generic[T]):
    name: str
    parts: tuple[T | _Slot | _Section[T], ...]


class Skeleton(Generic[T]):
    """A template taken apart. `fixed` prepares its own words, `personal` what is slotted in: encode, escape."""

    def __init__(self, template: str, *, fixed: Callable[[str], T], personal: Callable[[Any], T]) -> None:
        self._fixed: Callable[[str], T] = fixed
        self._personal: Callable[[Any], T] = personal
        self._parts: tuple[T | _Slot | _Section[T], ...] = self._take_apart(_tokens(template), "")

    def fill(self, data: Mapping[str, Any]) -> list[T]:
        """Return the pieces of one mail; raise `KeyError` for a slot or section that `data` says nothing about."""
        pieces: list[T] = []
        self._fill(self._parts, data, pieces)
        return pieces

    def _fill(self, parts: tuple[T | _Slot | _Section[T], ...], data: Mapping[str, Any], pieces: list[T]) -> None:
        personal = self._personal
        for part in parts:
            if isinstance(part, _Slot):
                pieces.append(personal(data[part.name]))
            elif isinstance(part, _Section):
                found = data[part.name]
                for item in found if isinstance(found, list) else (found,) if found else ():
                    self._fill(part.parts, data if item is True else item, pieces)
            else:
                pieces.append(part)

    def _take_apart(self, tokens: Iterator[tuple[str, str]], until: str) -> tuple[T | _Slot | _Section[T], ...]:
        parts: list[T | _Slot | _Section[T]] = []
        for kind, value in tokens:
            if kind == "/":
                if value != until:
                    raise ValueError(f"<!--/{value}--> ends <!--#{until}-->")
                return tuple(parts)
            if kind == "#":
                parts.append(_Section(value, self._take_apart(tokens, value)))
            elif kind == "slot":
                parts.append(_Slot(value))
            elif value:
                parts.append(self._fixed(value))
        if until:
            raise ValueError(f"<!--#{until}--> has no end")
        return tuple(parts)


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, value): `text`, `slot`, and `#` and `/` for where a section begins and ends."""
    place = 0
    for found in _MARK.finditer(template):
        yield "text", template[place : found.start()]
        kind, section, slot = found.groups()
        yield ("slot", slot) if slot else (kind, section)
        place = found.end()
    yield "text", template[place:]
