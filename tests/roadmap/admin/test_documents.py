"""Roadmaps as files: down, up after a look at the difference, and second roadmaps."""

import io
import json
import time
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from roadmap.document import dump, parse, to_data
from roadmap.editions import document_of, publish
from roadmap.models import Milestone, Roadmap, Stage
from tests.roadmap.admin.helpers import address, edit, form_of, logged_in, messages_of, person, redraft

UPLOAD = "/admin/roadmap/roadmap/upload/"


def draft(road) -> dict:
    return to_data(document_of(road.roadmap))


def send(client, data, name="road.json"):
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def apply(client, shown):
    return client.post(UPLOAD, {"pending": shown.context["pending"]}, follow=True)


def lines(response) -> list[str]:
    return [row.text for part in response.context["parts"] for row in part.rows]


# --- Down ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_draft_and_the_edition_are_downloaded(editor, road, form):
    redraft(road.algebra, title="Matrices")
    page = editor.get(address(road.roadmap)).text
    links = [reverse(f"admin:roadmap_roadmap_{form}", args=[road.roadmap.pk])]
    links.append(reverse(f"admin:roadmap_edition_{form}", args=[Roadmap.objects.get().current_edition_id]))
    given = []
    for link in links:
        assert f'href="{link}"' in page
        given.append(editor.get(link))
        assert given[-1]["Content-Type"] == f"application/{form}; charset=utf-8"
    assert given[0]["Content-Disposition"] == f'attachment; filename="data-scientist-draft.{form}"'
    titles = [parse(response.content, name=f"x.{form}").by_slug["linear-algebra"].title for response in given]
    assert titles == ["Matrices", "Linear algebra"]


def test_a_download_comes_back_without_a_change(editor, road):
    text = editor.get(reverse("admin:roadmap_roadmap_yaml", args=[road.roadmap.pk])).content
    shown = send(editor, text, "road.yaml")
    assert "Nothing: the draft says the same as this file." in shown.text
    assert text.decode() == dump(document_of(road.roadmap))


def test_half_way_work_is_downloaded_and_what_is_no_document_explained(editor, road):
    edit(editor, road.algebra, follow=True, **{"steps-0-hours": 9})
    url = reverse("admin:roadmap_roadmap_json", args=[road.roadmap.pk])
    assert editor.get(url).json()["milestones"][0]["steps"][0]["hours"] == 9
    road.group.members.all().delete()
    assert messages_of(editor.get(url, follow=True)) == [
        "This draft is no document yet. Mend what is listed here first."
    ]


# --- Up --------------------------------------------------------------------------------------------------------------


def test_an_upload_is_shown_before_it_changes_anything(editor, road, learner):
    data = draft(road)
    data["milestones"][0]["title"] = "Matrices"
    del data["milestones"][1]
    shown = send(editor, data)
    assert shown.status_code == 200
    assert any("Matrices" in line for line in lines(shown))
    assert any("Statistics" in line and "retired" in line.lower() for line in lines(shown)), lines(shown)
    assert "1 doing" in shown.text
    assert Milestone.objects.get(pk=road.algebra.pk).title == "Linear algebra"
    done = apply(editor, shown)
    assert messages_of(done)[0].startswith("Draft saved: ")
    road.algebra.refresh_from_db()
    road.statistics.refresh_from_db()
    assert road.algebra.title == "Matrices"
    assert road.statistics.retired_on is not None
    assert LogEntry.objects.filter(change_message="Changed by a document.").exists()


def test_a_draft_that_changed_since_is_looked_at_again(editor, road):
    data = draft(road)
    data["milestones"][0]["title"] = "Matrices"
    shown = send(editor, data)
    redraft(road.aws, title="Amazon")
    again = apply(editor, shown)
    assert again.status_code == 422
    assert "The draft has changed since this page was opened." in again.text
    assert any("Amazon" in line for line in lines(again))
    assert Milestone.objects.get(pk=road.algebra.pk).title == "Linear algebra"
    assert apply(editor, again).status_code == 200
    assert Milestone.objects.get(pk=road.algebra.pk).title == "Matrices"
    assert Milestone.objects.get(pk=road.aws.pk).title == "AWS"


def test_a_half_way_draft_is_replaced_only_after_saying_so(editor, road):
    data = draft(road)
    edit(editor, road.algebra, **{"steps-0-hours": 9})
    shown = send(editor, data)
    assert "The draft is half-way and no document yet." in shown.text
    apply(editor, shown)
    assert draft(road) == data


def test_an_upload_of_another_address_makes_a_roadmap(editor, road):
    shown = send(editor, draft(road) | {"slug": "other", "title": "Other"})
    assert "A new roadmap: Other" in shown.text
    assert "2 stages, 4 milestones" in shown.text
    assert Roadmap.objects.count() == 1
    done = apply(editor, shown)
    made = Roadmap.objects.get(slug="other")
    assert done.redirect_chain[-1][0] == address(made)
    assert to_data(document_of(made)) == draft(road) | {"slug": "other", "title": "Other"}
    assert apply(editor, shown).status_code == 422  # by now there is one


