"""The real disk with moments inside the writes of the state file and of the trades file."""

from __future__ import annotations

from pathlib import Path

from actors.torture.trigger import Trigger
from state.store.disk import RealDisk

_STATE, _TRADES = "_bot_state.json", "_trades_history.csv"


class InstrumentedDisk(RealDisk):
    """Knows which descriptor is which file."""

    def __init__(self, trigger: Trigger) -> None:
        self._trigger = trigger
        self._open: dict[int, str] = {}
        self._renamed = False

    def create(self, path: Path) -> int:
        """Begin a file; a state's is written beside it."""
        if _STATE in path.name:
            self._trigger.passes("state unwritten")
        return self._noted(super().create(path), path)

    def open(self, path: Path) -> int:
        """Open a file."""
        return self._noted(super().open(path), path)

    def write(self, descriptor: int, payload: bytes | memoryview) -> int:
        """Append, or half of it."""
        what = self._open.get(descriptor, "")
        if what == "trades":
            self._trigger.passes("trades unwritten")
        if what and self._trigger.is_due(f"{what} half written"):
            super().write(descriptor, payload[: len(payload) // 2])
            self._trigger.die()
        return super().write(descriptor, payload)

    def fsync(self, descriptor: int) -> None:
        """Flush a file."""
        what = self._open.get(descriptor, "")
        if what:
            self._trigger.passes(f"{what} written")
        super().fsync(descriptor)
        if what:
            self._trigger.passes(f"{what} flushed")

    def close(self, descriptor: int) -> None:
        """Let go of a file."""
        self._open.pop(descriptor, None)
        super().close(descriptor)

    def replace(self, old: Path, new: Path) -> None:
        """Rename a file."""
        super().replace(old, new)
        self._renamed = new.name.endswith(_STATE)
        if self._renamed:
            self._trigger.passes("state renamed")

    def flush_folder(self, folder: Path) -> None:
        """Flush the names."""
        super().flush_folder(folder)
        if self._renamed:
            self._renamed = False
            self._trigger.passes("state kept")

    def _noted(self, descriptor: int, path: Path) -> int:
        if _STATE in path.name:
            self._open[descriptor] = "state"
        elif path.name.endswith(_TRADES):
            self._open[descriptor] = "trades"
        return descriptor
