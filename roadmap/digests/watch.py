"""How the digests are doing: what waits, since when, and whether somebody has to be woken."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Avg, Count, F, Max, Min, Q

from accounts.models import Preferences
from roadmap.calendar import monday_of
from roadmap.models import Digest

from . import gate

LATE = timedelta(minutes=10)
COUNTED = timedelta(weeks=1)  # the weeks that are under way somewhere on earth, and the one before
FARTHEST_EAST = timedelta(hours=14)  # ahead of UTC
SIGNAL_SECONDS = 5.0

State = Digest.State
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """What a monitor wants to know. `lag`: how long the oldest digest waits for us; `states` count the last weeks."""

    lag: timedelta
    oldest_pending: datetime | None
    states: dict[str, int]
    held: str

    @property
    def is_well(self) -> bool:
        return self.lag <= LATE


def health(now: datetime) -> Health:
    """Look at preferences and ledger.

    Counting what is owed notices a beat that is dead and a worker that is deaf, which their heartbeats do not show. A
    mail whose server asked for patience waits for its next attempt, not for us.
    """
    wishes = Preferences.objects.filter(digest_enabled=True)
    unplanned = wishes.aggregate(
        due=Min("digest_due_at"), replanned=Min("digest_replanned_at", filter=Q(digest_due_at=None))
    )
    unsent = Digest.objects.filter(state=State.PENDING).aggregate(since=Min("next_attempt_at"), oldest=Min("due_at"))
    # A sender that claims the same ones over and over sends nothing, either.
    on_its_way = Digest.objects.filter(state__in=[State.CLAIMED, State.SENDING]).aggregate(since=Min("next_attempt_at"))
    waiting = (*unplanned.values(), unsent["since"], on_its_way["since"])
    lags = [now - since for since in waiting if since is not None and since <= now]
    recent = Digest.objects.filter(period__gte=monday_of(now.date()) - COUNTED)
    found = dict(recent.order_by().values_list("state").annotate(Count("pk")))
    return Health(
        lag=max(lags, default=timedelta(0)),
        oldest_pending=unsent["oldest"],
        states={state.value: found.get(state.value, 0) for state in State},
        held=gate.status().reason,
    )


@dataclass(frozen=True, slots=True)
class Week:
    """The letters of one local week: how many in each state, and how long after they were due the sent ones left."""

    period: date
    states: dict[str, int]
    mean_lag: timedelta | None = None
    longest_lag: timedelta | None = None

    @property
    def due(self) -> int:
        return sum(self.states.values())


def last_weeks(now: datetime, count: int) -> list[Week]:
    """Return that many local weeks, oldest first, the latest being the one that has begun where the sun rises first."""
    latest = monday_of((now + FARTHEST_EAST).date())
    periods = [latest - age * COUNTED for age in reversed(range(count))]
    lag = F("sent_at") - F("due_at")
    rows = Digest.objects.filter(period__in=periods).order_by().values_list("period", "state")
    found = rows.annotate(number=Count("pk"), mean_lag=Avg(lag), longest_lag=Max(lag))
    states: dict[date, dict[str, int]] = {period: {} for period in periods}
    lags: dict[date, tuple[timedelta, timedelta]] = {}
    for period, state, number, mean_lag, longest_lag in found:
        states[period][state] = number
        if state == State.SENT:
            lags[period] = mean_lag, longest_lag
    return [Week(period, states[period], *lags.get(period, ())) for period in periods]


def signal_life(now: datetime) -> bool:
    """Tell a dead man's switch that digests flow; return whether it was told.

    Something is due and nothing is sent: then the signal stays away, and the switch wakes somebody. It stays away also
    when beat, broker, worker or database are gone, for then nobody is here to give it.
    """
    found = health(now)
    if not found.is_well:
        log.error("digests_stuck", lag_seconds=int(found.lag.total_seconds()), held=found.held)
        return False
    if settings.DEAD_MAN_URL:
        try:
            urllib.request.urlopen(settings.DEAD_MAN_URL, timeout=SIGNAL_SECONDS).close()  # noqa: S310 – the operator's own
        except (urllib.error.URLError, OSError, ValueError) as error:
            log.warning("dead_man_not_told", error=str(error))
            return False
    return True
