"""The map's geometry: nothing overlaps, no line hides or lies on another, and the same edition looks the same."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from roadmap.charts.layers import links_of, spans, stand, tangle
from roadmap.charts.map import Edge, Map, map_of
from roadmap.document import Document
from tests.roadmap.charts.roads import milestone, random_road, road

Point = tuple[float, float]
ROADS = ["fixture", *[(seed, size) for seed in (1, 2, 3) for size in (12, 70)], (4, 300)]


@pytest.fixture(params=ROADS, ids=str)
def any_road(request: pytest.FixtureRequest, document: Document) -> Document:
    return document if request.param == "fixture" else random_road(*request.param)


def segments(edge: Edge) -> list[tuple[Point, Point]]:
    return [(min(a, b), max(a, b)) for a, b in pairwise(edge.points)]


def drawn(document: Document) -> set[tuple[tuple[str, ...], str]]:
    return {(edge.sources, edge.target) for edge in map_of(document).edges}


class TestCards:
    def test_every_live_milestone_has_one(self, any_road: Document) -> None:
        live = sorted(m.slug for m in any_road.milestones if m.retired_on is None)
        assert sorted(card.slug for card in map_of(any_road).cards) == live

    def test_they_keep_apart_and_lie_in_the_band_of_their_stage(self, any_road: Document) -> None:
        found = map_of(any_road)
        for one, other in combinations(found.cards, 2):
            assert abs(one.x - other.x) >= one.width + 8 or abs(one.y - other.y) >= one.height + 8
        bands = {band.stage.slug: band for band in found.bands}
        for card in found.cards:
            band = bands[any_road.by_slug[card.slug].stage]
            assert band.x < card.x
            assert card.x + card.width < band.x + band.width
            assert 0 <= card.y <= found.height - card.height

    def test_stages_stand_beside_each_other_in_their_order(self, any_road: Document) -> None:
        found = map_of(any_road)
        assert [band.stage for band in found.bands] == list(any_road.stages)
        assert all(one.x + one.width < other.x for one, other in pairwise(found.bands))
        assert found.bands[0].x == 0
        assert found.bands[-1].x + found.bands[-1].width == pytest.approx(found.width)

    def test_a_retired_one_has_none_and_no_line(self) -> None:
        old = milestone("old", retired_on="2026-01-01", replaced_by=["new"])
        document = road(old, milestone("new"), milestone("next", prerequisites=["old", "new"]))
        assert [card.slug for card in map_of(document).cards] == ["new", "next"]
        assert drawn(document) == {(("new",), "next")}

    def test_prerequisites_stand_to_the_left(self, document: Document) -> None:
        x = {card.slug: card.x for card in map_of(document).cards}
        assert all(x[source] < x[edge.target] for edge in map_of(document).edges for source in edge.sources)

    def test_a_road_without_milestones_is_empty(self) -> None:
        assert map_of(road()).cards == map_of(road()).bands == ()


class TestPaper:
    def test_every_card_is_whole_on_one_sheet(self, any_road: Document) -> None:
        found = map_of(any_road)
        for card in found.cards:
            (sheet,) = [(x, width) for x, width in found.sheets if x <= card.x < x + width]
            assert sheet[0] + sheet[1] > card.x + card.width

    def test_sheets_are_no_wider_than_paper_and_leave_nothing_out(self, any_road: Document) -> None:
        found = map_of(any_road)
        assert all(width <= max(0.96 * found.height, 2 * found.cards[0].width) for _, width in found.sheets)
        ends = [0.0, *(x + width for x, width in found.sheets)]
        assert all(0 <= x - end <= 14 for (x, _), end in zip(found.sheets, ends, strict=False))
        assert ends[-1] == pytest.approx(found.width)


class TestLines:
    def test_none_runs_behind_a_card(self, any_road: Document) -> None:
        found = map_of(any_road)
        for edge in found.edges:
            for (x1, y1), (x2, y2) in segments(edge):
                for card in found.cards:
                    beside = x2 <= card.x or x1 >= card.x + card.width
                    assert beside or y2 <= card.y or y1 >= card.y + card.height, (edge.sources, edge.target, card.slug)

    def test_two_share_a_stretch_only_if_they_share_their_source(self, any_road: Document) -> None:
        level: dict[float, list[tuple[float, float, object]]] = {}
        upright: dict[float, list[tuple[float, float, object]]] = {}
        for edge in map_of(any_road).edges:
            source = edge.group or edge.sources[0]
            for (x1, y1), (x2, y2) in segments(edge):
                if x1 == x2:
                    upright.setdefault(x1, []).append((y1, y2, source))
                else:
                    level.setdefault(y1, []).append((x1, x2, source))
        for stretches in (*level.values(), *upright.values()):
            for (start, end, source), (other_start, other_end, other) in combinations(stretches, 2):
                assert source == other or end <= other_start or other_end <= start

    def test_what_another_requirement_implies_has_none(self) -> None:
        document = road(milestone("a"), milestone("b", prerequisites=["a"]), milestone("c", prerequisites=["a", "b"]))
        assert drawn(document) == {(("a",), "b"), (("b",), "c")}

    def test_what_only_an_optional_one_implies_keeps_its_own(self) -> None:
        b = milestone("b", prerequisites=["a"], optional=True)
        document = road(milestone("a"), b, milestone("c", prerequisites=["a", "b"]))
        assert (("a",), "c") in drawn(document)

    def test_one_may_lead_back_to_an_earlier_stage(self) -> None:
        document = road(milestone("a", prerequisites=["b"]), milestone("b", "later"))
        (edge,) = map_of(document).edges
        assert edge.points[0][0] > edge.points[-1][0]


class TestChoices:
    GROUP = {"slug": "which", "title": "Which one?", "members": ["a", "b"], "default": "a"}

    def test_members_stand_below_each_other_in_a_frame_from_which_the_line_starts(self) -> None:
        last = milestone("last", requires_groups=["which"])
        document = road(milestone("a"), milestone("x"), milestone("b"), last, groups=[self.GROUP])
        found = map_of(document)
        (frame,), (edge,) = found.frames, found.edges
        cards = {card.slug: card for card in found.cards}
        assert cards["a"].x == cards["b"].x
        for slug in "ab":
            assert frame.y < cards[slug].y < frame.y + frame.height - cards[slug].height
        assert not frame.y < cards["x"].y < frame.y + frame.height
        assert (edge.sources, edge.points[0][0]) == (("a", "b"), frame.x + frame.width)

    def test_members_that_need_each_other_by_way_of_another_stand_apart(self) -> None:
        x, b = milestone("x", prerequisites=["a"]), milestone("b", prerequisites=["x"])
        found = map_of(road(milestone("a"), x, b, groups=[self.GROUP]))
        assert [card.slug for card in found.cards] == ["a", "x", "b"]
        assert found.frames == ()

    def test_a_choice_of_more_than_a_column_is_broken(self) -> None:
        members = [f"m{n}" for n in range(6)]
        group = self.GROUP | {"members": members, "default": "m0"}
        found = map_of(road(*[milestone(slug) for slug in members], groups=[group]))
        cards = [sum(frame.x < card.x < frame.x + frame.width for card in found.cards) for frame in found.frames]
        assert cards == [4, 2]


class TestArrangement:
    def test_it_is_less_tangled_than_the_order_of_the_document(self, any_road: Document) -> None:
        links = links_of(any_road)
        units = stand(any_road, links)
        untangled = tangle(spans(units, links))
        columns: dict[int, int] = {}
        for unit in units:  # in the document's order
            unit.row = columns.get(unit.column, 0)
            columns[unit.column] = unit.row + len(unit.members)
        before = tangle(spans(units, links))
        assert untangled <= (0.8 * before if len(units) > 50 else before)

    def test_the_same_edition_has_the_same_map(self) -> None:
        assert map_of(random_road(5, 70)) == map_of(random_road(5, 70))

    def test_it_is_kept_with_the_edition(self, document: Document) -> None:
        found: Map = map_of(document)
        assert map_of(document) is found
