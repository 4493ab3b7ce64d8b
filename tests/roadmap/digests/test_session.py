"""How a session begins and ends."""

from __future__ import annotations

import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from roadmap.digests.session import PhaseSMTP
from roadmap.digests.transport import Fate
from tests.faults.hostile_smtp import HostileServer
from tests.processes import eventually
from tests.roadmap.digests.test_transport import MESSAGE, transport_to

LONG = MESSAGE + (b"y" * 70 + b"\r\n") * 200_000  # more than a socket takes at once


class Ended(Exception):  # noqa: N818 – as a task's time limit, which is no error either
    """What a signal's handler raises, wherever the program is."""


@contextmanager
def ended(server: HostileServer) -> Iterator[None]:
    """Ring while the server hangs, which then goes on."""

    def ring(*_: object) -> None:
        server.enough.set()
        raise Ended

    def ring_in_time() -> None:
        if server.waits.wait(20):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, ring)
    bell = threading.Thread(target=ring_in_time)
    bell.start()
    try:
        yield
    finally:
        bell.join()
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize(
    ("act", "message"),
    [("slow-354", MESSAGE), ("slow-body", LONG), ("hang-dot", MESSAGE)],
    ids=["announced", "half a body", "whole"],
)
@pytest.mark.parametrize("offers", ["", "PIPELINING"])
def test_goodbye_is_no_part_of_a_letter(hostile: HostileServer, act: str, message: bytes, offers: str) -> None:
    """Whoever is ended while a server waits for a message hangs up: QUIT would be a line of it."""
    hostile.script, hostile.offers, hostile.hang_seconds = [act], offers, 20
    with pytest.raises(Ended), transport_to(hostile) as wire, ended(hostile):
        wire.send("ann@example.org", message, then="bob@example.org")
    assert eventually(lambda: hostile.ended == 1)
    assert [text for text in hostile.unfinished + hostile.kept if b"quit" in text.lower()] == []
    assert len(hostile.kept) == (act == "hang-dot")


def test_a_wire_that_was_ended_begins_anew(hostile: HostileServer) -> None:
    """What was left half said there, nobody else's letter continues."""
    hostile.script, hostile.hang_seconds = ["slow-354", "ok"], 20
    with transport_to(hostile) as wire:
        with pytest.raises(Ended), ended(hostile):
            wire.send("ann@example.org", MESSAGE)
        assert wire.send("bob@example.org", MESSAGE).fate is Fate.SENT
    assert (hostile.connections, len(hostile.kept)) == (2, 1)


def test_goodbye_is_not_said_to_a_server_that_was_promised_another_letter(hostile: HostileServer) -> None:
    hostile.offers = "PIPELINING"
    with transport_to(hostile) as wire:
        assert wire.send("ann@example.org", MESSAGE, then="bob@example.org").fate is Fate.SENT
    assert eventually(lambda: hostile.ended == 1)
    assert (b"".join(hostile.unfinished), len(hostile.kept)) == (b"", 1)


@pytest.mark.parametrize("offers", ["", "PIPELINING"])
def test_who_has_hung_up_by_the_dot_was_not_given_the_letter(
    hostile: HostileServer, monkeypatch: pytest.MonkeyPatch, offers: str
) -> None:
    """One look tells harmless from uncertain, where the end has come in time to be seen."""
    begin = PhaseSMTP._begin

    def begin_and_dawdle(session: PhaseSMTP, body: bytes) -> None:
        begin(session, body)
        assert select.select([session.sock], [], [], 10)[0]

    monkeypatch.setattr(PhaseSMTP, "_begin", begin_and_dawdle)
    hostile.script, hostile.offers = ["drop-body"], offers
    with transport_to(hostile) as wire:
        assert wire.send("ann@example.org", MESSAGE).fate is Fate.LOST
