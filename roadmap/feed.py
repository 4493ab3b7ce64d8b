"""A plan as a calendar feed (RFC 5545): one all-day event a week. Pure.

A week keeps its UID for ever, so that a calendar which reads the feed again updates what it has and adds nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event

REFRESH_AFTER = timedelta(hours=12)


class Entry(NamedTuple):
    """One week on one roadmap. `lines` say what it holds; `uid` is unique in the world and never changes."""

    uid: str
    starts_on: date
    title: str
    lines: tuple[str, ...]
    url: str


def feed_of(entries: Iterable[Entry], *, name: str, at: datetime) -> bytes:
    """Return the feed as it stands `at` a moment (aware, UTC)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Waymark//Plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH_AFTER, parameters={"value": "DURATION"})
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", at)
        event.add("dtstart", entry.starts_on)
        event.add("dtend", entry.starts_on + timedelta(weeks=1))
        event.add("summary", entry.title)
        event.add("description", "\n".join(entry.lines))
        event.add("url", entry.url)
        event.add("transp", "TRANSPARENT")  # a week of learning keeps nobody from being invited to lunch
        calendar.add_component(event)
    return calendar.to_ical()
