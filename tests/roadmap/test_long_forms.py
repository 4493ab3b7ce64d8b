"""Case 37: forms that grow with the roadmap can be posted whole; nobody else's form may grow."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpResponse
from django.urls import resolve

from roadmap.long_forms import MOST_FIELDS, LongForms
from roadmap.models import Resource, Step
from tests.roadmap.admin.conftest import editor, editor_user, road  # noqa: F401 – fixtures
from tests.roadmap.admin.helpers import address, form_of

MANY = 1_200


def post(client, path, fields):
    """Post as a browser does: `multipart/form-data` is for files."""
    return client.post(path, urlencode(fields, doseq=True), content_type="application/x-www-form-urlencoded")


def ticks(count: int) -> dict[str, list[str] | str]:
    return {"known": [f"nothing-{number}" for number in range(count)], "edition": "1"}


def test_a_milestone_with_120_steps_and_30_resources_can_be_saved(editor, road):  # noqa: F811 – a fixture
    milestone = road.algebra
    Step.objects.bulk_create(
        Step(milestone=milestone, slug=f"s{n}", title=f"Step {n}", hours=0, position=n) for n in range(3, 121)
    )
    Resource.objects.bulk_create(
        Resource(milestone=milestone, title=f"Page {n}", url=f"https://example.org/{n}", kind="book", position=n)
        for n in range(2, 31)
    )
    data = form_of(editor.get(address(milestone)))
    assert len(data) > 1_000 - 200  # a browser posts the names of unticked boxes no more than we do here
    data |= {f"unknown-{n}": "" for n in range(300)}
    answer = post(editor, address(milestone), data | {"steps-119-title": "The last"})
    assert answer.status_code == 302
    assert milestone.steps.last().title == "The last"


def test_placement_takes_many_ticks(me):
    answer = post(me, "/roadmaps/ml-architect/placement/", ticks(MANY))
    assert answer.status_code == 422  # read, and refused for milestones that there are not
    assert "could not read" not in answer.text


def test_a_form_has_a_bound_that_follows_from_the_format(me, editor):  # noqa: F811 – a fixture
    assert 5_000 < MOST_FIELDS < 20_000
    too_many = {f"f{number}": "" for number in range(MOST_FIELDS + 1)}
    assert post(me, "/roadmaps/ml-architect/placement/", too_many).status_code == 400
    assert post(editor, "/admin/roadmap/stage/add/", too_many).status_code == 400


@pytest.mark.parametrize("path", ["/admin/roadmap/stage/add/", "/roadmaps/ml-architect/placement/", "/accounts/login/"])
def test_who_is_not_logged_in_keeps_the_small_limit(rf, path):
    request = rf.post(path, urlencode(ticks(MANY), doseq=True), content_type="application/x-www-form-urlencoded")
    request.user, request.resolver_match = AnonymousUser(), resolve(path)
    LongForms(lambda _: HttpResponse()).process_view(request)
    with pytest.raises(TooManyFieldsSent):
        _ = request.POST


def test_other_forms_and_other_people_keep_the_small_limit(me):
    for path in ("/roadmaps/ml-architect/enrol/", "/settings/"):
        assert post(me, path, ticks(MANY)).status_code == 400
    with pytest.raises(TooManyFieldsSent):  # a learner has no business in the admin
        _ = post(me, "/admin/roadmap/stage/add/", ticks(MANY)).wsgi_request.POST
