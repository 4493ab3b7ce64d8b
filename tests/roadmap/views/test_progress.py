"""Every form a learner posts: without JavaScript a redirect, with htmx the parts that changed, and every refusal."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from roadmap.document import to_data
from roadmap.models import Edition, Enrolment, Event, MilestoneProgress, Roadmap
from tests.roadmap.test_actions import retire

HTMX = {"HX-Request": "true"}
ROAD = "/roadmaps/ml-architect/"
ALGEBRA = f"{ROAD}milestones/linear-algebra/"
MATHS = f"{ROAD}milestones/applied-mathematics/"

POSTS = [
    (f"{ROAD}enrol/", {"hours_per_week": "5"}),
    (f"{ROAD}leave/", {}),
    (f"{ROAD}undo/", {}),
    (f"{ROAD}news/", {"edition": "1"}),
    (f"{ROAD}placement/", {"known": ["linear-algebra"]}),
    (f"{ROAD}choices/cloud-platform/", {"milestone": "cloud-google"}),
    (f"{ALGEBRA}state/", {"state": "done"}),
    (f"{ALGEBRA}steps/concept-map/", {"done": "1"}),
    (f"{ALGEBRA}hours/", {"hours": "3"}),
    (f"{ALGEBRA}note/", {"note": "mine"}),
]
OWN = POSTS[1:]


@pytest.fixture
def step(document) -> str:
    return document.by_slug["linear-algebra"].steps[0].slug


def parts(response) -> set[str]:
    """Return the ids of the fragments that a response swaps in."""
    assert response.status_code < 500
    return set(re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob', response.content.decode()))


def attribute(response, milestone: str, name: str) -> str:
    """Return a data attribute of a milestone's element."""
    found = re.search(rf'data-milestone="{milestone}"[^>]*data-{name}="([^"]*)"', response.content.decode())
    return found[1] if found else "absent"


class TestWithoutJavaScript:
    def test_a_state_leads_back_to_where_the_form_stood(self, me):
        response = me.post(f"{ALGEBRA}state/", {"state": "done"}, headers={"Referer": f"http://testserver{ROAD}"})
        assert (response.status_code, response.url) == (302, f"{ROAD}#milestone-linear-algebra")
        page = me.get(ROAD)
        assert attribute(page, "linear-algebra", "state") == "done"
        assert "Linear algebra is done" in page.content.decode()

    @pytest.mark.parametrize(
        "address", ["//evil.example", "/\\evil.example", "https:evil.example", "http://evil.example/"]
    )
    def test_it_never_leads_to_another_site(self, me, address):
        response = me.post(f"{ALGEBRA}state/", {"state": "done", "next": address}, headers={"Referer": address})
        assert response.url == f"{ALGEBRA}#milestone-linear-algebra"

    def test_a_whole_journey(self, client, learner, roadmap, step):
        client.force_login(learner)
        assert 'name="hours_per_week"' in client.get("/plan/").content.decode()
        assert client.post(f"{ROAD}enrol/", {"hours_per_week": "10"}).url == "/plan/"
        assert "This week" in client.get("/plan/").content.decode()
        client.post(f"{ALGEBRA}steps/{step}/", {"done": "1"})
        assert attribute(client.get(ALGEBRA), "linear-algebra", "state") == "doing"
        client.post(f"{ALGEBRA}steps/{step}/", {"done": "0"})
        assert attribute(client.get(ALGEBRA), "linear-algebra", "state") == "todo"
        client.post(f"{ALGEBRA}hours/", {"hours": "3"})
        assert client.get(f"{ROAD}plan.json").json()["hours"]["earned"] == 3
        client.post(f"{ROAD}undo/")
        assert client.get(f"{ROAD}plan.json").json()["hours"]["earned"] == 0
        client.post(f"{ROAD}leave/")
        assert client.get(f"{ROAD}plan.json").status_code == 404
        assert "comes back" in client.get(ROAD).content.decode()

    def test_reopening_after_a_post_shows_the_undo_button_once(self, me):
        me.post(f"{ALGEBRA}state/", {"state": "done"})
        assert f'action="{ROAD}undo/"' in me.get("/plan/").content.decode()


