"""A mail server that misbehaves on demand, at a known moment of the conversation."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader

import pytest


@dataclass
class HostileServer:
    """Follows a script, one behaviour a mail, the last one for ever. `kept` holds the bodies that it took charge of.

    `unfinished` holds those that ended without a dot, for there are servers that deliver them.

    Behaviours: `ok` · `drop-greeting` `drop-mail` `drop-rcpt` `drop-354` `drop-body`: before the dot · `drop-dot`:
    keeps the mail, says nothing · `hang-dot`: keeps it, answers after `hang_seconds`, as `hang-greeting` does ·
    `curious`: keeps it, answers once it has heard what comes next · `quit`: keeps it, dies at QUIT ·
    `slow-354` `slow-body`: says 354, or reads on after it, when there has been `enough` ·
    a reply with its moment: `greeting 421 busy`, `mail 451 later`, `rcpt 550 unknown`, `data 554 no`, `dot 452 full`.
    """

    script: list[str] = field(default_factory=lambda: ["ok"])
    kept: list[bytes] = field(default_factory=list)
    unfinished: list[bytes] = field(default_factory=list)
    connections: int = 0
    ended: int = 0  # of the connections
    hang_seconds: float = 3.0
    enough: threading.Event = field(default_factory=threading.Event)  # ends a hanging after DATA before its time
    waits: threading.Event = field(default_factory=threading.Event)  # such a hanging has begun
    port: int = 0
    offers: str = ""  # an extension that its EHLO lists

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        with suppress(OSError):  # it may be away
            self._listener.shutdown(socket.SHUT_RDWR)  # or one more connection would be accepted
        self._listener.close()

    def go_away(self) -> None:
        """Listen no more: whoever connects is refused, as by a machine whose mail server has ended."""
        self.stop()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))  # so that nobody else takes the port

    def come_back(self) -> None:
        """Listen again, at the same address."""
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _next(self) -> str:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _offered(self) -> str:
        return self.offers

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                self._converse(connection, lines)
        except OSError:
            pass
        finally:
            self.ended += 1

    def _converse(self, connection: socket.socket, lines: BufferedReader) -> None:
        if self.script[0] == "hang-greeting":
            time.sleep(self.hang_seconds)
        elif "greeting" in self.script[0]:
            _say(connection, self._next().removeprefix("greeting ").replace("drop-greeting", ""))
            return
        _say(connection, "220 hostile.example ready")
        self._follow(connection, lines)

    def _follow(self, connection: socket.socket, lines: BufferedReader) -> None:
        act = ""
        for line in lines:
            verb = line[:4].decode().strip().lower()
            if verb == "mail":
                act = self._next()
            if not self._answer(connection, lines, verb, act):
                return

    def _answer(self, connection: socket.socket, lines: BufferedReader, verb: str, act: str) -> bool:
        """Answer one command; return whether the conversation goes on."""
        moment, _, reply = act.partition(" ")
        if act == f"drop-{verb}":
            return False
        if reply and moment == verb:
            _say(connection, reply)
        elif verb == "ehlo" and (offers := self._offered()):
            _say(connection, f"250-hostile.example\r\n250 {offers}")
        elif verb == "data":
            return self._take(connection, lines, act)
        elif verb == "quit":
            _say(connection, "" if act == "quit" else "221 bye")
            return False
        else:
            _say(connection, "250 ok")
        return True

    def _wait(self) -> None:
        self.waits.set()
        self.enough.wait(self.hang_seconds)

    def _read(self, lines: BufferedReader) -> bytes | None:
        body = bytearray()
        try:
            while line := lines.readline():
                if line == b".\r\n":
                    return bytes(body)
                body += line
        except OSError:
            pass
        self.unfinished.append(bytes(body))
        return None

    def _take(self, connection: socket.socket, lines: BufferedReader, act: str) -> bool:
        """Take a body; return whether the conversation goes on."""
        if act == "drop-354":
            return False
        if act == "slow-354":
            self._wait()
        _say(connection, "354 go on")
        if act == "slow-body":
            self._wait()
        if act == "drop-body":
            connection.shutdown(socket.SHUT_RDWR)
            return False
        if (body := self._read(lines)) is None:
            return False
        if act.startswith("dot "):
            _say(connection, act.removeprefix("dot "))
            return True
        self.kept.append(body)
        if act == "drop-dot":
            return False
        if act == "hang-dot":
            self._wait()
        if act == "curious":
            lines.peek()
        _say(connection, "250 2.0.0 kept")
        return True


def _say(connection: socket.socket, text: str) -> None:
    if text:
        connection.sendall(text.encode() + b"\r\n")


@pytest.fixture
def hostile() -> Iterator[HostileServer]:
    """A running server; set its `script`."""
    server = HostileServer()
    server.start()
    yield server
    server.stop()
