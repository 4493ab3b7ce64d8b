"""Learners to whom a digest is owed, on a small roadmap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from accounts.mailbox import store
from accounts.models import Preferences, User
from roadmap import actions
from roadmap.calendar import DAY, WEEK, week_of
from roadmap.digests import briefs, compose, planner, sender, transport
from roadmap.digests.compose import Mail
from roadmap.digests.contents import Data
from roadmap.digests.verdicts import Claim, Verdict
from roadmap.document import Document, from_data, to_data
from roadmap.models import Digest, Edition, Enrolment, Event, MilestoneProgress, Roadmap
from tests.smtp import Sink

MONDAY_8 = datetime(2026, 11, 23, 8, tzinfo=UTC)
SUNDAY = MONDAY_8.date() - DAY
BEGAN = datetime(2026, 9, 1, 8, tzinfo=UTC)

EDITION = {
    "format": 1,
    "slug": "pottery",
    "title": "Pottery",
    "stages": [{"slug": "basics", "title": "Basics"}],
    "milestones": [
        {
            "slug": "clay",
            "stage": "basics",
            "title": "Know your clay",
            "effort_hours": {"low": 4, "likely": 6, "high": 9},
            "steps": [
                {"slug": "wedge", "title": "Wedge ten lumps", "hours": 2, "resource": "https://clay.example/wedge"},
                {"slug": "fire", "title": "Fire a test tile", "hours": 4},
            ],
            "resources": [
                {
                    "title": "Wedging & kneading",
                    "url": "https://clay.example/wedge",
                    "kind": "course",
                    "format": "video",
                    "free": True,
                }
            ],
        },
        {
            "slug": "bowl",
            "stage": "basics",
            "title": "Throw a bowl",
            "effort_hours": {"low": 10, "likely": 20, "high": 40},
            "prerequisites": ["clay"],
            "steps": [{"slug": "centre", "title": "Centre 100 balls", "hours": 20}],
        },
    ],
}


def letters_of(claims: Sequence[Claim], now: datetime) -> tuple[dict[int, Mail], list[Verdict]]:
    """Compose the letters of some claims; return them by digest, and the verdicts on those that get none."""
    found = [(claim.id, mail) for claim, mail in compose.mails(claims, now)]
    return (
        {digest: mail for digest, mail in found if isinstance(mail, Mail)},
        [mail for _, mail in found if isinstance(mail, Verdict)],
    )


def make_roadmap(**changes: Any) -> Roadmap:
    """Publish a small roadmap; `changes` replace parts of the document."""
    document: Document = from_data({**EDITION, **changes})
    roadmap = Roadmap.objects.create(slug=document.slug, title=document.title)
    roadmap.current_edition = Edition.objects.create(roadmap=roadmap, number=1, document=to_data(document), sha256="-")
    roadmap.save()
    return roadmap


def make_learner(roadmap: Roadmap, email: str = "ann@example.org", **preferences: Any) -> User:
    """A verified, enrolled learner whose digest comes on Mondays at 8:00 UTC, unless `preferences` say otherwise."""
    user = User.objects.create_user(email, name=preferences.pop("name", "Ann"))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Enrolment.objects.create(user=user, roadmap=roadmap, hours_per_week=10, started_at=BEGAN, started_on=BEGAN.date())
    wishes = {"digest_due_at": MONDAY_8, **preferences}
    wishes.setdefault("last_seen_on", (wishes["digest_due_at"] or MONDAY_8).date())
    Preferences.objects.filter(user=user).update(**wishes)
    return user


def mark(user: User, milestone: str, **columns: Any) -> MilestoneProgress:
    """Write one row of a learner's projection."""
    enrolment = Enrolment.objects.get(user=user)
    return MilestoneProgress.objects.create(enrolment=enrolment, milestone=milestone, **columns)


@pytest.fixture
def road(db: None) -> Roadmap:
    return make_roadmap()


@pytest.fixture
def ann(road: Roadmap) -> User:
    return make_learner(road)


@pytest.fixture
def walker(ann: User) -> User:
    """Ann, who said three weeks ago that she begins."""
    Enrolment.objects.all().delete()
    road = Roadmap.objects.get()
    begun = MONDAY_8.date() - 3 * WEEK
    actions.enrol(user=ann, roadmap=road, hours_per_week=10, target_on=None, today=begun, edition=1)
    said(MONDAY_8 - 3 * WEEK)
    Enrolment.objects.update(started_at=MONDAY_8 - 3 * WEEK)
    return ann


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Callable[[], list[store.StoredMail]]:
    """An empty mailbox; call it to read what came, the newest first."""
    settings.VAR_DIR = tmp_path
    return lambda: list(store.mails())


@pytest.fixture
def smtp(settings: Any, smtp_server: Sink) -> Sink:
    """Digests go to a real SMTP server."""
    use_smtp(settings, smtp_server.url)
    return smtp_server


def use_smtp(settings: Any, url: str) -> None:
    """Point the digests' transport at a server."""
    host, _, port = url.removeprefix("smtp://").partition(":")
    settings.EMAIL_URL, settings.EMAIL_HOST, settings.EMAIL_PORT = url, host, int(port)
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


def states() -> dict[str, int]:
    """The ledger, counted by state."""
    found: dict[str, int] = {}
    for state in Digest.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def says(user: User, now: Any = MONDAY_8) -> Data:
    _, data = briefs.of({user.pk: week_of(now, "UTC")}, now)[user.pk]
    assert data is not None
    return data


def said(at: datetime) -> None:
    """Let what was told last have been told at that moment."""
    _dated("UPDATE roadmap_event SET at = %s WHERE id = %s", at, Event.objects.latest("pk").pk)


def published(number: int, at: datetime) -> None:
    """Let the editions of that number have been published at that moment."""
    _dated("UPDATE roadmap_edition SET published_at = %s WHERE number = %s", at, number)


def _dated(statement: str, *values: object) -> None:
    """Change a row that nobody changes; only a trigger minds, so it is off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def tick(step: str, milestone: str = "clay", on: date = SUNDAY) -> None:
    actions.tick(enrolment=Enrolment.objects.get(), milestone=milestone, step=step, done=True, today=on, edition=1)


def sent(user: User, now: datetime) -> None:
    """Let the letter of that moment be sent."""
    Preferences.objects.filter(user=user).update(digest_due_at=now)
    planner.plan_all(now)
    with transport.from_settings() as wire:
        settled, _ = sender.drain(wire, clock=lambda: now)
    assert settled[Digest.State.SENT] == 1


def steps_of(data: Data) -> list[str]:
    """The titles of what was ticked."""
    worked = data["parts"][0]["worked"]
    return [step["title"] for milestone in worked["milestones"] for step in milestone["steps"]] if worked else []
