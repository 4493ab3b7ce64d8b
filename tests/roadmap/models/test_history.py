"""What was published or done stays, whoever asks the database."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from roadmap.models import Edition, Enrolment, Event, Milestone, Roadmap, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def roadmap() -> Roadmap:
    return Roadmap.objects.create(slug="gardening", title="Gardening")


@pytest.fixture
def edition(roadmap: Roadmap) -> Edition:
    return Edition.objects.create(roadmap=roadmap, number=1, document={"format": 1}, sha256="0" * 64)


@pytest.fixture
def milestone(roadmap: Roadmap) -> Milestone:
    stage = Stage.objects.create(roadmap=roadmap, slug="soil", title="Soil")
    return Milestone.objects.create(
        roadmap=roadmap, stage=stage, slug="dig", title="Dig", effort_low=1, effort_likely=2, effort_high=3
    )


@pytest.fixture
def event(roadmap: Roadmap) -> Event:
    user = User.objects.create_user("ann@example.org")
    enrolment = Enrolment.objects.create(user=user, roadmap=roadmap, hours_per_week=5, started_on=date(2026, 11, 22))
    return Event.objects.create(enrolment=enrolment, kind="enrolled", on=date(2026, 11, 22), edition=1)


def refused(action) -> str:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        action()
    return str(error.value)


def test_an_edition_is_never_changed(edition: Edition) -> None:
    edition.notes = "rewritten"
    assert "never changed" in refused(edition.save)


def test_an_edition_is_never_deleted(edition: Edition) -> None:
    assert "never changed" in refused(edition.delete)


def test_an_edition_forgets_a_publisher_who_leaves(edition: Edition, roadmap: Roadmap) -> None:
    editor = User.objects.create_user("ed@example.org")
    second = Edition.objects.create(roadmap=roadmap, number=2, document={}, sha256="1" * 64, published_by=editor)
    editor.delete()
    second.refresh_from_db()
    assert second.published_by is None


def test_an_event_is_never_changed(event: Event) -> None:
    event.kind = "left"
    assert "appended" in refused(event.save)


def test_an_event_is_never_deleted_by_the_way(event: Event) -> None:
    assert "appended" in refused(event.delete)
    assert "appended" in refused(event.enrolment.user.delete)


def test_events_go_when_a_person_is_erased(event: Event) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('waymark.erasing', 'on', true)")
        event.enrolment.user.delete()
    assert not Event.objects.exists()


def test_a_published_milestone_is_never_deleted_or_renamed(milestone: Milestone, edition: Edition) -> None:
    milestone.first_edition = edition
    milestone.save()
    assert "never deleted" in refused(milestone.delete)
    milestone.slug = "delve"
    assert "keeps its slug" in refused(milestone.save)


def test_a_draft_milestone_may_go(milestone: Milestone) -> None:
    milestone.delete()
    assert not Milestone.objects.exists()


def test_a_published_milestone_may_be_retitled_and_retired(milestone: Milestone, edition: Edition) -> None:
    milestone.first_edition = edition
    milestone.save()
    milestone.title, milestone.retired_on = "Delve", date(2026, 11, 22)
    milestone.save()
    milestone.refresh_from_db()
    assert milestone.title == "Delve"


@pytest.mark.parametrize("effort", [(-1, 2, 3), (3, 2, 4), (1, 5, 4), (1, 2, float("nan")), (1, 2, float("inf"))])
def test_effort_is_ordered_and_finite(milestone: Milestone, effort: tuple[float, float, float]) -> None:
    milestone.effort_low, milestone.effort_likely, milestone.effort_high = effort
    assert "milestone_effort_ordered" in refused(milestone.save)


@pytest.mark.parametrize("slug", ["", "Upper", "a--b", "-a", "a b", "ä"])
def test_slugs_have_one_form(slug: str) -> None:
    assert "roadmap_slug_form" in refused(lambda: Roadmap.objects.create(slug=slug, title="x"))


@pytest.mark.parametrize("hours", [0, 0.4, 169, float("nan"), -5])
def test_hours_a_week_have_bounds(event: Event, hours: float) -> None:
    event.enrolment.hours_per_week = hours
    assert "enrolment_hours_range" in refused(event.enrolment.save)
