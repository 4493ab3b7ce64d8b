"""Editors change the working copy: what is saved, what is said, what is refused."""

from django.contrib.admin.models import LogEntry

from roadmap.models import (
    Citation,
    GroupMember,
    Milestone,
    Prerequisite,
    Roadmap,
    Stage,
    Step,
)
from tests.roadmap.admin.helpers import add_row, address, edit, form_of, messages_of, order_of


def test_a_save_says_what_learners_see(editor, road):
    response = edit(editor, road.algebra, follow=True, effort_high=25)
    assert messages_of(response) == [
        "Draft saved: 1 change, learners still see edition 1. "
        f'<a href="/admin/roadmap/roadmap/{road.roadmap.pk}/preview/">Preview</a> · '
        f'<a href="/admin/roadmap/roadmap/{road.roadmap.pk}/review/">Review and publish</a>'
    ]
    edit(editor, road.foundations, title="First things")
    response = edit(editor, road.group, follow=True, note="Take one.")
    assert messages_of(response)[0].startswith("Draft saved: 3 changes, learners still see edition 1.")


def test_a_save_counts_the_draft_and_is_attributed(editor, editor_user, road):
    before = Roadmap.objects.get().draft_version
    edit(editor, road.algebra, title="Linear algebra, briefly")
    assert Roadmap.objects.get().draft_version == before + 1
    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_edited_object()) == (editor_user, road.algebra)


def test_a_save_of_what_was_never_published_says_so(editor, other_road):
    response = edit(editor, other_road.algebra, follow=True, title="Algebra")
    assert messages_of(response)[0].startswith("Draft saved: learners see nothing of it yet.")


def test_steps_that_do_not_sum_are_a_warning_and_saved(editor, road):
    response = edit(editor, road.algebra, follow=True, **{"steps-0-hours": 9})
    text = "The steps add up to 14 hours, the likely effort says 10. Make them agree before publishing."
    assert text in messages_of(response)
    assert road.algebra.steps.first().hours == 9


def test_slugs_are_made_and_unique(editor, road):
    url = address(road.algebra, "add", roadmap=road.roadmap.pk)
    data = form_of(editor.get(url)) | {
        "title": "Linear algebra!",
        "stage": road.work.pk,
        "effort_low": "1",
        "effort_likely": "2",
        "effort_high": "3",
        "steps-TOTAL_FORMS": "2",
        "steps-0-title": "Read the first chapter",
        "steps-0-hours": "1",
        "steps-1-title": "Read the first chapter",
        "steps-1-hours": "1",
    }
    assert editor.post(url, data).status_code == 302
    made = Milestone.objects.get(slug="linear-algebra-2")
    assert made.roadmap == road.roadmap
    assert list(made.steps.values_list("slug", flat=True)) == ["read-the-first-chapter", "read-the-first-chapter-2"]
    assert made.position == max(Milestone.objects.values_list("position", flat=True))


def test_a_new_milestone_stands_at_the_end_of_its_stage_or_at_its_place(editor, road):
    url = address(road.algebra, "add", roadmap=road.roadmap.pk)
    fields = {"stage": road.foundations.pk, "effort_low": "1", "effort_likely": "2", "effort_high": "3"}
    editor.post(url, form_of(editor.get(url)) | fields | {"title": "Calculus"})
    editor.post(url, form_of(editor.get(url)) | fields | {"title": "Sets", "place": "1"})
    assert order_of(road) == ["sets", "linear-algebra", "statistics", "calculus", "cloud-aws", "cloud-azure"]


def test_a_published_slug_is_permanent(editor, road):
    for part in (road.algebra, road.foundations, road.group, road.guide, road.roadmap):
        before = part.slug
        edit(editor, part, slug="something-else", title="Another title")
        part.refresh_from_db()
        assert (part.slug, part.title) == (before, "Another title")


def test_an_unpublished_slug_may_change(editor, other_road):
    edit(editor, other_road.algebra, slug="matrices")
    other_road.algebra.refresh_from_db()
    assert other_road.algebra.slug == "matrices"


def test_a_slug_that_is_taken_is_refused(editor, other_road):
    response = edit(editor, other_road.algebra, slug="statistics")
    assert response.status_code == 422


