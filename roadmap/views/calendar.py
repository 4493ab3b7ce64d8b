"""The calendar feed: a plan's weeks behind a secret link."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.links import absolute, calendar_user
from roadmap import queries
from roadmap.calendar import is_named
from roadmap.feed import Entry, feed_of
from roadmap.figures import WEEKS_SHOWN
from roadmap.planning import Week, weeks_of
from roadmap.queries import OwnJourney
from roadmap.templatetags.learning import hours

TITLES_SHOWN = 2


@require_safe
@cache_control(private=True, max_age=3600)
def feed(_request: HttpRequest, token: str) -> HttpResponse:
    """Give the next year of everything that I follow to my calendar; the link is the key, no session is needed."""
    try:
        user = calendar_user(token)
    except BadSignature:
        raise Http404 from None
    journeys = queries.journeys(user)
    at = datetime.combine(journeys[0].today if journeys else datetime.now(UTC).date(), time(), UTC)
    entries = (entry for mine in journeys for entry in _entries(mine))
    return HttpResponse(feed_of(entries, name="Waymark", at=at), content_type="text/calendar; charset=utf-8")


def _entries(mine: OwnJourney) -> Iterator[Entry]:
    for week in islice(weeks_of(mine.plan.runs), WEEKS_SHOWN):
        if not is_named(week.starts_on, mine.today):
            return
        titles = [mine.document.by_slug[slug].title for slug, _ in week.milestones]
        more = f" and {len(titles) - TITLES_SHOWN} more" if len(titles) > TITLES_SHOWN else ""
        yield Entry(
            uid=_uid(mine, week),
            starts_on=week.starts_on,
            title=f"{hours(week.hours)} h: {', '.join(titles[:TITLES_SHOWN])}{more}",
            lines=(
                mine.document.title,
                *(f"{mine.document.by_slug[slug].title}: {hours(each)} h" for slug, each in week.milestones),
            ),
            url=absolute(reverse("plan")),
        )


def _uid(mine: OwnJourney, week: Week) -> str:
    """Return the week's name for ever."""
    return f"week-{week.starts_on.isoformat()}-{mine.enrolment.pk}@{urlsplit(settings.SITE_URL).hostname}"
