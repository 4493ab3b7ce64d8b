"""Case 36, first part: a form that is sent twice, from the way back or by a double click, makes one thing."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from roadmap.models import ChoiceGroup, Credential, Fact, Milestone, Roadmap, Source, Stage
from tests.roadmap.admin.helpers import address, edit, form_of, logged_in, messages_of

DAY = "2026-01-31"


def filled(client, road, model) -> tuple[str, dict[str, str]]:
    """Open the form for a new thing and fill in what it needs."""
    fields = {
        Stage: {"title": "New"},
        Source: {"title": "New"},
        Credential: {"name": "New", "status": "active", "as_of": DAY},
        Fact: {"claim": "New", "verdict": "stands", "milestone": str(road.algebra.pk)},
        ChoiceGroup: {"title": "New", "members-TOTAL_FORMS": "1", "members-0-milestone": str(road.algebra.pk)}
        | {"members-0-default": "on"},
        Milestone: {"title": "New", "stage": str(road.work.pk), "kind": "tool"}
        | {"effort_low": "1", "effort_likely": "2", "effort_high": "3"},
        Roadmap: {"title": "New"},
    }[model]
    url = address(model, "add", roadmap=road.roadmap.pk)
    return url, form_of(client.get(url)) | fields


@pytest.mark.parametrize("model", [Stage, Source, Credential, Fact, ChoiceGroup, Milestone, Roadmap])
def test_the_same_form_saved_again_makes_one_thing(editor, road, model):
    url, data = filled(editor, road, model)
    before = model.objects.count()
    first = editor.post(url, data)
    again = editor.post(url, data, follow=True)
    assert first.status_code == 302
    assert again.redirect_chain[0][0] == first["Location"]
    assert messages_of(again)[0].startswith("Draft saved: ")
    assert model.objects.count() == before + 1


def test_a_group_of_people_is_made_once_too(superuser, db):
    url = "/admin/auth/group/add/"
    data = {"_form_key": form_of(superuser.get(url))["_form_key"], "name": "New"}
    assert [superuser.post(url, data).status_code for _ in range(2)] == [302, 302]
    assert Group.objects.filter(name="New").count() == 1


def test_what_was_entered_since_is_kept_and_asked_about(editor, road):
    url, data = filled(editor, road, Milestone)
    editor.post(url, data)
    made = Milestone.objects.get(slug="new")
    again = editor.post(url, data | {"summary": "More words."})
    assert again.status_code == 422
    assert "This form was saved already: it made “New”." in again.text
    assert f'<a href="{address(made)}">open it</a>' in again.text
    assert "More words." in again.text
    assert Milestone.objects.filter(title="New").count() == 1
    second = form_of(again)
    assert second["_form_key"] != data["_form_key"]
    assert editor.post(url, second | {"title": "Another"}).status_code == 302
    assert Milestone.objects.filter(slug="another").count() == 1


def test_a_second_thing_of_one_name_is_asked_about(editor, road):
    """Without a script the way back opens the form anew: its key is another, what was typed may be the same."""
    url, data = filled(editor, road, Milestone)
    editor.post(url, data)
    _, anew = filled(editor, road, Milestone)
    asked = editor.post(url, anew)
    assert asked.status_code == 422
    assert "There is a milestone “New” already. Save again to make a second one." in asked.text
    assert Milestone.objects.filter(title="New").count() == 1
    assert editor.post(url, form_of(asked)).status_code == 302
    assert list(Milestone.objects.filter(title="New").values_list("slug", flat=True)) == ["new", "new-2"]


def test_a_name_in_another_roadmap_is_no_namesake(editor, road, other_road):
    url, data = filled(editor, road, Stage)
    Stage.objects.create(roadmap=other_road.roadmap, slug="new", title="New")
    assert editor.post(url, data).status_code == 302


def test_a_changed_form_with_a_new_row_adds_the_row_once(editor, road):
    """Add a step, save, go back, save."""
    url = address(road.algebra)
    data = form_of(editor.get(url)) | {"steps-TOTAL_FORMS": "3", "steps-2-title": "New", "steps-2-hours": "0"}
    assert [editor.post(url, data).status_code for _ in range(2)] == [302, 302]
    assert road.algebra.steps.count() == 3


def test_a_form_for_what_was_deleted_makes_it_anew_once(editor, road):
    spare = Source.objects.create(roadmap=road.roadmap, slug="spare", title="A guide", position=2)
    url = address(spare)
    data = form_of(editor.get(url)) | {"title": "A better guide"}
    spare.delete()
    refused = editor.post(url, data)
    assert refused.status_code == 422
    anew = form_of(refused)
    add = address(Source, "add", roadmap=road.roadmap.pk)
    assert [editor.post(add, anew).status_code for _ in range(2)] == [302, 302]
    assert Source.objects.filter(title="A better guide").count() == 1


def test_somebody_elses_key_is_not_answered_for(editor, superuser, road):
    url, data = filled(editor, road, Stage)
    editor.post(url, data)
    assert superuser.post(url, data | {"title": "Theirs"}).status_code == 302
    assert Stage.objects.filter(title="Theirs").exists()


def test_a_forged_key_is_no_key(editor, road):
    url, data = filled(editor, road, Stage)
    for number, key in enumerate(("", "x", '"}]', "\ud800".encode("utf-8", "surrogatepass"), "1" * 5000)):
        assert editor.post(url, data | {"_form_key": key, "title": f"N{number}"}).status_code == 302
    assert Stage.objects.filter(title__startswith="N").count() == 5


def test_the_history_speaks_of_no_key(editor, road):
    edit(editor, road.algebra, title="Algebra")
    history = editor.get(address(road.algebra, "history"))
    assert "form" not in history.context["action_list"][0].get_change_message()


def test_a_save_tells_the_script_which_copy_to_throw_away(editor, road):
    page = editor.get(address(road.algebra))
    data = form_of(page)
    assert f'name="_form_key" value="{data["_form_key"]}"' in page.text
    answer = editor.post(address(road.algebra), data | {"effort_low": "-1"})
    assert "admin_saved" not in answer.cookies
    assert form_of(answer)["_form_key"] == data["_form_key"]
    answer = editor.post(address(road.algebra), data)
    assert answer.cookies["admin_saved"].value.split(".")[-1] == data["_form_key"]
    for _ in range(9):
        edit(editor, road.algebra, title="Algebra")
    assert len(editor.cookies["admin_saved"].value.split(".")) == 5


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_thing(editor, editor_user, road):
    url, data = filled(editor, road, Milestone)
    start, codes = threading.Barrier(2), []

    def save() -> None:
        client = logged_in(editor_user)
        start.wait()
        codes.append(client.post(url, data).status_code)
        connection.close()

    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [302, 302]
    assert Milestone.objects.filter(title="New").count() == 1
