"""`send_digests`, `digest_report`, `check_mail`: what operators type, and what scripts read."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Preferences
from roadmap.digests import ledger
from tests.faults.hostile_smtp import HostileServer
from tests.roadmap.digests.conftest import make_learner, make_roadmap, use_smtp
from tests.smtp import Sink

pytestmark = pytest.mark.django_db

NOTHING = {"planned": 0, "sent": 0, "failed": 0, "uncertain": 0, "skipped": 0, "expired": 0, "pending": 0}


@pytest.fixture
def three_due() -> None:
    road = make_roadmap()
    for number in range(3):
        make_learner(road, f"l{number}@example.org", digest_due_at=ledger.now() - timedelta(minutes=1))


@pytest.fixture
def smtp(settings, smtp_server: Sink) -> Sink:
    use_smtp(settings, smtp_server.url)
    return smtp_server


def run(*words: str) -> Any:
    return json.loads(words_of(*words))


def words_of(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_what_is_due_is_sent_and_the_second_call_sends_none(three_due: None, smtp: Sink) -> None:
    assert run("send_digests") == {**NOTHING, "planned": 3, "sent": 3}
    assert run("send_digests") == NOTHING
    assert len(smtp.letters) == 3


def test_the_counts_add_up_whatever_happens(three_due: None, smtp: Sink) -> None:
    smtp.refuse = {"l0@example.org": "550 5.1.1 unknown", "l1@example.org": "451 later"}
    counts = run("send_digests")
    assert counts == {**NOTHING, "planned": 3, "sent": 1, "failed": 1, "pending": 1}
    assert run("send_digests") == {**NOTHING, "pending": 1}


def test_another_moment_stands_in_for_the_clock(three_due: None, smtp: Sink) -> None:
    in_two_weeks = (ledger.now() + timedelta(days=14)).isoformat()
    assert run("send_digests", "--now", in_two_weeks)["planned"] == 3
    assert run("send_digests", f"--now={in_two_weeks}") == NOTHING
    assert len(smtp.letters) <= 3


def test_production_knows_no_other_clock(settings) -> None:
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="embedded stack only"):
        run("send_digests", "--now", "2026-11-23T08:00:00Z")


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-31T08:00:00Z", ""])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="is not a moment"):
        run("send_digests", "--now", text)


def test_the_report_is_one_json_object(three_due: None, smtp: Sink) -> None:
    run("send_digests")
    report = run("digest_report")
    assert report["sent"] == report["due"] == 3
    assert (report["period"], report["pending"], report["oldest_pending"], report["duplicates"]) == (None, 0, None, 0)
    assert run("digest_report", "--period", "2020-W01")["due"] == 0


def test_a_period_that_is_no_week_is_refused() -> None:
    with pytest.raises(CommandError, match="2026-W60"):
        run("digest_report", "--period", "2026-W60")


def test_digests_are_held_and_released(three_due: None, smtp: Sink) -> None:
    assert run("digest_gate") == {"open": True, "reason": "", "left_out": 0}
    assert run("digest_gate", "--hold", "Odd\nletters.") == {"open": False, "reason": "Odd letters.", "left_out": 0}
    assert run("send_digests") == {**NOTHING, "planned": 3, "pending": 3}
    assert run("digest_gate", "--release")["open"] is True
    assert run("send_digests") == {**NOTHING, "sent": 3}


def test_why_nothing_leaves_is_said_beside_the_counts(three_due: None, smtp: Sink) -> None:
    out, error = StringIO(), StringIO()
    run("digest_gate", "--hold", "odd letters")
    call_command("send_digests", stdout=out, stderr=error)
    assert json.loads(out.getvalue()) == {**NOTHING, "planned": 3, "pending": 3}
    assert error.getvalue() == "No letter leaves. Odd letters.\n"
    run("digest_gate", "--release")
    call_command("send_digests", stdout=out, stderr=error)
    assert error.getvalue() == "No letter leaves. Odd letters.\n"


def test_that_the_server_is_away_is_said_too(three_due: None, hostile: HostileServer, settings) -> None:
    use_smtp(settings, hostile.url)
    hostile.script = ["drop-greeting"]
    error = StringIO()
    call_command("send_digests", stdout=StringIO(), stderr=error)
    assert error.getvalue().startswith("No letter leaves. The mail server is away; it is tried again at ")


def test_who_calls_after_a_server_was_away_need_not_wait(three_due: None, hostile: HostileServer, settings) -> None:
    use_smtp(settings, hostile.url)
    hostile.script = ["drop-greeting", "ok"]
    assert run("send_digests") == {**NOTHING, "planned": 3, "pending": 3}
    assert run("send_digests") == {**NOTHING, "sent": 3}


def test_check_mail_says_that_the_server_took_it(smtp: Sink) -> None:
    words = words_of("check_mail", "ann@example.org")
    assert "accepted" in words
    assert "250" in words
    [letter] = smtp.letters
    assert letter.recipients == ["ann@example.org"]
    assert letter.message.get_body(("html",)) is not None


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("rcpt 550 5.1.1 no such user", "no such recipient.* 550 5.1.1 no such user"),
        ("rcpt 451 later", "not now"),
        ("dot 554 spam", "refused the mail"),
        ("mail 530 log in first", "cannot be used"),
        ("drop-greeting", "cannot be used"),
        ("drop-rcpt", "not sent"),
        ("drop-dot", "may or may not arrive"),
    ],
)
def test_check_mail_says_what_the_server_says(hostile: HostileServer, settings, script: str, words: str) -> None:
    use_smtp(settings, hostile.url)
    hostile.script = [script]
    with pytest.raises(CommandError, match=words):
        words_of("check_mail", "ann@example.org")


def test_check_mail_wants_an_address() -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        words_of("check_mail", "ann@\r\nexample")


def test_a_disabled_learner_is_not_written_to(three_due: None, smtp: Sink) -> None:
    Preferences.objects.filter(user__email="l1@example.org").update(digest_enabled=False)
    assert run("send_digests") == {**NOTHING, "planned": 2, "sent": 2}
