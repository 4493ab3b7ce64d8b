"""What the site says after a change, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from roadmap.bidi import isolated
from roadmap.document import Document, Milestone
from roadmap.models import Event
from roadmap.projection import happenings
from roadmap.standing import LOOSE, LastChange, described
from roadmap.templatetags.learning import hours

HOURS_IN_A_DAY = 24
_STATE = {
    "todo": "{} is on your list again.",
    "doing": "{} is in progress.",
    "done": "{} is done. Well walked!",
    "known": "{} counts as known already.",
    "skipped": "{} is skipped.",
}
_STATE_WORD = {"todo": "to do", "doing": "in progress", "done": "done", "known": "known", "skipped": "skipped"}


def quoted(title: str) -> str:
    return f"“{isolated(title)}”"


HINT_PUT_AWAY = "Put away, for four weeks at least. Your plan counts with the pace you really have, as before."


def welcome(title: str, *, is_back: bool) -> str:
    if is_back:
        return f"Welcome back to {quoted(title)}. Everything you did is still here."
    return f"You are on the way to {quoted(title)}. Your first steps are below."


def farewell(title: str) -> str:
    return f"You no longer follow {quoted(title)}. What you did is kept, and comes back when you start again."


def pace(*, hours_per_week: float, target_on: date | None) -> str:
    by = f", to be there by {day(target_on)}" if target_on else ""
    return f"You now have {hours(hours_per_week)} hours a week{by}."


def paused(*, starts_on: date, until: date, today: date) -> str:
    begins = f"from {day(starts_on)} " if starts_on > today else ""
    return f"Paused {begins}until {day(until)}. Nothing counts as late meanwhile."


def resumed(*, has_begun: bool) -> str:
    if has_begun:
        return "Welcome back. Your plan goes on from today."
    return "No pause is planned any more. Your plan goes on as it was."


def in_hours(amount: float) -> str:
    return f"{hours(amount)}\N{NO-BREAK SPACE}h"


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def step(title: str, *, done: bool) -> str:
    return f"Ticked, in {quoted(title)}." if done else f"The tick in {quoted(title)} is gone."


def hours_put_in(milestone: Milestone, events: Sequence[Event]) -> str:
    """Say what became of an entry of hours: how many, where they went, and what looks like a slip."""
    if not events:
        return f"That was said already for {quoted(milestone.title)}. It counts once."
    entry = events[0].data
    amount, was = entry["hours"], entry["was"]
    if was and not amount:
        return f"The entry for {quoted(milestone.title)} is taken out."
    where = _where(milestone, entry["into"])
    if was is None:
        said = f"{in_hours(amount)} for {quoted(milestone.title)}, noted{where}."
    elif was != amount:
        said = f"{in_hours(was)} became {in_hours(amount)} for {quoted(milestone.title)}{where}."
    else:
        said = f"Corrected: {in_hours(amount)} for {quoted(milestone.title)}{where}."
    return said + _doubt(amount, entry["beyond"])


def _doubt(amount: float, beyond: float) -> str:
    """Say what of an entry counts nothing, or ask whether it is meant."""
    if beyond:
        return f" {in_hours(beyond)} of them are kept but count nothing more: the step has all its hours."
    if amount > HOURS_IN_A_DAY:
        return " Was that on one day? If it was a slip, undo or correct it."
    return ""


def _where(milestone: Milestone, into: Mapping[str, float]) -> str:
    """Say where hours went: the step by its title where there is one, and what lies beside the steps."""
    steps = [(step, into[step.slug]) for step in milestone.steps if step.slug in into]
    if not steps:
        return ""
    loose = f", {in_hours(into[LOOSE])} beside the steps" if LOOSE in into else ""
    if len(steps) == 1:
        step, amount = steps[0]
        return f": {in_hours(amount)} into {quoted(step.title)}{loose}"
    return f": {in_hours(sum(amount for _, amount in steps))} into {len(steps)} steps{loose}"


def choice(document: Document, group: str, chosen: str | None) -> str:
    title = document.group_by_slug[group].title if group in document.group_by_slug else group
    if chosen is None:
        return f"The choice {quoted(title)} is open again."
    return f"Chosen for {quoted(title)}: {isolated(document.by_slug[chosen].title)}."


def brought_along(known: int, doing: int) -> str:
    if not known and not doing:
        return "Nothing brought along: you start at the beginning, and everything is still ahead."
    return f"{known} known already, {doing} in progress. They count from now on."


def state(title: str, wished: str) -> str:
    return _STATE[wished].format(isolated(title))


def taken_back(document: Document, events: Sequence[Event], *, is_named: bool) -> str:
    """Say what an undo took back; `events` are those of one change, none where that was taken back before."""
    if not events:
        return "That was taken back already." if is_named else "There is nothing left to undo."
    return f"Taken back: {changed(document, described(happenings(events)))}."


def changed(document: Document, change: LastChange) -> str:
    """Name what a change was, to go on a sentence or to stand on a button."""
    if change.events > 1 and change.kinds != (Event.Kind.STATE,):
        return "the change to your plan"
    if change.events > 1:
        return f"what you brought along, {change.events} milestones"
    return _event(document, change)


def _event(document: Document, event: LastChange) -> str:
    found = document.by_slug.get(event.milestone)
    title = found.title if found else event.milestone
    data = event.data
    if event.kind == Event.Kind.STATE:
        return f"{quoted(title)} as {_STATE_WORD[data['state']]}"
    if event.kind == Event.Kind.STEP:
        return f"{'a tick' if data['done'] else 'removing a tick'} in {quoted(title)}"
    if event.kind == Event.Kind.HOURS:
        return (
            f"{'a correction to' if data.get('corrects') else ''} {in_hours(data['hours'])} for {quoted(title)}".strip()
        )
    if event.kind == Event.Kind.NOTE:
        return f"your last note on {quoted(title)}"
    if event.kind == Event.Kind.CHOSE:
        group = document.group_by_slug.get(data["group"])
        return f"your choice in {quoted(group.title if group else data['group'])}"
    return f"the change to {hours(data['hours_per_week'])} hours a week"
