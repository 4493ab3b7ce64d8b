"""A tick posted at the very moment of a publish, with two real connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from roadmap import projection
from roadmap.document import from_data
from roadmap.editions import publish, write
from roadmap.models import Edition, Enrolment, Event, Milestone, MilestoneProgress, Roadmap, Step
from roadmap.standing import fold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

ROUNDS = 200
EDITS = ("rename", "remove the step", "move the work", "rename", "remove the step", "move the work", "rename", "retire")
MOMENTS = 7  # before, during and after the publish; no multiple of the edits, so that each meets every one
MILESTONES = [f"m{number}" for number in range(ROUNDS // len(EDITS))]


@pytest.fixture
def roadmap() -> Roadmap:
    data = {
        "format": 1,
        "slug": "road",
        "title": "Road",
        "stages": [{"slug": "all", "title": "All"}],
        "milestones": [
            {
                "slug": slug,
                "stage": "all",
                "title": slug,
                "effort_hours": {"low": 1, "likely": 16, "high": 20},
                "steps": [{"slug": f"s{n}", "title": "Step", "hours": 2} for n in range(len(EDITS))],
            }
            for slug in (*MILESTONES, "last")
        ],
    }
    roadmap = write(from_data(data))
    publish(roadmap=roadmap, by=None)
    return roadmap


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Two threads, each with a connection of its own, which is closed in the end."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
        barrier = threading.Barrier(2)
        for closed in [pool.submit(lambda: (barrier.wait(10), connections.close_all())) for _ in range(2)]:
            closed.result()


def edit(milestone: str, step: str, kind: str) -> None:
    """Change the draft of a milestone such that the edition to come treats a tick of its step otherwise."""
    row = Milestone.objects.get(slug=milestone)
    if kind == "rename":
        row.title = f"{row.title}, renamed"
    elif kind == "remove the step":
        row.steps.get(slug=step).delete()
        row.effort_likely -= 2
    elif kind == "move the work":
        Step.objects.filter(milestone=row, slug=step).update(hours=1)
        row.effort_likely -= 1
    else:
        row.retired_on = "2026-11-22"
    row.save()


def test_a_tick_posted_at_the_moment_of_a_publish_is_kept(roadmap: Roadmap, pool: ThreadPoolExecutor) -> None:
    user, browser, together = User.objects.create_user("ada@example.org"), Client(), threading.Barrier(2)
    browser.force_login(user)
    browser.post("/roadmaps/road/enrol/", {"hours_per_week": "10"})

    def tick(milestone: str, step: str, shown: int, pause: float) -> tuple[int, float]:
        together.wait(30)
        time.sleep(pause)
        path, begun = f"/roadmaps/road/milestones/{milestone}/steps/{step}/", time.monotonic()
        return browser.post(path, {"done": "1", "edition": shown}).status_code, begun

    def publish_now() -> tuple[int, float, float]:
        together.wait(30)
        begun = time.monotonic()
        return publish(roadmap=Roadmap.objects.get(), by=None).number, begun, time.monotonic()

    lasted, late = 0.0, 0
    for number in range(ROUNDS):
        milestone, turn = MILESTONES[number // len(EDITS)], number % len(EDITS)
        edit(milestone, f"s{turn}", EDITS[turn])
        pause = lasted * (number % MOMENTS) / MOMENTS * 1.4
        ticking = pool.submit(tick, milestone, f"s{turn}", number + 1, pause)
        edition, begun, done = pool.submit(publish_now).result(30)
        status, ticked = ticking.result(30)
        assert (edition, status) == (number + 2, 302), (milestone, EDITS[turn])
        lasted, late = done - begun, late + (ticked > done)
    assert 0 < late < ROUNDS
    assert Edition.objects.count() == ROUNDS + 1
    kept = {(event.milestone, event.step) for event in Event.objects.filter(kind=Event.Kind.STEP)}
    assert kept == {(milestone, f"s{turn}") for milestone in MILESTONES for turn in range(len(EDITS))}
    enrolment, rows = Enrolment.objects.get(), MilestoneProgress.objects.all()
    assert sum(len(row.ticks) for row in rows) == ROUNDS
    assert projection.progress_of(enrolment, rows, {}) == fold(projection.happenings(Event.objects.all()))
