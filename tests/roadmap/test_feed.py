"""A feed as a calendar program reads it: text comes through whole, and a week is the same week next time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from roadmap.feed import Entry, feed_of

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
WEEK = Entry(
    uid="week-2026-11-23-7@waymark.example",
    starts_on=date(2026, 11, 23),
    title="8 h: Sums, series; limits \\ and “ε”, " + "long " * 40,
    lines=("First, second; third", "Fourth: 2.5 h"),
    url="https://waymark.example/plan/",
)


def events(*entries: Entry) -> list:
    found = Calendar.from_ical(feed_of(entries, name="Waymark", at=AT))
    assert not found.errors
    return found.walk("VEVENT")


def test_commas_semicolons_backslashes_and_breaks_come_through() -> None:
    (event,) = events(WEEK)
    assert str(event["summary"]) == WEEK.title
    assert str(event["description"]) == "First, second; third\nFourth: 2.5 h"
    assert str(event["url"]) == WEEK.url


def test_a_week_is_seven_whole_days_and_keeps_nobody_busy() -> None:
    (event,) = events(WEEK)
    assert (event["dtstart"].dt, event["dtend"].dt) == (WEEK.starts_on, WEEK.starts_on + timedelta(days=7))
    assert event["dtstart"].params["value"] == "DATE"
    assert str(event["transp"]) == "TRANSPARENT"


def test_lines_are_folded_at_75_octets() -> None:
    assert max(map(len, feed_of([WEEK], name="Waymark", at=AT).split(b"\r\n"))) <= 75


def test_a_change_of_the_same_day_is_seen() -> None:
    """Case 27: DTSTAMP was the day's first minute, and nothing else told a program that a week had changed."""
    before, after = (
        Calendar.from_ical(feed_of([WEEK], name="Waymark", at=at)) for at in (AT, AT + timedelta(minutes=9))
    )
    (was,), (now,) = before.walk("VEVENT"), after.walk("VEVENT")
    for key in ("dtstamp", "last-modified"):
        assert now[key].dt - was[key].dt == timedelta(minutes=9)
    assert 0 < int(was["sequence"]) < int(now["sequence"]) < 2**31


def test_the_calendar_says_its_name_its_colour_and_how_often_to_look() -> None:
    """Case 27: RFC 7986, and the names of before it."""
    found = Calendar.from_ical(feed_of([WEEK], name="Waymark", at=AT))
    assert {str(found[key]) for key in ("name", "x-wr-calname")} == {"Waymark"}
    text = feed_of([WEEK], name="Waymark", at=AT).decode()
    for line in (
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "COLOR:seagreen",
        "METHOD:PUBLISH",
        "CALSCALE:GREGORIAN",
        "LAST-MODIFIED:20261122T090000Z",
    ):
        assert f"\r\n{line}\r\n" in text


def test_folding_breaks_no_letter() -> None:
    wide = WEEK._replace(title="機械学習と線形代数" * 20)
    (event,) = events(wide)
    assert str(event["summary"]) == wide.title


def test_the_same_plan_is_the_same_feed() -> None:
    assert feed_of([WEEK], name="Waymark", at=AT) == feed_of([WEEK], name="Waymark", at=AT)


def test_no_week_is_a_calendar_all_the_same() -> None:
    assert events() == []
