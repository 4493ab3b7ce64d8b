"""Laws of documents."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.document import DocumentError, difference, dump, from_data, lint, parse, to_data
from tests.properties.strategies import document, seeds

pytestmark = pytest.mark.property
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_dump_load_dump_is_the_same_bytes(seed: random.Random) -> None:
    found = document(seed)
    written = dump(found)
    again = parse(written.encode(), name="x.yaml")
    assert again == found
    assert dump(again) == written
    assert dump(parse(json.dumps(to_data(found)).encode(), name="x.json")) == written


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_no_difference_means_the_same_bytes_and_the_other_way_round(seed: random.Random) -> None:
    old = document(seed)
    data = to_data(old)
    seed.shuffle(data[seed.choice(["milestones", "stages"])])
    if seed.random() < 0.3:
        seed.choice(data["milestones"])["title"] = "Changed"
    new = from_data(data)
    assert difference(old, new).is_empty == (dump(old) == dump(new))


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_the_order_puts_everything_after_what_it_requires(seed: random.Random) -> None:
    found = document(seed)
    place = {slug: index for index, slug in enumerate(found.order)}
    assert place.keys() == found.by_slug.keys()
    for milestone in found.milestones:
        assert all(place[slug] < place[milestone.slug] for slug in found.requirements_of(milestone))


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_lint_answers_for_every_document(seed: random.Random) -> None:
    assert all(finding.message.endswith(".") for finding in lint(document(seed)))


@given(seeds, JUNK)
@settings(max_examples=300, deadline=None)
def test_junk_anywhere_is_accepted_as_such_or_refused_in_words(seed: random.Random, junk: object) -> None:
    data = to_data(document(seed, largest=4))
    place: object = data
    while isinstance(place, dict | list) and place:
        holder = place
        key = seed.choice(list(place)) if isinstance(place, dict) else seed.randrange(len(place))
        place = holder[key]  # type: ignore[index]  # a key of a dictionary, a number of a list
        if seed.random() < 0.3:
            break
    holder[key] = junk  # type: ignore[index]  # as above
    assert outcome(data).isprintable()


def outcome(data: object) -> str:
    """Return how a document was refused, on one line; nothing when it was accepted and is whole."""
    try:
        found = from_data(data)
    except DocumentError as error:
        return str(error).replace("\n", " ") or "\n"
    assert from_data(to_data(found)) == found
    return ""


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(data, name="upload")
    assert str(caught.value)