class TestWithHtmx:
    def test_the_roadmap_gets_the_row_the_figures_and_the_neighbours_whose_lock_changed(self, me):
        page = {"HX-Current-URL": f"http://testserver{ROAD}"}
        response = me.post(f"{MATHS}state/", {"state": "done"}, headers=HTMX | page)
        assert parts(response) == {
            "milestone-applied-mathematics",
            "milestone-statistics-and-probability",
            "sum-degree-foundations",
            "figures-ml-architect",
            "way-back-ml-architect",
            "messages",
        }
        assert attribute(response, "applied-mathematics", "state") == "done"
        assert attribute(response, "statistics-and-probability", "locked") == "false"

    def test_a_choice_changes_the_question_and_both_members(self, me):
        page = {"HX-Current-URL": f"http://testserver{ROAD}"}
        response = me.post(f"{ROAD}choices/cloud-platform/", {"milestone": "cloud-google"}, headers=HTMX | page)
        assert {"choice-cloud-platform", "milestone-cloud-aws", "milestone-cloud-google"} <= parts(response)

    def test_a_milestones_page_gets_its_own_part(self, me, step):
        page = {"HX-Current-URL": f"http://testserver{ALGEBRA}"}
        response = me.post(f"{ALGEBRA}steps/{step}/", {"done": "1"}, headers=HTMX | page)
        assert parts(response) == {"progress", "around", "way-back-ml-architect", "messages"}
        response = me.post(f"{ALGEBRA}note/", {"note": "mine"}, headers=HTMX | page)
        assert parts(response) == {"progress", "around", "note", "way-back-ml-architect", "messages"}

    def test_the_dashboard_is_redrawn(self, me, step):
        page = {"HX-Current-URL": "http://testserver/plan/"}
        response = me.post(f"{ALGEBRA}steps/{step}/", {"done": "1"}, headers=HTMX | page)
        assert parts(response) == {"plan", "messages"}

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/plan/",
            "http://[not-an-address",
            "http://testserver/roadmaps/%ff/",
            "http://testserver/roadmaps/ml-architect/milestones/alchemy/",
            "http://testserver/roadmaps/other/milestones/linear-algebra/",
        ],
    )
    def test_a_page_that_is_not_ours_is_taken_for_the_roadmaps(self, me, address):
        response = me.post(f"{ALGEBRA}state/", {"state": "done"}, headers=HTMX | {"HX-Current-URL": address})
        assert "milestone-linear-algebra" in parts(response)

    def test_starting_leads_to_the_plan(self, client, learner, roadmap):
        client.force_login(learner)
        response = client.post(f"{ROAD}enrol/", {"hours_per_week": "10"}, headers=HTMX)
        assert response["HX-Redirect"] == "/plan/"

    def test_what_was_wished_already_is_answered_without_an_event(self, me):
        for _ in range(2):
            assert me.post(f"{ALGEBRA}state/", {"state": "done"}, headers=HTMX).status_code == 200
        assert Event.objects.filter(kind="state").count() == 1


