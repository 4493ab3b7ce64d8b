"""Order: dragged, moved by buttons; within one roadmap, around what a filter hides."""

import json

from roadmap.models import Milestone, Roadmap
from tests.roadmap.admin.helpers import address, messages_of, order_of

DRAG = "/admin/roadmap/milestone/adminsortable2_update/"


def drag(client, *milestones, body=None, seen=()):
    items = [[str(milestone.pk), place] for place, milestone in enumerate(milestones, start=7)]
    body = json.dumps({"updatedItems": items, "seen": [row.pk for row in seen]}) if body is None else body
    return client.post(DRAG, body, content_type="application/json")


def test_a_drag_is_saved_and_answered(editor, road):
    response = drag(editor, road.statistics, road.algebra)
    assert response.text.startswith("Draft saved: 1 change, learners still see edition 1.")
    assert order_of(road) == ["statistics", "linear-algebra", "cloud-aws", "cloud-azure"]
    assert Roadmap.objects.get().draft_version == 1


def test_a_drag_in_a_filtered_list_leaves_the_rest_in_place(editor, road):
    drag(editor, road.azure, road.algebra)
    assert order_of(road) == ["cloud-azure", "statistics", "cloud-aws", "linear-algebra"]


def test_a_drag_stays_within_its_roadmap(editor, road, other_road):
    before = order_of(other_road)
    drag(editor, road.azure, other_road.algebra, road.algebra)
    assert order_of(other_road) == before


FORGED_ORDERS = [
    *("", "[]", "{}", "null", '{"updatedItems": 3}', '{"updatedItems": [[1]]}', '{"updatedItems": [["x", "y"]]}'),
    *(
        '{"updatedItems": []}',
        '{"updatedItems": [["\\ud800", 1]]}',
        '{"updatedItems": [[1e999, 1]]}',
        "[" * 100_000,
    ),
    json.dumps({"updatedItems": [[10**30, 1]]}),
    *('{"updatedItems": [[1, 1]], "seen": 3}', '{"updatedItems": [[1, 1]], "seen": ["x"]}'),
]


def test_a_forged_order_is_refused(editor, road, subtests):
    for body in FORGED_ORDERS:
        with subtests.test(body=body[:80]):
            assert drag(editor, body=body).status_code == 400
    assert order_of(road) == ["linear-algebra", "statistics", "cloud-aws", "cloud-azure"]


def test_dragging_needs_a_post_and_the_permission(editor, client, road):
    assert editor.get(DRAG).status_code == 405
    assert drag(client, road.statistics, road.algebra).status_code == 302
    assert order_of(road)[0] == "linear-algebra"


def test_buttons_move_a_row_among_those_shown(editor, road):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk)
    response = editor.post(url, {"_move": f"{road.statistics.pk}:up"}, follow=True)
    assert messages_of(response)[0].startswith("Draft saved: 1 change")
    assert order_of(road)[:2] == ["statistics", "linear-algebra"]
    stage = f"{url}&stage={road.work.pk}"
    editor.post(stage, {"_move": f"{road.azure.pk}:up"})
    editor.post(stage, {"_move": f"{road.azure.pk}:up"})
    assert order_of(road) == ["statistics", "linear-algebra", "cloud-azure", "cloud-aws"]


def test_a_drag_in_a_list_that_others_reordered_moves_nothing(editor, road):
    seen = [road.algebra, road.statistics, road.aws, road.azure]
    drag(editor, road.azure, road.aws, seen=seen)
    mine = drag(editor, road.aws, road.algebra, road.statistics, seen=seen)
    assert mine.status_code == 409
    assert mine.text.startswith("Somebody moved these while you had the list open")
    assert order_of(road) == ["linear-algebra", "statistics", "cloud-azure", "cloud-aws"]