@pytest.mark.parametrize("pending", ["", "x", "a:b:c", "\0", "x" * 1_000_000])
def test_a_forged_look_is_refused(editor, road, pending):
    assert editor.post(UPLOAD, {"pending": pending}).status_code == 422


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../road.yaml", b"a" * 1_000_000)
    return data.getvalue()


HEAD = b'{"format": 1, "slug": "data-scientist", "title": "T", "stages": [], "milestones": [], '
HOSTILE = {
    "tag": (b"title: !!python/object/apply:os.system ['true']", "line 1: tags"),
    "aliases": (b"a: &a [x]\nb: *a", "line 1: anchors"),
    "archive": (archive(), "holds a NUL character"),
    "twice": (HEAD + b'"slug": "x"}', "appears twice"),
    "unknown prerequisite": (
        b"format: 1\nslug: s\ntitle: T\nstages: [{slug: a, title: A}]\nmilestones:\n- slug: m\n  stage: a\n  title: M\n"
        b"  effort_hours: {low: 1, likely: 1, high: 1}\n  prerequisites: [nothing]\n",
        "milestones[m].prerequisites",
    ),
    "3 MiB": (b"a" * 3 * 1024 * 1024, "is larger than 2 MiB (3,145,728 bytes)"),
    "types": (HEAD + b'"facts": "many"}', "facts: should be a list"),
    "NUL": (b"title: a\0b", "holds a NUL character"),
    "encoding": ("title: é".encode("latin-1"), "is not UTF-8"),
    "UTF-16": ("title: a".encode("utf-16"), "holds a NUL character"),
    "surrogate": (HEAD + b'"summary": "\\ud800"}', "half a character"),
    "deep": (b"[" * 100_000, "nested deeper"),
    "deep JSON": (b'{"a":' * 100_000, "nested deeper"),
    "markup": (b"<script>alert(1)</script>", "should be a mapping"),
    "empty": (b"", "The submitted file is empty."),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_whole(editor, road, name):
    content, said = HOSTILE[name]
    before = draft(road), Roadmap.objects.get().draft_version
    start = time.process_time()
    response = send(editor, content, "<b>up\u202eload</b>.yaml")
    assert time.process_time() - start < 1
    assert response.status_code == 422
    assert said in " ".join(response.context["upload"].errors["file"])
    assert "<b>up" not in response.text
    assert "<script>alert" not in response.text
    assert (draft(road), Roadmap.objects.get().draft_version) == before


def test_a_refusal_reads_as_on_the_command_line(editor, road):
    data = draft(road)
    data["milestones"][0]["effort_hours"]["likely"] = -2
    response = send(editor, data)
    assert list(response.context["upload"].errors["file"]) == [
        "road.json is refused, nothing was changed:",
        "milestones[linear-algebra].effort_hours.likely: should be at least 0",
    ]


def test_who_may_not_edit_may_not_upload(client, road, learner):
    data = draft(road) | {"title": "Taken over"}
    assert send(client, data).status_code == 302
    client.force_login(learner)
    assert send(client, data).status_code in (302, 403)
    assistant = logged_in(person("assistant@example.org", is_staff=True))
    assert send(assistant, data).status_code == 403
    assert assistant.get(reverse("admin:roadmap_roadmap_yaml", args=[road.roadmap.pk])).status_code == 403
    assert assistant.get(reverse("admin:roadmap_roadmap_copy", args=[road.roadmap.pk])).status_code == 403
    assert Roadmap.objects.get().title == "Data Scientist"


def test_an_upload_needs_a_token(editor_user, road):
    from_elsewhere = logged_in(editor_user)
    from_elsewhere.handler.enforce_csrf_checks = True
    assert send(from_elsewhere, draft(road) | {"title": "Taken over"}).status_code == 403


# --- A second roadmap -------------------------------------------------------------------------------------------------


def test_a_roadmap_is_copied(editor, road):
    url = reverse("admin:roadmap_roadmap_copy", args=[road.roadmap.pk])
    assert f'href="{url}"' in editor.get(address(road.roadmap)).text
    assert editor.post(url, {"title": "Twin", "slug": "data-scientist"}).status_code == 422
    assert editor.post(url, {"title": "", "slug": ""}).status_code == 422
    assert editor.post(url, {"title": "two\nlines", "slug": ""}).status_code == 422
    assert Roadmap.objects.count() == 1
    done = editor.post(url, {"title": "Twin", "slug": ""}, follow=True)
    made = Roadmap.objects.get(slug="twin")
    assert done.redirect_chain[-1][0] == address(made)
    assert to_data(document_of(made)) == draft(road) | {"slug": "twin", "title": "Twin"}
    assert made.current_edition is None


def test_a_roadmap_begins_with_a_stage_and_a_milestone(editor, road):
    listed = editor.get(reverse("admin:roadmap_roadmap_changelist")).text
    add = reverse("admin:roadmap_roadmap_add")
    assert f'href="{add}"' in listed
    assert f'href="{UPLOAD}"' in listed
    done = editor.post(add, form_of(editor.get(add)) | {"title": "Baker"}, follow=True)
    made = Roadmap.objects.get(slug="baker")
    assert done.redirect_chain[-1][0] == address(made)
    assert Stage.objects.get(roadmap=made).milestones.get().title == "First milestone"
    edition = publish(roadmap=made, by=None, notes="Begun.")
    assert edition.number == 1
