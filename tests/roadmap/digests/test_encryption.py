"""Letters go out encrypted where the settings say so, and nothing that was said in the clear counts."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from roadmap.digests.transport import Fate, Server, SMTPTransport
from tests.faults.hostile_smtp import HostileServer
from tests.roadmap.digests.test_transport import MESSAGE
from tests.smtp import Sink, serving

PEOPLE = ["ann@example.org", "bob@example.org", "cid@example.org"]
OURS = "waymark@example.org"


def wire_to(port: int, **how: Any) -> SMTPTransport:
    return SMTPTransport(Server("127.0.0.1", port, timeout_seconds=5, **how), sender=OURS)


@pytest.fixture(params=["STARTTLS", "from the first byte"])
def real(request: pytest.FixtureRequest, encrypted: ssl.SSLContext) -> Iterator[tuple[Sink, SMTPTransport]]:
    """A real server that takes letters encrypted only, and a wire to it."""
    is_late = request.param == "STARTTLS"
    how = {"tls_context": encrypted, "require_starttls": True} if is_late else {"ssl_context": encrypted}
    with serving(**how) as sink:
        port = int(sink.url.rpartition(":")[2])
        with wire_to(port, **{"use_starttls" if is_late else "use_tls": True}) as wire:
            yield sink, wire


@pytest.mark.parametrize("offers", [[], ["PIPELINING"]])
@pytest.mark.usefixtures("trusted")
def test_letters_in_a_row_arrive_whole(real: tuple[Sink, SMTPTransport], offers: list[str]) -> None:
    sink, wire = real
    sink.offers = offers
    for address, then in zip(PEOPLE, [*PEOPLE[1:], ""], strict=True):
        assert wire.send(address, MESSAGE, then=then).fate is Fate.SENT
    assert [letter.recipients for letter in sink.letters] == [[address] for address in PEOPLE]
    assert {letter.raw for letter in sink.letters} == {MESSAGE}


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(real: tuple[Sink, SMTPTransport]) -> None:
    sink, wire = real
    outcome = wire.send("ann@example.org", MESSAGE)
    assert (outcome.fate, outcome.reply.partition(":")[0]) == (Fate.AWAY, "SSLCertVerificationError")
    assert sink.letters == []


def test_a_server_that_offers_no_encryption_gets_nothing(smtp_server: Sink) -> None:
    with wire_to(int(smtp_server.url.rpartition(":")[2]), use_starttls=True) as wire:
        assert wire.send("ann@example.org", MESSAGE).fate is Fate.AWAY
    assert smtp_server.letters == []


class Records(io.RawIOBase):
    """Reads a TLS connection record by record, and remembers them: what was said in one breath."""

    def __init__(self, connection: ssl.SSLSocket, heard: list[bytes]) -> None:
        self.connection, self.heard = connection, heard

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        record = self.connection.recv(len(buffer))
        self.heard.append(record)
        buffer[: len(record)] = record
        return len(record)


@dataclass
class TwoFaced(HostileServer):
    """Offers one thing in the clear and another once it is encrypted."""

    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    offers_before: str = "HELP"
    slipped_in: str = ""  # in the clear, behind the go-ahead for the handshake: anybody on the way can do that
    heard: list[bytes] = field(default_factory=list)

    def _converse(self, connection: socket.socket, lines: io.BufferedReader) -> None:
        connection.sendall(b"220 two-faced.example ready\r\n")
        while not lines.readline().upper().startswith(b"STARTTLS"):
            connection.sendall(f"250-two-faced.example\r\n250-{self.offers_before}\r\n250 STARTTLS\r\n".encode())
        connection.sendall(f"220 go on\r\n{self.slipped_in}".encode())
        with self.context.wrap_socket(connection, server_side=True) as safe:
            self._follow(safe, io.BufferedReader(Records(safe, self.heard)))


@pytest.mark.parametrize(
    ("before", "slipped_in", "after", "is_pipelined"),
    [
        ("PIPELINING", "", "", False),
        ("HELP", "", "PIPELINING", True),
        ("HELP", "250-two-faced.example\r\n250 PIPELINING\r\n", "", False),
    ],
    ids=["offered before", "offered after", "slipped in"],
)
@pytest.mark.usefixtures("trusted")
def test_only_what_was_offered_encrypted_counts(
    encrypted: ssl.SSLContext, before: str, slipped_in: str, after: str, is_pipelined: bool
) -> None:
    """RFC 3207, 4.2: the client forgets what it was told in the clear."""
    server = TwoFaced(context=encrypted, offers_before=before, slipped_in=slipped_in, offers=after)
    server.start()
    with wire_to(server.port, use_starttls=True) as wire:
        assert wire.send("ann@example.org", MESSAGE).fate is Fate.SENT
    server.stop()
    assert len(server.kept) == 1
    announced = f"MAIL FROM:<{OURS}>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n".encode()
    assert (announced in server.heard) == is_pipelined
    assert announced in b"".join(server.heard)
