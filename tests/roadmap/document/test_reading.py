"""The roadmap format: what it accepts, how it refuses, how it is written."""

from __future__ import annotations

import copy
import datetime
import json
import resource
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from roadmap.document import Document, DocumentError, dump, from_data, json_schema, parse, to_data

FIXTURE = Path(__file__).parents[3] / "fixtures" / "ml_architect.yaml"


@pytest.fixture(scope="module")
def architect() -> Document:
    return parse(FIXTURE.read_bytes(), name=FIXTURE.name)


def small(**changes: Any) -> dict[str, Any]:
    """Return the data of a road of three milestones, the last behind the others."""
    data: dict[str, Any] = {
        "format": 1,
        "slug": "baking",
        "title": "Baking",
        "stages": [{"slug": "basics", "title": "Basics"}],
        "groups": [
            {"slug": "flour", "title": "Flour", "members": ["rye", "wheat"], "default": "wheat"},
        ],
        "milestones": [
            milestone("rye"),
            milestone("wheat"),
            milestone("bread", prerequisites=["wheat"], requires_groups=["flour"]),
        ],
    }
    return data | changes


def milestone(slug: str, **changes: Any) -> dict[str, Any]:
    data = {"slug": slug, "stage": "basics", "title": slug.title()}
    return data | {"effort_hours": {"low": 1, "likely": 2, "high": 4}} | changes


def with_bread(**changes: Any) -> dict[str, Any]:
    data = small()
    data["milestones"][2] |= changes
    return data


