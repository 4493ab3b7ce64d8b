"""A real dead man's switch."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass
class Switch:
    """Listens at `url`; `told` holds the paths that it was asked for."""

    told: list[str] = field(default_factory=list)

    def start(self) -> None:
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alive"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
