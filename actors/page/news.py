"""Numbered changes of what is shown, the last ones kept: a browser that was away for a moment goes on.

Nobody has a queue. A reader says which number it knows and gets everything after it in one piece, or, where
that is forgotten, the state: so one that reads slowly costs nothing, and what it reads is always the newest.
All of this lives in one event loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson

from actors.page.changes import change, state
from actors.page.shown import Shown

#: At two a second, somewhat over a minute.
KEPT_CHANGES = 150


class News:
    """``look`` gives what is shown now. Numbers go with the run, so that those of another run are unknown."""

    def __init__(self, look: Callable[[], Shown]) -> None:
        self._look = look
        self._shown = look()
        self._number = 0
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=KEPT_CHANGES)
        self._state: tuple[int, bytes] | None = None
        self.readers = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Count a reader while it is there."""
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1

    def refresh(self) -> None:
        """Look; what is new gets a number."""
        newest = self._look()
        told = change(self._shown, newest)
        self._shown = newest
        if told:
            self._number += 1
            self._kept.append((self._number, orjson.dumps(told)))

    def since(self, known: str) -> tuple[str, str, list[bytes]]:
        """The newest id, ``state`` or ``change``, and the texts to send: all that comes after ``known``."""
        newest = self._id(self._number)
        oldest = self._kept[0][0] if self._kept else self._number + 1
        number = self._number_of(known)
        if number is None or not oldest - 1 <= number <= self._number:
            return newest, "state", [self._state_text()]
        return newest, "change", [text for each, text in self._kept if each > number]

    def _state_text(self) -> bytes:
        if self._state is None or self._state[0] != self._number:
            self._state = (self._number, orjson.dumps(state(self._shown)))
        return self._state[1]

    def _id(self, number: int) -> str:
        return f"{self._shown.model.started_ms}-{number}"

    def _number_of(self, known: str) -> int | None:
        run, _, number = known.partition("-")
        if run != str(self._shown.model.started_ms) or not number.isascii() or not number.isdigit():
            return None
        return int(number[:18])
