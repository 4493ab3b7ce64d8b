"""Split, merge, replace, retire, bring back: shown before, done in one save, and refused where it cannot be."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap import editions
from roadmap.drafts import draft_of
from roadmap.models import (
    Choice,
    Enrolment,
    Event,
    GroupMember,
    Milestone,
    MilestoneProgress,
    Prerequisite,
    Replacement,
    Roadmap,
)
from tests.roadmap.admin.helpers import (
    act,
    address,
    hidden,
    logged_in,
    look,
    make_milestone,
    messages_of,
    order_of,
    person,
    redraft,
)

ACTIONS = ("split", "merge", "replace", "retire", "bring-back")


@pytest.fixture
def finisher(road):
    """Somebody who finished linear algebra and chose Azure."""
    enrolment = Enrolment.objects.create(
        user=person("finisher@example.org"),
        roadmap=road.roadmap,
        hours_per_week=5,
        started_on=datetime.date(2026, 1, 1),
    )
    MilestoneProgress.objects.create(
        enrolment=enrolment, milestone="linear-algebra", state="done", note="Mine", finished_on="2026-01-05"
    )
    Choice.objects.create(enrolment=enrolment, group="cloud", milestone="cloud-azure")
    return enrolment


def draft(road):
    return draft_of(Roadmap.objects.select_related("current_edition").get(pk=road.roadmap.pk))


def milestone(slug) -> Milestone:
    return Milestone.objects.get(slug=slug)


def needs(slug) -> list[str]:
    return [str(needed) for needed in milestone(slug).prerequisites.order_by("successor_links__position")]


def parts(slug) -> list[str]:
    return list(Replacement.objects.filter(milestone__slug=slug).values_list("successor__slug", flat=True))


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_the_page_says_who_has_it_and_what_hangs_on_it(editor, road, learner):
    for action in ("split", "merge", "replace", "retire"):
        page = editor.get(address(road.algebra, action))
        assert "1 doing" in page.text
        assert "Statistics" in page.text
    page = editor.get(address(road.aws, "split"))
    assert "One cloud" in page.text
    assert "and its default" in page.text


def test_a_milestone_leads_to_the_actions_that_fit(editor, road):
    page = editor.get(address(road.algebra)).text
    assert [action for action in ACTIONS if address(road.algebra, action) in page] == list(ACTIONS[:4])
    act(editor, road.algebra, "replace", title="Vectors")
    page = editor.get(address(road.algebra)).text
    assert [action for action in ACTIONS if address(road.algebra, action) in page] == ["bring-back"]
    assert "replaced by <a" in page


def test_nothing_happens_before_its_consequences_were_shown(editor, road, learner, finisher):
    page = look(editor, road.algebra, "split", titles="Vectors\nMatrices")
    assert page.status_code == 200
    assert Milestone.objects.count() == 4
    assert page.context["credit"] == [
        "1 learner finished “Linear algebra”: “Vectors” and “Matrices” will be done for them, "
        "where they do not say otherwise.",
        "1 learner did part of “Linear algebra”: their hours count towards “Vectors” and “Matrices”, "
        "shared out by their likely hours.",
        "No tick, hour, note or date is lost.",
    ]
    said = [row.text for part in page.context["changes"] for row in part.rows]
    assert any("Statistics" in text and "Vectors" in text for text in said)


def test_what_was_changed_since_it_was_shown_is_shown_again(editor, road):
    shown = hidden(look(editor, road.algebra, "split", titles="Vectors\nMatrices"), "shown")
    page = look(editor, road.algebra, "split", titles="Vectors\nTensors", shown=shown)
    assert page.status_code == 200
    assert hidden(page, "shown") not in ("", shown)
    assert Milestone.objects.count() == 4


# --- What is done -----------------------------------------------------------------------------------------------------


def test_a_split_is_one_save_told_in_the_history(editor, editor_user, road, finisher):
    before = Roadmap.objects.get().draft_version
    response = act(editor, road.algebra, "split", follow=True, titles=" Vectors \r\n\r\nMatrices\r\n")
    assert messages_of(response)[0].startswith("Draft saved: ")
    assert Roadmap.objects.get().draft_version == before + 1
    assert order_of(road) == ["linear-algebra", "vectors", "matrices", "statistics", "cloud-aws", "cloud-azure"]
    assert str(milestone("linear-algebra").retired_on) == "2026-01-31"
    assert parts("linear-algebra") == ["vectors", "matrices"]
    assert needs("statistics") == ["Vectors", "Matrices"]
    assert (milestone("vectors").effort_likely, milestone("vectors").stage) == (5, road.foundations)
    told = {(entry.user, str(entry.get_edited_object()), entry.change_message) for entry in LogEntry.objects.all()}
    assert told == {
        (editor_user, "Linear algebra", "Split into “Vectors”, “Matrices”."),
        (editor_user, "Vectors", "Made for “Linear algebra”."),
        (editor_user, "Matrices", "Made for “Linear algebra”."),
    }


def test_a_split_into_what_exists(editor, road):
    act(editor, road.algebra, "split", into=["statistics", "cloud-aws"])
    assert parts("linear-algebra") == ["statistics", "cloud-aws"]
    assert needs("statistics") == []


def test_a_merge_into_something_new(editor, road):
    act(editor, road.algebra, "merge", others=["statistics"], title="Mathematics")
    made = milestone("mathematics")
    assert (made.effort_likely, needs("mathematics")) == (20, [])
    assert parts("linear-algebra") == parts("statistics") == ["mathematics"]


def test_others_can_be_merged_into_this_one(editor, road):
    act(editor, road.algebra, "merge", others=["statistics"], into="linear-algebra")
    assert milestone("linear-algebra").retired_on is None
    assert parts("statistics") == ["linear-algebra"]


def test_a_replacement_takes_its_place_in_the_group(editor, road, finisher):
    page = look(editor, road.azure, "replace", title="Google")
    assert "1 learner chose it in “One cloud”: their choice is now “Google”." in page.context["credit"]
    act(editor, road.azure, "replace", title="Google")
    act(editor, road.aws, "replace", into="google")
    members = GroupMember.objects.filter(group=road.group).order_by("position")
    assert [str(member) for member in members] == ["AWS", "Azure", "Google"]
    assert str(members.get(is_default=True)) == "Google"


def test_retiring_rewires_what_waited_for_it(editor, road, learner):
    Prerequisite.objects.create(milestone=road.aws, requires=road.statistics)
    page = editor.get(address(road.statistics, "retire"))
    assert page.context["credit"] == ["Nobody has begun or chosen what retires, so nobody's progress changes."]
    act(editor, road.statistics, "retire")
    assert needs("cloud-aws") == ["Linear algebra"]
    assert MilestoneProgress.objects.get().milestone == "linear-algebra"


def test_without_rewiring_the_page_says_what_is_to_be_mended(editor, road):
    page = look(editor, road.algebra, "replace", title="Vectors", rewire="")
    assert page.context["to_mend"] == ["“Statistics” requires “Linear algebra”, which is retired."]
    page = editor.get(address(road.aws, "retire"))
    assert page.context["to_mend"] == ["The default of “One cloud” is retired: choose another."]


@pytest.mark.parametrize(
    ("action", "chosen"),
    [
        ("split", {"titles": "Vectors\nMatrices"}),
        ("split", {"titles": "Vectors", "into": "statistics"}),
        ("merge", {"others": ["statistics"], "title": "Mathematics"}),
        ("replace", {"title": "Vectors"}),
        ("replace", {"into": "statistics"}),
        ("retire", {}),
    ],
)
def test_bringing_back_reverses_it_all(editor, road, finisher, action, chosen):
    act(editor, road.algebra, action, **chosen)
    assert draft(road).changes
    if action == "merge":
        act(editor, road.statistics, "bring-back")
    act(editor, road.algebra, "bring-back")
    assert draft(road).changes == ()
    assert LogEntry.objects.filter(change_message="Brought back.").exists()


def test_bringing_back_after_publishing_looks_at_the_edition_before(editor, road, finisher):
    act(editor, road.algebra, "split", titles="Vectors\nMatrices")
    editions.publish(roadmap=road.roadmap, by=None)
    page = editor.get(address(road.algebra, "bring-back"))
    assert page.context["credit"] == [
        "1 learner finished it: it is done for them again.",
        "What they did here no longer counts towards “Vectors” and “Matrices”; what they did there stays.",
        "No tick, hour, note or date is lost.",
    ]
    act(editor, road.algebra, "bring-back")
    assert needs("statistics") == ["Linear algebra"]
    assert Milestone.objects.filter(slug__in=["vectors", "matrices"], retired_on=None).count() == 2


def test_no_action_writes_what_learners_did(editor, road, finisher):
    def theirs():
        models = (Enrolment, MilestoneProgress, Choice, Event)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = theirs()
    act(editor, road.algebra, "split", titles="Vectors\nMatrices")
    act(editor, milestone("vectors"), "merge", others=["matrices"], title="Algebra")
    act(editor, road.azure, "replace", title="Google")
    act(editor, road.algebra, "bring-back")
    assert theirs() == before


# --- What is refused --------------------------------------------------------------------------------------------------


def test_a_circle_is_refused_with_its_path(editor, road):
    Prerequisite.objects.create(milestone=road.aws, requires=road.statistics)
    page = look(editor, road.algebra, "merge", others=["cloud-aws"], title="All")
    assert page.status_code == 422
    assert "“All” → “Statistics” → “All”" in page.text
    assert Milestone.objects.count() == 4


def test_a_stale_page_is_refused_and_keeps_what_was_entered(editor, road):
    shown = hidden(look(editor, road.algebra, "split", titles="Vectors\nMatrices"), "shown")
    version = str(Roadmap.objects.get().draft_version)
    redraft(road.statistics, title="Probability")
    for stale in ("x", "\0", "1e9", ""):
        page = look(editor, road.algebra, "split", titles="Vectors\nMatrices", shown=shown, draft_version=stale)
        assert page.status_code == 422
        assert "Vectors\nMatrices" in page.text
    page = look(editor, road.algebra, "split", titles="Vectors\nMatrices", shown=shown, draft_version=version)
    assert page.status_code == 422
    assert Milestone.objects.count() == 4
    assert "The draft has changed since this page was opened." in page.text
    assert "Vectors\nMatrices" in page.text
    assert "Probability" in page.text
    url = address(road.algebra, "split")
    again = {name: hidden(page, name) for name in ("draft_version", "shown")}
    wish = {"titles": "Vectors\nMatrices", "rewire": "on", "retired_on": "2026-01-31"}
    assert editor.post(url, wish | again).status_code == 302


BAD = [
    ("split", {}, "Name at least two milestones"),
    ("split", {"titles": "Vectors"}, "Name at least two milestones"),
    ("split", {"titles": "Vectors\nVectors"}, "is there twice"),
    ("split", {"titles": "Vectors\nStatistics"}, "There is a milestone “Statistics” already"),
    ("split", {"titles": "Vectors\n" + "x" * 201}, "Keep a title under 200 characters."),
    ("split", {"titles": "Vectors\nMat\x07rices"}, "This holds a character that cannot be shown."),
    ("split", {"titles": "a\0b\nc"}, "Null characters are not allowed."),
    ("split", {"into": ["linear-algebra", "statistics"]}, "Select a valid choice."),
    ("split", {"into": ["x", "\0"]}, "Select a valid choice."),
    ("merge", {"title": "All"}, "This field is required."),
    ("merge", {"others": ["statistics"]}, "exactly one of both"),
    ("merge", {"others": ["statistics"], "into": "cloud-aws", "title": "All"}, "exactly one of both"),
    ("replace", {}, "exactly one of both"),
    ("replace", {"into": "linear-algebra"}, "Select a valid choice."),
    ("replace", {"title": "Statistics"}, "There is a milestone “Statistics” already"),
    ("replace", {"title": "x" * 201}, "at most 200 characters"),
    ("retire", {"retired_on": "9999-12-31"}, "The day cannot lie in the future."),
    ("retire", {"retired_on": "0001-01-01"}, "Give a year between 1900 and 2200."),
    ("retire", {"retired_on": ""}, "This field is required."),
]


def test_what_cannot_be_is_refused_at_the_field(editor, road, subtests):
    for action, chosen, words in BAD:
        with subtests.test(action=action, chosen=str(chosen)[:60]):
            page = look(editor, road.algebra, action, **chosen)
            assert page.status_code == 422
            assert words in page.text
            assert Milestone.objects.count() == 4
            assert not Milestone.objects.exclude(retired_on=None).exists()


def test_one_choice_of_a_group_does_not_become_several_for_everybody(editor, road):
    page = look(editor, road.aws, "split", titles="Basics\nNetworks")
    assert page.status_code == 422
    assert "one choice of “One cloud”, and a learner takes only one" in page.text
    assert look(editor, road.aws, "split", into=["linear-algebra", "statistics"]).status_code == 200


def test_another_roadmaps_milestones_are_not_offered(editor, road, other_road):
    act(editor, other_road.algebra, "replace", title="Elsewhere")
    assert look(editor, road.algebra, "replace", into="elsewhere").status_code == 422


def test_what_is_retired_already_or_not_yet_leads_back(editor, road):
    assert editor.get(address(road.algebra, "bring-back"), follow=True).redirect_chain[-1][0] == address(road.algebra)
    act(editor, road.algebra, "retire", follow=True)
    for action in ACTIONS[:4]:
        response = editor.get(address(road.algebra, action), follow=True)
        assert messages_of(response) == ["“Linear algebra” is retired already."]


def test_a_draft_that_cannot_be_read_is_mended_first(editor, road):
    road.group.members.all().delete()
    response = editor.get(address(road.algebra, "split"), follow=True)
    assert response.redirect_chain[-1][0] == address(road.roadmap, "review")


@pytest.mark.parametrize("action", ACTIONS)
def test_only_editors_map_and_only_what_is_there(editor, road, action):
    for pk in (0, 10**30, "x", "%00"):
        assert editor.get(f"/admin/roadmap/milestone/{pk}/{action}/").status_code == 404
    assistant = logged_in(person("assistant@example.org", is_staff=True))
    assert assistant.get(address(road.algebra, action)).status_code == 403
    assert assistant.post(address(road.algebra, action), {}).status_code == 403


def test_a_look_takes_as_many_queries_for_a_large_roadmap(editor, road, finisher):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert look(editor, road.algebra, "split", titles="Vectors\nMatrices").status_code == 200
        return len(found)

    few = queries()
    for number in range(10):
        extra = make_milestone(road.roadmap, road.work, f"extra-{number}", f"Extra {number}")
        Prerequisite.objects.create(milestone=extra, requires=road.algebra)
        MilestoneProgress.objects.create(enrolment=finisher, milestone=extra.slug, state="doing")
    assert queries() == few <= 60
