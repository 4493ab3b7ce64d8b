"""A new edition in the weekly letter: told once, in both parts, and not to who knows already."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from roadmap import actions
from roadmap.digests import ledger, planner
from roadmap.digests.transport import Fate, Outcome
from roadmap.digests.verdicts import verdict
from roadmap.document import from_data, to_data
from roadmap.models import Digest, Edition, Enrolment, Roadmap
from tests.roadmap.digests.conftest import BEGAN, EDITION, MONDAY_8, letters_of, make_learner, make_roadmap, mark
from tests.roadmap.digests.test_compose import DONE, parse, part

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
CUP = {
    "slug": "cup",
    "stage": "basics",
    "title": "Cups & <saucers>",
    "effort_hours": {"low": 5, "likely": 5, "high": 5},
}
LINE = "A new milestone ahead of you: “Cups & <saucers>”."
OTHERS = "What changed"


def publish(roadmap: Roadmap, *new: dict[str, Any], **changes: Any) -> None:
    """Publish the next edition: the first one with `changes` of all its milestones, and new ones."""
    milestones = [milestone | changes for milestone in EDITION["milestones"]]  # type: ignore[operator]  # dicts
    number = Edition.objects.filter(roadmap=roadmap).count() + 1
    data = to_data(from_data({**EDITION, "slug": roadmap.slug, "milestones": [*milestones, *new]}))
    roadmap.current_edition = Edition.objects.create(roadmap=roadmap, number=number, document=data, sha256="-")
    roadmap.save()


def written(now: datetime, fate: Fate = Fate.SENT) -> str:
    """Take the one mail that is due to the wire, where it meets a fate; return its text."""
    planner.plan_all(now)
    [claim] = ledger.claim(now, limit=10)
    mail = letters_of([claim], now)[0][claim.id]
    ledger.turn(now, claim.lease, verdicts=[], envelopes={claim.id: mail.envelope})
    ledger.turn(now, claim.lease, verdicts=[verdict(claim, Outcome(fate), now)], envelopes={})
    text = part(parse(mail.message), "plain")
    assert (OTHERS in text) == (OTHERS in part(parse(mail.message), "html"))
    return text


def test_both_parts_say_it_and_html_links_and_escapes(road: Roadmap, ann: User) -> None:
    publish(road, CUP)
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    message = parse(letters_of([claim], MONDAY_8)[0][claim.id].message)
    assert f"- {LINE}" in part(message, "plain")
    html = part(message, "html")
    assert "Cups &amp; &lt;saucers&gt;</a>”." in html
    assert 'href="http://waymark.test/roadmaps/pottery/milestones/cup/"' in html


def test_an_edition_is_told_once(road: Roadmap, ann: User) -> None:
    publish(road, CUP)
    assert LINE in written(MONDAY_8)
    assert Digest.objects.get().told == {"pottery": 2}
    assert OTHERS not in written(MONDAY_8 + WEEK)
    publish(road, CUP, title="Renamed")
    assert LINE not in (text := written(MONDAY_8 + 2 * WEEK))
    assert "“Know your clay” is called “Renamed” now." in text


def test_what_was_dismissed_on_the_site_is_not_mailed(road: Roadmap, ann: User) -> None:
    publish(road, CUP)
    actions.dismiss(enrolment=Enrolment.objects.get(), edition=2)
    assert OTHERS not in written(MONDAY_8)


def test_what_a_mail_told_stays_on_the_plan(road: Roadmap, ann: User) -> None:
    publish(road, CUP)
    written(MONDAY_8)
    assert Enrolment.objects.get().seen_edition == 1


@pytest.mark.parametrize(("fate", "is_told_again"), [(Fate.UNCERTAIN, False), (Fate.REJECTED, True)])
def test_a_mail_that_may_have_arrived_has_told_one_that_failed_has_not(
    road: Roadmap, ann: User, fate: Fate, is_told_again: bool
) -> None:
    publish(road, CUP)
    written(MONDAY_8, fate)
    assert (OTHERS in written(MONDAY_8 + WEEK)) == is_told_again


def test_a_deferred_mail_still_tells(road: Roadmap, ann: User) -> None:
    publish(road, CUP)
    written(MONDAY_8, Fate.DEFERRED)
    assert LINE in written(MONDAY_8 + timedelta(hours=1))


def test_who_left_for_a_while_is_not_told_twice(road: Roadmap, ann: User) -> None:
    other = make_roadmap(slug="glazing", title="Glazing")
    Enrolment.objects.create(user=ann, roadmap=other, hours_per_week=3, started_at=BEGAN, started_on=BEGAN.date())
    publish(road, CUP)
    assert LINE in written(MONDAY_8)
    Enrolment.objects.filter(roadmap=road).update(left_at=MONDAY_8)
    written(MONDAY_8 + WEEK)
    Enrolment.objects.update(left_at=None)
    assert OTHERS not in written(MONDAY_8 + 2 * WEEK)


def test_news_alone_are_no_reason_to_write_to_who_has_walked_the_whole_road(road: Roadmap, ann: User) -> None:
    for milestone in ("clay", "bowl"):
        mark(ann, milestone, **DONE | {"finished_on": "2026-10-01"})
    publish(road, title="Renamed")
    planner.plan_all(MONDAY_8)
    [claim] = ledger.claim(MONDAY_8, limit=1)
    assert letters_of([claim], MONDAY_8)[0] == {}


def test_many_changes_are_counted(road: Roadmap, ann: User) -> None:
    cups = [{**CUP, "slug": f"cup-{number}"} for number in range(9)]
    publish(road, *cups)
    actions.dismiss(enrolment=Enrolment.objects.get(), edition=2)
    publish(road, *({**cup, "title": f"Mug {number}"} for number, cup in enumerate(cups)))
    text = written(MONDAY_8)
    assert text.count(" is called ") == 5
    assert "- And 4 smaller changes, on your plan" in text


def test_news_are_read_in_the_same_number_of_queries(road: Roadmap, django_assert_num_queries) -> None:
    for number in range(20):
        mark(make_learner(road, f"l{number}@example.org"), "clay", **DONE)
    publish(road, CUP)
    planner.plan_all(MONDAY_8)
    claims = ledger.claim(MONDAY_8, limit=100)
    letters_of(claims[:1], MONDAY_8)  # reads both editions, once per process
    with django_assert_num_queries(6):
        ready, _ = letters_of(claims, MONDAY_8)
    assert len(ready) == 20
