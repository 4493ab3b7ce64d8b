"""Read YAML and JSON into plain data, safely: what is hostile is refused before it can cost time or memory.

YAML is read from its event stream, so nothing is constructed that a document may not hold: no tags, anchors or
aliases, no key twice, no deep nesting. Plain scalars follow YAML 1.2's core schema (`yes` and `2026-11-22` are
texts; the format's types make dates of texts), so that YAML and JSON give the same data.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from .yaml_mistakes import mistake

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 12
MAX_VALUES = 150_000  # keys, values and containers; a real 2 MiB document has some 115,000

_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
NUMBER = re.compile(rf"({_FLOAT.pattern}|{_INFINITE.pattern})\Z")  # what is a text only in quotes
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_WORDS |= {spelling: value for word, value in _WORDS.items() for spelling in (word.title(), word.upper())}

Lines = dict[int, dict[str | int, int]]


class MarkupError(ValueError):
    """Not a document in YAML or JSON that we accept; the message says where and why."""


def read_json(text: str) -> Any:
    """Return the data of a JSON text; raise `MarkupError`."""
    try:
        data = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise MarkupError(f"line {error.lineno}: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise MarkupError(f"nested deeper than {MAX_DEPTH} levels") from None
    except MarkupError:
        raise
    except ValueError:  # an integer of thousands of digits
        raise MarkupError("holds a number that is far too long") from None
    _check_depth(data)
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MarkupError(f"the key {shorten(twice)} appears twice in one place")
    return found


def _check_depth(data: Any) -> None:
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise MarkupError(f"nested deeper than {MAX_DEPTH} levels")
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if sum(map(len, level)) > MAX_VALUES:
            raise MarkupError(f"holds more than {MAX_VALUES:,} values")


def read_yaml(text: str) -> tuple[Any, Lines]:
    """Return the data of a YAML text and the lines (from 1) of what each container holds, by the container's id."""
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        if words := mistake(text, error):
            raise MarkupError(words) from None
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise MarkupError(f"{where}not valid YAML: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 0
        where = f"line {line}: " if line else ""
        raise MarkupError(f"{where}holds a character that no text may hold") from None
    except yaml.YAMLError:
        raise MarkupError("not valid YAML") from None


class _Builder:
    """Builds plain data from events, one container open at a time per level."""

    def __init__(self) -> None:
        self.lines: Lines = {}
        self.open: list[tuple[Any, Any]] = []  # (container, key waiting for its value)
        self.root: Any = None
        self.values = 0

    def build(self, text: str) -> tuple[Any, Lines]:
        documents = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                self._refuse_extras(event)
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse_extras(event)
                self._begin([] if isinstance(event, yaml.SequenceStartEvent) else {}, event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
            elif isinstance(event, yaml.AliasEvent):
                raise MarkupError(f"{_line(event)}aliases (*{str(event.anchor)[:40]}) are not allowed")
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise MarkupError(f"{_line(event)}a second document begins here; one file holds one")
        return self.root, self.lines

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            raise MarkupError(f"{_line(event)}anchors (&{event.anchor[:40]}) are not allowed")
        if event.tag is not None:
            raise MarkupError(f"{_line(event)}tags ({event.tag[:60]}) are not allowed")
        self.values += 1
        if self.values > MAX_VALUES:
            raise MarkupError(f"holds more than {MAX_VALUES:,} values")

    def _begin(self, container: Any, event: Any) -> None:
        self._put(container, event)
        self.lines[id(container)] = {}
        self.open.append((container, None))
        if len(self.open) > MAX_DEPTH:
            raise MarkupError(f"{_line(event)}nested deeper than {MAX_DEPTH} levels")

    def _scalar(self, event: Any) -> None:
        if self.open:
            container, key = self.open[-1]
            if key is None and isinstance(container, dict):
                if event.value in container:
                    raise MarkupError(f"{_line(event)}the key {shorten(event.value)} appears twice in one place")
                self.open[-1] = (container, event.value)
                return
        self._put(event.value if event.style else _plain(event.value), event)

    def _put(self, value: Any, event: Any) -> None:
        if not self.open:
            self.root = value
            return
        container, key = self.open[-1]
        place: str | int
        if isinstance(container, list):
            place = len(container)
            container.append(value)
        else:
            if key is None:
                raise MarkupError(f"{_line(event)}a key should be a word")
            place = key
            container[key] = value
            self.open[-1] = (container, None)
        self.lines[id(container)][place] = event.start_mark.line + 1


def _plain(text: str) -> Any:
    """Return what an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return text if len(text.lstrip("+-")) > 1 and text.lstrip("+-")[0] == "0" else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.lower().replace(".", ""))
    return text


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}: "


def shorten(text: str, length: int = 60) -> str:
    """Quote a text for a message: on one line, escaped, and never long."""
    return repr(text if len(text) <= length else text[:length] + "…")
