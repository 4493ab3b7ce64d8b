"""Which days of a learner's past were open to learning at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from roadmap.standing import SATISFIED, Standing

from .network import estimates_of
from .pauses import DAY, Pauses


def idle_spans(standing: Standing, *, started_on: date, today: date) -> tuple[tuple[date, date], ...]:
    """Return the spans of days on which nothing was open but what takes calendar time, or nothing at all.

    Worked out from when each milestone of today's path was finished; what is known was never open.
    """
    if not any(estimate.weeks for estimate in estimates_of(standing.edition).values()):
        return ()
    return tuple(Pauses.of(_open_spans(standing, started_on, today)).between(started_on, today))


def _open_spans(standing: Standing, started_on: date, today: date) -> Iterator[tuple[date, date]]:
    """Yield when each milestone that hours alone move was open."""
    estimates = estimates_of(standing.edition)
    ends: dict[str, date | None] = {}
    for found in standing.path:
        reached_on = found.mark.finished_on or found.mark.state_on or started_on
        ends[found.slug] = reached_on if found.effective_state in SATISFIED else None
    for found in standing.path:
        estimate, mark = estimates[found.slug], found.mark
        if estimate.weeks or found.effective_state == "known":
            continue
        begins = [mark.began_on] if mark.began_on else []
        waits = [end for slug in estimate.before if slug in ends for end in [ends[slug]]]
        if estimate.is_optional:
            begins.append(mark.state_on or today)
        elif None not in waits:
            begins.append(max((on for on in waits if on), default=started_on))
        elif mark.finished_on:
            begins.append(started_on)
        if begins:
            end = ends[found.slug]
            yield min(begins), end + DAY if end else today
