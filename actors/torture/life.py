"""One process of the bot, from its start to its kill, as its parent sees it."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from actors.torture.moments import Moment
from state.grid.model import GridState
from state.store.codec import decode

_ROOT = Path(__file__).resolve().parent.parent.parent


class Life:
    """A running child. Times are seconds since its start; ``told`` holds when it said what."""

    def __init__(self, config: Path, venue_url: str, log: Path, moment: Moment, passage: int) -> None:
        armed = moment.name if moment.at_start and not moment.by_parent else ""
        arguments = [str(config), venue_url, armed, str(passage), *(["rest"] if moment.by_rest else [])]
        self._began_s = time.monotonic()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "actors.torture.child", *arguments],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.told: dict[str, float] = {}
        self.calls: dict[str, Mapping[str, int]] = {}
        self.died_at = ""
        self._states: queue.SimpleQueue[dict[str, GridState]] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="child", daemon=True)
        self._listener.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def age_s(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._began_s

    def arm(self, moment: Moment, passage: int) -> None:
        """Let it die at that passage, counted from now."""
        self._say(f"arm {moment.name}={passage}")

    def states(self, limit_s: float) -> dict[str, GridState]:
        """Its grids' states; none if it doesn't answer in time."""
        self._say("states")
        try:
            return self._states.get(timeout=limit_s)
        except queue.Empty:
            return {}

    def kill(self) -> None:
        """Kill it, if nothing else has; returns when it is gone."""
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for its end: minus the signal that killed it, or its exit code."""
        code = self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what it was to read, it never will
                    pipe.close()
        return code

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ValueError):  # it has died meanwhile, which is seen elsewhere
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith(b"\n"):
                self._hear(orjson.loads(line))

    def _hear(self, said: Mapping[str, Any]) -> None:
        what = said["told"]
        self.told.setdefault(what, self.age_s)
        if what == "states":
            self._states.put({name: decode(GridState, form) for name, form in said["grids"].items()})
        elif what == "dies":
            self.died_at = said["moment"]
        else:
            self.calls[what] = said["calls"]