class TestRefusals:
    @pytest.mark.parametrize(("address", "data"), POSTS)
    def test_without_a_session_one_is_led_to_the_log_in(self, client, roadmap, address, data):
        back = {"Referer": f"http://testserver{ROAD}"}
        assert client.post(address, data, headers=back).url == f"/accounts/login/?next={ROAD.replace('/', '%2F')}"
        assert client.post(address, data, headers=HTMX | back)["HX-Redirect"].startswith("/accounts/login/")
        assert not Event.objects.exists()

    @pytest.mark.parametrize(("address", "data"), OWN)
    def test_a_roadmap_that_i_do_not_follow_is_not_found(self, client, enrolment, address, data):
        client.force_login(User.objects.create_user("eve@example.org"))
        assert client.post(address, data).status_code == 404
        assert client.post(address, data, headers=HTMX).status_code == 404
        assert Event.objects.count() == 1

    @pytest.mark.parametrize(("address", "data"), [post for post in POSTS if "placement" not in post[0]])
    def test_getting_a_changing_address_is_not_allowed(self, me, address, data):
        assert me.get(address).status_code == 405

    @pytest.mark.parametrize(
        "address",
        [
            f"{ROAD}milestones/alchemy/state/",
            f"{ALGEBRA}steps/alchemy/",
            f"{ROAD}choices/alchemy/",
            "/roadmaps/alchemy/enrol/",
        ],
    )
    def test_what_does_not_exist_is_not_found(self, me, address):
        data = {"state": "done", "done": "1", "milestone": "cloud-aws", "hours_per_week": "1"}
        assert me.post(address, data).status_code == 404

    @pytest.mark.parametrize(
        ("address", "data"),
        [
            (f"{ALGEBRA}state/", {"state": "finished"}),
            (f"{ALGEBRA}state/", {}),
            (f"{ALGEBRA}state/", {"state": "done", "on": "9999-12-31"}),
            (f"{ALGEBRA}state/", {"state": "done", "on": "0001-01-01"}),
            (f"{ALGEBRA}state/", {"state": "done", "on": "yesterday"}),
            (f"{ALGEBRA}state/", {"state": "done", "edition": "many"}),
            (f"{ALGEBRA}state/", {"state": "do\x00ne"}),
            (f"{ALGEBRA}steps/x/", {"done": "toggle"}),
            (f"{ALGEBRA}hours/", {"hours": "-1"}),
            (f"{ALGEBRA}hours/", {"hours": "0"}),
            (f"{ALGEBRA}hours/", {"hours": "0.001"}),
            (f"{ALGEBRA}hours/", {"hours": "NaN"}),
            (f"{ALGEBRA}hours/", {"hours": "Infinity"}),
            (f"{ALGEBRA}hours/", {"hours": "1e400"}),
            (f"{ALGEBRA}hours/", {"hours": "3", "on": "9999-12-31"}),
            (f"{ALGEBRA}hours/", {"hours": "3", "corrects": "9" * 40}),
            (f"{ALGEBRA}note/", {}),
            (f"{ALGEBRA}note/", {"note": "a\x00b"}),
            (f"{ALGEBRA}note/", {"note": "a" * 10_001}),
            (f"{ALGEBRA}note/", {"evidence_url": "javascript:alert(1)"}),
            (f"{ALGEBRA}note/", {"evidence_url": "JaVaScRiPt:alert(1)"}),
            (f"{ALGEBRA}note/", {"evidence_url": "data:text/html,x"}),
            (f"{ALGEBRA}note/", {"evidence_url": "ftp://example.org/x"}),
            (f"{ALGEBRA}note/", {"evidence_url": "https://user:secret@example.org/"}),
            (f"{ALGEBRA}note/", {"evidence_url": "https://example.org/\nx"}),
            (f"{ROAD}choices/cloud-platform/", {}),
            (f"{ROAD}choices/cloud-platform/", {"milestone": "linear-algebra"}),
            (f"{ROAD}placement/", {"known": ["alchemy"]}),
            (f"{ROAD}placement/", {"doing": ["alchemy"]}),
            (f"{ROAD}enrol/", {}),
            (f"{ROAD}enrol/", {"hours_per_week": "0"}),
            (f"{ROAD}enrol/", {"hours_per_week": "169"}),
            (f"{ROAD}enrol/", {"hours_per_week": "NaN"}),
            (f"{ROAD}enrol/", {"hours_per_week": "-5"}),
            (f"{ROAD}enrol/", {"hours_per_week": "1_0"}),
            (f"{ROAD}enrol/", {"hours_per_week": "1e2"}),
            (f"{ROAD}enrol/", {"hours_per_week": "١٠"}),
            (f"{ROAD}enrol/", {"hours_per_week": "10", "target_on": "2020-01-01"}),
            (f"{ROAD}enrol/", {"hours_per_week": "10", "target_on": "9999-12-31"}),
            (f"{ROAD}enrol/", {"hours_per_week": "10", "target_on": "soon"}),
        ],
    )
    def test_a_wrong_value_is_answered_422_and_changes_nothing(self, me, address, data):
        for headers in ({}, HTMX, HTMX | {"HX-Current-URL": f"http://testserver{ALGEBRA}"}):
            response = me.post(address, data, headers=headers)
            assert response.status_code == 422
            assert re.search("message--error|notice--error", response.content.decode())
        assert Event.objects.count() == 1

    def test_a_refused_link_says_what_is_allowed(self, me):
        for address in ("javascript:alert(1)", "ftp://example.org/x", "https://[", "nonsense"):
            response = me.post(f"{ALGEBRA}note/", {"evidence_url": address})
            assert "Give a web address that begins with https:// or http://" in response.content.decode()

    def test_what_a_note_leaves_out_stays(self, me):
        me.post(f"{ALGEBRA}note/", {"note": "mine", "evidence_url": "https://example.org/mine"})
        me.post(f"{ALGEBRA}note/", {"note": "ours"})
        me.post(f"{ALGEBRA}note/", {"evidence_url": ""})
        mark = MilestoneProgress.objects.get()
        assert (mark.note, mark.evidence_url) == ("ours", "")

    def test_a_correction_of_what_is_not_mine_is_not_found(self, me, roadmap):
        assert me.post(f"{ALGEBRA}hours/", {"hours": "3", "corrects": "1"}).status_code == 404

    def test_a_post_without_csrf_token_changes_nothing(self, learner, enrolment):
        client = Client(enforce_csrf_checks=True)
        client.force_login(learner)
        assert client.post(f"{ALGEBRA}state/", {"state": "done"}).status_code == 403
        assert not MilestoneProgress.objects.exists()

    def test_extra_fields_change_nothing(self, me, learner):
        me.post(f"{ALGEBRA}state/", {"state": "done", "is_staff": "1", "user_id": "999"})
        learner.refresh_from_db()
        assert not learner.is_staff
        assert Enrolment.objects.get().user == learner


