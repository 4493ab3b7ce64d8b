"""Case 42: where a sentence lacks quotes, the error says so, with the line."""

from __future__ import annotations

import pytest

from roadmap.document import DocumentError, parse

HEAD = "format: 1\nslug: road\n"
QUOTES = "put the text in quotes"


def said(line: str) -> str:
    with pytest.raises(DocumentError) as refused:
        parse(f"{HEAD}{line}\n".encode(), name="road.yaml")
    return str(refused.value)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("title: Python: from zero", "it holds a colon and a space"),
        ("title: @home", "it begins with @"),
        ("title: %100", "it begins with %"),
        ("title: - and so on", "it begins with -"),
        ("title: ? why", "it begins with ?"),
        ("title: 'Tis the season", "it begins with '"),
        ("title: 'it's", "it begins with '"),
        ("title: 'one' and 'two'", "it begins with '"),
        ('title: "Deep" learning', 'it begins with "'),
        ("title: `code`", "it begins with `"),
        ("title: [draft] of it", "it begins with ["),
        ("title: | in one line", "it begins with |"),
    ],
)
def test_a_sentence_without_quotes_is_told_so_with_its_line(line: str, why: str) -> None:
    words = said(line)
    assert words.startswith(f"line 3: {QUOTES}: {why}")
    assert "\n" not in words


@pytest.mark.parametrize("line", ["stages:\n- title: Work: at last", "stages:\n- slug: a\n  title: @work"])
def test_a_sentence_in_a_list_is_found_too(line: str) -> None:
    assert said(line).startswith(f"line {2 + line.count(chr(10)) + 1}: {QUOTES}")


def test_a_sentence_that_goes_on_in_the_next_line_is_found_there() -> None:
    assert said("summary: One\n  two: three").startswith(f"line 4: {QUOTES}: it holds a colon and a space")


def test_a_quote_that_never_ends_is_told_where_it_begins() -> None:
    assert said("title: 'Tis the season\nsummary: x\nstages: []").startswith(f"line 3: {QUOTES}")


def test_a_colon_without_a_space_is_told_so() -> None:
    assert said("title:Road\nsummary: x") == "line 3: put a space after the colon"


@pytest.mark.parametrize("line", ["title: [a", "a: }", "\tb: c"])
def test_what_is_no_such_mistake_is_not_called_one(line: str) -> None:
    assert "line " in said(line)


@pytest.mark.parametrize("title", ["'Python: from zero'", '"@home"', "It's fine", "a - b", "50 % of it", "what?"])
def test_what_is_right_is_not_complained_about(title: str) -> None:
    assert "quotes" not in said(f"title: {title}")
