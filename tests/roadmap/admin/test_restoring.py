"""An edition becomes the draft again: shown first, asked where somebody's credit would end, and logged."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from roadmap.editions import document_of, publish, published
from roadmap.models import Edition, Milestone, MilestoneProgress, Roadmap
from tests.roadmap.admin.helpers import address, logged_in, make_milestone, messages_of, person, redraft


@pytest.fixture
def grown(editor, road):
    """A second edition with a milestone more and another title."""
    make_milestone(road.roadmap, road.work, "kubernetes", "Kubernetes")
    redraft(road.algebra, title="Algebra")
    publish(roadmap=road.roadmap, by=None)
    return road


@pytest.fixture
def at_kubernetes(grown, learner):
    """The learner has done what the first edition does not have."""
    return MilestoneProgress.objects.create(
        enrolment=learner.enrolments.get(), milestone="kubernetes", state="done", note="Mine"
    )


def restore_url(number: int = 1) -> str:
    return reverse("admin:roadmap_edition_restore", args=[Edition.objects.get(number=number).pk])


def restore(client, **data):
    return client.post(restore_url(), {"draft_version": Roadmap.objects.get().draft_version, **data}, follow=True)


def test_the_page_shows_what_would_change_in_the_draft(editor, grown):
    page = editor.get(restore_url())
    headings = {part.heading: [row.text for row in part.rows] for part in page.context["parts"]}
    assert headings["Renamed"] == ["“Algebra” → “Linear algebra”"]
    assert [text.startswith("“Kubernetes” retired on ") for text in headings["Retired and replaced"]] == [True]
    assert page.context["questions"] == []
    assert Milestone.objects.get(slug="kubernetes").retired_on is None


def test_restoring_makes_the_draft_and_learners_see_nothing(editor, editor_user, client, grown):
    response = restore(editor)
    assert response.redirect_chain[-1][0] == address(grown.roadmap, "review")
    assert messages_of(response) == ["Edition 1 is the draft now. Learners see nothing of it until you publish."]
    assert document_of(grown.roadmap).by_slug["linear-algebra"].title == "Linear algebra"
    assert Milestone.objects.get(slug="kubernetes").retired_on
    assert "Algebra" in client.get("/roadmaps/data-scientist/milestones/linear-algebra/").text
    assert Roadmap.objects.get().current_edition.number == 2
    entry = LogEntry.objects.get(change_message__startswith="Restored")
    assert (entry.user, entry.object_id) == (editor_user, str(grown.roadmap.pk))
    assert entry.change_message == "Restored edition 1 as the draft."


def test_for_what_learners_have_an_answer_is_asked(editor, at_kubernetes):
    (question,) = editor.get(restore_url()).context["questions"]
    assert (question.milestone.slug, str(question.learners)) == ("kubernetes", "1 done")
    response = restore(editor)
    assert response.status_code == 422
    assert "Say what takes its place, or that nothing does." in response.text
    assert Milestone.objects.get(slug="kubernetes").retired_on is None


def test_what_takes_its_place_gets_the_credit(editor, at_kubernetes):
    restore(editor, **{"by-kubernetes": ["cloud-aws", "cloud-azure"]})
    assert document_of(Roadmap.objects.get()).by_slug["kubernetes"].replaced_by == ("cloud-aws", "cloud-azure")
    entry = LogEntry.objects.get(change_message__startswith="Restored")
    assert entry.change_message == "Restored edition 1 as the draft. “Kubernetes” is replaced by “AWS”, “Azure”."
    at_kubernetes.refresh_from_db()
    assert (at_kubernetes.state, at_kubernetes.note) == ("done", "Mine")


def test_that_nothing_takes_its_place_has_to_be_said(editor, at_kubernetes):
    restore(editor, **{"nothing-kubernetes": "on"})
    milestone = document_of(Roadmap.objects.get()).by_slug["kubernetes"]
    assert milestone.retired_on
    assert milestone.replaced_by == ()
    assert LogEntry.objects.filter(change_message__endswith="“Kubernetes” is replaced by nothing.").exists()


@pytest.mark.parametrize(
    "answer",
    [
        {"by-kubernetes": ["cloud-aws"], "nothing-kubernetes": "on"},
        {"by-kubernetes": ["kubernetes"]},
        {"by-kubernetes": ["nonsense"]},
        {"by-kubernetes": ["\0"]},
        {"by-statistics": ["cloud-aws"]},
    ],
)
def test_a_forged_answer_is_refused(editor, at_kubernetes, answer):
    assert restore(editor, **answer).status_code == 422
    assert Milestone.objects.get(slug="kubernetes").retired_on is None


def test_somebody_who_began_meanwhile_is_asked_for(editor, grown, learner):
    assert editor.get(restore_url()).context["questions"] == []
    MilestoneProgress.objects.create(enrolment=learner.enrolments.get(), milestone="kubernetes", state="doing")
    response = restore(editor)
    assert response.status_code == 422
    assert [question.milestone.slug for question in response.context["questions"]] == ["kubernetes"]


def test_a_draft_that_changed_meanwhile_is_looked_at_again(editor, grown):
    version = Roadmap.objects.get().draft_version
    redraft(grown.algebra, title="Matrices")
    response = restore(editor, draft_version=version)
    assert response.status_code == 422
    assert "The draft has changed since this page was opened." in response.text
    assert f'value="{version + 1}"' in response.text
    assert document_of(grown.roadmap).by_slug["linear-algebra"].title == "Matrices"


@pytest.mark.parametrize("version", ["", "x", "1e9", str(10**30), "\0", "-1"])
def test_a_forged_version_is_refused(editor, grown, version):
    assert restore(editor, draft_version=version).status_code == 422
    assert Milestone.objects.get(slug="kubernetes").retired_on is None


def test_a_draft_that_is_no_document_is_replaced(editor, grown):
    grown.group.members.all().delete()
    page = editor.get(restore_url())
    assert "the draft is too unfinished to compare" in page.text
    assert restore(editor).status_code == 200
    assert document_of(grown.roadmap).group_by_slug["cloud"].members == ("cloud-aws", "cloud-azure")


def test_there_is_nothing_to_restore_where_nothing_differs(editor, grown):
    assert "There is nothing to restore" in editor.get(restore_url(2)).text
    data = {"draft_version": Roadmap.objects.get().draft_version}
    assert editor.post(restore_url(2), data).status_code == 422
    assert not LogEntry.objects.filter(change_message__startswith="Restored").exists()


def test_an_edition_that_todays_rules_refuse_says_why(editor, road):
    first = Edition.objects.get()
    data = {**first.document, "milestones": [*first.document["milestones"]]}
    data["milestones"][0] = data["milestones"][0] | {"prerequisites": ["linear-algebra"]}
    odd = Edition.objects.create(roadmap=road.roadmap, number=7, document=data, sha256="x")
    page = editor.get(restore_url(7))
    assert "a milestone cannot be its own prerequisite" in page.text
    assert editor.post(restore_url(7), {"draft_version": 0}).status_code == 422
    assert published(odd).by_slug["linear-algebra"].prerequisites == ("linear-algebra",)


def test_restoring_is_a_post(editor, grown):
    editor.get(f"{restore_url()}?draft_version={Roadmap.objects.get().draft_version}")
    assert Milestone.objects.get(slug="kubernetes").retired_on is None


def test_who_may_look_may_not_restore(grown):
    viewer = person("viewer@example.org", is_staff=True)
    some = ["view_edition", "view_roadmap", "change_roadmap", "change_milestone"]  # not all parts that it changes
    viewer.user_permissions.set(Permission.objects.filter(codename__in=some))
    client = logged_in(viewer)
    assert "Restore…" not in client.get(address(Edition.objects.get(number=1))).text
    assert client.get(restore_url()).status_code == 403
    assert restore(client).status_code == 403
    viewer.groups.add(Group.objects.get(name="Editors"))
    assert restore(logged_in(viewer)).status_code == 200


def test_the_page_takes_the_same_queries_for_any_number(editor, grown, at_kubernetes, django_assert_num_queries):
    editor.get(restore_url())
    with django_assert_num_queries(31):
        editor.get(restore_url())
    make_milestone(grown.roadmap, grown.work, "docker", "Docker")
    publish(roadmap=grown.roadmap, by=None)
    at_kubernetes.pk, at_kubernetes.milestone = None, "docker"
    at_kubernetes.save()
    editor.get(restore_url())
    with django_assert_num_queries(31):
        assert len(editor.get(restore_url()).context["questions"]) == 2
