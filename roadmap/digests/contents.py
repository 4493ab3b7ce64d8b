"""A letter as plain data: what the templates' slots are filled with, and what is kept until the letter is due.

Nothing in it depends on how a reader is reached: address, name and links with their signatures come in at the end.
"""

from __future__ import annotations

import math
from datetime import date
from itertools import takewhile
from typing import Any

from roadmap.bidi import isolated
from roadmap.document import Milestone, Resource, Step
from roadmap.news import Item
from roadmap.planning import PlannedStep
from roadmap.standing import Counts

from .letter import Letter, Outlook, Part, Worked, clean, in_hours
from .reading import Journey
from .words import CONFIRM, FAR, OUTLOOK, RESTING, turned

Data = dict[str, Any]

_COUNTED = {"told", "known_events"}
WORKED_NAMED, STEPS_NAMED, CONFIRMED = 6, 5, 3
BACK_AGAIN = " A few good weeks move it back as easily."
FORMATS = {
    "text": "to read",
    "pdf": "to read, PDF",
    "video": "to watch",
    "interactive": "interactive",
    "mixed": "to read and watch",
    None: "online",
}


def contents(letter: Letter) -> Data:
    """Return all that a letter says; only `skip`, the reason, where there is none to send."""
    if reason := letter.reason_against:
        return {"skip": reason}
    said = {
        "skip": "",
        "subject": letter.subject,
        "told": letter.told,
        "known_events": letter.known,
        "heading": letter.heading,
        "opening": letter.opening,
        "parts": [_part(part, letter.reading.reader.period) for part in letter.parts],
        "question": _question(letter),
    }
    cleaned: Data = _cleaned(said)
    return cleaned


