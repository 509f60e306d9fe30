"""A state file is always whole, and never older than the last one (failure 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from actors.simulation.checks.watching import Checker, Plant, Written

STATE_FILE = "_bot_state.json"


class StateFilesOnlyGrow(Checker):
    """Each durable state file is valid JSON with a revision above the last; cycle numbers and sequences never
    go back, and a side that is held keeps its settings. (written_ms may go back: its clock is read anew.)

    An empty content says that a file was taken away; that is nobody's right while the bot runs.
    """

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._last: dict[Path, Mapping[str, Any]] = {}

    def written(self, written: Written) -> Iterable[str]:
        """Judge a new content."""
        path = written.path
        if not path.name.endswith(STATE_FILE):
            return ()
        if not written.content and not self._runs():
            self._last.pop(path, None)
            return ()
        try:
            data = orjson.loads(written.content)
            before, self._last[path] = self._last.get(path), data
            findings = [] if before is None else list(self._compared(path, before, data))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            return (f"{path.name} is no state: {type(error).__name__} {error}",)
        return findings

    def _runs(self) -> bool:
        grids = self._plant.grid
        return any(grids(n, symbol) for n, symbols in self._plant.symbols.items() for symbol in symbols)

    def _compared(self, path: Path, before: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
        if data["revision"] <= before["revision"]:
            yield f"{path.name}: revision {data['revision']} follows {before['revision']}"
        for symbol, old in before["symbols"].items():
            new = data["symbols"].get(symbol)
            if new is None:
                yield f"{path.name}: {symbol} is gone"
                continue
            for side in ("long", "short"):
                for what, was, now in (
                    ("cycle", old[side]["cycle"], new[side]["cycle"]),
                    ("sequence", _newest_seq(old[side]["leg"]), _newest_seq(new[side]["leg"])),
                ):
                    if now < was:
                        yield f"{path.name}: {symbol} {side}: {what} goes back from {was} to {now}"
                if _same_cycle(old[side], new[side]) and old[side]["settings"] != new[side]["settings"]:
                    yield f"{path.name}: {symbol} {side}: its settings change while it is held"


def _same_cycle(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    held = old["held"] and new["held"] and old["settings"] is not None
    return bool(held and old["cycle"] == new["cycle"])


def _newest_seq(leg: Mapping[str, Any]) -> int:
    return max(int(leg["row"]["seq"]), max((int(change["seq"]) for change in leg["changes"]), default=-1))
