"""Case 40: in the preview each link leads on within the preview, or says that it does not."""

import re

import pytest
from django.urls import reverse

from tests.roadmap.admin.helpers import address, edit, form_of, redraft


@pytest.fixture(params=["draft", "edition"])
def home(request, road) -> str:
    if request.param == "draft":
        return address(road.roadmap, "preview")
    return address(road.roadmap.current_edition, "preview")


def links(text: str) -> list[tuple[str, str]]:
    """Return the links of a page's main part: address (empty where it leads nowhere) and words."""
    main = text[text.index("<main") : text.index("</main>")]
    found = re.findall(r"<a\b([^>]*)>(.*?)</a>", main, re.DOTALL)
    address_of = re.compile(r'\shref="([^"]*)"')
    return [
        (hit[1] if (hit := address_of.search(tag)) else "", " ".join(re.sub("<[^>]*>", " ", text).split()))
        for tag, text in found
    ]


def test_the_map_is_previewed(editor, road, home):
    redraft(road.algebra, title="Matrices")
    page = editor.get(home)
    assert (f"{home}?page=map", "Map") in links(page.text)
    shown = editor.get(f"{home}?page=map")
    assert shown.status_code == 200
    assert ("Matrices" in shown.text) is ("/roadmap/roadmap/" in home)
    assert any(url == f"{home}linear-algebra/" for url, _ in links(shown.text))


def test_what_is_not_previewed_says_so(editor, home):
    nowhere = [words for url, words in links(editor.get(home).text) if not url]
    assert "What I bring along (not in the preview)" in nowhere
    assert all(words.endswith("(not in the preview)") for words in nowhere)


@pytest.mark.parametrize("page", ["", "?page=map", "linear-algebra/"])
def test_no_link_leaves_for_the_live_roadmap_or_leads_to_the_same_page(editor, road, home, page):
    text = editor.get(home + page).text
    live = reverse("roadmap", args=[road.roadmap.slug])
    for url, words in links(text):
        assert not url.startswith(live), words
    assert "hx-" not in text[text.index("<main") : text.index("</main>")]


def test_back_to_editing_leads_back_to_the_milestone(editor, road):
    page = editor.get(reverse("admin:roadmap_roadmap_preview_milestone", args=[road.roadmap.pk, "linear-algebra"]))
    back = address(road.algebra, back="preview")
    assert (back, "Back to editing “Linear algebra”") in links(page.text)
    answer = editor.post(back, form_of(editor.get(back)))
    assert answer["Location"] == page.request["PATH_INFO"]


def test_back_to_editing_leads_from_the_whole_to_the_whole(editor, road):
    page = editor.get(address(road.roadmap, "preview"))
    assert (address(road.roadmap), "Back to editing") in links(page.text)
    assert edit(editor, road.roadmap, summary="New").status_code == 302
