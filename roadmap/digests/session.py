"""SMTP sessions that know on which side of a message's final dot they were lost.

SMTP's one treacherous moment is between the final dot of a message and the server's answer: a connection lost before
it means that nothing was delivered, one lost after it means that nobody can tell (RFC 1047). `smtplib` raises the
same exception for both; `PhaseSMTP` remembers on which side of the dot it happened.
"""

from __future__ import annotations

import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence

GO_ON = 354
TAKEN = (frozenset({250}), frozenset({250, 251}), frozenset({GO_ON}))  # what is a yes to MAIL, RCPT and DATA
MORE_FOLLOWS = getattr(socket, "MSG_MORE", 0)  # Linux knows it


class PhaseSMTP(smtplib.SMTP):
    """An SMTP session that knows whether the final dot of the last message has left, and what it was not told yet."""

    dot_sent = False
    unanswered = 0  # commands that the server has not answered, or whose answers nobody has read
    announced = ""  # whose mail was announced together with the last dot

    def announce(self, sender: str, recipient: str) -> list[tuple[int, bytes]]:
        """Say MAIL, RCPT and DATA, at once to a server that takes it so (RFC 2920); return its answers up to a refusal.

        Three answers, the last a 354, mean that it waits for the message. What was said along with the last dot is
        not said again.
        """
        self.dot_sent = False
        if self.announced:
            self.announced = ""
            return self._answers(TAKEN)
        commands = _announcement(sender, recipient)
        if self.has_extn("pipelining"):
            self.send("".join(commands))
            return self._answers(TAKEN)
        replies: list[tuple[int, bytes]] = []
        for command, taken in zip(commands, TAKEN, strict=True):
            self.send(command)
            replies += self._answers([taken])
            if replies[-1][0] not in taken:
                break
        return replies

    def deliver(self, message: bytes, *, sender: str, then: str, meanwhile: Callable[[], object]) -> tuple[int, bytes]:
        """Send the announced message (CRLF lines) and return the server's answer; sets `dot_sent` before the final dot.

        The dot goes out after one look whether the server has hung up meanwhile, so that a connection that is seen to
        be dropped before it is known to be harmless. A server that takes it so is told in the same breath that a
        mail to `then` is next (RFC 2920, 3.1). `meanwhile` is done before the answer is waited for.
        """
        body = message.replace(b"\r\n.", b"\r\n..")
        self._begin(b"." + body if body.startswith(b".") else body)
        if self._has_hung_up():
            self.close()
            raise smtplib.SMTPServerDisconnected("Connection closed during the message")
        dot = b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n"
        if then and self.has_extn("pipelining"):
            self.announced = then
            dot += "".join(_announcement(sender, then)).encode("ascii")
        self.dot_sent = True
        self.send(dot)
        meanwhile()
        return self.getreply()

    def start_over(self) -> None:
        """Make ready for the next mail after a refusal; raise if the server waits for a message all the same."""
        while self.unanswered:
            if self._answer()[0] == GO_ON:
                raise smtplib.SMTPServerDisconnected("The server took a message without a recipient")
        if not self.announced:  # a refused message is over, and the next one begun
            self.rset()

    def leave(self) -> None:
        """Say goodbye, or hang up on a server that would take it for a message."""
        if self.announced:
            self.close()
        else:
            self.quit()

    def _begin(self, body: bytes) -> None:
        """Send what more follows on at once; its last packet may wait for that, where the connection can be told so."""
        assert self.sock is not None
        if isinstance(self.sock, ssl.SSLSocket):
            self.send(body)
        else:
            self.sock.sendall(body, MORE_FOLLOWS)

    def _answers(self, taken: Sequence[frozenset[int]]) -> list[tuple[int, bytes]]:
        """Read the answers to as many commands as there are codes that mean yes to them, up to another code."""
        self.unanswered = len(taken)
        replies = []
        for yes in taken:
            replies.append(self._answer())
            if replies[-1][0] not in yes:
                break
        return replies

    def _answer(self) -> tuple[int, bytes]:
        reply = self.getreply()
        self.unanswered -= 1
        return reply

    def _has_hung_up(self) -> bool:
        """Tell whether the server closed the connection. It has nothing to say here, so anything readable is an end."""
        assert self.sock is not None
        watch = select.poll()
        watch.register(self.sock, select.POLLIN)
        return bool(watch.poll(0))


class PhaseSMTPS(PhaseSMTP, smtplib.SMTP_SSL):
    """The same on a connection that is encrypted from its first byte."""


def _announcement(sender: str, recipient: str) -> tuple[str, str, str]:
    return f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"
