"""Several symbols on one time line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.market.bars import MINUTE_MS
from exchange.venue.market.errors import PriceError
from exchange.venue.market.replay import ReplayMarket
from tests.venue.market.made import GOOD, T0, Row, bar_rows, bars

DOGE_ROW: Row = (0.18, 0.181, 0.179, 0.1805, 5000.0)
DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)


@given(st.lists(bar_rows(), min_size=2, max_size=4), st.lists(st.integers(1, 90_000), max_size=8))
def test_however_often_it_is_asked_each_trade_comes_once_and_in_order(
    rows: list[Row], waits: list[int]
) -> None:
    sources = [bars(rows), bars([DOGE_ROW] * 3, "DOGEUSDT")]
    whole = list(ReplayMarket(sources, seed=1).until(T0 + DAY_MS))
    market, now_ms, pieces = ReplayMarket(sources, seed=1), T0 - 1, []
    for wait in [*waits, DAY_MS]:
        now_ms += wait
        piece = market.until(now_ms)
        assert all(trade.market_ms <= now_ms for trade in piece)
        pieces += piece
    assert pieces == whole
    assert [t.market_ms for t in whole] == sorted(t.market_ms for t in whole)


def test_it_starts_at_the_latest_common_start_and_says_so() -> None:
    market = ReplayMarket([bars([GOOD] * 5), bars([DOGE_ROW] * 5, "DOGEUSDT", T0 + 2 * MINUTE_MS)], seed=1)
    assert market.start_ms == T0 + 2 * MINUTE_MS
    first = market.until(market.start_ms)
    assert {trade.symbol for trade in first} == {"SOLUSDT", "DOGEUSDT"}
    assert any("SOLUSDT: starts at 2025-05-29 19:02:00 UTC" in note for note in market.notes)


def test_ranges_without_overlap_are_moved_together_and_it_is_said() -> None:
    market = ReplayMarket([bars([GOOD] * 2), bars([DOGE_ROW] * 2, "DOGEUSDT", T0 + DAY_MS)], seed=1)
    trades = market.until(market.start_ms + 2 * MINUTE_MS)
    assert market.start_ms == T0 + DAY_MS
    assert market.ended
    assert {t.symbol for t in trades if t.market_ms < market.start_ms + MINUTE_MS} == {"SOLUSDT", "DOGEUSDT"}
    assert any("SOLUSDT" in note and "don't overlap" in note for note in market.notes)


def test_a_bar_keeps_its_path_when_it_is_moved_in_time() -> None:
    alone = ReplayMarket([bars([GOOD] * 2)], seed=3).until(T0 + DAY_MS)
    moved = ReplayMarket([bars([GOOD] * 2), bars([DOGE_ROW], "DOGEUSDT", T0 + DAY_MS)], seed=3)
    sol = [t for t in moved.until(T0 + 2 * DAY_MS) if t.symbol == "SOLUSDT"]
    assert [(t.price, t.qty, t.market_ms - DAY_MS) for t in sol] == [
        (t.price, t.qty, t.market_ms) for t in alone
    ]


def test_the_market_ends_after_the_last_trade_and_gives_nothing_more() -> None:
    market = ReplayMarket([bars([GOOD] * 2), bars([DOGE_ROW] * 4, "DOGEUSDT")], seed=1)
    market.until(T0 + 2 * MINUTE_MS)
    assert not market.ended
    assert {trade.symbol for trade in market.until(market.end_ms)} == {"DOGEUSDT"}
    assert market.ended
    assert market.until(market.end_ms + DAY_MS) == []
    assert any("SOLUSDT: prices end at" in note for note in market.notes)


def test_bars_of_five_minutes_and_of_one_run_side_by_side() -> None:
    doge = bars([DOGE_ROW] * 3, "DOGEUSDT", T0, 5 * MINUTE_MS)
    trades = ReplayMarket([bars([GOOD] * 15), doge], seed=1).until(T0 + DAY_MS)
    assert trades[-1].market_ms < T0 + 15 * MINUTE_MS
    assert max(t.market_ms for t in trades if t.symbol == "DOGEUSDT") > T0 + 14 * MINUTE_MS


def test_two_files_of_one_symbol_are_refused() -> None:
    with pytest.raises(PriceError, match="more than one file for SOLUSDT"):
        ReplayMarket([bars([GOOD]), bars([GOOD])], seed=1)
