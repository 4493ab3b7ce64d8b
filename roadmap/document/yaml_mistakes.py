"""What went wrong in a text that is not YAML: mostly a sentence without quotes that holds one of YAML's own signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

_VALUE = re.compile(r"\s*(?:- +)*(?:[\w-]+: +)?(?P<value>\S.*)")
_QUOTED = re.compile(r"('([^']|'')*'|\"([^\"\\]|\\.)*\")\s*(#.*)?")
_SIGNS = ("@", "%", "`", "- ", "? ", "'", '"', "{", "[", "|", ">", "&", "*", "!")
_NO_SPACE = re.compile(r"\s*(?:- +)*[\w-]+:\S")


def mistake(text: str, error: yaml.MarkedYAMLError) -> str:
    """Return `line 3: put the text in quotes: …`; nothing where it is no such mistake."""
    rows = text.splitlines()
    for number in _lines(error):
        row = rows[number] if number < len(rows) else ""
        if why := _why(row):
            return f"line {number + 1}: put the text in quotes: {why}"
    return _colon(rows, error.problem_mark.line, error.problem or "") if error.problem_mark else ""


def _lines(error: yaml.MarkedYAMLError) -> Iterator[int]:
    """The line where YAML gave up; before it, for quotes that never end, the one where they begin."""
    marks = [error.context_mark] if "quoted scalar" in (error.context or "") else []
    yield from (mark.line for mark in (*marks, error.problem_mark) if mark)


def _why(row: str) -> str:
    found = _VALUE.fullmatch(row)
    value = found["value"] if found else ""
    if _QUOTED.fullmatch(value):
        return ""
    if sign := next((sign for sign in _SIGNS if value.startswith(sign)), ""):
        how = 'write an apostrophe in it as it is: "It\'s"' if sign == "'" else "that means something else in YAML"
        return f"it begins with {sign.strip()} , {how}".replace(" ,", ",")
    return "it holds a colon and a space, which makes a key of what stands before" if ": " in value else ""


def _colon(rows: list[str], number: int, problem: str) -> str:
    if _NO_SPACE.match(before := rows[number - 1] if 0 < number <= len(rows) else "") and ": " not in before:
        return f"line {number}: put a space after the colon"
    if "mapping values are not allowed" in problem:
        return f"line {number + 1}: put the text in quotes: it holds a colon and a space"
    return ""
