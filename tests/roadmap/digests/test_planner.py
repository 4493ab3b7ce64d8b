"""Who is owed a digest, and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Pause, Preferences, User
from roadmap.digests import ledger, planner
from roadmap.models import Digest, Enrolment, Roadmap
from tests.roadmap.digests.conftest import MONDAY_8, make_learner

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


def due_at(user: User) -> datetime | None:
    return Preferences.objects.get(user=user).digest_due_at


def test_a_due_learner_gets_a_row_and_the_next_due_time(ann: User) -> None:
    assert planner.plan_all(MONDAY_8 + timedelta(seconds=30)) == 1
    digest = Digest.objects.get()
    assert (digest.user, digest.period, digest.state) == (ann, date(2026, 11, 23), "pending")
    assert (digest.due_at, digest.expires_at) == (MONDAY_8, MONDAY_8 + timedelta(hours=48))
    assert due_at(ann) == MONDAY_8 + WEEK


def test_nobody_is_planned_twice(ann: User) -> None:
    assert [planner.plan_all(MONDAY_8) for _ in range(3)] == [1, 0, 0]


def test_a_row_that_is_there_already_is_left_alone(ann: User) -> None:
    planner.plan_all(MONDAY_8)
    Preferences.objects.update(digest_due_at=MONDAY_8)
    assert planner.plan_all(MONDAY_8 + timedelta(hours=1)) == 0
    assert due_at(ann) == MONDAY_8 + WEEK


def test_before_its_time_nothing_is_due(ann: User) -> None:
    assert planner.plan_all(MONDAY_8 - timedelta(microseconds=1)) == 0


def test_the_week_is_the_learners_own(road: Roadmap) -> None:
    """Monday at 6 in Auckland is still Sunday in UTC."""
    sunday = datetime(2026, 11, 22, 17, tzinfo=UTC)
    make_learner(road, timezone="Pacific/Auckland", digest_hour=6, digest_due_at=sunday)
    planner.plan_all(sunday)
    assert Digest.objects.get().period == date(2026, 11, 23)


def test_daylight_saving_keeps_the_hour_on_the_wall(road: Roadmap) -> None:
    before = datetime(2026, 10, 19, 6, tzinfo=UTC)
    ann = make_learner(road, timezone="Europe/Berlin", digest_due_at=before)
    planner.plan_all(before)
    assert due_at(ann) == datetime(2026, 10, 26, 7, tzinfo=UTC)


@pytest.mark.parametrize(("weeks", "mails"), [(1, 1), (3, 1), (5, 1)])
def test_an_outage_of_weeks_ends_in_one_row(ann: User, weeks: int, mails: int) -> None:
    assert planner.plan_all(MONDAY_8 + weeks * WEEK + timedelta(hours=3)) == mails
    digest = Digest.objects.get()
    assert digest.due_at == MONDAY_8 + weeks * WEEK
    assert due_at(ann) == MONDAY_8 + (weeks + 1) * WEEK


def test_a_due_time_that_is_no_slot_is_taken_as_it_is(road: Roadmap) -> None:
    tuesday = MONDAY_8 + timedelta(days=1, hours=2)
    ann = make_learner(road, digest_due_at=tuesday)
    planner.plan_all(tuesday + timedelta(minutes=1))
    assert Digest.objects.get().due_at == tuesday
    assert due_at(ann) == MONDAY_8 + WEEK


def test_new_preferences_get_their_first_slot(road: Roadmap) -> None:
    ann = make_learner(road, digest_due_at=None, digest_weekday=2, digest_hour=18)
    assert planner.plan_all(MONDAY_8) == 0
    assert due_at(ann) == MONDAY_8 + timedelta(days=2, hours=10)


def change(user: User, now: datetime, **wishes: object) -> datetime | None:
    """Change the preferences at `now`; return the due time that follows."""
    Preferences.objects.filter(user=user).update(digest_due_at=None, **wishes)
    planner.plan_all(now)
    return due_at(user)


def test_a_changed_day_never_brings_two_mails_within_five_days(road: Roadmap) -> None:
    sunday = MONDAY_8 - timedelta(days=1)
    ann = make_learner(road, digest_weekday=6, digest_due_at=sunday)
    planner.plan_all(sunday)
    assert change(ann, sunday + timedelta(hours=1), digest_weekday=0) == MONDAY_8 + WEEK


def test_a_changed_day_never_brings_two_mails_in_one_week(ann: User) -> None:
    planner.plan_all(MONDAY_8)
    sunday = MONDAY_8 + timedelta(days=6)
    assert change(ann, MONDAY_8 + timedelta(hours=1), digest_weekday=6) == sunday + WEEK


def test_travel_never_brings_two_mails_within_five_days(road: Roadmap) -> None:
    ann = make_learner(road, timezone="Pacific/Kiritimati", digest_due_at=MONDAY_8 - timedelta(hours=14))
    planner.plan_all(MONDAY_8 - timedelta(hours=14))
    assert change(ann, MONDAY_8, timezone="Pacific/Pago_Pago") == MONDAY_8 + timedelta(hours=11) + WEEK


@pytest.mark.parametrize(
    ("state", "left_after"),
    [("sent", 46), ("uncertain", 46), ("pending", None)],
)
def test_distance_is_kept_from_when_a_late_mail_left_or_may_leave(
    road: Roadmap, state: str, left_after: int | None
) -> None:
    """Due on Monday at 20:00 and away for almost two days: the next Monday at 6:00 is too near."""
    evening = MONDAY_8.replace(hour=20)
    ann = make_learner(road, digest_hour=20, digest_due_at=evening)
    planner.plan_all(evening)
    left_at = left_after and evening + timedelta(hours=left_after)
    sent_at = left_at if state == "sent" else None
    Digest.objects.update(state=state, sent_at=sent_at, settled_at=left_at)
    assert change(ann, evening + timedelta(hours=47), digest_hour=6) == MONDAY_8.replace(hour=6) + 2 * WEEK


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Auckland"])
def test_travel_while_a_mail_waits_never_brings_two_within_five_days(road: Roadmap, zone: str) -> None:
    evening = datetime(2026, 11, 24, 6, tzinfo=UTC)  # Monday at 20:00 in Honolulu
    ann = make_learner(road, timezone="Pacific/Honolulu", digest_hour=20, digest_due_at=evening)
    planner.plan_all(evening)
    planned = change(ann, evening + timedelta(hours=24), timezone=zone, digest_hour=6)
    assert planned is not None
    assert planned - (evening + timedelta(hours=48)) >= timedelta(days=5)


def test_the_usual_week_goes_on_while_a_mail_waits(road: Roadmap) -> None:
    """Also where clocks go forward meanwhile: a mail that is late costs no other one."""
    before = datetime(2027, 3, 22, 7, tzinfo=UTC)
    ann = make_learner(road, timezone="Europe/Berlin", digest_due_at=before)
    planner.plan_all(before)
    assert due_at(ann) == datetime(2027, 3, 29, 6, tzinfo=UTC)


def replanned(user: User, at: datetime, **wishes: object) -> None:
    """Change the preferences at a moment of the database, as a page does."""
    Preferences.objects.filter(user=user).update(digest_due_at=None, digest_replanned_at=at, **wishes)


@pytest.mark.parametrize("late", [timedelta(seconds=30), timedelta(hours=1), timedelta(hours=47)])
def test_a_change_just_before_its_hour_loses_no_letter(ann: User, late: timedelta) -> None:
    """The planner looks a moment later, or after an outage."""
    replanned(ann, MONDAY_8 - timedelta(seconds=20))
    assert planner.plan_all(MONDAY_8 + late) == 1
    assert Digest.objects.get().due_at == MONDAY_8
    assert due_at(ann) == MONDAY_8 + WEEK
    assert Preferences.objects.get(user=ann).digest_replanned_at is None


def test_a_change_after_its_hour_brings_no_letter_for_it(ann: User) -> None:
    replanned(ann, MONDAY_8 + timedelta(seconds=1))
    assert planner.plan_all(MONDAY_8 + timedelta(seconds=40)) == 0
    assert due_at(ann) == MONDAY_8 + WEEK


def test_an_old_change_brings_no_old_letter(ann: User) -> None:
    replanned(ann, MONDAY_8 - 10 * WEEK, digest_weekday=3)
    assert planner.plan_all(MONDAY_8) == 0
    assert due_at(ann) == MONDAY_8 + timedelta(days=3)


def test_pages_say_when_wishes_changed_and_an_earlier_change_still_counts(client: Client, ann: User) -> None:
    client.force_login(ann)
    now = ledger.now()
    Preferences.objects.update(digest_due_at=now + timedelta(minutes=1))
    wishes = {"timezone": "UTC", "digest_enabled": "on", "digest_weekday": "0", "digest_hour": "8", "paused_until": ""}
    client.post("/settings/", wishes)
    found = Preferences.objects.get(user=ann)
    assert found.digest_due_at is None
    assert found.digest_replanned_at is not None
    assert abs(found.digest_replanned_at - now) < timedelta(minutes=1)
    Preferences.objects.update(digest_replanned_at=now - timedelta(hours=1))
    client.post("/settings/", wishes)
    assert Preferences.objects.get(user=ann).digest_replanned_at == now - timedelta(hours=1)


def test_what_is_due_stays_due_whatever_is_changed(client: Client, ann: User) -> None:
    """The planner is away; the letter of eight is owed all the same."""
    client.force_login(ann)
    was_due = ledger.now() - timedelta(minutes=30)
    Preferences.objects.update(digest_due_at=was_due, last_seen_on=was_due.date())
    client.post("/settings/", {"timezone": "UTC", "digest_enabled": "on", "digest_weekday": "3", "digest_hour": "9"})
    found = Preferences.objects.get(user=ann)
    assert (found.digest_due_at, found.digest_replanned_at) == (was_due, None)
    assert planner.plan_all(ledger.now()) == 1
    assert Digest.objects.get().due_at >= was_due


def test_who_turns_letters_on_again_gets_none_of_the_time_when_they_were_off(client: Client, ann: User) -> None:
    client.force_login(ann)
    now = ledger.now()
    passed = now - timedelta(hours=24)
    wishes = {
        "timezone": "UTC",
        "digest_weekday": str(passed.weekday()),
        "digest_hour": str(min(20, max(6, passed.hour))),
    }
    Preferences.objects.update(digest_due_at=now + timedelta(minutes=1), last_seen_on=now.date())
    client.post("/settings/", wishes)
    found = Preferences.objects.get(user=ann)
    assert (found.digest_due_at, found.digest_replanned_at) == (None, None)
    Preferences.objects.update(digest_due_at=passed)  # as a release that knew of no change left it
    client.post("/settings/", wishes)
    assert due_at(ann) is None
    client.post("/settings/", {**wishes, "digest_enabled": "on"})
    assert planner.plan_all(ledger.now()) == 0
    assert due_at(ann) > now


def test_an_operator_who_says_late_that_one_arrived_puts_nothing_off(ann: User) -> None:
    planner.plan_all(MONDAY_8)
    Digest.objects.update(state="sent", sent_at=MONDAY_8, settled_at=MONDAY_8 + timedelta(days=5))
    assert change(ann, MONDAY_8 + timedelta(days=5, hours=1)) == MONDAY_8 + WEEK


def test_clocks_that_go_forward_cost_nobody_a_letter_that_waits(road: Roadmap) -> None:
    """Its two days and five more are a week on the wall, an hour less by the clock."""
    before = datetime(2027, 3, 22, 7, tzinfo=UTC)
    ann = make_learner(road, timezone="Europe/Berlin", digest_due_at=before)
    planner.plan_all(before)
    assert change(ann, before + timedelta(hours=1)) == datetime(2027, 3, 29, 6, tzinfo=UTC)


def test_the_next_letter_comes_after_a_pause_that_is_planned(ann: User) -> None:
    Pause.objects.create(user=ann, starts_on=date(2026, 11, 28), until=date(2026, 12, 9))
    assert planner.next_letter_on(ann.pk, MONDAY_8) == date(2026, 12, 14)


def test_a_mail_that_was_never_sent_holds_no_distance(road: Roadmap) -> None:
    sunday = MONDAY_8 - timedelta(days=1)
    ann = make_learner(road, digest_weekday=6, digest_due_at=sunday)
    planner.plan_all(sunday)
    Digest.objects.update(state="skipped")
    assert change(ann, sunday + timedelta(hours=1), digest_weekday=0) == MONDAY_8


def test_a_pause_moves_the_next_slot_behind_its_end(ann: User) -> None:
    """Paused until Wednesday the 9th: the Monday after it."""
    assert change(ann, MONDAY_8, paused_until=date(2026, 12, 9)) == MONDAY_8 + 3 * WEEK


def test_a_planned_pause_stops_letters_when_it_begins_and_no_earlier(ann: User) -> None:
    Pause.objects.create(user=ann, starts_on=date(2026, 11, 30), until=date(2026, 12, 9))
    assert planner.plan_all(MONDAY_8) == 1
    assert planner.plan_all(MONDAY_8 + WEEK) == 0
    assert due_at(ann) == MONDAY_8 + 3 * WEEK


def test_a_pause_without_end_does_not_stop_the_planner(ann: User) -> None:
    changed = change(ann, MONDAY_8, paused_until=date(9999, 12, 31))
    assert changed is not None
    assert planner.plan_all(changed) == 0
    assert due_at(ann) > changed


def test_an_unknown_time_zone_is_utc(road: Roadmap) -> None:
    ann = make_learner(road, timezone="Atlantis/Poseidonis")
    make_learner(road, "bob@example.org")
    assert planner.plan_all(MONDAY_8) == 2
    assert due_at(ann) == MONDAY_8 + WEEK


def test_disabled_digests_are_not_looked_at(ann: User) -> None:
    Preferences.objects.update(digest_enabled=False)
    assert planner.plan_all(MONDAY_8) == 0
    assert due_at(ann) == MONDAY_8


@pytest.mark.parametrize("why", ["inactive", "unverified", "paused", "left", "withdrawn", "unpublished"])
def test_who_may_not_be_written_to_gets_no_row(ann: User, road: Roadmap, why: str) -> None:
    make_ineligible(ann, road, why)
    assert planner.plan_all(MONDAY_8) == 0
    assert due_at(ann) > MONDAY_8


def make_ineligible(user: User, roadmap: Roadmap, why: str) -> None:
    match why:
        case "inactive":
            User.objects.filter(pk=user.pk).update(is_active=False)
        case "unverified":
            user.emailaddress_set.update(verified=False)
        case "paused":
            Preferences.objects.filter(user=user).update(paused_until=date(2026, 11, 25))
        case "left":
            Enrolment.objects.filter(user=user).update(left_at=timezone.now())
        case "withdrawn":
            Roadmap.objects.filter(pk=roadmap.pk).update(withdrawn_at=timezone.now())
        case "unpublished":
            Roadmap.objects.filter(pk=roadmap.pk).update(current_edition=None)


def test_a_crowd_is_planned_in_a_fixed_number_of_queries(road: Roadmap, django_assert_num_queries) -> None:
    for number in range(20):
        make_learner(road, f"learner{number}@example.org")
    with django_assert_num_queries(3):
        assert planner.plan(MONDAY_8) == planner.Planned(rows=20, people=20)


def test_the_work_comes_in_portions(road: Roadmap) -> None:
    for number in range(5):
        make_learner(road, f"learner{number}@example.org")
    assert planner.plan(MONDAY_8, limit=2) == planner.Planned(rows=2, people=2)
    assert planner.plan_all(MONDAY_8) == 3