def test_a_circle_is_refused_with_its_path(editor, road):
    response = add_row(editor, road.algebra, "prerequisite_links", requires=road.statistics.pk)
    assert response.status_code == 422
    assert "These would wait for each other: " in response.text
    assert "Linear algebra → Statistics → Linear algebra" in response.text
    assert Prerequisite.objects.count() == 1


def test_a_milestone_does_not_wait_for_itself(editor, road):
    response = add_row(editor, road.algebra, "prerequisite_links", requires=road.algebra.pk)
    assert response.status_code == 422
    assert "Linear algebra → Linear algebra" in response.text


def test_a_circle_through_a_group_is_refused(editor, road):
    assert add_row(editor, road.algebra, "required_group_links", group=road.group.pk).status_code == 302
    response = add_row(editor, road.aws, "prerequisite_links", requires=road.statistics.pk)
    assert response.status_code == 422
    assert "AWS → Statistics → Linear algebra → AWS" in response.text


def test_a_circle_through_a_new_member_is_refused(editor, road):
    add_row(editor, road.algebra, "required_group_links", group=road.group.pk)
    response = add_row(editor, road.group, "members", milestone=road.statistics.pk)
    assert response.status_code == 422
    assert "→" in response.text
    assert GroupMember.objects.count() == 2


def test_a_circle_made_of_two_new_rows_is_refused(editor, road):
    """Neither the prerequisite nor the group closes it alone."""
    Prerequisite.objects.all().delete()
    Prerequisite.objects.create(milestone=road.aws, requires=road.statistics)
    url = address(road.statistics)
    data = form_of(editor.get(url)) | {
        "required_group_links-TOTAL_FORMS": "1",
        "required_group_links-0-group": road.group.pk,
    }
    assert editor.post(url, data).status_code == 422


WEB = "begins with https:// or http://"
HUGE = 10**30
# What is posted together, and what is said at each field.
BAD = [
    {
        "effort_low": (11, "The low estimate is above the likely one."),
        "title": ("a\0b", "Null characters are not allowed."),
        "summary": ("a\x07b", "This holds a character that cannot be shown."),
        "kind": ("\0", "Select a valid choice."),
        "steps-0-hours": ("-1", "greater than or equal to 0"),
        "steps-0-resource": ("javascript:alert(1)", WEB),
        "resources-0-url": ("JaVaScRiPt:alert(1)", WEB),
    },
    {
        "effort_high": (9, "The high estimate is below the likely one."),
        "title": ("a\tb", "Write it on one line, without tabs."),
        "summary": ("x" * 10_001, "Keep this under 10,000 characters."),
        "stage": (HUGE, "Select a valid choice."),
        "steps-0-hours": ("NaN", "Enter a number."),
        "steps-0-title": ("a\nb", "Write it on one line, without tabs."),
        "resources-0-url": ("data:text/html,x", WEB),
    },
    {
        "effort_low": (-1, "This cannot be negative."),
        "title": ("x" * 201, "at most 200 characters"),
        "place": (HUGE, ""),
        "steps-0-title": ("", "This field is required."),
        "steps-0-position": (HUGE, ""),
        "resources-0-url": ("ftp://example.org/", WEB),
    },
    {
        "effort_high": (100_001, "This is above 100,000."),
        "resources-0-url": ("https://user:p@example.org/", "Leave out the user name and password."),
    },
    {"effort_high": ("inf", "Enter a number."), "resources-0-url": ("https://example.org/\nx", WEB)},
    {"effort_high": ("1e999", "Enter a number.")},
    {"effort_high": ("NaN", "Enter a number.")},
]


