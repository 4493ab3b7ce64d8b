"""What people, or the mail provider, find out about digests that may or may not have arrived.

An uncertain digest is never sent again by itself. Only what is uncertain is touched here, so a second click changes
nothing, and a sender that wakes up late finds its lease gone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from roadmap.models import Digest

State = Digest.State
log = structlog.get_logger(__name__)


@transaction.atomic
def confirm(*, digests: Collection[int], found_by: str, now: datetime) -> list[int]:
    """Settle uncertain digests as sent; return which."""
    return _settle(_uncertain(digests), State.SENT, f"confirmed by {found_by}", now, sent_at=F("settled_at"))


@transaction.atomic
def give_up(*, digests: Collection[int], found_by: str, now: datetime) -> list[int]:
    """Settle uncertain digests as failed: they did not arrive, and will not; return which."""
    return _settle(_uncertain(digests), State.FAILED, f"did not arrive, says {found_by}", now)


@transaction.atomic
def send_again(*, digests: Collection[int], now: datetime) -> list[int]:
    """Send uncertain digests again, on purpose, at the risk of a second copy; return which.

    Only while they are of use: what is over 48 hours late stays as it is. They keep their Message-ID, by which many
    mail programs show two copies as one.
    """
    found = list(_uncertain(digests).filter(expires_at__gt=now).values_list("pk", flat=True))
    Digest.objects.filter(pk__in=found).update(
        state=State.PENDING, reason="", next_attempt_at=now, attempts=0, lease=None, lease_until=None, settled_at=None
    )
    log.warning("digests_sent_again", digests=found)
    return found


def _uncertain(digests: Collection[int]) -> QuerySet[Digest]:
    return Digest.objects.select_for_update().filter(pk__in=digests, state=State.UNCERTAIN)


def _settle(rows: QuerySet[Digest], state: State, reason: str, now: datetime, **columns: F) -> list[int]:
    """Settle rows that were looked into; when it went out is when its fate became unknown."""
    found = list(rows.values_list("pk", flat=True))
    Digest.objects.filter(pk__in=found).update(
        **columns, state=state, reason=reason, settled_at=now, lease=None, lease_until=None
    )
    log.info("digests_resolved", digests=found, state=state.value)
    return found
