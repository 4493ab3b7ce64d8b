"""Titles are broken where words end, and never grow out of their box."""

import unicodedata

import pytest

from roadmap.charts.lettering import fold, measure


def test_a_title_breaks_between_words():
    assert fold("Model deployment and monitoring", width=9, lines=3) == ("Model deployment", "and monitoring")


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert fold("One two three four five six", width=4, lines=2)[-1].endswith("…")


@pytest.mark.parametrize("text", ["Donaudampfschifffahrtsgesellschaft", "W" * 40, "機械学習" * 8, "a " * 60, "x"])
@pytest.mark.parametrize("lines", [1, 3])
def test_no_line_is_too_wide(text: str, lines: int):
    folded = fold(text, width=8, lines=lines)
    assert 1 <= len(folded) <= lines
    assert all(line and measure(line) <= 8 for line in folded)


CHINESE = "使用現代框架與雲端服務建置、部署並監控機器學習系統"
THAI = "การเรียนรู้ของเครื่องสำหรับผู้เริ่มต้น"


@pytest.mark.parametrize("text", [CHINESE, THAI, "機械学習モデルの運用と監視を学ぶ", "L" * 72, "အမြင့်ဆုံးစက်သင်ယူမှု" * 2])
def test_what_has_no_spaces_fills_its_lines(text: str):
    """Case 28: one line and an ellipsis was all that was seen of such a title."""
    folded = fold(text, width=9, lines=9)
    assert "".join(folded) == text
    assert len(folded) > 1
    assert all(7 < measure(line) <= 9 for line in folded[:-1])


def test_a_german_word_is_cut_where_it_meets_the_edge_and_shows_as_much_as_fits():
    folded = fold(
        "Die Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", width=11, lines=3
    )
    assert len(folded) == 3
    assert folded[0].startswith("Die Donau")
    assert folded[2].endswith("…")
    assert sum(map(len, folded)) > 50


def test_no_line_begins_with_a_mark_that_closes_or_ends_with_one_that_opens():
    for width in range(3, 12):
        lines = fold("建置「機器學習」系統、部署（雲端）並監控。", width=width, lines=30)
        assert not any(line[0] in "」、）。" or line[-1] in "「（" for line in lines), lines


def test_no_letter_loses_its_marks():
    for text in (THAI, "क्षत्रियविद्यार्थीविश्वविद्यालय", "e\u0301" * 30, "👩🏽‍💻" * 9):
        for line in fold(text, width=4, lines=40):
            assert unicodedata.category(line[0]) not in {"Mn", "Mc", "Cf"}, line
            assert line[-1] not in "เแโใไ\u200d", line


def test_latin_words_in_chinese_stay_whole():
    assert any("Kubernetes" in line for line in fold("使用Kubernetes與雲端服務", width=8, lines=4))
