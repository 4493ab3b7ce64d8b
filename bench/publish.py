"""How long an editor waits for a publish of 2,000 milestones that very many learners follow."""

import io
import json
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench import Figure

GOAL = 2.0
LEARNERS, MILESTONES, AT_ONCE = 100_000, 2_000, 5_000
OF_LEARNERS = ("Enrolment", "Event", "MilestoneProgress", "Choice")


def measure(size: int | None) -> Figure:
    """Press the review's button, in an admin's browser, which has just shown the review, as it does before a publish.

    A row that is written is another version of itself, with a transaction and a place of its own.
    """
    django.setup()
    learners, roadmap = size or LEARNERS, _roadmap()
    for done in range(0, learners, AT_ONCE):
        _enrol(roadmap, range(done, min(done + AT_ONCE, learners)))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(apps.get_model("accounts.User").objects.create_superuser("editor@example.org"))
    milestone = apps.get_model("roadmap.Milestone").objects.get(roadmap=roadmap, slug="m-1000")
    milestone.effort_high += 1
    milestone.save()
    roadmap.refresh_from_db()
    address = reverse("admin:roadmap_roadmap_review", args=[roadmap.pk])
    browser.get(address)
    before, began = _versions(), time.monotonic()
    answer = browser.post(address, {"notes": "More time.", "draft_version": roadmap.draft_version})
    value = round(time.monotonic() - began, 2)
    roadmap.refresh_from_db()
    if (answer.status_code, roadmap.current_edition.number) != (302, 2):
        raise RuntimeError(f"nothing was published: {answer.status_code}")
    untouched = _versions() == before
    how = (
        f"the review's button: edition 2 of {MILESTONES:,} milestones with {learners:,} enrolled learners, "
        f"{'no row' if untouched else 'ROWS'} of a learner written"
    )
    return Figure(name="publish", value=value, unit="s", goal=GOAL, holds=value < GOAL and untouched, how=how)


def _roadmap() -> Any:
    """Load and publish a road of many small milestones, as large as a file may be."""
    milestones = [
        {
            "slug": f"m-{number}",
            "stage": f"s-{number // 200}",
            "title": f"Milestone {number}",
            "summary": "What it is about, in a sentence or two that a learner reads first. " * 2,
            "done_when": "You have shown it to somebody who knows.",
            "effort_hours": {"low": 4, "likely": 8, "high": 16},
            "prerequisites": [f"m-{earlier}" for earlier in (number - 1, number - 7) if earlier >= 0],
            "steps": [{"slug": f"p-{step}", "title": f"Part {step}", "hours": 2} for step in range(4)],
        }
        for number in range(MILESTONES)
    ]
    stages = [{"slug": f"s-{number}", "title": f"Stage {number}"} for number in range(MILESTONES // 200)]
    data = {"format": 1, "slug": "long-road", "title": "A long road", "stages": stages, "milestones": milestones}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        Path(file.name).write_text(json.dumps(data), encoding="utf-8")
        call_command("load_roadmap", file.name, "--publish", stdout=io.StringIO())
    return apps.get_model("roadmap.Roadmap").objects.select_related("current_edition").get(slug="long-road")


def _enrol(roadmap: Any, numbers: range) -> None:
    """Make learners, each with a milestone done, another under way, and a choice."""
    today = date.today()  # noqa: DTZ011 - any day will do
    user, preferences = apps.get_model("accounts.User"), apps.get_model("accounts.Preferences")
    enrolment, event, progress, choice = (apps.get_model("roadmap", name) for name in OF_LEARNERS)
    users = user.objects.bulk_create(user(email=f"learner-{number}@example.org") for number in numbers)
    preferences.objects.bulk_create(preferences(user=one) for one in users)
    enrolments = enrolment.objects.bulk_create(
        enrolment(user=one, roadmap=roadmap, hours_per_week=10, started_on=today) for one in users
    )
    marks = [
        {"enrolment": one, "milestone": f"m-{(one.pk + further) % MILESTONES}", "state": state}
        for one in enrolments
        for further, state in enumerate(("done", "doing"))
    ]
    event.objects.bulk_create(
        event(
            enrolment=mark["enrolment"],
            kind="state",
            milestone=mark["milestone"],
            data={"state": mark["state"], "anyway": False},
            on=today,
            edition=1,
        )
        for mark in marks
    )
    progress.objects.bulk_create(progress(**mark, state_on=today) for mark in marks)
    choice.objects.bulk_create(choice(enrolment=one, group="path", milestone="m-0") for one in enrolments)


def _versions() -> list[tuple[Any, ...]]:
    """Return a checksum of which versions of rows the learners' tables hold."""
    tables = [apps.get_model("roadmap", name)._meta.db_table for name in OF_LEARNERS]
    with connection.cursor() as cursor:
        found = []
        for table in (*tables, "accounts_preferences"):
            cursor.execute(f"SELECT count(*), sum(hashtextextended(concat(ctid, xmin), 0)) FROM {table}")  # noqa: S608 - our own names
            found.append(cursor.fetchone())
    return found
