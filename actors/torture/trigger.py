"""What kills a process from within, at the n-th passage of a moment."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import NoReturn


class Trigger:
    """Armed with a moment's name and a passage; ``last_words`` is called with the name before the end."""

    def __init__(self, last_words: Callable[[str], object]) -> None:
        self._last_words = last_words
        self._lock = threading.Lock()
        self._moment, self._left = "", 0

    def arm(self, moment: str, passage: int) -> None:
        """From now on the ``passage``-th time that ``moment`` is passed is the last thing that happens."""
        with self._lock:
            self._moment, self._left = moment, passage

    def passes(self, *moments: str) -> None:
        """These moments are now; mostly nothing happens."""
        if self.is_due(*moments):
            self.die()

    def is_due(self, *moments: str) -> bool:
        """Count a passage; whether the process has to ``die``, after what belongs to the moment."""
        if self._moment not in moments:
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0

    def die(self) -> NoReturn:
        """The process is gone, without a chance to tidy up."""
        self._last_words(self._moment)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody survives SIGKILL")
