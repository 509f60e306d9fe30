"""A resumption that was kept is said again to a grid whose state has an older flatten, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.resumption import lost_resumptions, write_resumptions
from messages.sides import Side
from state.grid.model import GridState
from state.grid.procedures import Flatten, FlattenStep
from state.store.disk import RealDisk
from tests.grid.worlds import opened

SAID_MS = 1_000


def grids(flattened_ms: int | None) -> dict[str, GridState]:
    world = opened()
    state = world.grid.copy()
    if flattened_ms is not None:
        state.flatten = Flatten(step=FlattenStep.FLAT, reason="a test", started_ms=flattened_ms)
    return {world.symbol: state}


@pytest.mark.parametrize(
    ("flattened_ms", "again"),
    [(SAID_MS - 1, [("SOLUSDT", None), ("SOLUSDT", Side.LONG)]), (SAID_MS + 1, []), (None, [])],
)
def test_only_a_flatten_from_before_the_resumption_is_resumed_again(
    flattened_ms: int | None, again: list[tuple[str, Side | None]], tmp_path: Path
) -> None:
    path = tmp_path / ".001_resumed"
    said = {("SOLUSDT", None): SAID_MS, ("SOLUSDT", Side.LONG): SAID_MS, ("DOGEUSDT", None): SAID_MS}
    write_resumptions(RealDisk(), path, 1, said)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(lost_resumptions(RealDisk(), path, grids(flattened_ms))) == again


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"resumed": [{"symbol": "SOLUSDT", "side": "UP"}]}'])
def test_a_file_that_says_nothing_leaves_what_is_flat_as_it_is(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / ".001_resumed"
    if content is not None:
        path.write_bytes(content)
    assert list(lost_resumptions(RealDisk(), path, grids(1))) == []