class TestRetiredMilestones:
    AWS = f"{ROAD}milestones/cloud-aws/"
    MARKS = [
        (f"{AWS}state/", {"state": "done"}, "state"),
        (f"{AWS}steps/{{step}}/", {"done": "1"}, "step"),
        (f"{AWS}hours/", {"hours": "3"}, "hours"),
        (f"{ROAD}choices/cloud-platform/", {"milestone": "cloud-aws"}, "chose"),
        (f"{ROAD}placement/", {"known": ["cloud-aws"]}, "state"),
    ]

    @pytest.fixture
    def step(self, document):
        return document.by_slug["cloud-aws"].steps[0].slug

    @pytest.mark.parametrize("headers", [{}, HTMX | {"HX-Current-URL": f"http://testserver{AWS}"}])
    @pytest.mark.parametrize(("address", "data", "kind"), MARKS)
    def test_a_mark_on_what_was_live_when_shown_is_kept(
        self, me, roadmap, document, step, address, data, kind, headers
    ):
        retire(roadmap, document, "cloud-aws")
        response = me.post(address.format(step=step), data | {"edition": "1"}, headers=headers)
        assert response.status_code in {200, 302}
        event = Event.objects.latest("pk")
        assert (event.kind, event.edition) == (kind, 1)
        assert me.get(self.AWS).status_code == me.get(ROAD).status_code == me.get("/plan/").status_code == 200

    def test_a_tick_of_a_step_that_is_gone_is_kept_with_its_hours(self, me, roadmap, document, step):
        data = to_data(document)
        found = next(milestone for milestone in data["milestones"] if milestone["slug"] == "cloud-aws")
        gone = found["steps"].pop(0)
        found["steps"][0]["hours"] += gone["hours"]
        Roadmap.objects.update(
            current_edition=Edition.objects.create(roadmap=roadmap, number=2, document=data, sha256="-")
        )
        address = f"{self.AWS}steps/{step}/"
        assert me.post(address, {"done": "1", "edition": "1"}).status_code == 302
        assert me.get(f"{ROAD}plan.json").json()["hours"]["earned"] == gone["hours"]
        assert me.post(address, {"done": "1", "edition": "2"}).status_code == 404

    def test_what_was_done_counts(self, me, roadmap, document):
        retire(roadmap, document, "cloud-aws")
        me.post(f"{self.AWS}state/", {"state": "done", "edition": "1"})
        assert me.get(f"{ROAD}plan.json").json()["counts"]["done"] == 1

    @pytest.mark.parametrize("edition", ["2", "", "99"])
    @pytest.mark.parametrize(("address", "data", "kind"), MARKS)
    def test_a_mark_on_what_was_retired_when_shown_is_a_conflict_in_a_sentence(
        self, me, roadmap, document, step, address, data, kind, edition
    ):
        retire(roadmap, document, "cloud-aws")
        for headers in ({}, HTMX):
            response = me.post(address.format(step=step), data | {"edition": edition}, headers=headers)
            assert response.status_code == 409
            assert "already retired" in response.content.decode()
        assert Event.objects.count() == 1

    @pytest.mark.parametrize("page", [ROAD, AWS, "/plan/", f"{ROAD}placement/"])
    def test_every_form_of_a_mark_carries_the_edition_that_it_shows(self, me, roadmap, document, page):
        retire(roadmap, document, "java-development")
        forms = re.findall(r'<form[^>]*action="([^"]+)"(.*?)</form>', me.get(page).content.decode(), re.S)
        marks = {
            address: fields for address, fields in forms if re.search("/(state|steps|choices|placement)/", address)
        }
        assert marks
        assert [address for address, fields in marks.items() if not re.search('name="edition" value="2"', fields)] == []

    def test_so_does_the_form_of_hours_but_for_a_correction_which_always_works(self, me, roadmap, document):
        me.post(f"{self.AWS}hours/", {"hours": "3"})
        entry = Event.objects.latest("pk").pk
        assert (
            'name="edition" value="1"'
            in re.search(r'<form class="form"[^>]*hours/"(.*?)</form>', me.get(self.AWS).content.decode(), re.S)[1]
        )
        retire(roadmap, document, "cloud-aws")
        assert me.post(f"{self.AWS}hours/", {"hours": "2", "corrects": entry}).status_code == 302
        assert Event.objects.latest("pk").data["hours"] == 2

    def test_notes_and_undo_always_work(self, me, roadmap, document, enrolment):
        me.post(f"{self.AWS}state/", {"state": "doing"})
        retire(roadmap, document, "cloud-aws")
        assert me.post(f"{self.AWS}note/", {"note": "for later", "edition": "2"}).status_code == 302
        assert me.post(f"{ROAD}undo/").status_code == 302
        assert me.post(f"{ROAD}undo/").status_code == 302
        assert not MilestoneProgress.objects.exists()


