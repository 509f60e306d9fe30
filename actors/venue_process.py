"""The local venue as a process of its own, for the simulated environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_READY = "venue ready on "
_STOP_S = 3


class VenueFailed(Exception):
    """The venue did not start; its own words are the text."""


class VenueProcess:
    """A running venue; ``url`` is its address."""

    def __init__(self, arguments: Sequence[str]) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exchange.venue.server", *arguments],
            env={**os.environ, "PYTHONPATH": root},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the bot, which then stops the venue
        )
        self.notes: list[str] = []
        self.url = self._wait()

    def _wait(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(_READY):
                return line.removeprefix(_READY).strip()
            self.notes.append(line.rstrip())
        raise VenueFailed("\n".join(self.notes) or f"it ended with code {self._process.wait()}")

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it in order, so that its journal is whole."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
