"""What a start asks of the exchange: calls that grow with pages, never with symbols."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from actors.start import survey
from actors.torture.starts import Measured
from actors.torture.venue import TorturedVenue
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import simulated
from messages.requests import ReadSnapshot
from messages.settings import GridSettings

FEW, MANY = 45, 120
HEDGE = "position.switch-mode"


def calls_of_a_start(symbols: int, folder: Path) -> Counter[str]:
    """What a survey and the first sync ask, at the exchange's own rate limits."""
    names = tuple(f"S{number:03d}USDT" for number in range(symbols))
    listed = dict.fromkeys(names, Decimal(1))
    journal = folder / f"{symbols}.jsonl"
    venue = TorturedVenue(journal, 1, listed, balance=Decimal(1000) * symbols, limit_factor=1)
    try:
        rest = bybit_exchange(simulated(venue.url), "simulated-key-001", "simulated-secret-001").rest()
        settings = tuple(GridSettings(symbol=name, initial_margin=Decimal(5), max_levels=3) for name in names)
        ground = survey(rest, 1, settings, switch=True)
        assert not ground.problems
        assert all(ground.instruments[name].tiers for name in names)
        rest.call(ReadSnapshot(since_ms=venue.now_ms()))
        return Measured(venue, folder / "none.toml", folder / "none.log", names).requests()
    finally:
        venue.stop()


def test_a_start_asks_no_more_for_many_symbols_than_for_few(tmp_path: Path) -> None:
    assert calls_of_a_start(FEW, tmp_path) == calls_of_a_start(MANY, tmp_path)


@pytest.mark.parametrize(("symbols", "switches"), [(3, 3), (FEW, 1)])
def test_hedge_mode_is_switched_for_all_at_once_where_one_by_one_is_too_often(
    symbols: int, switches: int, tmp_path: Path
) -> None:
    assert calls_of_a_start(symbols, tmp_path)[HEDGE] == switches
