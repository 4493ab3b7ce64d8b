"""What a learner's progress was when a week began, as far as it was work. Pure.

What was done since then is taken out: ticks, hours and finishes. What was *said* since then stays: started, known,
skipped, set aside, chosen, another pace. So what a person says plans the week anew, and what they do moves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from roadmap.standing import Mark, Progress


def before_work_since(progress: Progress, since: date) -> Progress:
    """Return the progress without the work of a day and later; the very same where there was none."""
    marks = {slug: _before(mark, since) for slug, mark in progress.marks.items()}
    if all(marks[slug] is mark for slug, mark in progress.marks.items()):
        return progress
    return replace(progress, marks=marks)


def _before(mark: Mark, since: date) -> Mark:
    ticks = {step: tick for step, tick in mark.ticks.items() if tick[0] < since}
    logged = tuple(entry for entry in mark.logged if entry[1] < since)
    is_finished_since = mark.finished_on is not None and mark.finished_on >= since
    if not is_finished_since and len(ticks) == len(mark.ticks) and len(logged) == len(mark.logged):
        return mark
    worked = [on for on, _ in ticks.values()] + [on for _, on, _ in logged]
    said_on = _doing_on(mark)
    begun = [*worked, said_on] if said_on else worked
    before = replace(mark, ticks=ticks, logged=logged, began_on=min(begun, default=None))
    if is_finished_since or mark.state == "doing":
        state = "doing" if begun else "todo"
        before = replace(before, state=state, state_on=before.began_on, finished_on=None)
    return before if said_on or not is_finished_since else replace(before, state_event=0)


def _doing_on(mark: Mark) -> date | None:
    """Return when somebody said that it was under way, where no work tells."""
    days = {on for on, _ in mark.ticks.values()} | {on for _, on, _ in mark.logged}
    return mark.began_on if mark.state_event and mark.began_on not in days else None
