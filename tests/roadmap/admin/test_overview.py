"""How the letters are doing: true figures, in words, columns and a table, for those who may see the ledger."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import Preferences, User
from roadmap.calendar import monday_of
from roadmap.digests import gate, ledger, watch
from roadmap.models import Digest, Gate
from tests.roadmap.admin.helpers import logged_in, person

pytestmark = pytest.mark.django_db
PAGE = "/admin/roadmap/digest/overview/"
MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)


@pytest.fixture
def looker():
    """Staff who may see digests, and no more."""
    user = person("looker@example.org", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_digest"))
    return logged_in(user)


def owe(state: str, *, weeks_ago: int = 0, lag: timedelta = MINUTE, late: timedelta = timedelta(0)) -> Digest:
    """A digest of one more learner, due some weeks ago, `late` earlier than now."""
    now = ledger.now()
    user = User.objects.create_user(f"l{User.objects.count()}@example.org")
    due_at = now - weeks_ago * WEEK - late
    held = state in {"claimed", "sending"}
    return Digest.objects.create(
        user=user,
        period=monday_of((now + watch.FARTHEST_EAST).date()) - weeks_ago * WEEK,
        state=state,
        due_at=due_at,
        next_attempt_at=due_at,
        expires_at=due_at + timedelta(hours=48),
        sent_at=due_at + lag if state == "sent" else None,
        lease="00000000-0000-0000-0000-000000000001" if held else None,
        lease_until=now + MINUTE if held else None,
        message_id=f"<{user.email}>",
    )


def rows(page: str) -> list[list[str]]:
    """The table's body, as text."""
    body = page[page.index("<tbody>") :]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def test_the_table_counts_each_week_by_state_with_its_lag(looker) -> None:
    owe("sent", lag=3 * MINUTE)
    owe("sent", lag=5 * MINUTE)
    for state in ("pending", "claimed", "sending", "uncertain", "failed", "skipped", "expired"):
        owe(state)
    owe("sent", weeks_ago=11, lag=timedelta(hours=2, minutes=5))
    owe("sent", weeks_ago=12)
    found = rows(looker.get(PAGE).text)
    assert len(found) == 12
    assert found[0][2:] == ["9", "2", "1", "1", "1", "1", "3", "4 min", "5 min"]
    assert found[1][2:] == ["0"] * 7 + ["–", "–"]
    assert found[11][2:] == ["1", "1", "0", "0", "0", "0", "0", "2 h 5 min", "2 h 5 min"]


def test_a_column_is_drawn_for_what_there_is(looker) -> None:
    owe("sent")
    owe("uncertain", weeks_ago=1)
    page = looker.get(PAGE).text
    chart = page.partition('<svg class="columns"')[2].partition("</svg>")[0]
    assert re.findall(r"columns__part--(\w+)", chart) == ["uncertain", "sent"]
    assert 'role="img"' in chart
    assert "style=" not in page


def test_without_letters_it_says_so(looker) -> None:
    page = looker.get(PAGE).text
    assert "No letter was due in the last 12 weeks." in page
    assert "Letters flow." in page
    assert "<svg class" not in page


@pytest.mark.parametrize("state", ["pending", "claimed"])
def test_letters_that_wait_too_long_are_told_with_a_way_out(looker, state: str) -> None:
    """Also those that a sender claims over and over, and never sends."""
    owe(state, late=11 * MINUTE)
    page = looker.get(PAGE).text
    assert "waiting for 11 min" in page
    assert "manage.py send_digests" in page
    assert looker.get("/readyz").status_code == 503


def test_a_closed_gate_is_told_with_its_reason(looker) -> None:
    gate.hold("Odd letters <b>.")
    page = looker.get(PAGE).text
    assert "No letter leaves." in page
    assert "Odd letters &lt;b&gt;." in page
    assert "Look, and release them" in page
    Gate.objects.update(held_because="", ledger="another/1")
    assert gate.RESTORED in looker.get(PAGE).text


@pytest.mark.parametrize("path", [PAGE, "/admin/"])
def test_a_reason_without_a_full_stop_does_not_run_into_the_link(looker, path: str) -> None:
    gate.hold("links of edition 7 broken")
    words = " ".join(re.sub(r"<[^>]+>", "", looker.get(path).text).split())
    assert "No letter leaves. Links of edition 7 broken. Look, and release them." in words


def test_the_oldest_is_told_in_the_readers_zone(looker) -> None:
    Preferences.objects.update(timezone="Asia/Tokyo")
    digest = owe("pending", late=MINUTE)
    Digest.objects.filter(pk=digest.pk).update(due_at="2026-11-16T20:00Z")
    assert "was due on 17 November 2026, 05:00 JST." in looker.get(PAGE).text


def test_what_is_uncertain_is_a_click_away(looker) -> None:
    owe("uncertain")
    page = looker.get(PAGE).text
    [link] = re.findall(r'href="([^"]+)">1 uncertain', page)
    assert "l1@example.org" in looker.get(link).text


def test_the_list_leads_to_it(looker) -> None:
    assert PAGE in looker.get(reverse("admin:roadmap_digest_changelist")).text


def test_the_start_page_tells_whoever_may_know(looker, editor) -> None:
    owe("pending", late=11 * MINUTE)
    page = looker.get("/admin/").text
    assert "Letters are late:" in page
    assert PAGE in page
    assert "Letters" not in editor.get("/admin/").text


def test_it_is_for_those_who_may_see_the_ledger_and_for_looking_only(looker, editor, client) -> None:
    assert looker.post(PAGE).status_code == 405
    assert editor.get(PAGE).status_code == 403
    assert client.get(PAGE).status_code == 302


def test_it_takes_a_fixed_number_of_queries(looker, django_assert_num_queries) -> None:
    for weeks_ago in range(3):
        owe("sent", weeks_ago=weeks_ago)
    with django_assert_num_queries(12):
        looker.get(PAGE)
