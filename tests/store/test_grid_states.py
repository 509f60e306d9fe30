"""Every state that a grid really passes through survives the state file to the digit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from state.grid.model import GridState
from state.store.codec import decode, encode
from state.store.disk import RealDisk
from state.store.state_file import SavedState, read_state, write_state
from tests.grid.campaign import Campaign

EVERY = 5  # steps: enough to meet closes, openings, cancels under way and late fills


def test_a_grids_state_comes_back_from_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    seen: list[GridState] = []

    def survives(symbol: str, state: GridState, _event: object, _effects: Sequence[object]) -> None:
        seen.append(state)
        if len(seen) % EVERY == 0:
            symbols = {symbol: encode(state)}
            write_state(
                RealDisk(),
                path,
                SavedState(account=1, written_ms=1, revision=1, symbols=symbols, account_state={}),
            )
            saved = read_state(RealDisk(), path, 1)
            assert isinstance(saved, SavedState)
            assert decode(GridState, saved.symbols[symbol]) == state

    for seed in range(1, 6):
        campaign = Campaign(seed, steps=200)
        campaign.world.on_step.append(survives)
        campaign.run()
    tried = seen[EVERY - 1 :: EVERY]
    assert any(state.closing is not None for state in tried)
    assert any(state.orders and state.ended for state in tried)
    assert any(state.long.opening is not None for state in tried)
