"""Mails as files: one `.eml` each, named so that the names sort by time."""

from __future__ import annotations

import email
import email.policy
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
# A code to type in, alone on its line: six digits, or allauth's dashed groups.
CODE = re.compile(r"^\s*([0-9]{6}|[A-Z0-9]{3,4}(?:-[A-Z0-9]{3,4})+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class StoredMail:
    """One delivered mail, read from its file when something is asked of it."""

    name: str
    raw: bytes

    @property
    def delivered_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.name.split("-")[0]) / 1e9, UTC)

    @cached_property
    def message(self) -> EmailMessage:
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @cached_property
    def text(self) -> str:
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        return self._part("html")

    @property
    def code(self) -> str:
        """The code to type in that the mail carries, if it carries one."""
        found = CODE.search(self.text)
        return found[1] if found else ""

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content().replace("\r\n", "\n") if part is not None else ""


def folder() -> Path:
    """Return where the mails lie."""
    return Path(settings.VAR_DIR) / "mail"


def deliver(message: bytes) -> str:
    """Write one message and return its name. Either the whole file appears or none; a full disk is an `OSError`."""
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    unfinished = place / f"{name}.tmp"
    try:
        unfinished.write_bytes(message)
        unfinished.rename(place / f"{name}.eml")
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return name


def mails(*, to: str = "") -> Iterator[StoredMail]:
    """Yield the mails, newest first; only those whose recipients contain `to`, in any case of letters."""
    wanted = to.casefold()
    for path in sorted(folder().glob("*.eml"), reverse=True):
        mail = StoredMail(path.stem, path.read_bytes())
        # Parsing is what takes time: only where the letters occur at all.
        if wanted.encode() in mail.raw.lower() and wanted in mail.to.casefold():
            yield mail


def mail(name: str) -> StoredMail | None:
    """Return one mail by its name, or nothing."""
    path = folder() / f"{name}.eml"
    return StoredMail(name, path.read_bytes()) if NAME.fullmatch(name) and path.is_file() else None
