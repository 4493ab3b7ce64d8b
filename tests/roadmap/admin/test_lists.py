"""What an editor finds: counts, filters, search, a start page; with a fixed number of queries."""

import pytest
from django.urls import reverse

from roadmap.models import Choice, Enrolment, Milestone, MilestoneProgress
from tests.roadmap.admin.helpers import address, make_milestone, person


def listed(client, road, **query) -> list[str]:
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk, **query)
    return [milestone.slug for milestone in client.get(url).context["cl"].result_list]


@pytest.fixture
def learners(road, other_road) -> None:
    """Two are at linear algebra, one has left; somebody on another roadmap has done the namesake."""
    for number, (where, state, left) in enumerate(
        [(road, "doing", None), (road, "done", None), (road, "done", "2026-02-01T00:00Z"), (other_road, "done", None)]
    ):
        enrolment = Enrolment.objects.create(
            user=person(f"learner-{number}@example.org"),
            roadmap=where.roadmap,
            hours_per_week=5,
            started_on="2026-01-01",
            left_at=left,
        )
        MilestoneProgress.objects.create(enrolment=enrolment, milestone="linear-algebra", state=state)
        MilestoneProgress.objects.create(enrolment=enrolment, milestone="statistics", state="todo")
        MilestoneProgress.objects.create(
            enrolment=enrolment, milestone="cloud-aws", state="skipped", note="No" * number
        )
        Choice.objects.create(enrolment=enrolment, group="cloud", milestone="cloud-azure")


def test_the_list_counts_learners(editor, road, learners):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk)
    rows = {m.slug: str(m.learners_now) for m in editor.get(url).context["cl"].result_list}
    assert rows["linear-algebra"] == "1 doing · 1 done"
    assert rows["statistics"] == "none"
    assert rows["cloud-aws"] == "1 with a note or hours only"
    assert rows["cloud-azure"] == "2 chosen"


def test_the_list_is_filtered_and_searched(editor, road, learners):
    Milestone.objects.filter(pk=road.azure.pk).update(retired_on="2026-01-01", optional=True, kind="tool")
    assert listed(editor, road, stage=road.foundations.pk) == ["linear-algebra", "statistics"]
    assert listed(editor, road, kind__exact="tool") == ["cloud-azure"]
    assert listed(editor, road, optional__exact="1") == ["cloud-azure"]
    assert listed(editor, road, retired="yes") == ["cloud-azure"]
    assert "cloud-azure" not in listed(editor, road, retired="no")
    assert listed(editor, road, learners="yes") == ["linear-algebra", "cloud-aws", "cloud-azure"]
    assert listed(editor, road, learners="no") == ["statistics"]
    assert listed(editor, road, q="algebra") == ["linear-algebra"]


def test_the_number_of_queries_does_not_grow_with_the_list(editor, road, django_assert_num_queries):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk)
    editor.get(url)
    with django_assert_num_queries(25):
        editor.get(url)
    for number in range(20):
        make_milestone(road.roadmap, road.work, f"more-{number}", f"More {number}")
    with django_assert_num_queries(25):
        editor.get(url)


@pytest.mark.parametrize("name", ["stage", "choicegroup", "credential", "fact", "source", "edition", "roadmap"])
def test_every_list_opens(editor, road, name):
    response = editor.get(reverse(f"admin:roadmap_{name}_changelist"), follow=True)
    assert response.status_code == 200


def test_the_start_page_leads_to_the_roadmap(editor, road):
    start = editor.get("/admin/")
    assert [draft.roadmap for draft in start.context["drafts"]] == [road.roadmap]
    page = editor.get(address(road.roadmap))
    assert [(part["name"], part["count"]) for part in page.context["parts"]] == [
        ("stages", 2),
        ("milestones", 4),
        ("choose-one groups", 1),
        ("credentials", 0),
        ("facts", 0),
        ("sources", 1),
        ("editions", 1),
    ]
    editions = editor.get(page.context["parts"][-1]["url"])
    assert [str(edition) for edition in editions.context["cl"].result_list] == ["Data Scientist · edition 1"]


def test_the_admins_own_log_in_is_the_sites(client, db):
    """So its limits and second factor are the site's too."""
    response = client.post("/admin/login/", {"username": "root@example.org", "password": "guess"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
