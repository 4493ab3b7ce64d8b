"""What a learner's progress was when a week began, as far as it was work. Pure.

What was done since then is taken out: ticks, hours and finishes. What was *said* since then stays: started, known,
skipped, set aside, chosen, another pace. So what a person says plans the week anew, and what they do moves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from roadmap.calendar import DAY
from roadmap.standing import Mark, Progress, up_to


def before_work_since(progress: Progress, since: date) -> Progress:
    """Return the progress without the work of a day and later; the very same where there was none."""
    marks = {slug: _before(mark, since) for slug, mark in progress.marks.items()}
    if all(marks[slug] is mark for slug, mark in progress.marks.items()):
        return progress
    return replace(progress, marks=marks)


def _before(mark: Mark, since: date) -> Mark:
    before = up_to(mark, since - DAY)
    is_finished_since = mark.finished_on is not None and mark.finished_on >= since
    if not is_finished_since and (before.ticks, before.entries) == (mark.ticks, mark.entries):
        return mark
    worked = [on for on, _ in before.ticks.values()] + [entry.on for entry in before.entries if entry.hours]
    begun = [*worked, mark.doing_on] if mark.doing_on else worked
    before = replace(before, began_on=min(begun, default=None))
    if is_finished_since or mark.state == "doing":
        state = "doing" if begun else "todo"
        before = replace(before, state=state, state_on=before.began_on, finished_on=None)
    return before if mark.doing_on or not is_finished_since else replace(before, state_event=0)
