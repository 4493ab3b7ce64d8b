"""From claims to ready-made mails. A digest is written here and nowhere else: a preview is the bytes that are sent."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import links
from accounts.models import User
from roadmap.calendar import period_of
from roadmap.models import Digest
from roadmap.news import Item
from roadmap.planning import PlannedStep
from roadmap.standing import Counts

from . import message
from .letter import Letter, Part, Worked, clean, in_hours, letter_for
from .reading import read
from .verdicts import Claim, Envelope, Verdict

State = Digest.State
WIDTH = 76
STEPS_NAMED = 5
BEGINNING = re.compile(r" *(?:\d+\. |- )?")  # of a line: what follows is set below its first word
FORMATS = {
    "text": "to read",
    "pdf": "to read, PDF",
    "video": "to watch",
    "interactive": "interactive",
    "mixed": "to read and watch",
    None: "online",
}
BLANK_LINES = re.compile(r"\n\s*\n")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is ready for the wire."""

    envelope: Envelope
    message: bytes


def mails(claims: Sequence[Claim], now: datetime) -> tuple[dict[int, Mail], list[Verdict]]:
    """Compose the mails of a batch; return them by digest, and the verdict on each digest that gets none.

    One that cannot be composed fails alone; the rest go.
    """
    readings = read({claim.user_id for claim in claims}, now)
    ready: dict[int, Mail] = {}
    verdicts = []
    for claim in claims:
        reading = readings.get(claim.user_id)
        if reading is None or reading.reader.address is None or not reading.journeys:
            verdicts.append(Verdict(claim.id, State.SKIPPED, "nobody to write to"))
            continue
        try:
            letter = letter_for(reading)
            if letter.is_due:
                ready[claim.id] = compose(letter, claim, now)
            else:
                verdicts.append(Verdict(claim.id, State.SKIPPED, "all finished"))
        except Exception:
            log.exception("digest_not_composed", digest=claim.id)
            verdicts.append(Verdict(claim.id, State.FAILED, "could not be composed"))
    return ready, verdicts


def compose(letter: Letter, claim: Claim, now: datetime) -> Mail:
    """Write one letter as a mail."""
    reader = letter.reading.reader
    assert reader.address is not None
    token = links.unsubscribe_token(User(pk=claim.user_id))
    unsubscribe_url = links.absolute(reverse("digest_unsubscribe", args=[token]))
    text, html = render(letter, unsubscribe_url)
    mail = message.build(to=reader.address, name=reader.name, subject=letter.subject, text=text, html=html, now=now)
    mail["Message-ID"] = claim.message_id
    mail["List-Id"] = f"Waymark's weekly letter <weekly.{message.sender().domain}>"
    mail["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["X-Waymark-Period"] = period_of(claim.period)
    return Mail(Envelope(reader.address, letter.subject, letter.told), message.wire_bytes(mail))


def render(letter: Letter, unsubscribe_url: str) -> tuple[str, str]:
    """Return the text and the HTML of a letter."""
    context = {
        "site_url": settings.SITE_URL,
        "subject": letter.subject,
        "letter": letter,
        "name": clean(letter.reading.reader.name),
        "reader": letter.reading.reader,
        "parts": [_part(part) for part in letter.parts],
        "unsubscribe_url": unsubscribe_url,
        "plan_url": links.absolute(reverse("plan")),
        "settings_url": links.absolute(reverse("settings")),
    }
    text = as_letter(render_to_string("emails/digest.txt", context))
    return text, message.inlined(render_to_string("emails/digest.html", context))


def as_letter(text: str) -> str:
    """Return text as one would type it: no two blank lines together, long lines wrapped below their own beginning."""
    lines = BLANK_LINES.sub("\n\n", text).strip().splitlines()
    return "\n".join(_wrapped(line) for line in lines) + "\n"


def _wrapped(line: str) -> str:
    if len(line) <= WIDTH or "://" in line:
        return line
    beginning = BEGINNING.match(line)
    indent = " " * (beginning.end() if beginning else 0)
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False)


def _part(part: Part) -> dict[str, Any]:
    """Return what the templates say about one roadmap, with its links."""
    journey, standing = part.journey, part.journey.standing
    return {
        "title": journey.title,
        "url": links.absolute(reverse("roadmap", args=[journey.slug])),
        "worked": [_worked(worked) for worked in part.worked],
        "to_confirm": [{"title": m.title, "url": _milestone_url(journey.slug, m.slug)} for m in part.to_confirm],
        "news": [_news(item, journey.slug) for item in part.news.lines],
        "smaller_news": len(part.news.smaller),
        "next": [_step(step, journey.slug) for step in part.next],
        "is_finished": part.is_finished,
        "week": in_hours(journey.progress.hours_per_week),
        "percent": f"{standing.percent:g}",
        "counts": standing.counts,
        "counted": _counted(standing.counts),
        "hours_left": in_hours(math.ceil(standing.hours.left)) if standing.hours.left else "",
    }


def _counted(counts: Counts) -> str:
    words = {"done": counts.done, "known before": counts.known, "skipped": counts.skipped}
    return ", ".join(f"{count} {word}" for word, count in words.items() if count)


def _worked(worked: Worked) -> dict[str, Any]:
    return {
        "title": worked.milestone.title,
        "is_finished": worked.is_finished,
        "steps": worked.steps[:STEPS_NAMED],
        "more": len(worked.steps[STEPS_NAMED:]),
        "logged": f"{in_hours(worked.logged_hours)} logged" if worked.logged_hours else "",
    }


def _news(item: Item, roadmap: str) -> list[dict[str, str]]:
    """Return a sentence piece by piece, so that HTML can link what is a milestone."""
    return [
        {"text": piece.text, "url": _milestone_url(roadmap, piece.milestone) if piece.milestone else ""}
        for piece in item.pieces
    ]


def _step(step: PlannedStep, roadmap: str) -> dict[str, Any]:
    part = "" if step.is_finished_this_week else f" of {in_hours(step.remaining)}"
    resource = step.resource
    return {
        "title": step.title,
        "milestone": step.milestone.title if step.step else "",
        "hours": f"{in_hours(step.hours)}{part}",
        "url": _milestone_url(roadmap, step.milestone.slug),
        "resource": resource and resource.title,
        "resource_url": resource and resource.url,
        "resource_kind": resource and f"{FORMATS[resource.format]}, {'free' if resource.free else 'paid'}",
    }


def _milestone_url(roadmap: str, milestone: str) -> str:
    return links.absolute(reverse("milestone", args=[roadmap, milestone]))
