"""The letter that would leave now, composed on the way of those that do, and not sent."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage

from accounts.models import User
from roadmap.calendar import week_of
from roadmap.models import Digest

from . import briefs, compose, message, planner, reach

_KEYS = re.compile(r"(/digests/\w+/)[^/\s\"<>]+/")
_NONE_LEAVES = {
    "inactive": "No letter leaves: the account is inactive.",
    "unverified": "No letter leaves: no address is confirmed.",
    "unsubscribed": "No letter leaves: weekly letters are switched off.",
    "paused": "No letter comes during a pause.",
    "snoozed": "The next letter stays away, as was asked for.",
    "suppressed": "No letter leaves: mail to this address came back, or somebody complained about it.",
    "not enrolled": "There is nothing to write about: no roadmap is followed.",
    "roadmap withdrawn": "There is nothing to write about: the roadmap was withdrawn.",
    "all finished": "The whole road is walked. No more letters come.",
    "first days": "The first letter comes three days after the beginning at the earliest.",
    "silent": "After three weeks of silence a letter asked whether to pause. The next one comes after a visit.",
    "nobody to write to": "There is nobody to write to, or nothing to write about.",
}
_PASSING = {"", "paused", "snoozed", "first days"}  # what ends by itself


@dataclass(frozen=True)
class Preview:
    """A letter as bytes, and where none would leave the reason in a sentence; without bytes there is none to show.

    `comes_on` is the reader's day of the next one, unless something has to happen first.
    """

    raw: bytes = b""
    reason: str = ""
    kind: str = Digest.Kind.WEEKLY
    comes_on: date | None = None

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
    """Return the letter of the week at hand: with the ledger's own name for it where it is owed already.

    Who would get none now is told why, and shown what it would say.
    """
    found = reach.of(user.pk, now)
    reason = reach.reason_against(found, now)
    owed = Digest.objects.filter(user=user, settled_at=None).order_by("-period").first()
    period = owed.period if owed else week_of(now, found.zone)
    reader, data = briefs.of({user.pk: period}, now)[user.pk]
    if data is None:
        return Preview(reason="This letter cannot be composed; the log says why.")
    if reader.address is None or data["skip"]:
        return Preview(reason=_NONE_LEAVES[reason or data["skip"] or "nobody to write to"])
    kind = owed.kind if owed and owed.kind == Digest.Kind.WEEKLY else reach.kind_for(found, now)
    message_id = owed.message_id if owed else f"<preview@{message.sender().domain}>"
    mail = compose.compose(reader, data, kind=kind, period=period, message_id=message_id, now=now)
    comes_on = planner.next_letter_on(user.pk, now) if reason in _PASSING else None
    return Preview(mail.message, reason=_NONE_LEAVES.get(reason, ""), kind=kind, comes_on=comes_on)


def without_keys(text: str) -> str:
    """Return a letter's text or HTML whose buttons open nothing: they are the learner's alone."""
    return _KEYS.sub(r"\1…/", text)