def test_a_drag_elsewhere_in_the_list_does_no_harm(editor, road):
    seen = [road.algebra, road.statistics, road.aws, road.azure]
    drag(editor, road.azure, road.aws, seen=seen)
    assert drag(editor, road.statistics, road.algebra, seen=seen).status_code == 200
    assert order_of(road) == ["statistics", "linear-algebra", "cloud-azure", "cloud-aws"]


def test_a_button_in_a_list_that_others_reordered_moves_nothing(editor, road):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk)
    keys = [road.algebra.pk, road.statistics.pk, road.aws.pk, road.azure.pk]
    seen = "".join(f"{key}," for key in keys)
    assert f'name="_seen" value="{seen}"' in editor.get(url).text
    move = {"_move": f"{road.aws.pk}:up", "_seen": seen}
    drag(editor, road.azure, road.algebra)
    assert order_of(road) == ["cloud-azure", "statistics", "cloud-aws", "linear-algebra"]
    assert messages_of(editor.post(url, move, follow=True))[0].startswith("Draft saved")  # statistics was above, and is
    drag(editor, road.azure, road.aws)
    response = editor.post(url, {"_move": f"{road.statistics.pk}:up", "_seen": seen}, follow=True)
    assert messages_of(response)[0].startswith("Somebody moved these while you had the list open")


def test_a_forged_move_is_refused(editor, road):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk)
    for move in ("", "x", "1", "0:up", "99999999999999999999:up", "1:sideways", "\0:up", f"{'9' * 5000}:up"):
        assert editor.post(url, {"_move": move}).status_code == 400
    forged = {"_move": f"{road.aws.pk}:up", "_seen": "x,²,-1,,1e9," + "9" * 5000}
    assert editor.post(url, forged).status_code == 302


def test_equal_positions_are_sorted_out(editor, road):
    Milestone.objects.update(position=0)
    drag(editor, road.azure, road.algebra)
    assert sorted(Milestone.objects.values_list("position", flat=True)) == [1, 2, 3, 4]


# --- Case 39 ---------------------------------------------------------------------------------------------------------


def test_a_list_that_is_sorted_otherwise_offers_no_handles_and_moves_nothing(editor, road):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk, o="-2")
    text = editor.get(url).text
    assert 'class="drag' not in text
    assert 'name="_move"' not in text
    assert "This list is sorted otherwise, so its rows cannot be moved here." in text
    assert f'<a href="?roadmap={road.roadmap.pk}">Show it in its own order</a>' in text
    before = order_of(road)
    answer = editor.post(url, {"_move": f"{road.statistics.pk}:up"}, follow=True)
    assert messages_of(answer)[0].startswith("This list is sorted otherwise, so nothing was moved.")
    assert order_of(road) == before
    in_order = editor.get(address(road.algebra, "changelist", roadmap=road.roadmap.pk)).text
    assert in_order.count('class="drag handle"') == 4


def test_a_move_over_a_stages_border_says_that_the_stage_stays(editor, road):
    note = "“Azure” stays in the stage “Work”: to move it to another, open it and change its Stage."
    assert note in drag(editor, road.azure, road.algebra, road.statistics, road.aws).text
    assert order_of(road)[0] == "cloud-azure"
    road.azure.refresh_from_db()
    assert road.azure.stage == road.work
    within = drag(editor, road.statistics, road.algebra).text
    assert "stays in the stage" not in within


def test_a_button_over_a_stages_border_says_so_too_and_leads_back_to_the_row(editor, road):
    url = address(road.algebra, "changelist", roadmap=road.roadmap.pk)
    editor.post(url, {"_move": f"{road.aws.pk}:up"})
    answer = editor.post(url, {"_move": f"{road.aws.pk}:up"})
    assert answer["Location"] == f"{url}#move-{road.aws.pk}"
    page = editor.get(url)
    assert f'id="move-{road.aws.pk}"' in page.text
    assert any(text.startswith("“AWS” stays in the stage “Work”") for text in messages_of(page))
