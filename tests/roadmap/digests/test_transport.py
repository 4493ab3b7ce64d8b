"""What becomes of a mail, whatever the server does."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.mailbox import store
from roadmap.digests.transport import (
    Fate,
    MailboxTransport,
    Outcome,
    Server,
    SMTPTransport,
    from_settings,
)
from tests.faults.hostile_smtp import HostileServer
from tests.smtp import Sink

MESSAGE = b"Subject: Hello\r\n\r\nA line\r\n.A line with a dot\r\n" + b"x" * 70 + b"\r\n"


def transport_to(server: HostileServer, seconds: float = 5) -> SMTPTransport:
    return SMTPTransport(Server("127.0.0.1", server.port, timeout_seconds=seconds), sender="waymark@example.org")


def outcomes(server: HostileServer, script: list[str], count: int = 1, seconds: float = 5) -> list[Outcome]:
    server.script = script
    with transport_to(server, seconds) as wire:
        return [wire.send("ann@example.org", MESSAGE) for _ in range(count)]


@pytest.mark.parametrize(
    ("script", "fate", "code"),
    [
        ("ok", Fate.SENT, 250),
        ("quit", Fate.SENT, 250),
        ("rcpt 451 4.7.1 greylisted", Fate.DEFERRED, 451),
        ("rcpt 550 5.1.1 no such user", Fate.REFUSED, 550),
        ("rcpt 550 5.7.1 relaying denied", Fate.REJECTED, 550),
        ("rcpt 554 no", Fate.REJECTED, 554),
        ("rcpt 421 closing", Fate.AWAY, 421),
        ("mail 451 later", Fate.DEFERRED, 451),
        ("mail 530 log in first", Fate.AWAY, 530),
        ("mail 550 we do not know you", Fate.AWAY, 550),
        ("data 451 later", Fate.DEFERRED, 451),
        ("data 554 no", Fate.REJECTED, 554),
        ("dot 452 full", Fate.DEFERRED, 452),
        ("dot 554 5.7.1 spam", Fate.REJECTED, 554),
        ("dot 421 closing", Fate.AWAY, 421),
        ("greeting 421 busy", Fate.AWAY, 421),
        ("greeting 554 go away", Fate.AWAY, 554),
        ("greeting garbage", Fate.AWAY, None),
        ("mail garbage", Fate.AWAY, None),
        ("mail 354 go on", Fate.AWAY, 354),
        ("rcpt 354 go on", Fate.AWAY, 354),
        ("data 250 ok", Fate.AWAY, 250),
        ("dot garbage", Fate.UNCERTAIN, None),
        ("dot 354 go on", Fate.UNCERTAIN, 354),
        ("drop-greeting", Fate.AWAY, None),
        ("drop-mail", Fate.LOST, None),
        ("drop-rcpt", Fate.LOST, None),
        ("drop-354", Fate.LOST, None),
        ("drop-dot", Fate.UNCERTAIN, None),
    ],
)
@pytest.mark.parametrize("offers", ["", "PIPELINING"])
def test_the_fate_of_a_mail(hostile: HostileServer, script: str, fate: Fate, code: int | None, offers: str) -> None:
    hostile.offers = offers
    [outcome] = outcomes(hostile, [script])
    assert (outcome.fate, outcome.code) == (fate, code)


def test_a_connection_dropped_in_the_body_did_not_deliver(hostile: HostileServer) -> None:
    """Known if the drop is seen before the dot leaves; else it is uncertain, never taken for delivered."""
    fates = [outcomes(hostile, ["drop-body"])[0].fate for _ in range(20)]
    assert set(fates) <= {Fate.LOST, Fate.UNCERTAIN}
    assert hostile.kept == []


def test_silence_after_the_dot_is_uncertain_and_ends_in_time(hostile: HostileServer) -> None:
    [outcome] = outcomes(hostile, ["hang-dot"], seconds=0.3)
    assert outcome.fate is Fate.UNCERTAIN
    assert len(hostile.kept) == 1


def test_a_server_that_is_not_there_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # a port that is ours, and at which nobody listens
        server = HostileServer(port=taken.getsockname()[1])
        assert outcomes(server, ["ok"])[0].fate is Fate.AWAY


def test_one_connection_serves_many_mails(hostile: HostileServer) -> None:
    found = outcomes(hostile, ["ok", "rcpt 550 unknown", "dot 554 spam", "ok"], count=4)
    assert [outcome.fate for outcome in found] == [Fate.SENT, Fate.REFUSED, Fate.REJECTED, Fate.SENT]
    assert hostile.connections == 1


def test_to_a_server_that_takes_it_a_mail_is_announced_at_once(hostile: HostileServer) -> None:
    hostile.offers = "PIPELINING"
    found = outcomes(hostile, ["ok", "data 451 later", "mail 451 later", "dot 554 spam", "ok"], count=5)
    assert [outcome.fate.value for outcome in found] == ["sent", "deferred", "deferred", "rejected", "sent"]
    assert len(hostile.kept) == 2


def test_a_server_that_takes_a_message_for_nobody_gets_none(hostile: HostileServer) -> None:
    """Announced at once, DATA may be taken although the recipient was refused."""
    hostile.offers = "PIPELINING"
    found = outcomes(hostile, ["rcpt 550 unknown", "ok"], count=2)
    assert [outcome.fate for outcome in found] == [Fate.REFUSED, Fate.SENT]
    assert (hostile.connections, len(hostile.kept)) == (2, 1)


class TestAnnouncedWithTheDot:
    """To a server that takes it so, the next mail is announced in the breath that ends the one before."""

    @pytest.fixture
    def in_a_row(self, hostile: HostileServer) -> Callable[[list[str]], list[str]]:
        """Send as many mails as the script has behaviours, each naming the next; return their fates."""
        hostile.offers = "PIPELINING"
        people = ["ann@example.org", "bob@example.org", "cid@example.org", ""]

        def send(script: list[str]) -> list[str]:
            count, hostile.script = len(script), script
            with transport_to(hostile, seconds=2) as wire:
                return [send_one(wire, people[i], people[i + 1]) for i in range(count)]

        def send_one(wire: SMTPTransport, address: str, then: str) -> str:
            """Long after the answer, and whatever ended the connection behind it, the answer is still read."""
            return wire.send(address, MESSAGE, then=then, meanwhile=lambda: time.sleep(0.02)).fate.value

        return send

    def test_a_server_hears_of_it_before_it_answers(self, hostile: HostileServer, in_a_row) -> None:
        assert in_a_row(["curious", "curious", "ok"]) == ["sent", "sent", "sent"]
        assert (hostile.connections, len(hostile.kept)) == (1, 3)

    @pytest.mark.parametrize(
        ("script", "fates", "connections"),
        [
            (["dot 554 spam", "ok"], ["rejected", "sent"], 1),
            (["dot 421 closing", "ok"], ["away", "sent"], 2),
            (["ok", "mail 451 later", "ok"], ["sent", "deferred", "sent"], 2),  # DATA is taken all the same
            (["ok", "rcpt 550 unknown", "ok"], ["sent", "refused", "sent"], 2),
            (["ok", "data 554 no", "ok"], ["sent", "rejected", "sent"], 1),
            (["ok", "drop-mail", "ok"], ["sent", "sent"], 2),
            (["ok", "drop-rcpt", "ok"], ["sent", "sent"], 2),
            (["drop-dot", "ok"], ["uncertain", "sent"], 2),
            (["ok", "mail 250 ok\r\n250 ok again", "ok"], ["sent", "away", "sent"], 2),
        ],
    )
    def test_what_becomes_of_one_is_not_put_down_to_the_other(
        self, hostile: HostileServer, in_a_row, script: list[str], fates: list[str], connections: int
    ) -> None:
        assert in_a_row(script)[: len(fates)] == fates
        assert hostile.connections == connections

    def test_one_that_is_left_out_after_all_does_not_go(self, hostile: HostileServer) -> None:
        hostile.offers = "PIPELINING"
        with transport_to(hostile) as wire:
            for address in ("ann@example.org", "cid@example.org"):
                assert wire.send(address, MESSAGE, then="bob@example.org").fate is Fate.SENT
        assert hostile.connections == 2
        assert len(hostile.kept) == 2

    def test_an_address_that_cannot_be_said_is_not(self, hostile: HostileServer) -> None:
        hostile.offers = "PIPELINING"
        with transport_to(hostile) as wire:
            assert wire.send("ann@example.org", MESSAGE, then="bob@example.org>\r\nQUIT").fate is Fate.SENT
            assert wire.send("ann@example.org", MESSAGE).fate is Fate.SENT
        assert hostile.connections == 1


def test_there_is_work_to_do_until_the_answer_comes(hostile: HostileServer) -> None:
    hostile.script, hostile.hang_seconds = ["rcpt 550 unknown", "hang-dot"], 20
    done: list[str] = []
    with transport_to(hostile, seconds=2) as wire:
        assert wire.send("ann@example.org", MESSAGE, meanwhile=lambda: done.append("too early")).fate is Fate.REFUSED
        assert wire.send("ann@example.org", MESSAGE, meanwhile=hostile.enough.set).fate is Fate.SENT
    assert done == []


def test_a_stale_connection_is_replaced_and_the_mail_sent_once(hostile: HostileServer) -> None:
    found = outcomes(hostile, ["ok", "drop-mail", "ok"], count=2)
    assert [outcome.fate for outcome in found] == [Fate.SENT, Fate.SENT]
    assert (hostile.connections, len(hostile.kept)) == (2, 2)


def test_a_mail_that_may_have_arrived_is_not_repeated(hostile: HostileServer) -> None:
    found = outcomes(hostile, ["ok", "drop-dot", "ok"], count=2)
    assert [outcome.fate for outcome in found] == [Fate.SENT, Fate.UNCERTAIN]
    assert len(hostile.kept) == 2


def test_lines_that_begin_with_a_dot_arrive_whole(smtp_server: Sink) -> None:
    port = int(smtp_server.url.rpartition(":")[2])
    with SMTPTransport(Server("127.0.0.1", port), sender="waymark@example.org") as wire:
        assert wire.send("ann@exämple.org", MESSAGE).fate is Fate.SENT
    [letter] = smtp_server.letters
    assert letter.raw == MESSAGE
    assert (letter.sender, letter.recipients) == ("waymark@example.org", ["ann@xn--exmple-cua.org"])


@pytest.mark.parametrize("address", ["ann@example.org\r\nRCPT TO:<eve@example.org>", "a" * 2000])
def test_an_address_cannot_carry_a_second_command(smtp_server: Sink, address: str) -> None:
    port = int(smtp_server.url.rpartition(":")[2])
    with SMTPTransport(Server("127.0.0.1", port), sender="waymark@example.org") as wire:
        assert wire.send(address, MESSAGE).fate is not Fate.SENT
        assert wire.send("ann@example.org", MESSAGE).fate is Fate.SENT
    assert [letter.recipients for letter in smtp_server.letters] == [["ann@example.org"]]


def test_what_the_server_says_is_kept_printable_and_short(hostile: HostileServer) -> None:
    [outcome] = outcomes(hostile, ["rcpt 550 \x1b[31mno\x00 " + "long " * 400])
    assert outcome.reply.isprintable()
    assert len(outcome.reply) <= 500


def test_the_mailbox_keeps_a_mail_or_says_that_it_is_away(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    with from_settings() as wire:
        assert isinstance(wire, MailboxTransport)
        assert wire.send("ann@example.org", MESSAGE).fate is Fate.SENT
    assert next(store.mails()).subject == "Hello"
    settings.VAR_DIR = tmp_path / "a file"
    settings.VAR_DIR.write_text("")
    with from_settings() as wire:
        assert wire.send("ann@example.org", MESSAGE).fate is Fate.AWAY


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ({"EMAIL_PORT": 2525}, "mail.example.org:2525"),
        ({"EMAIL_PORT": None, "EMAIL_USE_TLS": True}, "mail.example.org:587"),
        ({"EMAIL_PORT": None, "EMAIL_USE_SSL": True}, "mail.example.org"),
    ],
)
def test_the_settings_choose_the_server(settings, extra: dict, name: str) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.EMAIL_HOST = "mail.example.org"
    for key, value in extra.items():
        setattr(settings, key, value)
    assert from_settings().name == name
