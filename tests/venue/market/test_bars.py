"""Bars become trades that rebuild them exactly; bad bars are refused with the row and the reason."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.market.bars import MINUTE_MS, bars_from
from exchange.venue.market.errors import PriceError
from exchange.venue.market.listing import to_units
from exchange.venue.market.path import split_volume
from tests.venue.market.made import GOOD, SOL, T0, Row, bar_rows, bars, columns

seeds = st.integers(0, 2**32)


def cents(value: float, unit: Decimal) -> Decimal:
    """What the file's float means: its shortest spelling, on the unit."""
    return Decimal(repr(value)).quantize(unit)


@given(st.lists(bar_rows(), min_size=1, max_size=4), seeds)
def test_a_bars_trades_rebuild_open_high_low_close_and_volume(rows: list[Row], seed: int) -> None:
    trades = list(bars(rows).trades(seed))
    for index, (opened, high, low, closed, volume) in enumerate(rows):
        starts = T0 + index * MINUTE_MS
        mine = [trade for trade in trades if starts <= trade.market_ms < starts + MINUTE_MS]
        prices = [trade.price for trade in mine]
        rebuilt = (prices[0], max(prices), min(prices), prices[-1])
        assert rebuilt == tuple(cents(value, SOL.tick) for value in (opened, high, low, closed))
        assert sum(trade.qty for trade in mine) == cents(volume, SOL.step)


@given(st.lists(bar_rows(), min_size=1, max_size=3), seeds)
def test_every_replayed_trade_is_on_tick_and_step_and_in_order(rows: list[Row], seed: int) -> None:
    trades = list(bars(rows).trades(seed))
    assert all(trade.price > 0 and trade.price % SOL.tick == 0 for trade in trades)
    assert all(trade.qty > 0 and trade.qty % SOL.step == 0 for trade in trades)
    assert {trade.taker for trade in trades} <= {"Buy", "Sell"}
    times = [trade.market_ms for trade in trades]
    assert times == sorted(times)


@given(bar_rows(), seeds)
def test_takers_buy_on_the_way_up_and_sell_on_the_way_down(row: Row, seed: int) -> None:
    trades = list(bars([row]).trades(seed))
    for before, after in pairwise(trades):
        if after.price != before.price:
            assert after.taker == ("Buy" if after.price > before.price else "Sell")


@given(st.integers(1, 10**6), st.integers(1, 60), seeds)
def test_a_split_volume_adds_up_and_leaves_nobody_empty(more: int, count: int, seed: int) -> None:
    steps = count + more
    parts = split_volume(steps, count, np.random.default_rng(seed))
    assert int(parts.sum()) == steps
    assert int(parts.min()) >= 1


@given(st.integers(1, 10**9), st.sampled_from(["0.01", "0.00001", "0.05", "0.1", "1", "0.0005"]))
def test_a_float_on_the_tick_becomes_exactly_that_many_ticks(units: int, unit: str) -> None:
    value = float(units * Decimal(unit))
    whole, off = to_units(np.array([value]), Decimal(unit))
    assert (int(whole[0]), off) == (units, 0)


def test_most_bars_have_dozens_of_prints_of_uneven_size() -> None:
    trades = list(bars([GOOD] * 50).trades(seed=1))
    assert 20 * 50 <= len(trades) <= 50 * 50
    sizes = sorted(trade.qty for trade in trades)
    assert sizes[len(sizes) // 4] * 10 < sizes[-1]


def test_a_bars_path_depends_on_the_seed_and_on_nothing_before_it() -> None:
    one, other = bars([GOOD] * 3), bars([(149.0, 151.0, 148.0, 150.0, 7.0), GOOD, GOOD])
    later = T0 + MINUTE_MS
    assert list(one.since(later).trades(5)) == [t for t in other.trades(5) if t.market_ms >= later]
    assert list(one.trades(5)) != list(one.trades(6))


def test_a_gap_between_bars_stays_empty() -> None:
    times = [T0, T0 + MINUTE_MS, T0 + 5 * MINUTE_MS]
    made = bars_from("SOLUSDT", SOL, columns([GOOD] * 3, times), "gap.csv")
    inside = [t for t in made.trades(1) if T0 + 2 * MINUTE_MS <= t.market_ms < T0 + 5 * MINUTE_MS]
    assert inside == []
    assert made.end_ms == T0 + 6 * MINUTE_MS


def test_a_minute_without_volume_trades_nothing() -> None:
    flat = (150.0, 150.0, 150.0, 150.0, 0.0)
    trades = list(bars([GOOD, flat, GOOD]).trades(1))
    assert not [t for t in trades if T0 + MINUTE_MS <= t.market_ms < T0 + 2 * MINUTE_MS]


def test_prices_between_ticks_are_rounded_and_it_is_said() -> None:
    made = bars([(150.004, 150.5, 149.5, 150.2, 100.0)])
    assert next(made.trades(1)).price == Decimal("150.00")
    assert any("1 prices were off the tick 0.01" in note for note in made.notes)


def test_a_volume_too_small_for_its_turns_is_raised_and_it_is_said() -> None:
    made = bars([(150.0, 150.5, 149.5, 150.2, 0.2), GOOD])
    first = [t for t in made.trades(1) if t.market_ms < T0 + MINUTE_MS]
    assert {t.price for t in first} == {Decimal(p) for p in ("150.00", "150.50", "149.50", "150.20")}
    assert any("raised" in note for note in made.notes)


NAN = float("nan")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((150.0, 149.0, 151.0, 150.0, 1.0), "row 2: high is below low"),
        ((152.0, 151.0, 149.0, 150.0, 1.0), "row 2: open is outside low and high"),
        ((150.0, 151.0, 149.0, 148.0, 1.0), "row 2: close is outside low and high"),
        ((NAN, 151.0, 149.0, 150.0, 1.0), "row 2: open is missing or not a finite number"),
        ((150.0, float("inf"), 149.0, 150.0, 1.0), "row 2: high is missing or not a finite number"),
        ((150.0, 151.0, -149.0, 150.0, 1.0), "row 2: low must be above 0, not -149"),
        ((150.0, 151.0, 149.0, 150.0, -1.0), "row 2: volume must be 0 or more, not -1"),
        ((150.0, 151.0, 149.0, 150.0, 0.0), "row 2: prices move although volume is 0"),
        ((0.001, 151.0, 0.001, 150.0, 1.0), "row 2: a price is below half a tick"),
    ],
)
def test_a_wrong_bar_is_refused_with_file_row_and_reason(row: Row, reason: str) -> None:
    with pytest.raises(PriceError) as refused:
        bars([GOOD, row, GOOD])
    assert str(refused.value).startswith("made.csv: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ([T0, T0], "row 2: the same time as the row before"),
        ([T0, T0 - MINUTE_MS], "row 2: earlier than the row before; sort the file"),
        ([T0, NAN], "row 2: open_time_ms is missing"),
        ([T0 / 1000, T0 / 1000 + 60], "not UTC milliseconds"),
        ([], "no rows"),
    ],
)
def test_wrong_times_are_refused(times: list[float], reason: str) -> None:
    with pytest.raises(PriceError, match=reason):
        bars_from("SOLUSDT", SOL, columns([GOOD] * len(times), times), "made.csv")