def _cleaned(said: Any) -> Any:
    """Return what a letter says with every figure as text, and every text on one line without control characters.

    What the next letter goes by, and what is only true or not, stays as it is.
    """
    if isinstance(said, dict):
        return {key: value if key in _COUNTED else _cleaned(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_cleaned(item) for item in said]
    if said is None or isinstance(said, bool):
        return said
    return said if isinstance(said, str) and said.isprintable() else _on_one_line(str(said))


def _on_one_line(text: str) -> str:
    """Clean a text and keep the space that it begins with, where a sentence goes on."""
    return " " * text.startswith(" ") + clean(text)


def _part(part: Part, week: date) -> Data:
    journey, standing = part.journey, part.journey.standing
    counts = standing.counts
    return {
        "roadmap": journey.slug,
        "title": journey.title,
        "title_in_capitals": journey.title.upper(),
        "worked": _all_worked(part),
        "to_confirm": [_to_confirm(journey, found, week) for found in part.to_confirm[:CONFIRMED]],
        "next": _next(part),
        "is_finished": part.is_finished,
        "waiting": {"line": turned(RESTING, week)} if part.is_waiting else None,
        "outlook": _outlook(part.outlook, week),
        "news": _news(part),
        "percent": f"{standing.percent:g}",
        "done": {"count": counts.done, "milestones": _milestones(counts.done)},
        "known": _figure(counts.known),
        "skipped": _figure(counts.skipped),
        "counted": _counted(counts),
        "left": {
            "count": counts.left,
            "milestones": _milestones(counts.left),
            "hours": in_hours(math.ceil(standing.hours.left)),
        }
        if counts.left
        else None,
    }


def _milestones(count: int) -> str:
    return "milestone" if count == 1 else "milestones"


def _figure(count: int) -> Data | None:
    return {"count": count} if count else None


def _counted(counts: Counts) -> str:
    words = {"done": counts.done, "known before": counts.known, "skipped": counts.skipped}
    said = ", ".join(f"{count} {word}" for word, count in words.items() if count)
    return f": {said}" if said else ""


def _place(journey: Journey, milestone: str) -> Data:
    return {"roadmap": journey.slug, "milestone": milestone}


def _to_confirm(journey: Journey, milestone: Milestone, week: date) -> Data:
    ask = turned(CONFIRM, week).format(isolated(milestone.title))
    return {**_place(journey, milestone.slug), "step": "", "title": milestone.title, "ask": ask}


def _all_worked(part: Part) -> Data | None:
    if not part.worked:
        return None
    return {
        "milestones": [_worked(worked) for worked in part.worked[:WORKED_NAMED]],
        "more": _figure(len(part.worked[WORKED_NAMED:])),
        "stages": [{"title": stage.title} for stage in part.stages],
    }


def _worked(worked: Worked) -> Data:
    steps, more = worked.steps[:STEPS_NAMED], len(worked.steps[STEPS_NAMED:])
    line = " · ".join([*map(isolated, steps), *([f"and {more} more"] if more else [])])
    return {
        "verb": "Finished" if worked.is_finished else "Worked on",
        "title": worked.milestone.title,
        "logged": {"hours": in_hours(worked.logged_hours)} if worked.logged_hours else None,
        "line": {"steps": line} if line else None,
        "steps": [{"title": title} for title in steps],
        "steps_more": _figure(more),
    }


def _next(part: Part) -> Data | None:
    if not part.next:
        return None
    steps = [_step(step, part.journey) | {"number": number} for number, step in enumerate(part.next, 1)]
    return {"week": in_hours(part.journey.progress.hours_per_week), "steps": steps}


def _step(step: PlannedStep, journey: Journey) -> Data:
    rest = "" if step.is_finished_this_week else f" of {in_hours(step.remaining)}"
    return {
        **_place(journey, step.milestone.slug),
        "step": step.step.slug if step.step else "",
        "title": step.title,
        "of": {"title": step.milestone.title} if step.step else None,
        "hours": f"{in_hours(step.hours)}{rest}",
        "resource": _resource(step),
    }


def _resource(step: PlannedStep) -> Data | None:
    """Return what to open: what the step names, else what helps with it."""
    resource, use = step.resource, "With"
    if resource is None:
        resource, use = reference(step.milestone, step.step), "To look things up"
    if resource is None:
        return None
    kind = f"{FORMATS[resource.format]}, {'free' if resource.free else 'paid'}"
    return {"use": use, "title": resource.title, "url": resource.url, "kind": kind}


def reference(milestone: Milestone, step: Step | None) -> Resource | None:
    """Return what helps with a step that names no resource; None where the milestone has none.

    That is what the steps before it were done with, the nearest first, else what else there is; a free one if any is.
    """
    before = list(takewhile(lambda other: other is not step, milestone.steps))
    earlier = [milestone.resource_by_url.get(other.resource) for other in reversed(before)]
    return min(filter(None, [*earlier, *milestone.resources]), key=lambda found: not found.free, default=None)


def _outlook(outlook: Outlook | None, week: date) -> Data | None:
    if outlook is None:
        return None
    why = None
    if outlook.why:
        why = {"reasons": " ".join(outlook.why), "comfort": BACK_AGAIN if outlook.is_slower else ""}
    lead = (turned(OUTLOOK, week) if outlook.is_near else FAR).format(isolated(outlook.stage.title))
    return {"stage": outlook.stage.title, "lead": lead, "when": outlook.when, "why": why}


def _news(part: Part) -> Data | None:
    lines = [{"line": str(item), "pieces": _pieces(item, part.journey)} for item in part.news.lines]
    smaller = {"count": len(part.news.smaller)} if part.news.smaller else None
    return {"lines": lines, "smaller": smaller} if lines else None


def _pieces(item: Item, journey: Journey) -> list[Data]:
    """Return a sentence piece by piece, so that HTML can link what is a milestone."""
    return [
        {
            "plain": None if piece.milestone else {"text": piece.text},
            "linked": {**_place(journey, piece.milestone), "text": piece.text} if piece.milestone else None,
        }
        for piece in item.pieces
    ]


def _question(letter: Letter) -> Data | None:
    """Return the question, and the milestone in whose note it is answered."""
    for part in letter.parts:
        if part.next:
            milestone = part.next[0].milestone
            return {"text": letter.question, **_place(part.journey, milestone.slug), "title": milestone.title}
    return None
