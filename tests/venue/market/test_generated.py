"""The generated market: exact, endless, the same for one seed, and of the kind that its scenario says."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.venue.contract import Trade
from exchange.venue.market import DEFAULT_SEED, SCENARIOS, GeneratedMarket, open_market
from exchange.venue.market.bars import MINUTE_MS
from exchange.venue.market.minutes import crash_course
from exchange.venue.market.parameters import FITTED
from tests.venue.market.made import BOTH, SOL

HOUR_MS = 60 * MINUTE_MS


def first(
    hours: int, scenario: str, seed: int, symbols: tuple[str, ...] = ("SOLUSDT", "DOGEUSDT")
) -> list[Trade]:
    market = GeneratedMarket({name: BOTH[name] for name in symbols}, SCENARIOS[scenario], seed=seed)
    return list(market.until(market.start_ms + hours * HOUR_MS - 1))


def closes(trades: list[Trade], symbol: str) -> np.ndarray:
    """Log price at the end of each minute."""
    last = {trade.market_ms // MINUTE_MS: float(trade.price) for trade in trades if trade.symbol == symbol}
    return np.log(np.array([last[minute] for minute in sorted(last)]))


@given(st.integers(0, 2**63), st.sampled_from(sorted(SCENARIOS)))
@settings(max_examples=20, deadline=None)
def test_every_generated_trade_is_positive_and_on_tick_and_step(seed: int, scenario: str) -> None:
    trades = first(2, scenario, seed)
    for trade in trades:
        listing = BOTH[trade.symbol]
        assert trade.price > 0
        assert trade.price % listing.tick == 0
        assert trade.qty > 0
        assert trade.qty % listing.step == 0
        assert trade.taker in ("Buy", "Sell")
    assert [t.market_ms for t in trades] == sorted(t.market_ms for t in trades)


@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_same_seed_same_trades_and_another_seed_others(seed: int) -> None:
    assert first(1, "mixed", seed) == first(1, "mixed", seed)
    assert first(1, "mixed", seed) != first(1, "mixed", seed + 1)


def test_a_symbol_trades_the_same_whatever_trades_beside_it() -> None:
    both = [trade for trade in first(3, "mixed", 5) if trade.symbol == "SOLUSDT"]
    assert both == first(3, "mixed", 5, ("SOLUSDT",))


def test_another_process_with_another_hash_seed_draws_the_same_trades() -> None:
    code = (
        "from tests.venue.market.test_generated import first\n"
        "for t in first(1, 'crash', 9)[:500]:\n"
        "    print(t.symbol, t.price, t.qty, t.taker, t.market_ms)"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("SOLUSDT") > 100


def test_there_is_a_price_from_the_start_and_never_an_end() -> None:
    market = GeneratedMarket(BOTH, SCENARIOS["mixed"], seed=1)
    opening = {trade.symbol: trade.price for trade in market.until(market.start_ms)}
    assert set(opening) == {"SOLUSDT", "DOGEUSDT"}
    assert abs(opening["SOLUSDT"] / SOL.start_price - 1) < Decimal("0.01")
    assert len(market.until(market.start_ms + 50 * HOUR_MS)) > 10_000
    assert not market.ended


def test_trades_come_from_one_in_seconds_to_several_a_second() -> None:
    trades = first(48, "mixed", 3, ("SOLUSDT",))
    minutes = np.bincount([(t.market_ms - trades[0].market_ms) // MINUTE_MS for t in trades])
    assert 15 <= minutes.min() < 25
    assert minutes.max() > 120
    assert minutes.max() <= 600


def test_calm_is_calmer_and_whipsaw_turns_more_often_than_trend() -> None:
    spread = {
        name: np.diff(closes(first(12, name, 4), "SOLUSDT")).std() for name in ("calm", "mixed", "crash")
    }
    assert spread["calm"] < spread["mixed"]
    whipsaw, trend = (closes(first(12, name, 4), "SOLUSDT") for name in ("whipsaw", "trend"))
    # A leg of either sign leads 15 minutes in whipsaw; in trend hours go one way.
    assert np.abs(np.diff(whipsaw[::15])).mean() > 2 * np.abs(np.diff(trend[::15])).mean()


@pytest.mark.parametrize("seed", range(8))
def test_the_crash_scenario_brings_a_crash_as_deep_as_measured(seed: int) -> None:
    path = closes(first(7, "crash", seed), "DOGEUSDT")
    deepest = float((np.maximum.accumulate(path) - path).max())
    assert deepest > 0.05


def test_a_crash_falls_as_deep_as_it_says_fastest_at_its_end_and_rebounds() -> None:
    for crash in FITTED.crashes:
        moves = np.cumsum([push.move for push in crash_course(crash, 0.2)])
        trough = int(moves.argmin())
        if crash.rebound > 0:
            assert moves[trough] == pytest.approx(-0.2)
            assert moves[-1] == pytest.approx(-0.2 * (1 - crash.rebound))
            began = max(trough - crash.fall_minutes, 0)
            assert moves[trough] - moves[began] == pytest.approx(-0.14, abs=0.03)


def test_symbols_move_together_and_volatility_clusters() -> None:
    trades = first(96, "mixed", 2)
    sol, doge = (np.diff(closes(trades, name)) for name in ("SOLUSDT", "DOGEUSDT"))
    assert np.corrcoef(sol, doge)[0, 1] > 0.5
    size = np.abs(sol) - np.abs(sol).mean()
    assert (size[10:] * size[:-10]).mean() / size.var() > 0.05


def test_by_default_a_take_profit_comes_within_half_an_hour_of_market_time() -> None:
    market = open_market([], None, DEFAULT_SEED, BOTH)
    trades = market.until(market.start_ms + HOUR_MS)
    for opens in range(0, 21, 2):
        moved = []
        for symbol in BOTH:
            mine = [
                t for t in trades if t.symbol == symbol and t.market_ms >= market.start_ms + opens * MINUTE_MS
            ]
            away = (t for t in mine if abs(t.price / mine[0].price - 1) >= Decimal("0.006"))
            moved.append(next(away).market_ms - mine[0].market_ms)
        assert min(moved) < 15 * MINUTE_MS
        assert max(moved) < 30 * MINUTE_MS