def errors_of(response) -> dict[str, str]:
    """Return what a refused form says, by the name of the field that it is said at."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += inline.formset.forms
    return {field.html_name: " ".join(field.errors) for form in forms for field in form if field.errors}


def test_bad_input_is_an_error_at_the_field(editor, road, subtests):
    before = Milestone.objects.values().get(pk=road.algebra.pk)
    url = address(road.algebra)
    form = form_of(editor.get(url))
    for bad in BAD:
        response = editor.post(url, form | {name: str(value) for name, (value, _) in bad.items()})
        assert response.status_code == 422
        found = errors_of(response)
        assert found.keys() == bad.keys()
        for name, (value, words) in bad.items():
            with subtests.test(name=name, value=str(value)[:40]):
                assert words in found[name]
        assert Milestone.objects.values().get(pk=road.algebra.pk) == before


def test_months_are_given_whole_and_in_order(editor, road):
    alone = edit(editor, road.algebra, elapsed_low=1)
    assert errors_of(alone) == {"elapsed_likely": "Give all three numbers of months, or none."}
    crossed = edit(editor, road.algebra, elapsed_low=3, elapsed_likely=2, elapsed_high=4)
    assert errors_of(crossed) == {"elapsed_low": "The low estimate is above the likely one."}


def test_resources_of_one_address_are_refused(editor, road):
    response = add_row(editor, road.algebra, "resources", title="Again", url="https://example.org/algebra", kind="book")
    assert response.status_code == 422
    assert "This is in the list already." in response.text


def test_new_citations_get_reference_and_roadmap(editor, road):
    add_row(editor, road.algebra, "citations", source=road.guide.pk, quote="And vectors", kind="advice")
    made = Citation.objects.get(quote="And vectors")
    assert (made.roadmap, made.milestone, made.reference) == (road.roadmap, road.algebra, "q001")


def test_rows_are_ordered_by_the_numbers_typed(editor, road):
    steps = [
        Step.objects.create(milestone=road.algebra, slug=f"s{n}", title=f"S{n}", hours=0, position=n) for n in (3, 4)
    ]
    edit(editor, road.algebra, **{"steps-3-position": 1})
    assert list(road.algebra.steps.values_list("slug", "position")) == [
        (steps[1].slug, 1),
        ("part-1", 2),
        ("part-2", 3),
        (steps[0].slug, 4),
    ]
    edit(editor, road.algebra, **{"steps-0-position": 3})
    assert list(road.algebra.steps.values_list("slug", flat=True)) == ["part-1", "part-2", "s4", "s3"]


def test_the_default_of_a_group_moves_both_ways(editor, road):
    def default():
        return road.group.members.get(is_default=True).milestone

    url = address(road.group)
    for chosen, other, milestone in ((1, 0, road.azure), (0, 1, road.aws)):
        data = form_of(editor.get(url)) | {f"members-{chosen}-default": "on"}
        data.pop(f"members-{other}-default", None)
        assert editor.post(url, data).status_code == 302
        assert default() == milestone


def test_a_group_has_one_default_and_members(editor, road):
    response = edit(editor, road.group, **{"members-1-default": "on"})
    assert "Mark one of them, and only one, as the default." in response.text
    response = edit(editor, road.group, **{"members-0-DELETE": "on", "members-1-DELETE": "on"})
    assert "Name at least one milestone to choose." in response.text
    response = edit(editor, road.group, **{"members-0-pairs_with": road.azure.pk})
    assert "is paired with a member of this very group" in response.text


# --- Deleting ---------------------------------------------------------------------------------------------------------


def test_what_learners_met_is_not_deleted(editor, superuser, road):
    for client in (editor, superuser):
        assert client.post(address(road.algebra, "delete"), {"post": "yes"}).status_code == 403
    assert Milestone.objects.filter(pk=road.algebra.pk).exists()


def test_what_nobody_met_is_deleted(editor, other_road):
    response = editor.post(address(other_road.statistics, "delete"), {"post": "yes"}, follow=True)
    assert messages_of(response)[0].startswith("Draft saved: ")
    assert not Milestone.objects.filter(pk=other_road.statistics.pk).exists()


def test_deleting_says_that_editions_keep_what_they_have(editor, road, other_road):
    sentence = "The published editions of “Data Scientist” keep it"
    assert sentence in editor.get(address(road.group, "delete")).text
    assert "leaves the draft only" not in editor.get(address(other_road.group, "delete")).text


def test_a_stage_with_milestones_is_not_deleted(editor, road):
    editor.post(address(road.work, "delete"), {"post": "yes"})
    assert Stage.objects.filter(pk=road.work.pk).exists()