def refused(data: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        from_data(data)
    return str(caught.value)


def test_the_fixture_holds_what_it_should(architect: Document) -> None:
    assert len(architect.stages) == 6
    assert len(architect.milestones) == 70
    assert sum(len(milestone.steps) for milestone in architect.milestones) == 468
    assert len(architect.groups) == 4
    assert sum(len(milestone.resources) for milestone in architect.milestones) == 206
    assert (len(architect.credentials), len(architect.facts), len(architect.trace)) == (14, 12, 187)
    assert architect.credentials[0].issuer == ""
    assert {c.changed_on for c in architect.credentials} >= {datetime.date(2026, 9, 28)}


def test_dump_load_dump_is_the_same_bytes(architect: Document) -> None:
    written = dump(architect)
    again = parse(written.encode(), name="again.yaml")
    assert again == architect
    assert dump(again) == written


def test_json_says_the_same_as_yaml(architect: Document) -> None:
    text = json.dumps(to_data(architect))
    assert parse(text.encode(), name="roadmap.json") == architect
    assert parse(text.encode(), name="roadmap.txt") == architect


def test_only_the_required_keys_are_required() -> None:
    document = from_data({"format": 1, "slug": "a", "title": "A", "stages": [], "milestones": []})
    assert document.milestones == ()
    assert document.summary == ""
    assert from_data(small()).by_slug["bread"].steps == ()


@pytest.mark.parametrize("key", ["format", "slug", "title", "stages", "milestones"])
def test_a_missing_key_is_named(key: str) -> None:
    data = small()
    del data[key]
    assert f"{key}: is missing" in refused(data)


@pytest.mark.parametrize("key", ["slug", "stage", "title", "effort_hours"])
def test_a_milestone_without_a_required_key_is_refused(key: str) -> None:
    data = small()
    del data["milestones"][2][key]
    assert f"{key}: is missing" in refused(data)


def test_look_ups_know_the_neighbours(architect: Document) -> None:
    assert architect.in_stage("certifications")[0].slug == "certification-plan"
    assert [g.slug for g in architect.groups_of("cloud-google")] == ["cloud-platform"]
    assert "deep-learning" in [m.slug for m in architect.successors["python-programming"]]
    assert "ml-system-architecture" in [m.slug for m in architect.successors["cloud-azure"]]
    assert len(architect.order) == 70
    place = {slug: index for index, slug in enumerate(architect.order)}
    for item in architect.milestones:
        assert all(place[slug] < place[item.slug] for slug in architect.requirements_of(item))
    assert architect.citations_of("explore-the-role")[0].id == "a004"
    assert architect.facts_of("pay-and-outlook")
    assert architect.credentials_of("cmla-credential")


def test_the_schema_accepts_the_fixture_and_knows_the_keys(architect: Document) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    validator.validate(to_data(architect))
    assert list(validator.iter_errors(to_data(architect) | {"bogus": 1}))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (small(extra=1), "extra: is not a key of this format"),
        (small(format=2), "format: should be 1"),
        (small(slug="Not A Slug"), "slug: 'Not A Slug' is not a slug"),
        (small(title=""), "title: is empty"),
        (small(title=" \u2003 "), "title: is empty"),
        (small(title="a\x00b"), "title: holds a control character"),
        (small(title="a\nb"), "title: holds a control character"),
        (small(title="a\ud800b"), "title: holds half a character"),
        (small(title="a" * 201), "title: is longer than 200 characters"),
        (small(title=2026), "title: should be a text"),
        (small(stages={}), "stages: should be a list"),
        (small(milestones=[1]), "milestones[1]: should be a mapping"),
        (small(milestones=[milestone("rye")] * 5_001), "milestones: more than 5,000"),
        (
            with_bread(effort_hours={"low": -1, "likely": 2, "high": 4}),
            "[bread].effort_hours.low: should be at least 0",
        ),
        (with_bread(effort_hours={"low": 3, "likely": 2, "high": 4}), "[bread].effort_hours: should rise"),
        (with_bread(effort_hours={"low": True, "likely": 2, "high": 4}), "effort_hours.low: should be a number"),
        (with_bread(effort_hours={"low": "1", "likely": 2, "high": 4}), "effort_hours.low: should be a number"),
        (with_bread(effort_hours={"low": float("nan"), "likely": 2, "high": 4}), "low: should be a finite number"),
        (with_bread(effort_hours={"low": 1, "likely": 2, "high": float("inf")}), "high: should be a finite number"),
        (with_bread(effort_hours={"low": 1, "likely": 2, "high": 10**400}), "high: should be"),
        (with_bread(elapsed_months={"low": 1, "likely": 2}), "[bread].elapsed_months.high: is missing"),
        (with_bread(stage="nowhere"), "[bread].stage: there is no stage nowhere"),
        (with_bread(prerequisites=["cake"]), "[bread].prerequisites: there is no milestone cake"),
        (with_bread(prerequisites=["rye", "rye"]), "[bread].prerequisites[2]: rye appears twice"),
        (with_bread(prerequisites=["bread"]), "[bread].prerequisites: a milestone cannot be its own prerequisite"),
        (with_bread(requires_groups=["oven"]), "[bread].requires_groups: there is no group oven"),
        (with_bread(sources=["guide"]), "[bread].sources: there is no source guide"),
        (with_bread(retired_on="2026-02-30"), "[bread].retired_on: is not a day of the calendar"),
        (with_bread(retired_on="9999-01-01"), "[bread].retired_on: should lie between the years 1900 and 2200"),
        (with_bread(retired_on="22.11.2026"), "[bread].retired_on: should be a date like 2026-11-22"),
        (with_bread(retired_on=1763769600), "[bread].retired_on: should be a date like 2026-11-22"),
        (with_bread(replaced_by=["rye"]), "[bread].replaced_by: only a retired milestone can be replaced"),
        (with_bread(retired_on="2026-11-22", replaced_by=["bread"]), "a milestone cannot replace itself"),
        (with_bread(kind="hobby"), "[bread].kind: should be 'degree'"),
        (with_bread(steps=[{"slug": "mix", "title": "Mix", "hours": 1}]), "the hours of the steps sum to 1, but"),
        (with_bread(slug="rye"), "milestones[rye]: rye appears twice"),
        (small(stages=[{"slug": "basics", "title": "Basics"}] * 2), "stages[basics]: basics appears twice"),
    ],
)
def test_a_wrong_value_is_refused_where_it_stands(data: dict[str, Any], said: str) -> None:
    assert said in refused(data)


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ({"default": "bread"}, "groups[flour].default: bread is not a member"),
        ({"members": ["rye", "wheat", "oat"]}, "groups[flour].members: there is no milestone oat"),
        ({"members": []}, "groups[flour].members: is empty"),
        ({"members": ["rye", "wheat", "bread"]}, "cannot require flour, of which it is a member"),
        ({"pairs_with": {"bread": "rye"}}, "groups[flour].pairs_with: bread is not a member"),
        ({"pairs_with": {"rye": "wheat"}}, "groups[flour].pairs_with.rye: wheat is a member of the same group"),
        ({"pairs_with": {"rye": "oat"}}, "groups[flour].pairs_with.rye: there is no milestone oat"),
    ],
)
def test_a_wrong_group_is_refused(group: dict[str, Any], said: str) -> None:
    data = small()
    data["groups"][0] |= group
    assert said in refused(data)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "https://user:p@example.org/",
        "https://user@example.org/",
        "https://example.org/\nX: y",
        "https://example.org/a b",
        "https://",
        "https:example.org",
        "https://[::1",
        "https://example.org:port/",
        "//example.org",
        "https://exa\u202emple.org/\x00",
        "https://example.org\\@evil.org/",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_an_unsafe_address_is_refused(url: str) -> None:
    wanted = {"title": "Page", "url": url, "kind": "docs", "free": True}
    assert "milestones[bread].resources[1].url: " in refused(with_bread(resources=[wanted]))


