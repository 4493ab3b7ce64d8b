"""Least privilege: an editor edits and publishes, and learns nothing about people; history is read-only for all."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from roadmap.models import Choice, Digest, Enrolment, Event, MilestoneProgress, Roadmap, Stage, Suppression
from tests.roadmap.admin.helpers import address, edit, form_of

HISTORY = [Enrolment, MilestoneProgress, Choice, Event, Digest]


def test_the_migration_makes_the_group_with_these_permissions_only(db):
    """The tables of this test were made by migrations alone."""
    import_module("roadmap.migrations.0004_admin_editors").make_group(apps)
    import_module("roadmap.migrations.0007_editors_make_roadmaps").allow(apps)
    granted = set(Group.objects.get(name="Editors").permissions.values_list("codename", flat=True))
    parts = (
        *("stage", "milestone", "step", "resource", "prerequisite", "requiredgroup", "milestonesource"),
        *("replacement", "choicegroup", "groupmember", "credential", "fact", "source", "citation"),
    )
    expected = {f"{verb}_{part}" for verb in ("add", "change", "delete", "view") for part in parts}
    expected |= {"view_roadmap", "add_roadmap", "change_roadmap", "publish_roadmap", "view_edition"}
    assert granted == expected


def test_the_migrations_permissions_are_djangos_own(db):
    """None is made twice when Django adds its own after the migrations."""
    module = import_module("roadmap.migrations.0004_admin_editors")
    for model, names in module.GRANTS.items():
        found = Permission.objects.filter(content_type__app_label="roadmap", content_type__model=model)
        assert set(names) <= set(found.values_list("codename", flat=True))
        assert found.values("codename").distinct().count() == found.count()


@pytest.mark.parametrize("model", [*HISTORY, Suppression])
def test_an_editor_sees_no_people(editor, road, learner, model):
    name = f"admin:roadmap_{model._meta.model_name}_changelist"
    assert editor.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("path", ["accounts/user/", "auth/group/", "accounts/user/add/", "accounts/user/1/change/"])
def test_an_editor_opens_no_accounts(editor, road, path):
    assert editor.get(f"/admin/{path}").status_code in (403, 404)


def test_an_editor_neither_deletes_nor_withdraws_a_roadmap(editor, road, other_road):
    assert editor.post(address(other_road.roadmap, "delete"), {"post": "yes"}).status_code == 403
    edit(editor, road.roadmap, withdrawn_at="2026-01-01T00:00:00")
    assert Roadmap.objects.get(pk=road.roadmap.pk).withdrawn_at is None


def test_a_learner_is_shown_the_door(client, road, learner):
    client.force_login(learner)
    response = client.get(address(road.algebra))
    assert response.status_code in (302, 403)
    assert "Linear algebra" not in response.text


@pytest.mark.parametrize("model", HISTORY)
def test_history_is_read_only_even_for_a_superuser(superuser, road, learner, model):
    name = f"admin:roadmap_{model._meta.model_name}"
    assert superuser.get(reverse(f"{name}_changelist")).status_code == 200
    assert superuser.get(reverse(f"{name}_add")).status_code == 403
    if row := model.objects.first():
        assert superuser.get(address(row)).status_code == 200
        assert superuser.post(address(row), {}).status_code == 403
        assert superuser.post(address(row, "delete"), {"post": "yes"}).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()


def test_a_note_is_private_even_from_a_superuser(superuser, road, learner):
    progress = MilestoneProgress.objects.get()
    MilestoneProgress.objects.update(note="my secret", evidence_url="https://example.org/secret")
    event = Event.objects.create(
        enrolment=progress.enrolment,
        kind="note",
        milestone="linear-algebra",
        data={"note": "my secret"},
        on="2026-01-01",
        edition=1,
    )
    for row in (progress, event):
        assert "secret" not in superuser.get(address(row)).text


def test_an_operator_lets_an_address_receive_mail_again(superuser, db):
    row = Suppression.objects.create(address="bounced@example.org", reason="bounced")
    assert superuser.post(address(row), {"address": "other@example.org"}).status_code == 403
    superuser.post(address(row, "delete"), {"post": "yes"})
    assert not Suppression.objects.exists()


# --- Forged requests --------------------------------------------------------------------------------------------------


def test_a_forged_row_of_another_milestone_changes_nothing(editor, road):
    """The inline's row names a step of statistics while algebra is saved."""
    url = address(road.algebra)
    theirs = road.statistics.steps.first()
    data = form_of(editor.get(url)) | {"steps-0-id": str(theirs.pk), "steps-0-title": "Forged"}
    assert editor.post(url, data).status_code < 500
    data = form_of(editor.get(url)) | {"steps-0-milestone": str(road.statistics.pk), "steps-0-title": "Forged"}
    assert editor.post(url, data).status_code == 422
    theirs.refresh_from_db()
    assert theirs.title == "Part 1"
    assert theirs.milestone == road.statistics
    assert [step.title for step in road.algebra.steps.all()] == ["Part 1", "Part 2"]


@pytest.mark.parametrize(
    "choice",
    [
        ("algebra", "stage", "work"),
        ("statistics", "prerequisite_links-0-requires", "aws"),
        ("algebra", "source_links-0-source", "guide"),
        ("algebra", "citations-0-source", "guide"),
        ("group", "members-0-milestone", "algebra"),
        ("group", "members-0-pairs_with", "algebra"),
    ],
)
def test_nothing_of_another_roadmap_is_taken(editor, road, other_road, choice):
    part, field, other = choice
    response = edit(editor, vars(road)[part], **{field: vars(other_road)[other].pk})
    assert response.status_code == 422
    assert "Select a valid choice" in response.text


