"""Laws of news, whatever editors and learners do."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings

from roadmap.news import news_for
from roadmap.standing import Progress
from tests.properties.strategies import diary, document, seeds

pytestmark = pytest.mark.property


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_the_same_edition_is_no_news(seed: random.Random) -> None:
    road = document(seed)
    assert news_for(road, road, diary(seed, road).progress) == ()


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_any_two_editions_can_be_compared_and_every_link_leads_somewhere(seed: random.Random) -> None:
    """Nothing that was published vanishes, so the later edition is the one with more milestones."""
    old, new = sorted((document(seed), document(seed)), key=lambda road: len(road.milestones))
    found = news_for(old, new, diary(seed, new).progress)
    assert [item.rank for item in found] == sorted(item.rank for item in found)
    assert {piece.milestone for item in found for piece in item.pieces} - {""} <= new.by_slug.keys()


@given(seeds)
@settings(max_examples=300, deadline=None)
def test_who_did_nothing_is_told_of_no_credit(seed: random.Random) -> None:
    old, new = sorted((document(seed), document(seed)), key=lambda road: len(road.milestones))
    says = " ".join("".join(p.text for p in item.pieces if not p.milestone) for item in news_for(old, new, Progress()))
    assert "count" not in says
    assert "which you" not in says
