"""A roadmap from a file into the working copy, and out again."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from roadmap.document import dump, from_data, parse, to_data
from roadmap.models import Edition, Milestone, Roadmap

pytestmark = pytest.mark.django_db
FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"
SMALL = {
    "format": 1,
    "slug": "baking",
    "title": "Baking",
    "stages": [{"slug": "basics", "title": "Basics"}],
    "milestones": [
        {"slug": slug, "stage": "basics", "title": slug, "effort_hours": {"low": 1, "likely": 2, "high": 4}}
        for slug in ("rye", "wheat")
    ],
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.json"
    file.write_text(json.dumps(SMALL))
    return file


def load(file: Path, *options: str) -> str:
    out = StringIO()
    call_command("load_roadmap", str(file), *options, stdout=out)
    return out.getvalue()


def dumped(*options: str) -> str:
    out = StringIO()
    call_command("dump_roadmap", *options, stdout=out)
    return out.getvalue()


def test_a_first_load_says_what_came_and_a_second_says_no_change() -> None:
    assert load(FIXTURE, "--publish").splitlines() == [
        "added roadmap ml-architect: 6 stages, 70 milestones, 468 steps, 4 groups, 206 resources, 14 credentials, "
        "12 facts, 187 citations",
        "published edition 1",
    ]
    assert load(FIXTURE, "--dry-run") == "no change\n"
    assert load(FIXTURE, "--publish") == "no change\n"
    assert Edition.objects.count() == 1


def test_without_publish_only_the_working_copy_changes(small: Path) -> None:
    load(small)
    assert not Edition.objects.exists()
    assert load(small, "--publish") == "published edition 1\n"


def test_a_dry_run_says_all_and_changes_nothing(small: Path) -> None:
    said = load(small, "--publish", "--dry-run").splitlines()
    assert said[0].startswith("added roadmap baking")
    assert said[1:] == ["published edition 1", "dry run: nothing was changed"]
    assert not Roadmap.objects.exists()


def test_changes_are_named_and_absent_milestones_retired(small: Path, tmp_path: Path) -> None:
    load(small, "--publish")
    rye = SMALL["milestones"][0] | {"title": "Rye bread", "effort_hours": {"low": 1, "likely": 3, "high": 4}}
    oat = SMALL["milestones"][0] | {"slug": "oat", "title": "Oat"}
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(SMALL | {"milestones": [rye, oat]}))
    said = load(changed).splitlines()
    assert said == [
        "renamed milestone rye: “rye” → “Rye bread”",
        "effort milestone rye: 2 h (1 to 4) → 3 h (1 to 4)",
        "added milestone oat",
        "retired milestone wheat: on " + str(Milestone.objects.get(slug="wheat").retired_on),
    ]
    assert load(changed) == "no change\n"


def test_a_refusal_names_file_and_place_and_changes_nothing(small: Path, tmp_path: Path) -> None:
    load(small)
    bad = tmp_path / "bad.yaml"
    bad.write_text(small.read_text().replace('"likely": 2', '"likely": -2', 1).replace("Baking", "Cooking"))
    with pytest.raises(CommandError) as caught:
        load(bad)
    assert str(caught.value) == (
        f"{bad} is refused, nothing was changed:\nmilestones[rye].effort_hours.likely: should be at least 0"
    )
    assert Roadmap.objects.get().title == "Baking"


def test_what_lint_forbids_is_not_published_and_not_loaded(tmp_path: Path) -> None:
    gone = SMALL["milestones"][0] | {"retired_on": "2026-01-01"}
    file = tmp_path / "x.json"
    file.write_text(json.dumps(SMALL | {"milestones": [gone, SMALL["milestones"][1] | {"prerequisites": ["rye"]}]}))
    with pytest.raises(CommandError, match="which is retired"):
        load(file, "--publish")
    assert not Roadmap.objects.exists()


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        load(tmp_path)


@pytest.mark.parametrize("options", [(), ("--publish",)])
def test_an_import_mends_a_half_way_draft(small: Path, options: tuple[str, ...]) -> None:
    load(small, *options)
    Roadmap.objects.get().groups.create(slug="lone", title="A group without members")
    with pytest.raises(CommandError, match=r"no document yet:\ngroups\[lone\].members: is empty"):
        dumped("baking")
    assert load(small) == "replaced a draft that was no document yet\n"
    assert dumped("baking") == dump(from_data(SMALL))


def test_a_dump_is_canonical_and_loads_without_a_change(tmp_path: Path) -> None:
    load(FIXTURE, "--publish")
    text = dumped("ml-architect")
    assert dumped("ml-architect", "--edition", "1") == text
    file = tmp_path / "dump.yaml"
    file.write_text(text)
    assert load(file) == "no change\n"
    assert dump(parse(text.encode(), name="dump.yaml")) == text
    assert to_data(parse(text.encode(), name="x")) == to_data(parse(FIXTURE.read_bytes(), name="x"))


def test_a_dump_of_what_is_not_there_is_said(small: Path) -> None:
    with pytest.raises(CommandError, match="no roadmap 'nothing'"):
        dumped("nothing")
    load(small)
    with pytest.raises(CommandError, match="no edition 3"):
        dumped("baking", "--edition", "3")