def test_extra_fields_are_ignored(editor, road, other_road):
    forged = {"roadmap": other_road.roadmap.pk, "first_edition": "", "position": 99, "draft_version": 0}
    edit(editor, road.algebra, **forged)
    road.algebra.refresh_from_db()
    assert (road.algebra.roadmap, road.algebra.position) == (road.roadmap, 1)
    assert road.algebra.first_edition is not None


FORGED_MANAGEMENT = [
    {"steps-TOTAL_FORMS": "1000000000"},
    {"steps-TOTAL_FORMS": "-1"},
    {"steps-TOTAL_FORMS": "x"},
    {"steps-INITIAL_FORMS": "9"},
    {"steps-INITIAL_FORMS": "0"},
    {"steps-0-id": ""},
    {"steps-0-id": str(10**30)},
    {"steps-0-id": "\0"},
]


def test_forged_management_data_is_no_accident(editor, road, subtests):
    url = address(road.algebra)
    form = form_of(editor.get(url))
    for forged in FORGED_MANAGEMENT:
        with subtests.test(**forged):
            assert editor.post(url, form | forged).status_code < 500


ODD_QUERIES = [
    *("q=%00", "kind__exact=%00", "%00=1", "stage=%00", "p=10000000000000000000", "p=x", "p=-1", "o=99.x", "e=1"),
    *("stage=1000000000000000000000000000000", "stage=x", "retired=maybe", "learners=x", "q=" + "a" * 3000, "all="),
    *("roadmap__slug__startswith=a", "enrolment__user__password__startswith=a", "q=%ED%A0%80", "_facets=True"),
    *(
        "optional__exact=x",
        "optional__exact=2",
        "kind__exact=x",
        "_changelist_filters=%FF",
        "_to_field=x",
        "_popup=1",
    ),
]


def test_no_query_breaks_a_list(editor, road, subtests):
    for query in ODD_QUERIES:
        with subtests.test(query=query[:80]):
            url = f"{reverse('admin:roadmap_milestone_changelist')}?roadmap={road.roadmap.pk}&{query}"
            assert editor.get(url, follow=True).status_code in (200, 400, 404)


@pytest.mark.parametrize("value", [str(10**30), "9" * 5000, "x", "-1", "0", "%00", "1%202", "²"])
def test_no_roadmap_in_the_address_breaks_a_page(editor, road, other_road, value):
    for action in ("changelist", "add"):
        assert editor.get(f"{address(road.algebra, action)}?roadmap={value}").status_code in (400, 404)


def test_a_primary_key_that_cannot_be_is_404(superuser, road):
    for name in ("milestone", "stage", "choicegroup", "roadmap", "edition", "enrolment", "event", "digest", "citation"):
        for action in ("change", "delete", "history"):
            for pk in (10**30, "x", "-1"):
                assert superuser.get(f"/admin/roadmap/{name}/{pk}/{action}/").status_code in (403, 404)


@pytest.mark.parametrize("path", ["accounts/user", "accounts/invitation", "auth/group"])
def test_the_packages_admins_answer_alike(superuser, db, path):
    assert superuser.get(f"/admin/{path}/{10**30}/change/").status_code == 404
    assert superuser.post(f"/admin/{path}/add/", {}).status_code == 422


@pytest.mark.parametrize("path", ["accounts/invitation", "auth/group"])
@pytest.mark.parametrize("key", ["x", "\0", "²", "1 OR 1"])
def test_an_action_on_what_is_no_row_changes_nothing(superuser, db, path, key):
    Group.objects.create(name="Readers")
    response = superuser.post(f"/admin/{path}/", {"action": "delete_selected", "_selected_action": key})
    assert response.status_code == 400
    assert Group.objects.filter(name="Readers").exists()


@pytest.mark.parametrize("query", ["user__password__startswith=a", "user__email__startswith=l", "q=%00", "p=1e99"])
def test_lists_of_people_leak_nothing_by_query(superuser, road, learner, query):
    response = superuser.get(f"{reverse('admin:roadmap_enrolment_changelist')}?{query}", follow=True)
    assert response.status_code in (200, 400)


def test_the_search_for_milestones_keeps_to_its_roadmap(editor, road, other_road):
    field = {"app_label": "roadmap", "model_name": "prerequisite", "field_name": "requires"}
    for roadmap, expected in ((road.roadmap.pk, [road.algebra.pk]), ("x", []), ("", []), ("²", [])):
        url = reverse("admin:autocomplete", query={**field, "term": "algebra", "roadmap": roadmap})
        assert [int(row["id"]) for row in editor.get(url).json()["results"]] == expected


def test_two_roadmaps_are_not_mixed(editor, road, other_road):
    assert "cl" not in editor.get(reverse("admin:roadmap_stage_changelist")).context
    response = editor.get(reverse("admin:roadmap_stage_changelist"), {"roadmap": other_road.roadmap.pk})
    assert {stage.roadmap for stage in response.context["cl"].result_list} == {other_road.roadmap}
    form = editor.get(address(Stage(), "add"), {"roadmap": other_road.roadmap.pk})
    assert form.context["roadmap"] == other_road.roadmap
