"""Case 38: the review shows what it asks to review, and the history says values."""

import pytest
from django.contrib.admin.models import LogEntry

from roadmap.editions import publish
from roadmap.models import Enrolment, Milestone, MilestoneProgress, Roadmap
from tests.roadmap.admin.helpers import act, add_row, address, edit, logged_in, person, redraft


@pytest.fixture
def review(road) -> str:
    return address(road.roadmap, "review")


@pytest.fixture
def colleague(editor_user):
    user = person("kim@example.org", is_staff=True, name="Kim")
    user.groups.set(editor_user.groups.all())
    return logged_in(user)


def rows_of(page) -> dict[str, object]:
    return {row.text: row for part in page.context["parts"] for row in part.rows}


def test_changed_texts_stand_with_old_and_new_words(editor, road, review):
    redraft(road.algebra, why="Because of the <old>.")
    publish(roadmap=Roadmap.objects.get(), by=None, notes="Why.")
    edit(editor, road.algebra, why="Because of the new.", done_when="")
    text = editor.get(review).text
    assert '<del><span class="visually-hidden">Before: </span>Because of the &lt;old&gt;.</del>' in text
    assert '<ins><span class="visually-hidden">Now: </span>Because of the new.</ins>' in text
    assert "<em>now empty</em>" in text


def test_changed_rows_say_what_changed_in_them(editor, road, review):
    edit(editor, road.algebra, **{"steps-0-hours": 4, "steps-1-hours": 6})
    row = rows_of(editor.get(review))["“Linear algebra”: changed “Part 1”, changed “Part 2”"]
    assert [tuple(words.model_dump().values()) for words in row.wordings] == [
        ("“Part 1”, hours", "5", "4"),
        ("“Part 2”, hours", "5", "6"),
    ]


def test_each_change_names_who_made_it(editor, editor_user, colleague, road, review):
    edit(editor, road.algebra, effort_high=33)
    edit(colleague, road.algebra, effort_high=34)
    edit(colleague, road.work, title="Work, at last")
    page = editor.get(review)
    by = {text: row.by for text, row in rows_of(page).items()}
    assert by == {
        "“Linear algebra”: 10 h (5 to 20) → 10 h (5 to 34)": f"{editor_user.get_short_name()}, Kim",
        "“Work” → “Work, at last”": "Kim",
    }
    assert [save.user.get_short_name() for save in page.context["saves"]] == [
        "Kim",
        "Kim",
        editor_user.get_short_name(),
    ]
    assert "Who changed the draft since edition 1: 3 saves" in page.text


def test_a_quote_names_who_saved_its_milestone(editor, colleague, road, review):
    add_row(colleague, road.algebra, "citations", source=road.guide.pk, quote="And vectors", kind="advice")
    assert [row.by for row in rows_of(editor.get(review)).values()] == ["Kim"]


def test_what_was_published_is_nobodys_change_any_more(editor, road, review):
    edit(editor, road.algebra, effort_high=33)
    publish(roadmap=Roadmap.objects.get(), by=None, notes="More.")
    redraft(road.algebra, effort_high=34)
    page = editor.get(review)
    assert page.context["saves"] == []
    assert [row.by for row in rows_of(page).values()] == [""]


def test_another_roadmaps_saves_are_not_shown(editor, road, other_road, review):
    edit(editor, other_road.algebra, title="Theirs")
    assert editor.get(review).context["saves"] == []


def test_a_deletion_is_told_with_its_name(editor, road, review):
    made = road.guide.__class__.objects.create(roadmap=road.roadmap, slug="spare", title="Spare", position=9)
    editor.post(address(made, "delete"), {"post": "yes"})
    assert "Deleted source “Spare”." in editor.get(review).text


def test_the_gravest_warning_stands_first_and_unfolded(editor, road, learner, review):
    """Learners have it, nothing takes its place: above all else, the most learners first."""
    for number in range(2):
        own = Enrolment.objects.create(
            user=person(f"l{number}@example.org"), roadmap=road.roadmap, hours_per_week=5, started_on="2026-01-01"
        )
        MilestoneProgress.objects.create(enrolment=own, milestone="cloud-azure", state="done")
    redraft(road.statistics, done_when="")
    for milestone in (road.algebra, road.azure):
        act(editor, milestone, "retire")
    page = editor.get(review)
    assert [advice.message.partition("”")[0] for advice in page.context["grave"]] == ["“Azure", "“Linear algebra"]
    assert "2 learners have begun or finished it" in page.context["grave"][0].message
    text = page.text
    assert text.index("Learners lose their way here") < text.index("What changes for learners")
    assert "“Azure” leaves the road" not in text[text.index("<details") :]
    assert any("does not say when it is done" in advice.message for advice in page.context["warnings"])


def test_the_review_asks_as_much_of_a_long_draft(editor, road, review, django_assert_max_num_queries):
    for milestone in Milestone.objects.all():
        edit(editor, milestone, effort_high=50)
    with django_assert_max_num_queries(45):
        editor.get(review)


def history(client, part) -> str:
    """Return what the history says of the last save."""
    return list(client.get(address(part, "history")).context["action_list"])[-1].get_change_message()


def test_the_history_says_values(editor, road):
    edit(editor, road.algebra, effort_likely=8, optional="on", stage=road.work.pk, summary="New")
    assert history(editor, road.algebra) == (
        "Changed Stage: “Foundations” → “Work”, Optional: no → yes, What: empty → “New” and Likely: 10 h → 8 h."
    )
    edit(editor, road.algebra, elapsed_low=1, elapsed_likely=2.5, elapsed_high=3)
    assert "Likely: empty → 2.5 months" in history(editor, road.algebra)


def test_the_history_says_values_of_rows_and_cuts_long_ones(editor, road):
    edit(editor, road.algebra, why="word " * 100, **{"steps-0-hours": 4, "steps-1-hours": 6})
    words = history(editor, road.algebra)
    assert "Changed Hours: 5 h → 4 h for step “Part 1”." in words
    assert "Changed Hours: 5 h → 6 h for step “Part 2”." in words
    assert len(words) < 600


def test_entries_of_earlier_releases_are_still_read(editor, editor_user, road):
    edit(editor, road.algebra, effort_high=33)
    LogEntry.objects.update(change_message='[{"changed": {"fields": ["High"]}}]')
    assert history(editor, road.algebra) == "Changed High."
