"""Fixed parts made once, personal ones slotted in."""

from __future__ import annotations

from typing import Any

import pytest

from roadmap.digests.skeleton import Skeleton


def filled(template: str, **data: Any) -> str:
    skeleton = Skeleton(template, fixed=str.upper, personal=lambda text: f"<{text}>")
    return "".join(skeleton.fill(data))


@pytest.mark.parametrize(
    ("template", "data", "text"),
    [
        ("plain", {}, "PLAIN"),
        ("a [[x]] b", {"x": "y"}, "A <y> B"),
        ("[[x]]", {"x": 0}, "<0>"),
        ("<!--#on-->yes [[x]]<!--/on-->", {"on": True, "x": "!"}, "YES <!>"),
        ("<!--#on-->yes<!--/on-->no", {"on": None}, "NO"),
        ("<!--#all-->[[x]],<!--/all-->", {"all": [{"x": 1}, {"x": 2}]}, "<1>,<2>,"),
        ("<!--#all-->[[x]]<!--/all-->", {"all": []}, ""),
        ("<!--#a--><!--#b-->[[x]]<!--/b-->;<!--/a-->", {"a": [{"b": {"x": 1}}, {"b": None}]}, "<1>;;"),
        ("[[x]]", {"x": "[[y]]<!--#z-->"}, "<[[y]]<!--#z-->>"),
    ],
)
def test_slots_and_sections(template: str, data: dict[str, Any], text: str) -> None:
    assert filled(template, **data) == text


@pytest.mark.parametrize("template", ["<!--#a-->", "<!--/a-->", "<!--#a--><!--#b--><!--/a--><!--/b-->"])
def test_a_template_that_does_not_close_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="<!--"):
        filled(template)


@pytest.mark.parametrize("template", ["[[x]]", "<!--#x-->.<!--/x-->"])
def test_what_the_data_says_nothing_about_is_a_mistake(template: str) -> None:
    with pytest.raises(KeyError):
        filled(template, y=1)


def test_fixed_parts_are_worked_on_once() -> None:
    worked: list[str] = []

    def work(text: str) -> str:
        worked.append(text)
        return text

    skeleton = Skeleton("a[[x]]b", fixed=work, personal=str)
    for number in range(3):
        assert "".join(skeleton.fill({"x": number})) == f"a{number}b"
    assert worked == ["a", "b"]