def test_a_circle_is_named_with_its_path() -> None:
    data = small()
    data["milestones"][0]["prerequisites"] = ["bread"]
    assert "milestones[rye].prerequisites: the prerequisites run in a circle: rye → bread → rye" in refused(data)


def test_replacements_that_run_in_a_circle_are_refused() -> None:
    data = small()
    data["milestones"][0] |= {"retired_on": "2026-01-01", "replaced_by": ["wheat"]}
    data["milestones"][1] |= {"retired_on": "2026-01-01", "replaced_by": ["rye"]}
    assert "replacements run in a circle" in refused(data)


def test_every_problem_is_named_up_to_a_bound() -> None:
    data = small(milestones=[milestone(f"m-{n}", stage="nowhere") for n in range(50)], groups=[])
    lines = refused(data).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 30 more"


def test_yaml_problems_name_the_line() -> None:
    text = dump(from_data(small())).replace("likely: 2", "likely: two", 1)
    line = next(n for n, content in enumerate(text.splitlines(), 1) if "two" in content)
    with pytest.raises(DocumentError) as caught:
        parse(text.encode(), name="x.yaml")
    assert str(caught.value) == f"line {line}: milestones[rye].effort_hours.likely: should be a number"


HOSTILE = {
    "a python tag": (b"!!python/object/apply:os.system ['true']", "tags"),
    "a local tag": (b"title: !secret x", "line 1: tags"),
    "a standard tag": (b"title: !!str 1", "tags"),
    "an anchor": (b"a: &x 1", "anchors"),
    "an alias": (b"a: 1\nb: *x", "aliases"),
    "an alias bomb": (
        b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + i, 98 + i, 97 + i, 97 + i) for i in range(20)),
        "anchors",
    ),
    "a key twice": (b"format: 1\ntitle: a\ntitle: b\n", "line 3: the key 'title' appears twice"),
    "a key twice in JSON": (b'{"format": 1, "title": "a", "title": "b"}', "the key 'title' appears twice"),
    "two documents": (b"a: 1\n---\nb: 2\n", "line 2: a second document"),
    "nothing": (b"", "should be a mapping"),
    "a list": (b"[1, 2]", "should be a mapping"),
    "a key that is a list": (b"? [a]\n: b", "a key should be a word"),
    "a merge": (b"format: 1\n<<: {title: a}", "<<"),
    "deep YAML": (b"[" * 1_000_000, "nested deeper"),
    "deep blocks": (b"\n".join(b" " * n + b"a:" for n in range(2_000)), "nested deeper"),
    "deep JSON": (b'{"a":' * 300_000, "nested deeper"),
    "many values": (b"a: [" + b"1," * 1_000_000 + b"]", "more than 150,000 values"),
    "many JSON keys": (b'{"a": [' + b"{}," * 600_000 + b"{}]}", "more than 150,000 values"),
    "many JSON rows": (b'{"milestones": [' + b"{}," * 600_000 + b"{}]}", "more than"),
    "a long number": (b"format: " + b"9" * 1_000_000, "format"),
    "a long number in JSON": (b'{"format": ' + b"9" * 1_000_000 + b"}", "too long"),
    "3 MiB": (b"#" * (3 * 1024 * 1024), "larger than 2 MiB"),
    "NUL": (b"title: a\n\x00", "line 2: holds a NUL"),
    "an escaped NUL": (b'{"title": "\\u0000"}', "title: holds a control character"),
    "an escaped surrogate": (b'{"title": "\\ud800"}', "title: holds half a character"),
    "a surrogate key": (b'{"\\ud800": 1}', "holds half a character"),
    "a control character": (b"title: a\x07b", "holds a character"),
    "not UTF-8": (b"title: \xff\xfe", "line 1: is not UTF-8"),
    "a zip": (b"PK\x03\x04\x00\x00", "NUL"),
    "broken YAML": (b"a: [1\nb: }", "line 2: not valid YAML"),
    "broken JSON": (b'{"a": 1,\n  b}', "line 2: "),
    "not a number": (b"format: .nan", "format: should be 1"),
    "a quoted novel": (b'title: "' + b"a" * 1_900_000 + b'"', "title: is longer"),
    "a novel as key": (b"a" * 100_000 + b": 1", ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly_and_in_few_words(name: str) -> None:
    data, said = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(DocumentError) as caught:
        parse(data, name="upload")
    assert time.process_time() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024  # KiB on Linux
    message = str(caught.value)
    assert said in message
    assert len(message) < 5_000
    assert message.replace("\n", "").isprintable()


def test_yaml_words_are_texts_unless_they_are_plainly_something_else() -> None:
    text = dump(from_data(small())).replace("title: Baking", "title: 2026-11-22")
    assert parse(text.encode(), name="x.yaml").title == "2026-11-22"
    text = text.replace("2026-11-22", "yes")
    assert parse(text.encode(), name="x.yaml").title == "yes"


@pytest.mark.parametrize(("given", "kept"), [("2026", "2026"), ("2026-03-31", datetime.date(2026, 3, 31))])
def test_a_credential_may_have_changed_on_a_day_or_in_a_year(given: str, kept: object) -> None:
    credential = {"slug": "c", "name": "C", "issuer": None, "status": "active", "as_of": "2026-11-22"}
    document = from_data(small(credentials=[credential | {"changed_on": given}]))
    assert document.credentials[0].changed_on == kept
    assert parse(dump(document).encode(), name="x.yaml") == document
    said = refused(small(credentials=[credential | {"changed_on": 2026}]))
    assert said == "credentials[c].changed_on: should be a date like 2026-11-22 or a year in quotes like '2026'"


def test_documents_cannot_be_changed() -> None:
    document = from_data(small())
    with pytest.raises(Exception, match="frozen"):
        document.title = "x"  # type: ignore[misc]  # the type checker knows; this shows that Python refuses too


def test_reading_leaves_its_input_alone() -> None:
    data = small()
    kept = copy.deepcopy(data)
    from_data(data)
    assert data == kept
