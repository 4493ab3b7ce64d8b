"""Case 34: a row that is added inside a milestone or a group, its position untouched, is saved last.

Without JavaScript a form is opened with empty rows (`?rows=3`); with it, rows are copied from the empty one.
"""

import pytest

from roadmap.models import RequiredGroup, Source
from tests.roadmap.admin.helpers import add_row, address, fields_of, form_of, make_milestone

INLINES = ("steps", "resources", "prerequisite_links", "required_group_links", "source_links", "members")


@pytest.fixture
def rows(road):
    """By the prefix of an inline: the page that has it, what a new row says, and how its rows are read in order."""
    calculus = make_milestone(road.roadmap, road.foundations, "calculus", "Calculus")
    writing = make_milestone(road.roadmap, road.foundations, "writing", "Writing")
    book = Source.objects.create(roadmap=road.roadmap, slug="book", title="A book", position=2)
    other = road.group.__class__.objects.create(roadmap=road.roadmap, slug="other", title="One other", position=2)
    other.members.create(milestone=calculus, is_default=True, position=1)
    RequiredGroup.objects.create(milestone=road.statistics, group=road.group, position=1)
    return {
        "steps": (road.algebra, {"title": "New", "hours": 1}, lambda: list(road.algebra.steps.all())),
        "resources": (
            road.algebra,
            {"title": "New", "url": "https://example.org/new", "kind": "book"},
            lambda: list(road.algebra.resources.all()),
        ),
        "prerequisite_links": (
            road.statistics,
            {"requires": calculus.pk},
            lambda: [link.requires for link in road.statistics.prerequisite_links.order_by("position")],
        ),
        "required_group_links": (
            road.statistics,
            {"group": other.pk},
            lambda: [link.group for link in road.statistics.required_group_links.order_by("position")],
        ),
        "source_links": (
            road.algebra,
            {"source": book.pk},
            lambda: [link.source for link in road.algebra.source_links.order_by("position")],
        ),
        "members": (
            road.group,
            {"milestone": writing.pk},
            lambda: [member.milestone for member in road.group.members.order_by("position")],
        ),
    }


def empty_row(page, prefix) -> dict[str, str]:
    """Return what the page's script copies when a row is added, by the names of its fields."""
    inline = next(inline for inline in page.context["inline_admin_formsets"] if inline.formset.prefix == prefix)
    return {name.rpartition("-")[2]: value for name, value in fields_of(inline.formset.empty_form).items()}


@pytest.mark.parametrize("prefix", INLINES)
def test_a_row_added_by_the_script_is_saved_last(editor, rows, prefix):
    part, fields, stored = rows[prefix]
    before = stored()
    copied = empty_row(editor.get(address(part)), prefix)
    assert copied["position"] == ""
    assert add_row(editor, part, prefix, **copied | fields).status_code == 302
    assert stored()[:-1] == before
    assert len(stored()) == len(before) + 1


@pytest.mark.parametrize("prefix", INLINES)
def test_a_row_added_without_javascript_is_saved_last(editor, rows, prefix):
    part, fields, stored = rows[prefix]
    before = stored()
    page = editor.get(address(part, rows=3))
    data = form_of(page)
    number = int(data[f"{prefix}-INITIAL_FORMS"])
    assert int(data[f"{prefix}-TOTAL_FORMS"]) == number + 3
    data |= {f"{prefix}-{number + 1}-{name}": str(value) for name, value in fields.items()}
    assert editor.post(address(part, rows=3), data).status_code == 302
    assert stored()[:-1] == before
    assert len(stored()) == len(before) + 1


@pytest.mark.parametrize("prefix", INLINES)
def test_a_row_from_an_open_form_of_the_release_before_is_saved_last(editor, rows, prefix):
    """Its untouched position was 0, which nobody can mean: the first place is 1."""
    part, fields, stored = rows[prefix]
    before = stored()
    assert add_row(editor, part, prefix, position=0, **fields).status_code == 302
    assert stored()[:-1] == before


def test_an_empty_row_from_the_release_before_is_no_row(editor, rows):
    part, _, stored = rows["steps"]
    assert add_row(editor, part, "steps", title="", hours="", resource="", position=0).status_code == 302
    assert len(stored()) == 2


def test_several_new_rows_keep_their_order_at_the_end(editor, road):
    url = address(road.algebra)
    data = form_of(editor.get(url)) | {"steps-TOTAL_FORMS": "4"}
    for number, title in ((2, "One"), (3, "Two")):
        data |= {f"steps-{number}-title": title, f"steps-{number}-hours": "0", f"steps-{number}-position": ""}
    editor.post(url, data)
    assert list(road.algebra.steps.values_list("title", flat=True)) == ["Part 1", "Part 2", "One", "Two"]


def test_a_new_row_with_a_typed_place_stands_there(editor, road):
    add_row(editor, road.algebra, "steps", title="First", hours=0, position=1)
    assert list(road.algebra.steps.values_list("title", "position")) == [("First", 1), ("Part 1", 2), ("Part 2", 3)]


def test_the_form_offers_empty_rows_where_there_is_no_script(editor, road):
    assert '<noscript><p class="rows"><a href="?rows=3">' in editor.get(address(road.algebra)).text
    for asked in ("x", "-1", "9" * 30, "1e3"):
        page = editor.get(address(road.algebra, rows=asked))
        assert page.status_code == 200
        assert len(page.context["inline_admin_formsets"][0].formset.forms) <= 12
