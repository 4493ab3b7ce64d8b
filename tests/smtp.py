"""A real SMTP server that keeps what it gets."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Letter:
    """What arrived: the envelope's addresses and the parsed message."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Parsed, with the line ends of a file instead of those of the wire."""
        parsed = email.message_from_bytes(self.raw.replace(b"\r\n", b"\n"), policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Sink:
    """The server's handler. `refuse` maps a recipient to the answer it gets at RCPT, such as `550 No such user`."""

    letters: list[Letter] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    offers: list[str] = field(default_factory=list)  # extensions that its EHLO lists besides the library's own
    url: str = ""

    async def handle_EHLO(self, _server: SMTP, session: Session, _: Envelope, host: str, said: list[str]) -> list[str]:
        session.host_name = host
        return [*said[:-1], *(f"250-{offer}" for offer in self.offers), said[-1]]

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _: list[str]) -> str:
        if answer := self.refuse.get(to):
            return answer
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(Letter(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return "250 Kept"


class _AnyPort(Controller):
    """The library's controller, on a port that the system picks: it would look for the port it was told."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def smtp_server() -> Iterator[Sink]:
    """A fresh server; `smtp_server.url` is an EMAIL_URL, `smtp_server.letters` what came."""
    with serving() as sink:
        yield sink


@contextmanager
def serving(**how: Any) -> Iterator[Sink]:
    """Run a fresh server; `how` is what the library takes, such as `ssl_context` or `tls_context`."""
    sink = Sink()
    controller = _AnyPort(sink, hostname="127.0.0.1", port=0, **how)
    controller.start()
    sink.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield sink
    finally:
        controller.stop()
