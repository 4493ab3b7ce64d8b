"""Hands one ready-made mail to a mail server, and knows what became of it."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, Self

from django.conf import settings
from django.core.mail.message import sanitize_address

from accounts.mailbox import store

from .message import sender
from .session import GO_ON, TAKEN, PhaseSMTP, PhaseSMTPS

REPLY_LENGTH = 500
CODES = range(200, 600)  # of SMTP; `smtplib` calls a line without one -1
AUTH_AND_CLOSING = {421, 454, 530, 534, 535, 538}
BAD_ADDRESS = {550, 551, 553}
UNSPEAKABLE = re.compile(r"[\0\r\n<>]")


class Fate(Enum):
    """What became of a mail that was handed over."""

    SENT = "sent"
    DEFERRED = "deferred"  # 4xx: this mail, later
    REFUSED = "refused"  # the address does not exist
    REJECTED = "rejected"  # 5xx: this mail, never
    AWAY = "away"  # the server, not the mail: nobody's attempt is burned
    LOST = "lost"  # gone before the final dot: not delivered
    UNCERTAIN = "uncertain"  # gone after the final dot: perhaps delivered


@dataclass(frozen=True, slots=True)
class Outcome:
    """A fate, with the server's own words."""

    fate: Fate
    code: int | None = None
    reply: str = ""

    @classmethod
    def of(cls, fate: Fate, code: int | None, reply: bytes | str) -> Outcome:
        """Build one from what the server said; the reply is made safe to store and to show."""
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        printable = "".join(c if c.isprintable() else " " for c in text)
        known = code if code is not None and code in CODES else None
        return cls(fate, known, " ".join(printable.split())[:REPLY_LENGTH])


def nothing() -> None:
    """Do nothing: what there is to do while a server thinks, unless somebody knows better."""


