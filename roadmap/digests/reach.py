"""Whether somebody may be written to. One definition, asked before a digest is planned and again before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg.types.range import Range

from accounts import zones
from roadmap.calendar import local_date
from roadmap.models import Digest

from . import sql

SETTLING_IN = timedelta(days=3)  # whoever has just begun knows what is next
SILENT_AFTER = timedelta(weeks=3)

# Columns of `Reach` and the joins they need, over the aliases `p` (preferences) and `u` (user); one parameter, `now`.
# The question whether to pause belongs to this silence if it was due three weeks after the last sign of life, less a
# zone and the two days that it may be late. When it was settled says nothing: people find out late what became of it.
# Without a roadmap `began_at` and `has_finished` are null.
COLUMNS = """
    u.id AS user_id,
    u.is_active,
    p.timezone,
    p.digest_enabled,
    p.paused_until,
    ARRAY(SELECT daterange(q.starts_on, q.until) FROM accounts_pause q WHERE q.user_id = u.id) AS pauses,
    p.snoozed_until,
    p.last_seen_on,
    a.address,
    EXISTS (SELECT FROM roadmap_suppression s
      WHERE s.address = a.address AND (s.until IS NULL OR s.until > %(now)s)) AS is_suppressed,
    EXISTS (SELECT FROM roadmap_digest q
      WHERE q.user_id = u.id AND q.kind = 'question' AND q.state IN ('sent', 'uncertain')
        AND q.due_at >= p.last_seen_on + 18) AS was_asked,
    e.is_enrolled,
    e.has_roadmap,
    e.began_at,
    e.has_finished
"""
JOIN = """
    LEFT JOIN LATERAL (SELECT lower(email) AS address FROM account_emailaddress
      WHERE user_id = u.id AND verified ORDER BY "primary" DESC, id LIMIT 1) a ON true
    CROSS JOIN LATERAL (SELECT count(*) > 0 AS is_enrolled,
        count(n.id) > 0 AS has_roadmap,
        min(e.started_at) FILTER (WHERE n.id IS NOT NULL) AS began_at,
        bool_and(e.finished_in IS NOT DISTINCT FROM n.number) FILTER (WHERE n.id IS NOT NULL) AS has_finished
      FROM roadmap_enrolment e JOIN roadmap_roadmap r ON r.id = e.roadmap_id
      LEFT JOIN roadmap_edition n ON n.id = r.current_edition_id AND r.withdrawn_at IS NULL
      WHERE e.user_id = u.id AND e.left_at IS NULL) e
"""

_OF = f"""
    SELECT {COLUMNS} FROM accounts_user u JOIN accounts_preferences p ON p.user_id = u.id {JOIN} WHERE u.id = %(user)s
"""  # noqa: S608 – put together from constants only


@dataclass(frozen=True, slots=True)
class Reach:
    """What decides whether a person may be written to, as the database has it now."""

    user_id: int
    is_active: bool
    timezone: str
    digest_enabled: bool
    paused_until: date | None
    pauses: list[Range[date]]
    snoozed_until: date | None
    last_seen_on: date
    address: str | None
    is_suppressed: bool
    was_asked: bool
    is_enrolled: bool
    has_roadmap: bool
    began_at: datetime | None
    has_finished: bool | None

    @property
    def zone(self) -> str:
        """The time zone, or UTC for one that has left the database since it was chosen."""
        return zones.zone(self.timezone).key

    def pause_ends_on(self, now: datetime) -> date | None:
        """Return the day of return of the pause that runs at `now`, planned ones that have begun included."""
        today = local_date(now, self.zone)
        ends = [pause.upper for pause in self.pauses if today in pause]
        if self.paused_until is not None and today < self.paused_until:
            ends.append(self.paused_until)
        return max(filter(None, ends), default=None)


def of(user_id: int, now: datetime) -> Reach:
    """Return how one person can be reached."""
    [found] = sql.fetch(Reach, _OF, {"user": user_id, "now": now})
    return found


def reason_against(reach: Reach, now: datetime) -> str:
    """Return why this person gets no digest at `now`, in the ledger's words; empty if nothing is against it."""
    return next(iter(reasons_against(reach, now)), "")


def reasons_against(reach: Reach, now: datetime) -> list[str]:
    """Return all that is against a digest at `now`.

    What ends by itself comes last: it is the reason only where nothing else is.
    """
    today = local_date(now, reach.zone)
    reasons = {
        "inactive": not reach.is_active,
        "unverified": reach.address is None,
        "unsubscribed": not reach.digest_enabled,
        "suppressed": reach.is_suppressed,
        "not enrolled": not reach.is_enrolled,
        "roadmap withdrawn": reach.is_enrolled and not reach.has_roadmap,
        "all finished": bool(reach.has_finished),
        "silent": reach.was_asked and _is_unseen(reach, reach.last_seen_on, now),
        "paused": reach.pause_ends_on(now) is not None,
        "snoozed": reach.snoozed_until is not None and today < reach.snoozed_until,
        "first days": reach.began_at is not None and now - reach.began_at < SETTLING_IN,
    }
    return [reason for reason, holds in reasons.items() if holds]


def is_silent(reach: Reach, now: datetime) -> bool:
    """Tell whether there has been no sign of life for three weeks; the days of a pause and before it don't count."""
    today = local_date(now, reach.zone)
    ends = [pause.upper for pause in reach.pauses if pause.upper is not None]
    ends += [reach.paused_until] if reach.paused_until is not None else []
    return _is_unseen(reach, max([reach.last_seen_on, *(end for end in ends if end <= today)]), now)


def _is_unseen(reach: Reach, since: date, now: datetime) -> bool:
    return local_date(now, reach.zone) - since >= SILENT_AFTER


def kind_for(reach: Reach, now: datetime) -> Digest.Kind:
    """Return which letter is due: who has been silent for weeks is asked, once, whether to pause."""
    return Digest.Kind.QUESTION if is_silent(reach, now) else Digest.Kind.WEEKLY
