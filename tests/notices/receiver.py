"""A service on loopback that takes messages by apprise's json://, or behaves as badly as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Stands in every URL, as a service's token would.
TOKEN = "Tk9sEcr3tTokenOfTheChannel"


class Receiver:
    """``behaviour``: takes, fails (HTTP 500), garbage (no HTTP), silent (no answer before it is let go)."""

    def __init__(self) -> None:
        self.behaviour = "takes"
        self.attempts = 0
        self.messages: list[dict[str, Any]] = []
        self.let_go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """As the environment variable of a channel holds it."""
        return f"json://127.0.0.1:{self._server.server_port}/{TOKEN}"

    @property
    def text(self) -> str:
        """All that was taken, titles and bodies."""
        return "\n".join(f"{one['title']}\n{one['message']}" for one in self.messages)

    def close(self) -> None:
        """Refuse connections from now on."""
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.attempts += 1
                if receiver.behaviour == "takes":
                    receiver.messages.append(json.loads(body))
                    self.send_response(200)
                    self.end_headers()
                elif receiver.behaviour == "fails":
                    self.send_error(500)
                elif receiver.behaviour == "garbage":
                    self.wfile.write(b"\x00\xff\x00 no HTTP at all\r\n\r\n")
                else:
                    receiver.let_go.wait(60)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A service, closed at the end."""
    one = Receiver()
    try:
        yield one
    finally:
        one.close()
