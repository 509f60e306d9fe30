"""A page on a free port of loopback, with real sockets, and what asks it."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, Counter

from actors.display.model import DisplayModel
from actors.page.page import Page
from tests.display.scenes import start
from tests.venue_process import DEADLINE_S

LOOPBACK = "127.0.0.1"


class Served:
    """A page that is served; ``tell`` lets the watch's thread of it take a message."""

    def __init__(self, model: DisplayModel | None = None, **options: Any) -> None:
        self.registry = CollectorRegistry()
        self.counter = Counter("soltrader_test_things", "Things.", registry=self.registry)
        self.model = model or start()
        self.page = Page(self.registry, self.model, **options)
        self.port = self.page.start(LOOPBACK)

    def tell(self, *messages: object) -> None:
        for message in messages:
            self.model = self.model.apply(message)
            self.page.show(message, self.model)

    def ask(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """An answer; its body is still to be read."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=DEADLINE_S)
        connection.request(method, path, headers={name.replace("_", "-"): v for name, v in headers.items()})
        return connection.getresponse()

    def stream(self, known: str = "", **headers: str) -> Stream:
        return Stream(self.ask("/events", **({"Last_Event_ID": known} if known else {}), **headers))

    def connect(self) -> socket.socket:
        return socket.create_connection((LOOPBACK, self.port), timeout=DEADLINE_S)


class Stream:
    """Server-sent events as they come: ``(id, kind, data)``."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer

    def next(self) -> tuple[str, str, dict[str, Any]]:
        fields: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            assert line or fields or self.answer.fp is not None, "the stream has ended"
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                return fields["id"], fields["event"], orjson.loads(fields["data"])
            else:
                fields = {}

    def until(self, kind: str) -> tuple[str, dict[str, Any]]:
        """The next event of a kind."""
        while True:
            number, found, data = self.next()
            if found == kind:
                return number, data

    def close(self) -> None:
        self.answer.close()


@contextmanager
def served(**options: Any) -> Iterator[Served]:
    """A page that is stopped at the end."""
    site = Served(**options)
    try:
        yield site
    finally:
        site.page.stop()
