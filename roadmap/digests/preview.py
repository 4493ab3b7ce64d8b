"""The letter that would leave now, composed on the way of those that do, and not sent."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from accounts.models import User
from roadmap.calendar import week_of
from roadmap.models import Digest

from . import briefs, compose, message

_KEYS = re.compile(r"(/digests/\w+/)[^/\s\"<>]+/")
_WORDS = {
    "nobody to write to": "There is nothing to write about: no roadmap is followed, or no address is confirmed.",
    "all finished": "The whole road is walked, and that was told. No more letters come.",
    "paused": "No letter comes during a pause.",
}


@dataclass(frozen=True)
class Preview:
    """A letter as bytes; empty, with the reason in a sentence, where none would leave."""

    raw: bytes = b""
    reason: str = ""

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw.replace(b"\r\n", b"\n"), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        assert part is not None
        return str(part.get_content())


def of(user: User, now: datetime) -> Preview:
    """Return the letter of the week at hand: with the ledger's own name for it where it is owed already."""
    reader, data = briefs.of([user.pk], now)[user.pk]
    if data is None:
        return Preview(reason="This letter cannot be composed; the log says why.")
    if reader.address is None or data["skip"]:
        return Preview(reason=_WORDS[data["skip"] or "nobody to write to"])
    period = week_of(now, reader.zone)
    owed = Digest.objects.filter(user=user, period=period).first()
    message_id = owed.message_id if owed else f"<preview@{message.sender().domain}>"
    return Preview(compose.compose(reader, data, kind="weekly", period=period, message_id=message_id, now=now).message)


def without_keys(text: str) -> str:
    """Return a letter's text or HTML whose buttons open nothing: they are the learner's alone."""
    return _KEYS.sub(r"\1…/", text)
