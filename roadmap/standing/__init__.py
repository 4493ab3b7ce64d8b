"""Where a learner stands: the only interpreter of progress. Pure: no Django, no clock.

`fold` turns appended events into `Progress`; `standing_of` reads it on an edition. Pages, plan.json, mail, export and
admin take the result.

**States.** `done` was learned here, `known` was brought along, `skipped` was left out on purpose; then `doing` and
`todo`. A step ticked or an hour logged on a milestone without a state, or on one that was put back to `todo`, makes it
`doing`; otherwise what the learner says stands. Taking the last tick back makes it `todo` again.

**My path**: every mandatory milestone; one member of each mandatory group; optional milestones and members of optional
groups that I took up (any state but `todo`, or chosen). The member of a group is
1. my explicit choice; where it was replaced, the member that replaces it in the same group;
2. else the earliest done or known, by the learner's date, then by the order of events;
3. else the one that a pair ties to an explicit choice of mine in any group. Pairs tie both ways: who chooses the Google
   certificate walks the Google cloud, also where the pair is written in the certificates' group;
4. else the default; a retired one gives way to what replaces it, then to the first live member.
A mandatory group rules its members: who is not the path member is off the path whatever its state, even if it is
marked optional (a member of an optional group as well can still come in through that one).

**Earned hours** of a milestone with L likely hours: L when done or known; 0 when skipped; else what its steps, loose
hours and credit carried over come to, up to 0.9 L. A step of h hours counts h when ticked, else the hours put into it,
up to h. `hours` has the rule by which logged hours go into steps, and what hours from before that rule count for. A
ticked step that the edition no longer has keeps the hours that its event recorded. The percentage is earned of all
hours, rounded down: skipping what is left never raises it. A path without any hours goes by its
milestones instead.

**Locks.** A milestone that is not over is locked by each direct prerequisite on my path that is neither done, known nor
skipped, and by each required group of which no member on my path is. The lock stays while it is true: a milestone that
was started anyway is `doing` and locked. What is not on my path never locks.

**Retired and replaced.** A retired milestone without successor stays on the path when it is done or known and leaves it
otherwise; one with successors leaves it. What replaces others is done when all that name it in `replaced_by` are done
or known, unless its own state was said later. Otherwise their earned hours count as earned in it, beside its own: they
reduce what is left, never the total, so a replacement moves no percentage back. An hour is credited once: a milestone
that is replaced by several shares its hours out by their likely hours. What replaces something begun is begun: without
a state of its own it is `doing`.
"""

from .changes import LastChange, described, fixed_changes, last_change, last_said, obstacle, undoable_change
from .events import (
    FINISHED,
    LOOSE,
    RULE,
    SATISFIED,
    Entry,
    Event,
    Mark,
    Progress,
    carry_forward,
    cut,
    fold,
    undone_changes,
)
from .hours import Into, beyond, counted_hours, hours_in, settle, settle_again, sizes_of, up_to
from .paths import Choice
from .position import Counts, Hours, MilestoneStanding, Standing, Sum, standing, standing_of, summed

__all__ = [
    "FINISHED",
    "LOOSE",
    "RULE",
    "SATISFIED",
    "Choice",
    "Counts",
    "Entry",
    "Event",
    "Hours",
    "Into",
    "LastChange",
    "Mark",
    "MilestoneStanding",
    "Progress",
    "Standing",
    "Sum",
    "beyond",
    "carry_forward",
    "counted_hours",
    "cut",
    "described",
    "fixed_changes",
    "fold",
    "hours_in",
    "last_change",
    "last_said",
    "obstacle",
    "settle",
    "settle_again",
    "sizes_of",
    "standing",
    "standing_of",
    "summed",
    "undoable_change",
    "undone_changes",
    "up_to",
]
