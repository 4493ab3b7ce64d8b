"""What a mail provider tells us afterwards: a mail came back, arrived after all, or was called spam.

Each event counts once, whatever it is called and however often it comes. Bounces add up per address over 30 days; four
points stop digests to it until those days are over, a complaint stops them at once and for good.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from django.db import transaction

from accounts.addresses import canonical_address
from roadmap.models import Bounce, Digest, Suppression

from . import resolution, sql

POINTS = {Bounce.Kind.HARD: 2, Bounce.Kind.SOFT: 1}
THRESHOLD = 4
RESET_AFTER = timedelta(days=30)

# Else two at a time would each add up what the other has not committed yet. Held until the transaction ends.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('bounces of ' || %(address)s, 0))"

log = structlog.get_logger(__name__)


class News(Enum):
    """What became of a mail, says the provider."""

    DELIVERED = "delivered"
    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `key` is the provider's own name for it; `address` is canonical."""

    provider: str
    key: str
    news: News
    address: str
    message_id: str
    at: datetime
    detail: str = ""

    @property
    def digest(self) -> str:
        """The event's name in our books, of fixed length whatever the provider's looks like."""
        return hashlib.sha256(f"{self.provider}\n{self.key}".encode()).hexdigest()


@transaction.atomic
def take(event: Event, now: datetime) -> bool:
    """Act on an event; return whether it was news. One that is over 30 days old has no say any more.

    Events about one address are taken one after another.
    """
    if event.at <= now - RESET_AFTER:
        return False
    mail = Digest.objects.filter(message_id=event.message_id).first() if event.message_id else None
    if event.news is News.DELIVERED:
        return bool(mail and resolution.confirm(digests=[mail.pk], found_by="the mail provider", now=now))
    kind = Bounce.Kind(event.news.value)
    # The address as we wrote to it: a provider may spell it in its own way.
    address = canonical_address(mail.to_address) if mail and mail.to_address else event.address
    sql.execute(_LOCK, {"address": address})
    _, is_new = Bounce.objects.get_or_create(
        event=event.digest,
        defaults={"address": address, "kind": kind, "detail": event.detail, "at": min(event.at, now)},
    )
    if not is_new:
        return False
    log.warning("digest_bounced", digest=mail and mail.pk, kind=kind.value)
    if mail and kind is Bounce.Kind.HARD:
        resolution.give_up(digests=[mail.pk], found_by="the mail provider", now=now)
    if kind is Bounce.Kind.COMPLAINT:
        suppress(address, Suppression.Reason.COMPLAINT, event.detail, until=None)
    elif score(address, now) >= THRESHOLD:
        suppress(address, Suppression.Reason.BOUNCED, event.detail, until=now + RESET_AFTER)
    return True


def score(address: str, now: datetime) -> int:
    """Return the points that an address has against it."""
    kinds = Bounce.objects.filter(address=address, at__gt=now - RESET_AFTER).values_list("kind", flat=True)
    return sum(POINTS.get(Bounce.Kind(kind), 0) for kind in kinds)


def suppress(address: str, reason: Suppression.Reason, detail: str, *, until: datetime | None) -> None:
    """Send no digests to an address until then, None: for good. What holds for good is not shortened."""
    known, is_new = Suppression.objects.select_for_update().get_or_create(
        address=address, defaults={"reason": reason, "detail": detail, "until": until}
    )
    if not is_new and (until is None or known.until is not None):
        known.reason, known.detail, known.until = reason, detail, until
        known.save(update_fields=["reason", "detail", "until"])
