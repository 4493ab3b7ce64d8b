"""Case 41: what a page shows and takes is what people write: addresses a line each, one form of date, no raw values."""

import datetime
import re

import pytest

from roadmap.models import Choice, Credential, Enrolment, Event, Fact, MilestoneProgress, Resource
from tests.roadmap.admin.helpers import address, edit, form_of, logged_in, person, redraft

DAY = datetime.date(2026, 1, 31)
ISO, WRITTEN = re.compile(r"\b\d{4}-\d\d-\d\d\b"), re.compile(r"\b31 Jan 2026\b")


@pytest.fixture
def credential(road) -> Credential:
    return Credential.objects.create(
        roadmap=road.roadmap,
        slug="cert",
        name="Certificate",
        status="active",
        as_of=DAY,
        detail="Taken in Ulm.",
        evidence=["https://a.example/"],
        position=1,
    )


@pytest.fixture
def fact(road) -> Fact:
    more = {"value": 129251.0, "unit": "dollars", "verdict": "stands", "as_of": DAY, "note": "Rounded in Ulm."}
    return Fact.objects.create(
        roadmap=road.roadmap, slug="pay", claim="Pay", milestone=road.algebra, position=1, **more
    )


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://a.example/\r\nb.example/x,y\r\n\r\n", ["https://a.example/", "https://b.example/x,y"]),
        ("https://a.example/,https://b.example/", ["https://a.example/", "https://b.example/"]),
        ("", []),
    ],
)
def test_evidence_is_an_address_a_line(editor, credential, text, urls):
    page = editor.get(address(credential))
    assert "Web addresses that show it, one a line." in page.text
    assert editor.post(address(credential), form_of(page) | {"evidence": text}).status_code == 302
    credential.refresh_from_db()
    assert credential.evidence == urls


def test_a_mistake_in_the_evidence_names_its_line(editor, credential):
    refused = edit(editor, credential, evidence="https://a.example/\nftp://b.example/\nhttps://u:p@c.example/")
    assert refused.status_code == 422
    errors = refused.context["adminform"].form.errors["evidence"]
    assert [error.partition(": ")[0] for error in errors] == ["Line 2", "Line 3"]
    assert "did not validate" not in refused.text


def test_evidence_left_alone_is_no_change_and_a_change_is_told(editor, credential):
    edit(editor, credential, issuer="Ulm")
    edit(editor, credential, evidence="https://a.example/\nhttps://b.example/")
    told = [save.get_change_message() for save in editor.get(address(credential, "history")).context["action_list"]]
    assert told[0] == "Changed Issuer: empty → “Ulm”."
    assert "https://b.example/" in told[1]


def test_two_editors_of_one_evidence_are_told_of_each_other(editor, editor_user, credential):
    page = form_of(editor.get(address(credential)))
    edit(editor, credential, evidence="https://other.example/")
    refused = editor.post(address(credential), page | {"issuer": "Ulm"})
    assert refused.status_code == 422
    assert [change.now for change in refused.context["meanwhile"]] == ["https://other.example/"]


def test_a_form_writes_dates_in_one_way(editor, credential, fact, road):
    Credential.objects.update(changed_on="2026-09-28")
    Resource.objects.update(checked_on=DAY)
    for part in (credential, fact, road.algebra):
        text = editor.get(address(part)).text
        assert 'value="2026-01-31"' in text
        assert not re.search(r'value="\d\d/\d\d/\d{4}"', text)


def test_a_list_writes_dates_in_one_way(editor, credential, road):
    redraft(road.azure, retired_on=DAY)
    for part in (credential, road.azure):
        text = editor.get(address(part, "changelist", roadmap=road.roadmap.pk)).text
        assert WRITTEN.search(text)
        assert not ISO.search(text)


def test_dates_are_taken_as_people_type_them(editor, credential):
    for typed in ("28/02/2026", "2026-02-28", "28 Feb 2026", "28 February 2026"):
        Credential.objects.update(as_of=DAY)
        assert edit(editor, credential, as_of=typed).status_code == 302
        credential.refresh_from_db()
        assert credential.as_of == datetime.date(2026, 2, 28)


