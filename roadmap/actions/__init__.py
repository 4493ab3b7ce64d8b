"""Writes: what a learner does, one atomic verb each.

Every verb locks the enrolment, appends its events under one `change`, applies them to the projection (an undo folds all
events again), and returns what it appended: nothing when the wish was already fulfilled, so that a form posted twice
counts once. `edition` is the number of the edition that the learner saw; what was live there can be marked, whatever
has been published since. `today` and `on` are the learner's local dates.
"""

from .change import Events, NotAMemberError, RefusedError, UnknownError
from .following import dismiss, dismiss_pace_hint, enrol, leave, replan
from .hours import HOURS_DECIMALS, log_hours
from .marking import choose, mark, note, place, tick
from .undoing import undo

__all__ = [
    "HOURS_DECIMALS",
    "Events",
    "NotAMemberError",
    "RefusedError",
    "UnknownError",
    "choose",
    "dismiss",
    "dismiss_pace_hint",
    "enrol",
    "leave",
    "log_hours",
    "mark",
    "note",
    "place",
    "replan",
    "tick",
    "undo",
]
