"""``main.py`` with a grid that keeps what it should let go: memory, threads and descriptors."""

from __future__ import annotations

import os
import threading
import time
from typing import ClassVar

import actors.account
from actors.grid import GridActor
from main import main

_EVERY_S, _BYTES = 0.1, 2_000_000


class LeakyGrid(GridActor):
    """Leaks with the messages that it takes, but so slowly that the machine survives it."""

    kept: ClassVar[list[bytearray]] = []
    leaked_s: ClassVar[float] = 0.0

    def receive(self, message: object) -> None:
        """Take it as always, and keep something for ever."""
        super().receive(message)
        if time.monotonic() < LeakyGrid.leaked_s + _EVERY_S:
            return
        LeakyGrid.leaked_s = time.monotonic()
        self.kept.append(bytearray(b"x" * _BYTES))
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        os.open("/dev/null", os.O_RDONLY)


if __name__ == "__main__":
    actors.account.GridActor = LeakyGrid  # type: ignore[misc]
    main()
