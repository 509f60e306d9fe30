"""The local venue as a process of its own, for the simulated environment."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

_log = logging.getLogger("sol_trader")
_READY = "venue ready on "
_STOP_S = 3


class VenueFailed(Exception):
    """The venue did not start; its own words are the text, 2 its exit code for wrong options."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class VenueProcess:
    """A running venue; ``url`` is its address. What it says waits in its pipe until somebody listens."""

    def __init__(self, arguments: Sequence[str]) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exchange.venue.server", "--end-with-input", *arguments],
            env={**os.environ, "PYTHONPATH": root},
            stdin=subprocess.PIPE,  # ends with this process, whatever ends it, and the venue with it
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the bot, which then stops the venue
        )
        self._notes: list[str] = []
        self._stopping = False
        self.url = self._wait()

    def _wait(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(_READY):
                return line.removeprefix(_READY).strip()
            self._notes.append(line.rstrip())
        code = self._process.wait()
        raise VenueFailed("\n".join(self._notes) or f"the venue ended with code {code}", code)

    def listen(self) -> None:
        """Log where it serves and what it said at its start, and from now on what it says later."""
        _log.info("local venue on %s", self.url)
        for note in self._notes:
            _log.info("%s", note)
        threading.Thread(target=self._listen, name="venue-log", daemon=True).start()

    def _listen(self) -> None:
        """To its end: a pipe that nobody reads would stop it one day."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            _log.warning("%s", line.rstrip())
        if not self._stopping:
            _log.error("the local venue has ended with code %s", self._process.wait())

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it in order, so that its journal is whole."""
        self._stopping = True
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
