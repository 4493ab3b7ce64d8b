"""From claims to ready-made mails. A digest is written here and nowhere else: a preview is the bytes that are sent."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts import zones
from roadmap.bidi import ISOLATES, isolated
from roadmap.calendar import period_of
from roadmap.models import Digest

from . import briefs, buttons, message
from .alone import alone
from .buttons import Wish
from .contents import Data
from .letter import clean
from .reading import Reader
from .skeleton import Skeleton
from .verdicts import Claim, Envelope, Verdict

State = Digest.State
WIDTH = 76
BEGINNING = re.compile(r" *(?:\d+\. |[-✓] )?")  # of a line: what follows is set below its first word
LONG_LINE = re.compile(rf"^.{{{WIDTH + 1},}}$", re.MULTILINE)
BLANK_LINES = re.compile(r"\n\s*\n")
TEMPLATES = {"weekly": "digest", "question": "pause"}  # by the kind of a digest
PAUSE_SUBJECT = "Shall we pause?"
REMEMBERED = 4_096  # titles and the like; most come again with the next learner


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is ready for the wire."""

    envelope: Envelope
    message: bytes


def mails(claims: Sequence[Claim], now: datetime) -> Iterator[tuple[Claim, Mail | Verdict]]:
    """Yield each claimed digest with its mail, composed when it is asked for, or the verdict on one that gets none.

    One that cannot be composed fails alone; the rest go.
    """
    found = briefs.of({claim.user_id: claim.period for claim in claims}, now)
    for claim in claims:
        yield claim, _mail(claim, *found.get(claim.user_id, (None, None)), now=now)


def _mail(claim: Claim, reader: Reader | None, data: Data | None, *, now: datetime) -> Mail | Verdict:
    if reader is None or reader.address is None:
        return Verdict(claim.id, State.SKIPPED, "nobody to write to")
    if data is None:
        return Verdict(claim.id, State.FAILED, "could not be composed")
    if data["skip"]:
        return Verdict(claim.id, State.SKIPPED, data["skip"])
    with alone("digest_not_composed", digest=claim.id):
        return compose(reader, data, kind=claim.kind, period=claim.period, message_id=claim.message_id, now=now)
    return Verdict(claim.id, State.FAILED, "could not be composed")


def compose(reader: Reader, data: Data, *, kind: str, period: date, message_id: str, now: datetime) -> Mail:
    """Write one letter as a mail; `data` is what it says (`contents`), `kind` which letter it is (`Digest.Kind`)."""
    assert reader.address is not None
    asks = kind == "question"
    subject = PAUSE_SUBJECT if asks else data["subject"]
    unsubscribe_url = buttons.unsubscribe_url(reader.user_id)
    text, page = _bodies(reader, {**data, "subject": subject}, kind, unsubscribe_url)
    raw = message.build(
        to=reader.address,
        name=reader.name,
        subject=subject,
        text=text,
        html=page,
        now=now,
        headers={
            "Message-ID": message_id,
            "List-Id": f"Waymark's weekly letter <weekly.{message.sender().domain}>",
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "X-Waymark-Period": period_of(period),
        },
    )
    told, known = (reader.told, {}) if asks else (data["told"], data["known_events"])
    return Mail(Envelope(reader.address, subject, told, known), raw)


def _bodies(reader: Reader, data: Data, kind: str, unsubscribe_url: str) -> tuple[bytes, bytes]:
    """Fill in what depends on the reader; return text and HTML, encoded."""
    name, user = clean(reader.name), reader.user_id
    parts = [_with_buttons(part, user) for part in data["parts"]]
    steps = [step for part in parts if part["next"] for step in part["next"]["steps"]]
    personal: dict[str, Any] = {
        **data,
        "parts": parts,
        "buttons": {"steps": steps} if steps else None,  # in text they stand below the letter
        "to_whom": f" {name}" if name else "",
        "weekday": reader.weekday_name,
        "hour": str(reader.hour),
        "timezone": reader.timezone,
        "unsubscribe_url": unsubscribe_url,
        "day_url": buttons.url(Wish.DAY, user),
        "snooze_url": buttons.url(Wish.SNOOZE, user),
        "pause_url": buttons.url(Wish.PAUSE, user),
    }
    text, page = skeletons(TEMPLATES[kind], settings.SITE_URL)
    return message.encoded(as_letter("".join(text.fill(personal)))), b"".join(page.fill(personal))


def _with_buttons(part: Data, user: int) -> Data:
    asked = [{**found, "done_url": _button(Wish.DONE, user, found)} for found in part["to_confirm"]]
    if not part["next"]:
        return {**part, "to_confirm": asked}
    steps = [
        {**step, "done_url": _button(Wish.DONE, user, step), "hours_url": _button(Wish.HOURS, user, step)}
        for step in part["next"]["steps"]
    ]
    return {**part, "to_confirm": asked, "next": {**part["next"], "steps": steps}}


def _button(wish: Wish, user: int, on: Data) -> str:
    return buttons.url(wish, user, on["roadmap"], on["milestone"], on["step"])


@cache
def skeletons(name: str, site_url: str) -> tuple[Skeleton[str], Skeleton[bytes]]:
    """Return the text and the HTML of a mail, ready to be filled: templates and styles are worked out once."""
    context = {"site_url": site_url, "subject": "[[subject]]"}
    page = message.inlined(render_to_string(f"emails/{name}.html", context))
    return (
        Skeleton(render_to_string(f"emails/{name}.txt", context), fixed=str, personal=_isolated),
        Skeleton(page, fixed=message.encoded, personal=_escaped),
    )


def make_ready() -> None:
    """Make what all mails share, so that no claimed digest waits for it."""
    for name in TEMPLATES.values():
        skeletons(name, settings.SITE_URL)
    for wish in Wish:
        buttons.url(wish, 0)
    for name in zones.allowed():
        zones.zone(name)


@lru_cache(maxsize=REMEMBERED)
def _escaped(text: str) -> bytes:
    return message.encoded(html.escape(_isolated(text)))


def _isolated(value: Any) -> str:
    """Keep what runs from right to left apart from our words around it, unless that was done within a sentence."""
    text = str(value)
    return text if ISOLATES[0] in text else isolated(text)


def as_letter(text: str) -> str:
    """Return text as one would type it: no two blank lines together, long lines wrapped below their own beginning."""
    return LONG_LINE.sub(_wrapped, BLANK_LINES.sub("\n\n", text).strip()) + "\n"


def _wrapped(found: re.Match[str]) -> str:
    """Break a line at its spaces; one with a link stays whole, or nobody could open it."""
    line = found[0]
    if "://" in line:
        return line
    beginning = BEGINNING.match(line)
    indent = begins = beginning.end() if beginning else 0
    lines, room, start = [], WIDTH, ""
    while len(line) > room and (end := line.rfind(" ", begins, room + 1)) > 0:
        lines.append(start + line[:end])
        start, room, line = " " * indent, WIDTH - indent, line[end + 1 :]
        begins = 0
    return "\n".join([*lines, start + line])