def test_the_local_day_is_the_learners_own(me, learner, enrolment, time_machine):
    """At 23:30 UTC it is tomorrow already in Auckland, and a date of tomorrow is today's there."""
    learner.preferences.timezone = "Pacific/Auckland"
    learner.preferences.save()
    time_machine.move_to("2026-11-22T23:30:00+00:00", tick=False)
    assert me.post(f"{ALGEBRA}state/", {"state": "done", "on": "2026-11-23"}).status_code == 302
    assert str(Event.objects.get(kind="state").on) == "2026-11-23"
    assert me.get(f"{ROAD}plan.json").json()["today"] == "2026-11-23"


def test_undo_says_what_it_took_back(me, step):
    me.post(f"{ALGEBRA}steps/{step}/", {"done": "1"})
    assert "a tick in “Linear algebra”" in me.post(f"{ROAD}undo/", headers=HTMX).content.decode()
    assert "nothing left to undo" in me.post(f"{ROAD}undo/", headers=HTMX).content.decode()


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("address", ["?x=1", "plan", "#a", "http://testserver", "http://testserver//evil.example/"])
def test_an_odd_way_back_leads_to_a_page_of_ours(me, address, header):
    wish, headers = {"state": "doing"}, {}
    if header:
        headers["referer"] = address
    else:
        wish["next"] = address
    answer = me.post("/roadmaps/ml-architect/milestones/linear-algebra/state/", wish, headers=headers)
    assert answer.status_code == 302
    assert answer.url.startswith("/roadmaps/ml-architect/milestones/linear-algebra/")
