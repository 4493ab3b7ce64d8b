"""Local time, what caches may keep, and life without Redis."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.middleware import local_time
from accounts.models import Preferences, User

PUBLIC = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
OWN = ["/settings/", "/account/delete/", "/account/export/", "/accounts/email/", "/accounts/password/change/"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_redis(settings) -> None:
    """The cache at an address where nobody answers."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"},
    }


def zone_seen_by(request: HttpRequest) -> str:
    seen = []
    local_time(lambda _: seen.append(timezone.get_current_timezone_name()) or HttpResponse())(request)
    return seen[0]


@pytest.mark.parametrize(("kept", "seen"), [("Asia/Tokyo", "Asia/Tokyo"), ("Gone/Away", "UTC")])
def test_a_request_lives_in_the_learners_zone(ann: User, rf: RequestFactory, kept: str, seen: str) -> None:
    Preferences.objects.update(timezone=kept)
    request = rf.get("/")
    request.user = User.objects.get()
    assert zone_seen_by(request) == seen
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_visitor_costs_no_query_for_their_person(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        client.get("/accounts/login/")


@pytest.mark.parametrize("path", ["/", "/roadmaps/", "/plan/", "/no-such-page/", *OWN])
def test_what_a_person_is_shown_is_kept_by_no_cache(as_ann: Client, path: str) -> None:
    kept = as_ann.get(path)["Cache-Control"]
    assert "no-store" in kept
    assert "private" in kept


@pytest.mark.parametrize("path", ["/", "/roadmaps/"])
def test_what_everybody_is_shown_may_be_kept(client: Client, path: str) -> None:
    assert "Cache-Control" not in client.get(path)


def test_without_redis_every_page_can_be_read(as_ann: Client, without_redis: None) -> None:
    for path in OWN:
        assert as_ann.get(path).status_code == 200, path
    for path in PUBLIC:
        assert Client().get(path).status_code == 200, path


def test_without_redis_settings_are_saved(as_ann: Client, without_redis: None) -> None:
    fields = {"timezone": "Asia/Tokyo", "digest_weekday": "1", "digest_hour": "9"}
    assert as_ann.post("/settings/", fields).status_code == 302


def test_without_redis_log_in_waits_because_nobody_counts_attempts(
    client: Client, ann: User, without_redis: None
) -> None:
    response = client.post("/accounts/login/", {"login": ann.email, "password": "seven quiet otters"})
    assert response.status_code == 503
    assert "_auth_user_id" not in client.session