def test_a_form_of_the_release_before_is_taken_without_a_question(editor, credential, monkeypatch):
    """It showed, and was sealed with, 31/01/2026."""
    with monkeypatch.context() as before:
        before.setattr("django.utils.formats._format_cache", {})
        before.setattr("config.formats.en.formats.DATE_INPUT_FORMATS", ["%d/%m/%Y"])
        page = form_of(editor.get(address(credential)))
        before.setattr("django.utils.formats._format_cache", {})
    assert editor.post(address(credential), page | {"as_of": "31/01/2026", "issuer": "Ulm"}).status_code == 302


def test_a_figure_is_written_for_people(editor, fact, road):
    text = editor.get(address(fact, "changelist", roadmap=road.roadmap.pk)).text
    assert "129,251 dollars" in text
    assert "129251.0" not in text


def test_what_happened_is_written_for_people(superuser, road, learner):
    enrolment, progress = Enrolment.objects.get(), MilestoneProgress.objects.get()
    MilestoneProgress.objects.update(ticks={"part-1": ["2026-01-31", 5.0]}, logged=[[1, "2026-01-31", 2.5]])
    choice = Choice.objects.create(enrolment=enrolment, group="cloud", milestone="cloud-aws")
    event = Event.objects.create(
        enrolment=enrolment,
        kind="hours",
        milestone="linear-algebra",
        data={"hours": 3.0, "into": {"": 3.0}},
        on=DAY,
        edition=1,
    )
    for thing in (enrolment, progress, choice, event):
        text = superuser.get(address(thing)).text
        assert f"{learner.pk} on {road.roadmap.pk}" not in text
        assert learner.email in text
        assert not re.search(r"\{(&#x27;|&quot;)|\[\[", text)
    text = superuser.get(address(progress)).text
    assert "part-1 (31 Jan 2026, 5 h)" in text
    assert "2.5 h on 31 Jan 2026" in text
    text = superuser.get(address(event)).text
    assert "into: no step: 3; hours: 3" in text, text[text.index("field-what") :][:400]


def found(client, road, part, words) -> list[str]:
    return [
        row.slug
        for row in client.get(address(part, "changelist", roadmap=road.roadmap.pk, q=words)).context["cl"].result_list
    ]


def test_search_finds_words_of_why_steps_and_addresses(editor, road, credential, fact):
    redraft(road.algebra, why="For backpropagation.", notes="Skip chapter nine.")
    road.algebra.steps.filter(slug="part-1").update(title="Eigenvalues by hand")
    road.guide.url = "https://guide.example/roads"
    road.guide.save()
    for words in ("backpropagation", "chapter nine", "eigenvalues", "example.org/algebra", "A course", "matrices"):
        assert found(editor, road, road.algebra, words) == ["linear-algebra"], words
    assert found(editor, road, road.algebra, "part") == ["linear-algebra", "statistics", "cloud-aws", "cloud-azure"]
    assert found(editor, road, credential, "ulm") == ["cert"]
    assert found(editor, road, fact, "ulm") == ["pay"]
    assert found(editor, road, road.guide, "guide.example") == ["guide"]
    assert found(editor, road, road.group, "azure") == ["cloud"]
    assert found(editor, road, road.work, "work") == ["work"]


def test_candidates_for_a_row_are_found_by_what_names_them(editor, road):
    redraft(road.aws, why="Algebra in the clouds.")
    query = {"app_label": "roadmap", "model_name": "prerequisite", "field_name": "requires", "term": "algebra"}
    answer = editor.get("/admin/autocomplete/", query | {"roadmap": road.roadmap.pk})
    assert [row["text"] for row in answer.json()["results"]] == ["Linear algebra"]


def test_an_editor_still_sees_nobodys_progress(road, learner, editor):
    assert editor.get(address(Enrolment.objects.get())).status_code == 403
    assert logged_in(person("x@example.org")).get(address(Enrolment.objects.get())).status_code == 302
