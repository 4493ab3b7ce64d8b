"""Two editors at one thing: the second save is refused, shows what changed, loses nothing, and can be made."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from roadmap.models import ChoiceGroup, Credential, Fact, Milestone, Source, Stage, Step
from tests.roadmap.admin.helpers import address, edit, form_of, logged_in, messages_of, person


@pytest.fixture
def colleague(editor_user):
    """Ben, who edits beside the editor."""
    user = person("ben@example.org", name="Ben", is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
    return logged_in(user)


@pytest.fixture
def facts(road):
    """A credential and a fact, which the small roadmap lacks."""
    road.credential = Credential.objects.create(
        roadmap=road.roadmap, slug="cert", name="A certificate", status="active", as_of="2026-01-01"
    )
    road.fact = Fact.objects.create(
        roadmap=road.roadmap, slug="fact", claim="It pays.", milestone=road.algebra, verdict="stands"
    )
    return road


def opened(client, part):
    return form_of(client.get(address(part)))


def table(response):
    return [tuple(change) for change in response.context["meanwhile"]]


PARTS = [
    ("algebra", "title", "Matrices"),
    ("foundations", "summary", "First things."),
    ("group", "note", "Take one."),
    ("credential", "issuer", "A body"),
    ("fact", "unit", "EUR"),
    ("guide", "publisher", "A publisher"),
    ("roadmap", "summary", "The road."),
]


@pytest.mark.parametrize(("part", "field", "value"), PARTS)
def test_the_second_save_is_refused_and_then_made(editor, colleague, facts, part, field, value):
    thing = vars(facts)[part]
    mine = opened(editor, thing)
    edit(colleague, thing, **{field: "Ben's"})
    refused = editor.post(address(thing), mine | {field: value})
    assert refused.status_code == 422
    ((_, before, now, entered),) = table(refused)
    assert (now, entered) == ("Ben's", value)
    assert before in ("empty", getattr(thing, field))
    assert "<strong>Ben</strong>" in refused.text
    thing.refresh_from_db()
    assert getattr(thing, field) == "Ben's"
    assert editor.post(address(thing), form_of(refused)).status_code == 302
    thing.refresh_from_db()
    assert getattr(thing, field) == value


def test_what_i_left_alone_stays_as_my_colleague_left_it(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, title="Matrices", optional="on", stage=road.work.pk)
    refused = editor.post(address(road.algebra), mine | {"effort_high": "25"})
    assert table(refused) == [
        ("Title", "Linear algebra", "Matrices", ""),
        ("Stage", "Foundations", "Work", ""),
        ("Optional", "no", "yes", ""),
    ]
    assert (
        "Changed Title: “Linear algebra” → “Matrices”, Stage: “Foundations” → “Work” and Optional: no → yes."
        in refused.text
    )
    assert "left it alone" in refused.text
    editor.post(address(road.algebra), form_of(refused))
    road.algebra.refresh_from_db()
    assert (road.algebra.title, road.algebra.optional, road.algebra.stage) == ("Matrices", True, road.work)
    assert road.algebra.effort_high == 25


def test_a_withdrawal_is_not_taken_back_unseen(superuser, road):
    mine = opened(superuser, road.roadmap)
    edit(superuser, road.roadmap, withdrawn_at="2026-01-01T12:00:00")
    refused = superuser.post(address(road.roadmap), mine | {"summary": "The road."})
    assert table(refused) == [("Withdrawn at", "empty", "2026-01-01T12:00:00", "")]
    superuser.post(address(road.roadmap), form_of(refused))
    road.roadmap.refresh_from_db()
    assert road.roadmap.summary == "The road."
    assert road.roadmap.withdrawn_at is not None


def test_editors_of_two_things_do_not_meet(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.statistics, title="Chance")
    edit(colleague, road.foundations, title="First things")
    assert editor.post(address(road.algebra), mine | {"title": "Matrices"}).status_code == 302


def test_the_same_change_twice_is_no_quarrel(editor, colleague, road):
    """Two clicks on “Save” are one save, too."""
    mine = opened(editor, road.algebra) | {"title": "Matrices", "steps-0-hours": "4"}
    assert colleague.post(address(road.algebra), mine).status_code == 302
    assert editor.post(address(road.algebra), mine).status_code == 302


def test_a_change_in_a_row_is_a_change(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, **{"steps-0-hours": 4, "steps-1-title": "Matrices"})
    refused = editor.post(address(road.algebra), mine | {"steps-0-hours": "3", "steps-0-title": "Vectors"})
    assert table(refused) == [
        ("Step “Part 1”: Hours", "5", "4", "3"),
        ("Step “Part 2”: Title", "Part 2", "Matrices", ""),
    ]
    editor.post(address(road.algebra), form_of(refused))
    assert list(road.algebra.steps.values_list("title", "hours")) == [("Vectors", 3), ("Matrices", 5)]


def test_rows_that_others_added_and_deleted_stay_so(editor, colleague, road):
    mine = opened(editor, road.algebra)
    data = opened(colleague, road.algebra) | {
        "steps-TOTAL_FORMS": "3",
        "steps-2-title": "Ben's step",
        "steps-2-hours": "1",
        "steps-1-DELETE": "on",
    }
    assert colleague.post(address(road.algebra), data).status_code == 302
    mine |= {"steps-TOTAL_FORMS": "3", "steps-2-title": "My step", "steps-2-hours": "2"}
    refused = editor.post(address(road.algebra), mine)
    assert refused.status_code == 422
    assert table(refused) == [
        ("Step “Ben's step”", "not there", "added", ""),
        ("Step “Part 2”", "there", "deleted", ""),
    ]
    assert editor.post(address(road.algebra), form_of(refused)).status_code == 302
    assert sorted(road.algebra.steps.values_list("title", flat=True)) == ["Ben's step", "My step", "Part 1"]


def test_a_row_that_i_changed_and_others_deleted_is_made_anew(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, **{"steps-1-DELETE": "on"})
    refused = editor.post(address(road.algebra), mine | {"steps-1-title": "Vectors"})
    assert table(refused) == [("Step “Part 2”", "there", "deleted", "changed")]
    assert editor.post(address(road.algebra), form_of(refused)).status_code == 302
    assert list(road.algebra.steps.values_list("title", flat=True)) == ["Part 1", "Vectors"]


def test_a_row_that_others_changed_is_not_deleted_unseen(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, **{"steps-1-hours": 9})
    refused = editor.post(address(road.algebra), mine | {"steps-1-DELETE": "on"})
    assert table(refused) == [("Step “Part 2”: Hours", "5", "9", "deleted")]
    editor.post(address(road.algebra), form_of(refused))
    assert list(road.algebra.steps.values_list("title", flat=True)) == ["Part 1"]


def test_a_new_order_of_rows_is_a_change(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, **{"steps-1-position": 1})
    refused = editor.post(address(road.algebra), mine | {"title": "Matrices"})
    assert table(refused) == [("Order of the steps", "“Part 1”, “Part 2”", "“Part 2”, “Part 1”", "")]
    editor.post(address(road.algebra), form_of(refused))
    assert list(road.algebra.steps.values_list("title", flat=True)) == ["Part 2", "Part 1"]


def test_prerequisites_and_members_are_named_by_their_titles(editor, colleague, road):
    mine = opened(editor, road.statistics)
    edit(colleague, road.statistics, **{"prerequisite_links-0-requires": road.aws.pk})
    refused = editor.post(address(road.statistics), mine | {"title": "Chance"})
    assert table(refused) == [("Prerequisite “Linear algebra”: Requires", "Linear algebra", "AWS", "")]
    mine = opened(editor, road.group)
    data = opened(colleague, road.group) | {"members-1-default": "on"}
    data.pop("members-0-default")
    colleague.post(address(road.group), data)
    refused = editor.post(address(road.group), mine | {"title": "Clouds"})
    assert [what for what, *_ in table(refused)] == ["Group member “AWS”: Default", "Group member “Azure”: Default"]
    editor.post(address(road.group), form_of(refused))
    assert road.group.members.get(is_default=True).milestone == road.azure


def test_a_second_change_meanwhile_is_refused_again(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, title="Matrices")
    refused = editor.post(address(road.algebra), mine | {"title": "Vectors"})
    edit(colleague, road.algebra, title="Tensors")
    again = editor.post(address(road.algebra), form_of(refused))
    assert again.status_code == 422
    assert table(again) == [("Title", "Matrices", "Tensors", "Vectors")]


def test_what_is_wrong_besides_is_told_at_once_and_nothing_is_lost(editor, colleague, road):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, why="Because.")
    refused = editor.post(address(road.algebra), mine | {"effort_low": "99", "steps-0-title": "Kept"})
    assert "The low estimate is above the likely one." in refused.text
    assert form_of(refused)["steps-0-title"] == "Kept"
    assert form_of(refused)["why"] == "Because."
    mended = editor.post(address(road.algebra), form_of(refused) | {"effort_low": "1"})
    assert mended.status_code == 302


def test_a_change_by_a_document_is_said(editor, colleague, road):
    """What no page of this thing did is told without a name."""
    mine = opened(editor, road.algebra)
    Milestone.objects.filter(pk=road.algebra.pk).update(title="Loaded")
    refused = editor.post(address(road.algebra), mine)
    assert "The history does not say who changed it." in refused.text


@pytest.mark.parametrize("forged", ["", "x", "a:b:c", "\0", "x" * 10_000])
def test_a_forged_memory_is_refused_and_loses_nothing(editor, road, forged):
    mine = opened(editor, road.algebra) | {"_opened": forged, "title": "Matrices"}
    refused = editor.post(address(road.algebra), mine)
    assert refused.status_code == 422
    assert "did not say what it was opened with" in refused.text
    assert editor.post(address(road.algebra), form_of(refused)).status_code == 302
    road.algebra.refresh_from_db()
    assert road.algebra.title == "Matrices"


def test_the_memory_of_another_thing_is_none(editor, road):
    other = opened(editor, road.statistics)["_opened"]
    mine = opened(editor, road.algebra) | {"_opened": other, "title": "Matrices"}
    assert editor.post(address(road.algebra), mine).status_code == 422


def test_a_stale_form_with_forged_rows_is_no_accident(editor, colleague, road, subtests):
    mine = opened(editor, road.algebra)
    edit(colleague, road.algebra, title="Matrices")
    for forged in (
        {"steps-TOTAL_FORMS": "1000000000"},
        {"steps-INITIAL_FORMS": "x"},
        {"steps-0-id": "\0"},
        {"steps-0-id": str(10**30)},
        {"steps-9999-title": "far"},
        {"steps-0-id": str(road.statistics.steps.first().pk)},
        {"stage": "x"},
    ):
        with subtests.test(**forged):
            assert editor.post(address(road.algebra), mine | forged).status_code == 422
    assert Step.objects.count() == 8


# --- Deleting --------------------------------------------------------------------------------------------------------


def test_deleting_what_changed_is_asked_again(editor, colleague, facts):
    url = address(facts.fact, "delete")
    page = editor.get(url)
    edit(colleague, facts.fact, unit="EUR")
    refused = editor.post(url, {"post": "yes", "_opened": page.context["opened"]})
    assert refused.status_code == 422
    assert table(refused) == [("Unit", "empty", "EUR", "")]
    assert Fact.objects.exists()
    editor.post(url, {"post": "yes", "_opened": refused.context["opened"]})
    assert not Fact.objects.exists()


def test_deleting_what_did_not_change_is_one_click(editor, facts):
    url = address(facts.credential, "delete")
    response = editor.post(url, {"post": "yes", "_opened": editor.get(url).context["opened"]}, follow=True)
    assert messages_of(response)[0].startswith("Draft saved: ")
    assert not Credential.objects.exists()


def test_what_was_deleted_meanwhile_can_be_made_anew(editor, colleague, other_road):
    thing = other_road.statistics
    mine = opened(editor, thing) | {"title": "Chance", "steps-0-title": "Kept"}
    colleague.post(address(thing, "delete"), {"post": "yes"})
    refused = editor.post(address(thing), mine)
    assert refused.status_code == 422
    assert "This was deleted while you had it open." in refused.text
    assert "<strong>Ben</strong>" in refused.text
    add = reverse("admin:roadmap_milestone_add", query={"roadmap": other_road.roadmap.pk})
    assert f'action="{add}"' in refused.text
    assert editor.post(add, form_of(refused)).status_code == 302
    made = Milestone.objects.get(roadmap=other_road.roadmap, title="Chance")
    assert list(made.steps.values_list("title", flat=True)) == ["Kept", "Part 2"]
    assert [link.requires for link in made.prerequisite_links.all()] == [other_road.algebra]


def test_what_never_was_is_still_not_found(editor, road):
    for model in (Stage, Milestone, ChoiceGroup, Source):
        url = reverse(f"admin:roadmap_{model._meta.model_name}_change", args=[10**6])
        assert editor.post(url, {"title": "x", "_opened": "x"}).status_code == 404
