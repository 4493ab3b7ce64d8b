"""The two ends of the wire for the digest benchmark, each a process of its own.

python -m bench._wire server FOLDER     a mail server; prints its port, writes down who got what in FOLDER
python -m bench._wire send PORT FILE N  hand the message in FILE to it N times over one connection, by smtplib
"""

import asyncio
import smtplib
import sys
from pathlib import Path

KEPT_EVERY = 50  # mails, of which one is kept whole
ANSWERS = {
    b"EHLO": b"250-bench\r\n250 PIPELINING\r\n",  # as mail servers do
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 Bye\r\n",
}


class Server(asyncio.Protocol):
    """As little of SMTP as `smtplib` needs: what is measured is who sends, not who receives.

    What it answers to commands that came together goes out together, as RFC 2920 (3.2) asks of servers.
    """

    folder: Path
    arrived = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.in_data, self.to = transport, bytearray(), False, b""
        self.is_over = False
        transport.write(b"220 bench\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers = []
        while (end := self.buffer.find(b"\r\n.\r\n" if self.in_data else b"\r\n")) >= 0:
            if self.in_data:
                answers.append(self.keep(bytes(self.buffer[: end + 2])))
                del self.buffer[: end + 5]
            else:
                answers.append(self.obey(bytes(self.buffer[:end])))
                del self.buffer[: end + 2]
        self.transport.write(b"".join(answers))
        if self.is_over:
            self.transport.close()

    def obey(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        self.in_data = verb == b"DATA"
        if verb == b"RCPT":
            self.to = line[line.index(b"<") + 1 : line.index(b">")]
        self.is_over = verb == b"QUIT"
        return ANSWERS.get(verb, b"250 OK\r\n")

    def keep(self, message: bytes) -> bytes:
        self.in_data = False
        with (self.folder / "recipients").open("ab") as file:
            file.write(self.to + b"\n")
        Server.arrived += 1
        if Server.arrived % KEPT_EVERY == 1:
            (self.folder / f"{Server.arrived}.eml").write_bytes(message.replace(b"\r\n..", b"\r\n."))
        return b"250 Kept\r\n"


async def serve(folder: Path) -> None:
    Server.folder = folder
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def send(port: int, message: bytes, number: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as session:
        for _ in range(number):
            session.sendmail("bench@example.org", ["nobody@example.org"], message)


if __name__ == "__main__":
    if sys.argv[1] == "server":
        asyncio.run(serve(Path(sys.argv[2])))
    else:
        send(int(sys.argv[2]), Path(sys.argv[3]).read_bytes(), int(sys.argv[4]))
