"""From bytes or data to a checked `Document`; all that is wrong is said at once, in words that name the place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from .fields import SLUG_PATTERN
from .format import MAX_MILESTONES, Document
from .markup import MAX_BYTES, Lines, MarkupError, read_json, read_yaml, shorten
from .rules import Place, problems

MAX_PROBLEMS = 20


class DocumentError(ValueError):
    """A document that cannot be used. The message has one readable line per problem."""


def parse(data: bytes, *, name: str) -> Document:
    """Read a YAML or JSON file (`name` ends in `.json` or its text begins with a brace); raise `DocumentError`."""
    text = _decode(data)
    try:
        if name.lower().endswith(".json") or text.lstrip()[:1] == "{":
            return _checked(read_json(text), {})
        return _checked(*read_yaml(text))
    except MarkupError as error:
        raise DocumentError(str(error)) from None


def from_data(data: Any) -> Document:
    """Return the document that plain data (dicts, lists, texts, numbers: what JSON holds) describe."""
    return _checked(data, {})


def restore(data: Any) -> Document:
    """Return a document that was checked when it was frozen: types are read, the rules between its parts are not asked.

    An edition stays readable when a later version of this program asks more of a new one.
    """
    return Document.model_validate_json(json.dumps(data, ensure_ascii=False))


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise DocumentError(f"is larger than 2 MiB ({len(data):,} bytes)")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise DocumentError(f"line {line}: holds a NUL character (is this an archive or another kind of file?)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"line {line}: is not UTF-8") from None


def _checked(data: Any, lines: Lines) -> Document:
    if not isinstance(data, dict):
        raise DocumentError("should be a mapping with the keys format, slug, title, stages and milestones")
    milestones = data.get("milestones")
    if isinstance(milestones, list) and len(milestones) > MAX_MILESTONES:
        raise DocumentError(f"milestones: more than {MAX_MILESTONES:,}")
    try:
        text = json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        place = _find(data, lambda value: isinstance(value, str) and _has_surrogate(value))
        raise DocumentError(_sentence(place, "holds half a character (a lone surrogate)", data, lines)) from None
    except (TypeError, ValueError, RecursionError):
        raise DocumentError("holds something that JSON cannot express") from None
    try:
        document = Document.model_validate_json(text)
    except ValidationError as error:
        raise _error(((_place(e["loc"]), _words(e)) for e in error.errors(include_url=False)), data, lines) from None
    if found := list(problems(document)):
        raise _error(((problem.place, str(problem)) for problem in found), data, lines)
    return document


def _error(found: Iterable[tuple[Place, str]], data: Any, lines: Lines) -> DocumentError:
    sentences = list(dict.fromkeys(_sentence(place, words, data, lines) for place, words in found))
    if len(sentences) > MAX_PROBLEMS:
        sentences[MAX_PROBLEMS:] = [f"… and {len(sentences) - MAX_PROBLEMS:,} more"]
    return DocumentError("\n".join(sentences))


def _sentence(place: Place, words: str, data: Any, lines: Lines) -> str:
    """Return `line 12: milestones[linear-algebra].effort_hours.low: should be a number`."""
    path, line = "", 0
    for key in place:
        if isinstance(key, int):
            path += f"[{_row_name(data, key)}]"
        else:
            path += f".{key}" if key.isidentifier() and len(key) < 40 else f"[{shorten(key)}]"
        line = lines.get(id(data), {}).get(key, line)
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            data = None
    at = f"line {line}: " if line else ""
    return f"{at}{path.lstrip('.')}: {words}" if path else f"{at}{words}"


def _row_name(rows: Any, index: int) -> str:
    """Name a row of a list by its slug where it has one, else by its number from 1."""
    row = rows[index] if isinstance(rows, list) and index < len(rows) else None
    if isinstance(row, dict):
        for key in ("slug", "id"):
            slug = row.get(key)
            if isinstance(slug, str) and 0 < len(slug) <= 100 and slug.replace("-", "").isalnum():
                return slug
    return str(index + 1)


def _place(loc: tuple[int | str, ...]) -> Place:
    """Drop what pydantic adds to a path: the marks of a dictionary's key and of a union's branch."""
    return tuple(key for key in loc if key not in ("[key]", "date", "str"))


_SAYINGS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of this format",
    "string_type": "should be a text (put it in quotes)",
    "bool_type": "should be true or false",
    "float_type": "should be a number",
    "finite_number": "should be a finite number",
    "greater_than_equal": "should be at least {ge:g}",
    "less_than_equal": "should be at most {le:,g}",
    "string_too_long": "is longer than {max_length:,} characters",
    "too_short": "is empty",
    "too_long": "has more than {max_length:,} entries",
    "literal_error": "should be {expected}",
    "tuple_type": "should be a list",
    "dict_type": "should be a mapping",
    "model_type": "should be a mapping of keys and values",
}


def _words(error: Any) -> str:
    if error["type"] == "string_pattern_mismatch":
        if error["ctx"]["pattern"] != SLUG_PATTERN:
            return "holds a control character"
        return f"{shorten(error['input'])} is not a slug: lower-case letters and digits, joined by single hyphens"
    saying: str = _SAYINGS.get(error["type"], error["msg"].replace("{", "{{").replace("}", "}}"))
    return saying.format(**error.get("ctx", {}))


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _find(data: Any, matches: Callable[[Any], bool]) -> Place:
    """Return the path of the first value (or key's holder) that matches, breadth first."""
    waiting: list[tuple[Place, Any]] = [((), data)]
    for place, value in waiting:
        if matches(value):
            return place
        if isinstance(value, dict):
            for key, child in value.items():
                if matches(key):
                    return place
                waiting.append(((*place, key), child))
        elif isinstance(value, list):
            waiting.extend(((*place, index), child) for index, child in enumerate(value))
    return ()
