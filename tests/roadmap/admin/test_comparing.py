"""Two states of a roadmap, compared either way."""

import pytest
from django.urls import reverse

from roadmap.editions import publish
from tests.roadmap.admin.helpers import address, edit, laid_out, logged_in, person, redraft


@pytest.fixture
def three(editor, road):
    """Two editions and a draft: the title of algebra changes, then that of statistics."""
    redraft(road.algebra, title="Algebra")
    publish(roadmap=road.roadmap, by=None, notes="A shorter title.")
    edit(editor, road.statistics, title="Probability")
    return road


def compared(client, road, **query) -> list:
    return laid_out(client.get(address(road.roadmap, "compare", **query)))


ALGEBRA, STATISTICS = ("“Linear algebra” → “Algebra”", ""), ("“Statistics” → “Probability”", "")


def test_it_begins_with_what_learners_see_and_the_draft(editor, three):
    assert compared(editor, three) == [("Renamed", [STATISTICS])]


def test_any_two_states_are_compared(editor, three):
    assert compared(editor, three, old=1, new=2) == [("Renamed", [ALGEBRA])]
    assert compared(editor, three, old=1, new="draft") == [("Renamed", [ALGEBRA, STATISTICS])]
    assert compared(editor, three, old=1) == [("Renamed", [ALGEBRA, STATISTICS])]


def test_the_other_way_round_is_a_link(editor, three):
    page = editor.get(address(three.roadmap, "compare", old=1, new=2)).text
    assert 'href="?old=2&amp;new=1"' in page
    assert compared(editor, three, old=2, new=1) == [("Renamed", [("“Algebra” → “Linear algebra”", "")])]


def test_equal_states_are_said_to_be_the_same(editor, three):
    assert "Nothing: they are the same." in editor.get(address(three.roadmap, "compare", old=1, new=1)).text


def test_editions_are_offered_with_their_line(editor, three):
    page = editor.get(address(three.roadmap, "compare")).text
    assert '<option value="2" selected>Edition 2: A shorter title.</option>' in page


def test_a_draft_that_cannot_be_read_leads_to_what_is_missing(editor, three):
    three.group.members.all().delete()
    page = editor.get(address(three.roadmap, "compare"))
    assert page.status_code == 200
    assert f'href="{address(three.roadmap, "review")}"' in page.text


def test_a_roadmap_without_editions_compares_its_draft(editor, other_road):
    assert "Nothing: they are the same." in editor.get(address(other_road.roadmap, "compare")).text


@pytest.mark.parametrize("value", ["3", "0", "-1", "x", "", str(10**30), "²", "1e0"])
def test_what_is_no_state_is_refused(editor, three, value):
    assert editor.get(address(three.roadmap, "compare", old=value)).status_code == 422


def test_another_roadmaps_editions_are_not_offered(editor, three, other_road):
    assert editor.get(address(other_road.roadmap, "compare", old=1)).status_code == 422


def test_it_takes_the_same_queries_for_any_number_of_editions(editor, three, django_assert_num_queries):
    editor.get(address(three.roadmap, "compare"))
    with django_assert_num_queries(20):
        editor.get(address(three.roadmap, "compare"))
    for number in range(3):
        redraft(three.aws, title=f"AWS {number}")
        publish(roadmap=three.roadmap, by=None)
    editor.get(address(three.roadmap, "compare"))
    with django_assert_num_queries(20):
        editor.get(address(three.roadmap, "compare"))


def test_only_who_may_see_the_roadmap_compares(client, road, learner):
    url = reverse("admin:roadmap_roadmap_compare", args=[road.roadmap.pk])
    assert client.get(url).status_code == 302
    client.force_login(learner)
    assert client.get(url).status_code in (302, 403)
    assert logged_in(person("assistant@example.org", is_staff=True)).get(url).status_code == 403
