"""How a run ends: a signal, or somebody who asks, as messages to the main thread."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import dataclass
from types import FrameType

from actors.machine import Outbox

#: Show the cursor and leave the alternate screen: what the view would do, had it the time.
_LEAVE_VIEW = b"\x1b[?25h\x1b[?1049l"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signalled:
    """A signal came."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsked:
    """Somebody called ``Bot.stop``."""


class Signals:
    """SIGINT and SIGTERM as messages to the main thread; a second one ends the process at once.

    A bot that runs in another thread leaves signals to whoever started it.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._before: dict[int, object] = {}
        self.seen = False
        """Whether one has come; known before its message is read."""

    def __enter__(self) -> Signals:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._take)
        return self

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.seen:
            if sys.stdout.isatty():
                os.write(sys.stdout.fileno(), _LEAVE_VIEW)
            os._exit(128 + number)
        self.seen = True
        self._outbox.put(Signalled(number=number))

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal gave us
