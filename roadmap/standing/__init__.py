"""Where a learner stands: the only interpreter of progress. Pure: no Django, no clock.

`fold` turns appended events into `Progress`; `standing_of` reads it on an edition. Pages, plan.json, mail, export and
admin take the result. The rules are the contract's "Progress: what counts"; where it leaves a choice, it was this:

- **A step ticked or an hour logged** on a milestone without a state makes it `doing`; what the learner says of a state
  stands. Taking the last tick back makes it `todo` again. Work on what was put back to `todo` makes it `doing`.
- **A mandatory group rules its members.** One that is not the path member stays off the path whatever its state, even
  if it is marked optional; a member of both a mandatory and an optional group also comes in through the optional one.
- **A choice of mine** that `pairs_with` ties to is an explicit one, in any group. Pairs tie both ways: who chooses the
  Google certificate walks the Google cloud, also where the pair is written in the certificates' group.
- **"Earliest"** goes by the learner's date, then by the order of events.
- **A choice of a member that was replaced** means the member that replaces it in the same group. A retired default
  gives way to its replacement, then to the first member that is live; a group without any asks for nothing.
- **A required optional group** locks only when one of its members is on the path and none of those is satisfied.
- **A lock stays while it is true.** A milestone that was started anyway is `doing` and locked; finished, known, skipped
  and retired ones are never locked.
- **Credit.** What replaces a milestone is done when all that name it in `replaced_by` are done or known, unless its own
  state was marked later. Otherwise their earned hours count as earned in it, on top of its own, up to nine tenths:
  they reduce what is left, never the total, so a replacement moves no percentage back. An hour is credited once: one
  that is replaced by several shares its hours out by their likely hours. What has credit but no state is `doing`.
- **Skipping** what is left never raises the percentage. (Skipping a finished group member can hand the path to
  another finished one; that is the contract's rule of the path.)
"""

from .events import FINISHED, SATISFIED, Event, Mark, Progress, fold, undoable_change
from .paths import Choice
from .position import Counts, Hours, MilestoneStanding, Standing, Sum, standing, standing_of, summed

__all__ = [
    "FINISHED",
    "SATISFIED",
    "Choice",
    "Counts",
    "Event",
    "Hours",
    "Mark",
    "MilestoneStanding",
    "Progress",
    "Standing",
    "Sum",
    "fold",
    "standing",
    "standing_of",
    "summed",
    "undoable_change",
]
