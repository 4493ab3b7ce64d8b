"""From draft to edition: reviewed, refused or published, and then what learners read."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from roadmap.models import Choice, Edition, Prerequisite, Roadmap
from tests.roadmap.admin.helpers import act, add_row, address, edit, laid_out, logged_in, messages_of, person, redraft


def review_url(road) -> str:
    return address(road.roadmap, "review")


def publish(client, road, notes="Algebra takes longer.", **data):
    version = Roadmap.objects.get(pk=road.roadmap.pk).draft_version
    return client.post(review_url(road), {"notes": notes, "draft_version": version, **data}, follow=True)


def test_the_review_shows_what_changes_and_for_whom(editor, road, learner):
    redraft(road.algebra, effort_high=25)
    page = editor.get(review_url(road))
    assert "Learners see <strong>edition 1</strong>" in page.text
    change = ("“Linear algebra”: 10 h (5 to 20) → 10 h (5 to 25)", "1 doing")
    assert laid_out(page) == [("Effort and calendar time", [change])]
    assert "1 doing" in page.text
    assert "Publish" in page.text


def test_the_review_groups_what_changed_by_titles_and_counts_who_chose(editor, road, learner):
    Choice.objects.create(enrolment=learner.enrolments.get(), group="cloud", milestone="cloud-azure")
    edit(editor, road.azure, title="Azure Cloud", **{"steps-0-title": "First part"})
    add_row(editor, road.aws, "prerequisite_links", requires=road.algebra.pk)
    assert laid_out(editor.get(review_url(road))) == [
        ("Renamed", [("“Azure” → “Azure Cloud”", "1 chosen")]),
        ("Steps", [("“Azure Cloud”: changed “First part”", "1 chosen")]),
        ("Prerequisites", [("“AWS”: new “Linear algebra”", "")]),
    ]


def test_the_review_takes_the_same_queries_whatever_changed(editor, road, learner, django_assert_num_queries):
    edit(editor, road.algebra, effort_high=25)
    editor.get(review_url(road))
    with django_assert_num_queries(24):
        editor.get(review_url(road))
    for part in (road.statistics, road.aws, road.azure):
        edit(editor, part, title=f"New {part}", effort_high=25)
    with django_assert_num_queries(24):
        editor.get(review_url(road))


def test_the_line_is_read_where_the_review_says(editor, road, learner):
    redraft(road.algebra, effort_high=25)
    assert "Learners for whom something changes read it on their plan" in editor.get(review_url(road)).text
    publish(editor, road, notes="A note on the worst case.")
    assert "A note on the worst case." not in logged_in(learner).get("/plan/").text
    redraft(road.algebra, title="Algebra")
    publish(editor, road, notes="Two milestones on evaluation.")
    assert "Two milestones on evaluation." in editor.get("/admin/roadmap/edition/").text
    assert "Two milestones on evaluation." in logged_in(learner).get("/plan/").text


def test_publishing_reads_the_draft_once(editor, road, django_assert_max_num_queries):
    redraft(road.algebra, effort_high=25)
    data = {"notes": "Longer.", "draft_version": Roadmap.objects.get().draft_version}
    with django_assert_max_num_queries(40) as queries:
        assert editor.post(review_url(road), data).status_code == 302
    assert len([query for query in queries if 'FROM "roadmap_step"' in query["sql"]]) == 1


def test_publishing_makes_an_edition(editor, editor_user, road):
    redraft(road.algebra, effort_high=25)
    response = publish(editor, road)
    assert messages_of(response) == ['Edition 2 is live. <a href="/roadmaps/data-scientist/">See it</a>']
    edition = Edition.objects.get(number=2)
    assert (edition.notes, edition.published_by) == ("Algebra takes longer.", editor_user)
    assert Roadmap.objects.get(pk=road.roadmap.pk).current_edition == edition
    assert LogEntry.objects.filter(user=editor_user, change_message="Published edition 2.").exists()


def test_a_first_edition_is_published(editor, other_road):
    assert "this will be edition 1" in editor.get(review_url(other_road)).text
    assert messages_of(publish(editor, other_road))[0].startswith("Edition 1 is live.")


def test_nothing_is_published_twice(editor, road):
    assert "Nothing: the draft is the same as edition 1." in editor.get(review_url(road)).text
    response = publish(editor, road)
    assert response.status_code == 422
    assert "There is nothing to publish" in response.text
    assert Edition.objects.count() == 1


def test_a_draft_that_changed_meanwhile_is_looked_at_again(editor, road):
    redraft(road.algebra, effort_high=25)
    version = Roadmap.objects.get().draft_version
    redraft(road.algebra, effort_high=26)
    response = publish(editor, road, draft_version=version)
    assert response.status_code == 422
    assert "The draft has changed since this page was opened" in response.text
    assert Edition.objects.count() == 1
    assert messages_of(publish(editor, road))[0].startswith("Edition 2 is live.")


def test_steps_that_do_not_sum_block_with_a_link(editor, road):
    edit(editor, road.algebra, **{"steps-0-hours": 9})
    page = editor.get(review_url(road))
    (error,) = page.context["errors"]
    assert error.url == address(road.algebra, back="review")
    assert error.message == "“Linear algebra”: the hours of the steps sum to 14, but the likely effort is 10."
    assert publish(editor, road).status_code == 422
    assert Edition.objects.count() == 1


def test_findings_block_or_warn_with_a_link(editor, road):
    act(editor, road.aws, "retire")
    page = editor.get(review_url(road))
    assert page.context["errors"][0].url == address(road.group, back="review")
    assert "is retired: choose another" in page.context["errors"][0].message
    assert publish(editor, road).status_code == 422
    redraft(road.algebra, done_when="")
    page = editor.get(review_url(road))
    assert address(road.algebra, back="review") in [advice.url for advice in page.context["warnings"]]


def test_half_way_work_gets_all_its_advice_in_titles(editor, road):
    """Rows can come to break what the forms refuse: two editors at once, say."""
    edit(editor, road.algebra, **{"steps-0-hours": 9, "done_when": ""})
    Prerequisite.objects.create(milestone=road.algebra, requires=road.statistics)
    page = editor.get(review_url(road))
    assert [(error.message, error.url) for error in page.context["errors"]] == [
        (
            "“Linear algebra”: the hours of the steps sum to 14, but the likely effort is 10.",
            address(road.algebra, back="review"),
        ),
        (
            "“Linear algebra”: the prerequisites run in a circle: "
            "“Linear algebra” → “Statistics” → “Linear algebra”; nobody could ever open them.",
            address(road.algebra, back="review"),
        ),
    ]
    assert [warning.message for warning in page.context["warnings"]] == [
        "“Linear algebra” does not say when it is done."
    ]
    assert "milestones[" not in page.text


def test_a_milestone_with_learners_does_not_vanish_unsaid(editor, road, learner):
    act(editor, road.algebra, "retire")
    act(editor, road.statistics, "retire")
    warnings = editor.get(review_url(road)).context["grave"]
    said = [(advice.message, advice.url) for advice in warnings if "leaves the road" in advice.message]
    assert said == [
        (
            "“Linear algebra” leaves the road and nothing takes its place. One learner has begun or finished it: "
            "who finished it keeps it, from everyone else's path it goes.",
            address(road.algebra, back="review"),
        )
    ]


@pytest.mark.parametrize("notes", ["", " ", "a\0b", "x" * 301, "a\x07"])
def test_a_release_needs_a_line(editor, road, notes):
    redraft(road.algebra, effort_high=25)
    assert publish(editor, road, notes=notes).status_code == 422
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("version", ["", "x", "1e9", str(10**30), "\0"])
def test_a_forged_version_is_refused(editor, road, version):
    redraft(road.algebra, effort_high=25)
    assert publish(editor, road, draft_version=version).status_code == 422


def test_publishing_is_a_post_with_the_permission(editor, road):
    redraft(road.algebra, effort_high=25)
    editor.get(f"{review_url(road)}?notes=x&draft_version=1")
    assert Edition.objects.count() == 1
    assistant = person("assistant@example.org", is_staff=True)
    assert publish(logged_in(assistant), road).status_code == 403
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("page", ["review", "preview"])
def test_what_does_not_exist_is_404(editor, road, page):
    for pk in (0, 10**30, "x", "-1", "%00"):
        assert editor.get(f"/admin/roadmap/roadmap/{pk}/{page}/").status_code == 404


def test_the_preview_shows_the_draft_with_nothing_to_press(editor, road):
    redraft(road.algebra, title="Matrices and vectors")
    page = editor.get(address(road.roadmap, "preview"))
    assert "Preview of the draft." in page.text
    assert "Roadmap, draft" in page.text
    assert "edition 1" not in page.text
    assert "Matrices and vectors" in page.text
    milestone = reverse("admin:roadmap_roadmap_preview_milestone", args=[road.roadmap.pk, "linear-algebra"])
    assert f'href="{milestone}' in page.text
    shown = editor.get(milestone)
    assert "Part 1" in shown.text
    for html in (page.text, shown.text):
        main = html.partition("<main")[2].partition("</main>")[0]
        assert "<form inert" in main
        assert main.count("<form") == main.count("<form inert")
        assert 'href="/roadmaps/data-scientist/' not in main


def test_the_preview_of_a_milestone_that_is_not_there_is_404(editor, road):
    assert editor.get(f"/admin/roadmap/roadmap/{road.roadmap.pk}/preview/nonsense/").status_code == 404


def test_half_way_work_can_be_previewed(editor, road):
    edit(editor, road.algebra, **{"steps-0-hours": 9})
    assert editor.get(address(road.roadmap, "preview")).status_code == 200


def test_a_draft_that_cannot_be_shown_says_what_is_missing(editor, road):
    """A group without members comes from half an import or a deletion; no page can do without them."""
    road.group.members.all().delete()
    response = edit(editor, road.algebra, follow=True, title="Algebra")
    assert messages_of(response)[0].startswith("Draft saved: learners still see edition 1.")
    page = editor.get(address(road.roadmap, "preview"), follow=True)
    assert page.redirect_chain[-1][0] == review_url(road)
    assert [(error.message, error.url) for error in page.context["errors"]] == [
        ("“One cloud”, members: is empty.", address(road.group, back="review")),
        ("“One cloud”, default: is missing.", address(road.group, back="review")),
    ]
    assert publish(editor, road).status_code == 422


def test_learners_read_the_edition_until_the_next_is_published(editor, client, road):
    url = "/roadmaps/data-scientist/milestones/linear-algebra/"
    redraft(road.algebra, title="Matrices and vectors")
    assert "Linear algebra" in client.get(url).text
    publish(editor, road)
    assert "Matrices and vectors" in client.get(url).text
