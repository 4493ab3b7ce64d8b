"""What a digest says, and the form in which it says it."""

from __future__ import annotations

import email
import email.policy
import html
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from roadmap.digests import briefs, compose, ledger, planner, sender, transport, words
from roadmap.digests import message as wire
from roadmap.digests.verdicts import Claim
from roadmap.models import Enrolment, Roadmap
from tests.roadmap.digests.conftest import EDITION, MONDAY_8, letters_of, make_learner, make_roadmap, mark
from tests.smtp import Sink

pytestmark = pytest.mark.django_db


def claims() -> list[Claim]:
    planner.plan_all(MONDAY_8)
    return ledger.claim(MONDAY_8, limit=100)


def composed() -> EmailMessage:
    """Compose the one digest that is due."""
    [claim] = claims()
    ready, verdicts = letters_of([claim], MONDAY_8)
    assert verdicts == []
    return parse(ready[claim.id].message)


def parse(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    text: str = found.get_content()
    return text


WORKED: dict[str, Any] = {"state": "doing", "ticks": {"wedge": ["2026-11-20", 2.0]}}
DONE: dict[str, Any] = {"state": "done", "state_on": "2026-11-21", "finished_on": "2026-11-21"}


def test_the_headers_are_those_of_the_contract(ann: User) -> None:
    message = composed()
    assert message["To"] == "Ann <ann@example.org>"
    assert re.fullmatch(r"<digest\.[0-9a-f-]{36}@localhost\.localdomain>", message["Message-ID"])
    assert message["List-Id"].endswith("<weekly.localhost.localdomain>")
    assert re.fullmatch(r"<http://waymark\.test/digests/unsubscribe/\S+/>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Waymark-Period"] == "2026-W48"
    assert message["Date"].datetime == MONDAY_8


def test_the_wire_gets_short_seven_bit_lines(road: Roadmap) -> None:
    make_learner(road, name="Žofie Ünal 🏺")
    [claim] = claims()
    raw = letters_of([claim], MONDAY_8)[0][claim.id].message
    assert raw.isascii()
    assert all(line.endswith(b"\r\n") and len(line) <= 1000 for line in raw.splitlines(keepends=True))
    assert parse(raw)["To"].addresses[0].display_name == "Žofie Ünal 🏺"


def test_both_parts_say_the_same(ann: User) -> None:
    mark(ann, "clay", **WORKED)
    message = composed()
    text, page = part(message, "plain"), part(message, "html")
    for line in ("Hello Ann,", "Wedge ten lumps", "Fire a test tile", "4 h", "7.6"):
        assert line in text
        assert line in page
    links = set(re.findall(r"http://waymark\.test\S*?/(?=[\s\"<])", text))
    assert {"/plan/", "/roadmaps/pottery/milestones/clay/"} <= {
        link.removeprefix("http://waymark.test") for link in links
    }
    assert links <= set(re.findall(r"href=\"([^\"]+)\"", page))


def test_every_link_is_absolute_and_ours_or_a_resources(ann: User) -> None:
    page = part(composed(), "html")
    for link in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert link.startswith(("http://waymark.test/", "https://clay.example/"))


def test_styles_are_inlined_and_dark_mode_is_kept(ann: User) -> None:
    page = part(composed(), "html")
    assert '<h1 style="' in page
    assert "prefers-color-scheme: dark" in page
    assert "<link" not in page
    assert "<script" not in page


def test_the_resource_of_a_step_is_named_with_form_and_price(ann: User) -> None:
    text = part(composed(), "plain")
    assert "With: Wedging & kneading (to watch, free)\n   https://clay.example/wedge" in text


@pytest.mark.parametrize(
    ("marks", "subject", "opening"),
    [
        ({}, "Next: Know your clay, 6 h", words.AHEAD),
        ({"clay": WORKED}, "1 step done, next: Know your clay, 4 h", words.WORKED_HOURS),
        (
            {"clay": {"state": "doing", "logged": [[1, "2026-11-22", 1.5]]}},
            "1.5 h put in, next: Know your clay, 4.5 h",
            words.WORKED_HOURS,
        ),
        (
            {"clay": {"state": "doing", "ticks": {"wedge": ["2026-10-01", 2.0]}}},
            "Next: Know your clay, 4 h",
            words.CHANGED,
        ),
        ({"clay": DONE}, "“Know your clay” done, next: Throw a bowl, 10 h", words.WORKED_HOURS),
    ],
)
def test_subject_and_opening_say_what_was_and_what_is_next(
    ann: User, marks: dict[str, dict[str, Any]], subject: str, opening: tuple[str, ...]
) -> None:
    for milestone, columns in marks.items():
        mark(ann, milestone, **columns)
    message = composed()
    assert message["Subject"] == subject
    hours = "6 h" if marks == {"clay": DONE} else "2 h" if "ticks" in str(marks) else "1.5 h"
    sentence = words.turned(opening, MONDAY_8.date()).format(hours)
    assert sentence in " ".join(part(message, "plain").split())
    assert html.escape(sentence) in part(message, "html")


def test_ticked_through_but_not_called_done_is_asked_about(ann: User) -> None:
    mark(ann, "clay", state="doing", ticks={"wedge": ["2026-10-01", 2.0], "fire": ["2026-10-02", 4.0]})
    message = composed()
    text, page = part(message, "plain"), part(message, "html")
    ask = words.turned(words.CONFIRM, MONDAY_8.date()).format("Know your clay")
    assert ask in text
    assert ask in page
    [link] = re.findall(r"   Yes: (http://waymark.test/digests/done/\S+)", text)
    assert f'href="{link}"' in page
    assert "Yes, it is done" in Client().get(link.removeprefix("http://waymark.test")).text


def test_what_waits_for_nothing_but_a_yes_is_not_said_to_wait_for_its_turn(road: Roadmap) -> None:
    milestone = {**EDITION["milestones"][0], "slug": "all"}
    make_learner(make_roadmap(slug="short", milestones=[milestone]))
    mark(User.objects.get(), "all", state="doing", ticks={"wedge": ["2026-10-01", 2.0], "fire": ["2026-10-02", 4.0]})
    text = part(composed(), "plain")
    assert not any(line in text for line in words.RESTING)
    assert words.turned(words.CONFIRM, MONDAY_8.date()).format("Know your clay") in text


def test_all_the_figures_of_a_letter_are_written(ann: User) -> None:
    mark(ann, "clay", state="known")
    follow(ann, "glazing")
    mark_of_glazing = Enrolment.objects.get(roadmap__slug="glazing").progress
    mark_of_glazing.create(milestone="clay", state="skipped")
    mark_of_glazing.create(milestone="bowl", state="doing", ticks={"centre": ["2026-11-20", 20.0]})
    message = composed()
    assert "1 known before" in part(message, "plain")
    assert "1 skipped" in part(message, "plain")
    assert re.search(r">1</b>\s*known before", part(message, "html"))
    assert re.search(r">1</b>\s*skipped", part(message, "html"))


def follow(user: User, *names: str) -> None:
    for name in names:
        other = make_roadmap(slug=name, title=name.title())
        Enrolment.objects.create(user=user, roadmap=other, hours_per_week=3, started_on=MONDAY_8.date())


def test_a_letter_names_three_steps_however_many_roadmaps_one_follows(ann: User) -> None:
    follow(ann, "glazing", "firing", "selling", "teaching")
    text = part(composed(), "plain")
    assert text.count("It is done: ") == 3
    assert "TEACHING" in text
    assert not any(line in text for line in words.RESTING)  # there is something to begin, only not named


@pytest.mark.parametrize("finished_on", ["2026-10-01", "2026-11-22"])
def test_who_has_walked_the_whole_road_gets_no_more(ann: User, finished_on: str) -> None:
    """Long ago, or the day before."""
    for milestone in ("clay", "bowl"):
        mark(ann, milestone, state="done", finished_on=finished_on)
    [claim] = claims()
    ready, [verdict] = letters_of([claim], MONDAY_8)
    assert ready == {}
    assert (verdict.state, verdict.reason) == ("skipped", "all finished")


def test_one_letter_covers_all_that_is_followed(ann: User) -> None:
    other = make_roadmap(slug="glazing", title="Glazing")
    Enrolment.objects.create(user=ann, roadmap=other, hours_per_week=3, started_on=MONDAY_8.date())
    text = part(composed(), "plain")
    assert "POTTERY" in text
    assert "GLAZING" in text
    assert text.count("It is done: ") == 2


@pytest.mark.parametrize("nasty", ["Ann\r\nBcc: eve@example.org", "Ann\x00\x1b[31m", '"><script>', "Ann <eve@e.org>,"])
def test_a_name_breaks_out_of_nothing(road: Roadmap, nasty: str) -> None:
    ann = make_learner(road)
    User.objects.filter(pk=ann.pk).update(name=nasty.replace("\x00", "\x01"))
    message = composed()
    assert [address.addr_spec for address in message["To"].addresses] == ["ann@example.org"]
    assert message["Bcc"] is None
    assert "<script" not in part(message, "html")
    assert "\x1b" not in part(message, "plain")


def test_a_title_breaks_out_of_nothing(db: None) -> None:
    title = "<b>Pots</b> & pans 🏺"
    step = {"slug": "x", "title": title, "hours": 6}
    milestone = {"slug": "m", "stage": "basics", "title": title, "steps": [step]}
    milestone["effort_hours"] = {"low": 6, "likely": 6, "high": 6}
    make_learner(make_roadmap(milestones=[milestone]))
    message = composed()
    assert message["Subject"] == "Next: <b>Pots</b> & pans 🏺, 6 h"
    assert "&lt;b&gt;Pots&lt;/b&gt; &amp; pans" in part(message, "html")
    assert "<b>Pots</b> & pans" in part(message, "plain")


def test_one_that_cannot_be_composed_fails_alone(road: Roadmap) -> None:
    """A projection that no code of ours wrote."""
    mark(make_learner(road), "clay", state="doing", ticks={"wedge": "nonsense"})
    make_learner(road, "bob@example.org")
    both = claims()
    ready, [verdict] = letters_of(both, MONDAY_8)
    assert len(ready) == 1
    assert (verdict.state, verdict.reason) == ("failed", "could not be composed")


@pytest.mark.parametrize("place", ["contents", "compose"])
def test_a_task_whose_time_is_up_is_no_letters_fault(ann: User, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The signal may come at any moment; it ends the task, and what was claimed goes later."""

    def ring(*_: object, **__: object) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(briefs if place == "contents" else compose, place, ring)
    with pytest.raises(SoftTimeLimitExceeded):
        letters_of(claims(), MONDAY_8)


def test_a_batch_is_read_in_a_fixed_number_of_queries(road: Roadmap, django_assert_num_queries) -> None:
    for number in range(20):
        mark(make_learner(road, f"l{number}@example.org"), "clay", **WORKED)
    batch = claims()
    letters_of(batch[:1], MONDAY_8)  # reads the edition, once per process
    with django_assert_num_queries(6):
        ready, _ = letters_of(batch, MONDAY_8 + timedelta(minutes=1))
    assert len(ready) == 20


LONG = "Handles and all that can be said about how they are pulled and put on"


def test_long_titles_are_cut_and_long_lists_counted(db: None) -> None:
    steps = [
        {
            "slug": f"s{n}",
            "title": f"Practise the {n}th of seven very long and winding ways to pull a handle",
            "hours": 1,
        }
        for n in range(8)
    ]
    milestone = {"slug": "m", "stage": "basics", "title": LONG, "steps": steps}
    milestone["effort_hours"] = {"low": 8, "likely": 8, "high": 8}
    ann = make_learner(make_roadmap(milestones=[milestone]))
    mark(ann, "m", state="doing", ticks={f"s{n}": ["2026-11-20", 1.0] for n in range(7)})
    message = composed()
    assert message["Subject"] == "7 steps done, next: Handles and all that can be said about how they are…, 1 h"
    text = part(message, "plain")
    assert "✓ Practise the 4th of seven" in text
    assert "\n    and 2 more\n" in text
    assert all(len(line) <= 76 for line in text.splitlines() if "://" not in line)


@given(st.lists(st.text("ab -1.", max_size=100)).map("\n".join))
def test_wrapping_loses_no_word(text: str) -> None:
    letter = compose.as_letter(text)
    assert letter.split() == text.split()
    assert all(len(line) <= 76 or " " not in line.strip() for line in letter.splitlines())


@pytest.mark.parametrize(("mark", "indent"), [("- ", 2), ("3. ", 3), ("   ", 3), ("  - ", 4), ("", 0)])
def test_a_wrapped_line_goes_on_below_its_first_word(mark: str, indent: int) -> None:
    first, *others = compose.as_letter("x\n" + mark + "word " * 40).splitlines()[1:]
    assert first.startswith(mark + "word")
    assert len(others) >= 2
    assert all(line.startswith(" " * indent + "word") for line in others)


def test_a_letter_that_leaves_late_reads_unlike_the_next_one(road: Roadmap, smtp: Sink) -> None:
    """Sunday's left on Monday, a day of the week in which the next one is sent."""
    sunday = MONDAY_8.replace(day=22, hour=20)
    make_learner(road, digest_weekday=6, digest_hour=20, digest_due_at=sunday)
    for due_at, late in ((sunday, timedelta(hours=5)), (sunday + timedelta(weeks=1), timedelta())):
        planner.plan_all(due_at)
        with transport.from_settings() as wire:
            sender.drain(wire, clock=partial(lambda now: now, due_at + late))
    one, other = (letter.message for letter in smtp.letters)
    assert [letter["X-Waymark-Period"] for letter in (one, other)] == ["2026-W47", "2026-W48"]
    assert one["Subject"] != other["Subject"]
    openings = [part(letter, "plain").split("\n\n")[1] for letter in (one, other)]
    assert openings[0] != openings[1]


def test_after_weeks_of_silence_the_letter_asks_whether_to_pause(ann: User) -> None:
    [claim] = claims()
    [mail] = letters_of([replace(claim, kind="question")], MONDAY_8)[0].values()
    message = parse(mail.message)
    assert message["Subject"] == mail.envelope.subject == "Shall we pause?"
    assert message["List-Unsubscribe"]
    for kind in ("plain", "html"):
        shown = part(message, kind)
        assert "/digests/pause/" in shown
        assert "Know your clay" in shown
        assert "[[" not in shown
        assert "<!--" not in shown
    assert mail.envelope.told == {}


def test_one_whose_letter_breaks_fails_alone(road: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ann", "bob"):
        make_learner(road, f"{name}@example.org", name=name)
    both = claims()
    build = wire.build
    monkeypatch.setattr(wire, "build", lambda **words: build(**words) if words["name"] == "bob" else 1 / 0)
    ready, [verdict] = letters_of(both, MONDAY_8)
    assert len(ready) == 1
    assert (verdict.state, verdict.reason) == ("failed", "could not be composed")


def test_a_busy_week_is_told_in_a_few_lines(db: None) -> None:
    effort = {"low": 1, "likely": 1, "high": 1}
    names = [f"pot-{number}" for number in range(12)]
    pots = [{"slug": name, "stage": "basics", "title": name, "effort_hours": effort} for name in names]
    ann = make_learner(make_roadmap(milestones=pots))
    for name in names[:11]:
        mark(ann, name, **DONE)
    text = part(composed(), "plain")
    assert text.count("Finished: ") == 6
    assert "\nAnd 5 more\n" in text