class Transport(Protocol):
    """Something that takes mails: one address and the bytes of one message at a time.

    It may be told to which address the next one goes, `then`, and what to do `meanwhile`, until the answer comes: that
    must not raise anything, which would be taken for the wire's.
    """

    name: str

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def send(
        self, address: str, message: bytes, /, *, then: str = "", meanwhile: Callable[[], object] = nothing
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mail goes: what `EMAIL_URL` says."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    use_starttls: bool = False
    use_tls: bool = False
    timeout_seconds: float = 20.0


class SMTPTransport:
    """Sends over one connection that is kept open from mail to mail."""

    def __init__(self, server: Server, *, sender: str) -> None:
        self.name = f"{server.host}:{server.port}" if server.port else server.host
        self._server = server
        self._sender = sender
        self._session: PhaseSMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye; what the server thinks of that changes nothing."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.leave()
        except (smtplib.SMTPException, OSError):
            session.close()

    def send(
        self, address: str, message: bytes, /, *, then: str = "", meanwhile: Callable[[], object] = nothing
    ) -> Outcome:
        """Send one message (CRLF lines, 7-bit) to one address.

        A kept-open connection may have gone stale unnoticed: then the mail is tried once more on a new one, at once,
        which is safe since it is known that the first attempt never got to its end. Whoever is ended on the way hangs
        up: to a server that waits for a message, a goodbye would be a line of it.
        """
        had_connection = self._session is not None
        try:
            outcome = self._attempt(address, message, then, meanwhile)
            if outcome.fate is Fate.LOST and had_connection:
                outcome = self._attempt(address, message, then, meanwhile)
        except BaseException:
            self._drop()
            raise
        return outcome

    def _attempt(self, address: str, message: bytes, then: str, meanwhile: Callable[[], object]) -> Outcome:
        try:
            path = _path(address)
        except ValueError as error:  # an address that cannot be put into a command
            return Outcome.of(Fate.REJECTED, None, type(error).__name__)
        if self._session is not None and self._session.announced not in {"", path}:
            self._drop()  # it waits for another mail
        try:
            session = self._session or self._connect()
        except smtplib.SMTPResponseException as error:
            return Outcome.of(Fate.AWAY, error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            return Outcome.of(Fate.AWAY, None, f"{type(error).__name__}: {error}")
        self._session = session
        try:
            replies = session.announce(self._sender, path)
            if len(replies) < len(TAKEN) or replies[-1][0] != GO_ON:
                outcome = _refusal(replies)
            else:
                next_path = _path_or_none(then)
                code, reply = session.deliver(message, sender=self._sender, then=next_path, meanwhile=meanwhile)
                outcome = Outcome.of(_fate_at_dot(code), code, reply)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Outcome.of(
                Fate.UNCERTAIN if session.dot_sent else Fate.LOST, None, f"{type(error).__name__}: {error}"
            )
        if outcome.fate in {Fate.AWAY, Fate.UNCERTAIN}:
            self._drop()
        elif outcome.fate is not Fate.SENT:
            self._reset(session)
        return outcome

    def _connect(self) -> PhaseSMTP:
        """Open, encrypt and authenticate a session; an error here is the server's or the settings', never a mail's."""
        server = self._server
        place: dict[str, Any] = {"host": server.host, "port": server.port, "timeout": server.timeout_seconds}
        secure = ssl.create_default_context
        session = PhaseSMTPS(**place, context=secure()) if server.use_tls else PhaseSMTP(**place)
        try:
            assert session.sock is not None
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.use_starttls:
                session.starttls(context=secure())
            if server.user:
                session.login(server.user, server.password)
            else:
                session.ehlo_or_helo_if_needed()
        except BaseException:
            session.close()
            raise
        return session

    def _reset(self, session: PhaseSMTP) -> None:
        try:
            session.start_over()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None


class MailboxTransport:
    """Delivers into the mailbox of the embedded stack."""

    name = "The mailbox of this machine"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def send(
        self, _address: str, message: bytes, /, *, then: str = "", meanwhile: Callable[[], object] = nothing
    ) -> Outcome:
        del then, meanwhile  # a folder answers at once
        try:
            store.deliver(message)
        except OSError as error:
            return Outcome.of(Fate.AWAY, None, f"{type(error).__name__}: {error.strerror}")
        return Outcome.of(Fate.SENT, 250, "Delivered to the mailbox")


def _path(address: str) -> str:
    """Return an address as commands name it; raise `ValueError` for one that would end its command, or its brackets."""
    ascii_address = address if address.isascii() else sanitize_address(address, "utf-8")
    if UNSPEAKABLE.search(ascii_address):
        raise ValueError("not an address for a command")
    return ascii_address


def _path_or_none(address: str) -> str:
    """Return an address as commands name it; empty for one that cannot be named, which its own turn will show."""
    try:
        return address and _path(address)
    except ValueError:
        return ""


def _is_refusal(code: int) -> bool:
    return 400 <= code < 600


def _is_passing(code: int) -> bool:
    return 400 <= code < 500 and code not in AUTH_AND_CLOSING


def _refusal(replies: Sequence[tuple[int, bytes]]) -> Outcome:
    """Judge what was said to an announced mail, the last of it a refusal."""
    code, reply = replies[-1]
    if not _is_refusal(code):  # an answer to something else, or none at all: no word of this session is to be trusted
        return Outcome.of(Fate.AWAY, code, reply)
    if len(replies) == 2:
        return Outcome.of(_fate_at_recipient(code, reply), code, reply)
    fate = _fate_at_dot(code)
    # Before a recipient is named the server speaks about us, not about the learner's mail.
    return Outcome.of(Fate.AWAY if fate is Fate.REJECTED and len(replies) == 1 else fate, code, reply)


def _fate_at_dot(code: int) -> Fate:
    """Judge the answer to a message; one that is neither yes nor no leaves open what became of it."""
    if code == 250:
        return Fate.SENT
    if not _is_refusal(code):
        return Fate.UNCERTAIN
    if code in AUTH_AND_CLOSING:
        return Fate.AWAY
    return Fate.DEFERRED if _is_passing(code) else Fate.REJECTED


def _fate_at_recipient(code: int, reply: bytes) -> Fate:
    """Judge a refused recipient; a refusal for reasons of policy (5.7.x) says nothing about the address."""
    if code in AUTH_AND_CLOSING:
        return Fate.AWAY
    if _is_passing(code):
        return Fate.DEFERRED
    return Fate.REFUSED if code in BAD_ADDRESS and not re.match(rb"5\.7\.", reply) else Fate.REJECTED


def from_settings() -> Transport:
    """Build the transport that `EMAIL_URL` asks for."""
    if settings.EMAIL_URL.startswith("mailbox:"):
        return MailboxTransport()
    use_starttls = getattr(settings, "EMAIL_USE_TLS", False)
    server = Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT or (587 if use_starttls else 0),  # 0: the protocol's own
        user=settings.EMAIL_HOST_USER or "",
        password=settings.EMAIL_HOST_PASSWORD or "",
        use_starttls=use_starttls,
        use_tls=getattr(settings, "EMAIL_USE_SSL", False),
        timeout_seconds=settings.EMAIL_TIMEOUT,
    )
    return SMTPTransport(server, sender=sender().addr_spec)
