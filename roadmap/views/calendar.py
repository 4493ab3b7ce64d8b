"""The calendar feed: a plan's weeks behind a secret link."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.links import absolute, calendar_user
from roadmap import queries
from roadmap.bidi import isolated
from roadmap.calendar import WEEK, is_named, monday_of
from roadmap.feed import Entry, feed_of
from roadmap.figures import WEEKS_SHOWN
from roadmap.planning import weeks_of
from roadmap.queries import OwnJourney
from roadmap.templatetags.learning import hours

TITLES_SHOWN = 2
PAST_SHOWN = timedelta(weeks=52)


@require_safe
@cache_control(private=True, max_age=600)
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give a year ahead and one behind to my calendar; the link is the key, no session is needed."""
    try:
        user = calendar_user(token)
    except BadSignature:
        raise Http404 from None
    at = queries.changed_at(user)  # first: what changes meanwhile is sent once more, and never missed
    entries = (entry for mine in queries.journeys(user) for entry in (*_past(mine), *_ahead(mine)))
    body = feed_of(entries, name="Waymark", at=at)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    etag, modified = f'"{hashlib.sha256(body).hexdigest()[:32]}"', int(at.timestamp())
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response


def _ahead(mine: OwnJourney) -> Iterator[Entry]:
    for week in islice(weeks_of(mine.plan.runs), WEEKS_SHOWN):
        if not is_named(week.starts_on, mine.today):
            return
        titles = [mine.document.by_slug[slug].title for slug, _ in week.milestones]
        lines = (f"{isolated(mine.document.by_slug[slug].title)}: {hours(each)} h" for slug, each in week.milestones)
        yield _entry(mine, week.starts_on, f"{hours(week.hours)} h: {_some(titles)}", lines)


def _past(mine: OwnJourney) -> Iterator[Entry]:
    """Yield the weeks that have passed since I began, with what I did in them."""
    this = monday_of(mine.today)
    worked = _worked(mine)
    week = monday_of(max(mine.enrolment.started_on, mine.today - PAST_SHOWN))
    while week < this:
        done = worked.get(week, {})
        lines = (f"{isolated(title)}: {', '.join(what)}" for title, what in done.items())
        yield _entry(mine, week, f"Done: {_some(list(done))}" if done else "A quiet week", lines)
        week += WEEK


def _worked(mine: OwnJourney) -> dict[date, dict[str, list[str]]]:
    """Return what was done on each milestone, by the Monday of its week."""
    worked: dict[date, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for milestone in mine.document.milestones:
        mark = mine.mark_of(milestone.slug)
        ticks = Counter(monday_of(on) for on, *_ in mark.ticks.values())
        for week, count in ticks.items():
            worked[week][milestone.title].append(f"{count} step{'s' if count > 1 else ''} ticked")
        logged: dict[date, float] = defaultdict(float)
        for _, on, amount, *_ in mark.logged:
            logged[monday_of(on)] += amount
        for week, amount in logged.items():
            worked[week][milestone.title].append(f"{hours(amount)} h put in")
        if mark.finished_on:
            worked[monday_of(mark.finished_on)][milestone.title].append("finished")
    return worked


def _some(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - TITLES_SHOWN} more" if len(titles) > TITLES_SHOWN else ""
    return ", ".join(map(isolated, titles[:TITLES_SHOWN])) + more


def _entry(mine: OwnJourney, starts_on: date, title: str, lines: Iterable[str]) -> Entry:
    """Return a week's event; its name stays for ever."""
    return Entry(
        uid=f"week-{starts_on.isoformat()}-{mine.enrolment.pk}@{urlsplit(settings.SITE_URL).hostname}",
        starts_on=starts_on,
        title=title,
        lines=(isolated(mine.document.title), *lines),
        url=absolute(reverse("plan")),
    )
