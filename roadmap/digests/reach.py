"""Whether somebody may be written to. One definition, asked before a digest is planned and again before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.types.range import Range

from accounts import zones
from roadmap.calendar import local_date

# Columns of `Reach` and the join they need, over the aliases `p` (preferences) and `u` (user); one parameter, `now`.
COLUMNS = """
    u.id AS user_id,
    u.is_active,
    p.timezone,
    p.digest_enabled,
    p.paused_until,
    ARRAY(SELECT daterange(q.starts_on, q.until) FROM accounts_pause q WHERE q.user_id = u.id) AS pauses,
    a.address,
    EXISTS (SELECT FROM roadmap_suppression s
      WHERE s.address = a.address AND (s.until IS NULL OR s.until > %(now)s)) AS is_suppressed,
    EXISTS (SELECT FROM roadmap_enrolment e WHERE e.user_id = u.id AND e.left_at IS NULL) AS is_enrolled,
    EXISTS (SELECT FROM roadmap_enrolment e JOIN roadmap_roadmap r ON r.id = e.roadmap_id
      WHERE e.user_id = u.id AND e.left_at IS NULL
        AND r.current_edition_id IS NOT NULL AND r.withdrawn_at IS NULL) AS has_roadmap
"""
JOIN = """
    LEFT JOIN LATERAL (SELECT lower(email) AS address FROM account_emailaddress
      WHERE user_id = u.id AND verified ORDER BY "primary" DESC, id LIMIT 1) a ON true
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """What decides whether a person may be written to, as the database has it now."""

    user_id: int
    is_active: bool
    timezone: str
    digest_enabled: bool
    paused_until: date | None
    pauses: list[Range[date]]
    address: str | None
    is_suppressed: bool
    is_enrolled: bool
    has_roadmap: bool

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


def reason_against(reach: Reach, now: datetime) -> str:
    """Return why this person gets no digest at `now`, in the ledger's words; empty if nothing is against it."""
    reasons = {
        "inactive": not reach.is_active,
        "unverified": reach.address is None,
        "unsubscribed": not reach.digest_enabled,
        "paused": reach.pause_ends_on(now) is not None,
        "suppressed": reach.is_suppressed,
        "not enrolled": not reach.is_enrolled,
        "roadmap withdrawn": not reach.has_roadmap,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
