"""My week on the dashboard: cases 7 (nothing moves under the finger) and 9 (milestones without steps)."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.utils import timezone

from roadmap import actions
from roadmap.calendar import monday_of
from roadmap.digests import preview
from tests.roadmap.conftest import TODAY
from tests.roadmap.diary import milestone, steps
from tests.roadmap.views.published import follow, publish

MONDAY = monday_of(TODAY)


def text(client, where: str = "/plan/") -> str:
    return html.unescape(client.get(where).content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def lines(page: str) -> list[tuple[str, bool]]:
    """The steps of the week as they stand there, each with whether it is ticked."""
    found = re.findall(r'<li class="step( step--done)?[^"]*".*?</li>', page, re.S)
    bodies = re.findall(r'<li class="step.*?</li>', page, re.S)
    keys = [re.search(r'action="/roadmaps/[\w-]+/milestones/([\w/-]+)/"', body)[1] for body in bodies]
    return [(key.replace("/steps/", " "), bool(done)) for key, done in zip(keys, found, strict=True)]


def tick(client, key: str, *, done: bool = True, road: str = "road"):
    slug, step = key.split()
    return client.post(f"/roadmaps/{road}/milestones/{slug}/steps/{step}/", {"done": "1" if done else "0"})


@pytest.fixture
def me(client, learner, db):
    client.force_login(learner)
    return client


@pytest.fixture
def walker(me, learner):
    """Somebody with eight hours a week; their week holds the steps of `a`, one of `b`, and more follows."""
    road = publish(
        milestone("a", 6, steps=steps(2, 3, 1)), milestone("b", 8, steps=steps(2, 6)), milestone("c", 9, steps=steps(9))
    )
    follow(learner, road, hours_per_week=8)
    return me


class TestNothingMoves:
    """Case 7."""

    def test_a_ticked_step_keeps_the_documents_order_also_after_a_reload(self, walker):
        before = [key for key, _ in lines(text(walker))]
        assert before == ["a s1", "a s2", "a s3", "b s1"]
        for key in ("a s2", "a s1"):
            tick(walker, key)
            assert [key for key, _ in lines(text(walker))] == before
        assert [done for _, done in lines(text(walker))] == [True, True, False, False]

    def test_the_last_tick_of_a_milestone_leaves_its_card_where_it_is_and_asks_in_it(self, walker):
        for step in ("s1", "s2", "s3"):
            tick(walker, f"a {step}")
        page = text(walker)
        assert [key for key, _ in lines(page)] == ["a s1", "a s2", "a s3", "b s1"]
        card = re.search(r'<article.*?data-milestone="a".*?</article>', page, re.S)[0]
        assert "Every step is ticked: is it done?" in card
        assert 'name="state" value="done"' in card

    def test_what_was_done_stays_when_the_hours_are_done_and_more_is_offered(self, walker):
        before = [key for key, _ in lines(text(walker))]
        for key in before:
            tick(walker, key)
        page = text(walker)
        assert re.search(r"[\d.]+\sh this week: that is what you set out to do\.", page)
        assert "More, if you like" in page
        assert lines(page)[: len(before)] == [(key, True) for key in before]
        assert lines(page)[len(before) :] == [("b s2", False), ("c s1", False)]
        tick(walker, "b s2")
        assert lines(text(walker))[len(before) :] == [("b s2", True), ("c s1", False)]
        tick(walker, "a s1", done=False)
        assert lines(text(walker))[0] == ("a s1", False)

    def test_a_tick_dated_back_before_this_monday_leaves(self, walker):
        sunday = MONDAY - timedelta(days=1)
        walker.post("/roadmaps/road/milestones/a/steps/s1/", {"done": "1", "on": sunday.isoformat()})
        assert "a s1" not in dict(lines(text(walker)))

    def test_a_new_week_begins_with_what_is_open(self, walker, learner):
        tick(walker, "a s1")
        with time_machine.travel(datetime.combine(MONDAY + timedelta(days=8), datetime.min.time())):
            walker.force_login(learner)
            assert "a s1" not in dict(lines(text(walker)))

    def test_a_milestone_called_done_stays_in_its_place(self, walker):
        walker.post("/roadmaps/road/milestones/a/state/", {"state": "done"})
        page = text(walker)
        assert re.findall(r'<article[^>]*data-milestone="(\w)"', page) == ["a", "b"]
        assert re.search(r'data-milestone="a" data-state="done".*?value="todo"[^>]*>Reopen', page, re.S)

    def test_started_anew_is_a_word_and_plans_the_week_anew(self, walker):
        walker.post("/roadmaps/road/milestones/c/state/", {"state": "doing"})
        assert lines(text(walker))[0] == ("c s1", False)


class TestWhatLeads:
    """Case 13."""

    ROAD = (milestone("long", 40, steps=steps(40)), milestone("tiny", 20, steps=steps(1, 19)))

    @pytest.mark.parametrize("roads", [1, 10])
    def test_a_small_step_that_fits_stands_after_what_the_plan_puts_first(self, me, learner, roads):
        EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
        for number in range(roads):
            follow(learner, publish(*self.ROAD, slug=f"road-{number}", title=f"Road {number}"))
        page = text(me)
        assert [key for key, _ in lines(page)] == ["long s1", "tiny s1"] * roads
        first = me.get("/roadmaps/road-0/plan.json").json()["next"][0]
        assert first == "long"
        letter = preview.of(learner, timezone.now() + timedelta(days=1))
        named = re.findall(r"\n\d\. Step 1\n.*?in “(\w+)”", letter.text)
        assert named[0] == "Long"
        assert named == (["Long", "Tiny"] if roads == 1 else ["Long"] * 3)
        assert re.search(r": Long, [\d.]+ h$", letter.subject)


class TestWithoutSteps:
    """Case 9: two real lists were imported, of 301 and of 56 topics."""

    @pytest.fixture(params=[2, 0])
    def topics(self, request, me, learner):
        """Three hundred topics of two hours each, or of none."""
        topics = [milestone(f"t{n}", request.param, title=f"Topic {n}") for n in range(300)]
        follow(learner, publish(*topics), hours_per_week=8)
        return me

    def test_what_is_done_is_the_milestone_itself(self, topics):
        page = text(topics)
        assert "0 of 0" not in page
        cards = re.findall(r"<article.*?</article>", page, re.S)
        assert 4 <= len(cards) <= 20
        for card in cards:
            title = re.search(r"Topic \d+</a></h2>", card)[0]
            assert re.sub(r'<span class="visually-hidden">.*?</span>', "", card).count(title.split("<")[0]) == 1
            assert 'name="state" value="done"' in card

    def test_they_are_open_next_as_well(self, topics):
        page = text(topics)
        week, _, ahead = page.partition("Open to you next")
        number = len(re.findall(r'data-milestone="(\w+)"', week))
        assert re.findall(r'data-milestone="(\w+)"', ahead) == [f"t{number + n}" for n in range(5)]

    def test_done_stays_in_its_place_and_can_be_opened_again(self, topics):
        before = lines(text(topics))
        topics.post("/roadmaps/road/milestones/t1/state/", {"state": "done"})
        after = lines(text(topics))
        assert [key for key, _ in after][: len(before)] == [key for key, _ in before]
        assert after[1] == ("t1/state", True)
        topics.post("/roadmaps/road/milestones/t1/state/", {"state": "todo"})
        assert lines(text(topics)) == before

    @pytest.mark.parametrize("where", ["", "milestones/t0/", "map/"])
    def test_no_page_counts_steps_that_there_are_not(self, topics, where):
        page = text(topics, f"/roadmaps/road/{where}")
        assert "0 of 0" not in page
        assert not re.search(r"\b0 steps", page)


def test_topics_have_their_hours_on_page_and_in_the_letter(me, learner):
    """Case 9."""
    EmailAddress.objects.create(user=learner, email=learner.email, verified=True, primary=True)
    enrolment = follow(
        learner, publish(*(milestone(f"t{n}", 4, title=f"Topic {n}") for n in range(9))), hours_per_week=8
    )
    assert re.search(r"<article.*?<span>4 h</span>.*?</article>", text(me), re.S)
    letter = preview.of(learner, timezone.now() + timedelta(days=1))
    assert re.search(r"1\. Topic 0\n   4 h\n", letter.text)
    assert "0 of 0" not in letter.text + letter.html
    actions.mark(enrolment=enrolment, milestone="t0", state="done", today=TODAY, edition=1)
    letter = preview.of(learner, timezone.now() + timedelta(days=1))
    assert letter.subject.startswith("“Topic 0” done, ")
