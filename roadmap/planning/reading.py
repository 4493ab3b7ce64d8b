"""Which days of a learner's past were open to learning at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from roadmap.document import Document
from roadmap.standing import MilestoneStanding, Standing

from .network import estimates_of
from .pauses import DAY, Pauses

_KEY = "planning.always_open"


def idle_spans(standing: Standing, *, started_on: date, today: date) -> tuple[tuple[date, date], ...]:
    """Return the spans of days on which nothing was open but what takes calendar time, or nothing at all.

    Worked out from when each milestone of today's path was finished; what is known was never open.
    """
    always_open = _always_open(standing.edition)
    if always_open is None or any(_is_ahead(standing.milestones[slug]) for slug in always_open):
        return ()
    return tuple(Pauses.of(_open_spans(standing, started_on, today)).between(started_on, today))


def _always_open(edition: Document) -> tuple[str, ...] | None:
    """Return what hours alone move and what waits for nothing; None where no milestone takes calendar time.

    Kept with the edition: while one of these is left, no day was idle.
    """
    if _KEY not in edition.derived:
        estimates = estimates_of(edition)
        slugs = (slug for slug, found in estimates.items() if not (found.weeks or found.before or found.is_optional))
        edition.derived[_KEY] = tuple(slugs) if any(found.weeks for found in estimates.values()) else None
    found: tuple[str, ...] | None = edition.derived[_KEY]
    return found


def _is_ahead(found: MilestoneStanding) -> bool:
    return found.on_path and found.is_left


def _open_spans(standing: Standing, started_on: date, today: date) -> Iterator[tuple[date, date]]:
    """Yield when each milestone that hours alone move was open."""
    estimates, milestones = estimates_of(standing.edition), standing.milestones
    for found in milestones.values():
        estimate, mark = estimates[found.slug], found.mark
        if not found.on_path or estimate.weeks or found.effective_state == "known":
            continue
        begins = [mark.began_on] if mark.began_on else []
        waits = [_end(milestones[slug], started_on) for slug in estimate.before if milestones[slug].on_path]
        if estimate.is_optional:
            begins.append(mark.state_on or today)
        elif None not in waits:
            begins.append(max((on for on in waits if on), default=started_on))
        elif mark.finished_on:
            begins.append(started_on)
        if begins:
            end = _end(found, started_on)
            yield min(begins), end + DAY if end else today


def _end(found: MilestoneStanding, started_on: date) -> date | None:
    """Return when a milestone was reached; None while it is left."""
    return None if found.is_left else found.mark.finished_on or found.mark.state_on or started_on
