"""A plan as a calendar feed (RFC 5545, and RFC 7986 for what is of the calendar): one all-day event a week. Pure.

A week keeps its UID for ever, so that a calendar which reads the feed again updates what it has and adds nothing twice.
Each event says when it last changed, to the second, and counts up with that (SEQUENCE): a program that compares them
takes over a change of the same day. Weeks that have passed stay: programs take away what a feed no longer has.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event, vDuration

REFRESH_AFTER = timedelta(hours=4)
COLOUR = "seagreen"  # RFC 7986 takes the names of CSS 3
_FIRST_SEQUENCE = datetime(2020, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """One week on one roadmap. `lines` say what it holds; `uid` is unique in the world and never changes."""

    uid: str
    starts_on: date
    title: str
    lines: tuple[str, ...]
    url: str


def feed_of(entries: Iterable[Entry], *, name: str, at: datetime) -> bytes:
    """Return the feed as it stands since a moment, `at` (aware, UTC): the same plan is the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Waymark//Plan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):  # the standard's, and what everybody read before it
        calendar.add(key, name)
    calendar.add("last-modified", at)
    calendar.add("color", COLOUR)
    calendar.add("refresh-interval", REFRESH_AFTER, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH_AFTER))
    sequence = int((at - _FIRST_SEQUENCE).total_seconds())
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", at)
        event.add("last-modified", at)
        event.add("sequence", sequence)
        event.add("dtstart", entry.starts_on)
        event.add("dtend", entry.starts_on + timedelta(weeks=1))
        event.add("summary", entry.title)
        event.add("description", "\n".join(entry.lines))
        event.add("url", entry.url)
        event.add("transp", "TRANSPARENT")  # a week of learning keeps nobody from being invited to lunch
        calendar.add_component(event)
    return calendar.to_ical()
