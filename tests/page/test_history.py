"""Prices, equity and fills of the last hours: bounded, one point a step, and never funding as a fill."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from actors.page.history import KEPT_FILLS, RANGES, History, Series, SymbolHistory
from messages.account import ExecType
from messages.events import TradeBooked
from messages.sides import Side
from tests.display.scenes import a_close, busy
from tests.store.reports import NOW_MS, a_side, a_symbol, an_account
from tests.store.trades import a_trade

D = Decimal
NOW_S = NOW_MS // 1000


def a_funding() -> TradeBooked:
    trade = a_trade("funding")
    return replace(trade, execution=replace(trade.execution, exec_type=ExecType.FUNDING))


def test_a_series_keeps_the_first_value_of_each_step_and_forgets_the_oldest() -> None:
    series = Series(step_s=20, kept=3)
    for second in range(0, 100, 7):
        series = series.with_values(NOW_MS + second * 1000, (D(second),))
    assert series.points == ((NOW_S + 40, (D(42),)), (NOW_S + 60, (D(63),)), (NOW_S + 80, (D(84),)))


def test_a_clock_that_steps_back_draws_nothing_twice() -> None:
    series = Series(step_s=1, kept=9).with_values(NOW_MS, (D(1),)).with_values(NOW_MS - 5000, (D(2),))
    assert series.points == ((NOW_S, (D(1),)),)


def test_a_day_of_reports_stays_within_every_range() -> None:
    history = SymbolHistory()
    for second in range(0, 100_000, 50):
        history = history.after(a_symbol("SOLUSDT", last=D(second), at_ms=NOW_MS + second * 1000))
    for name, (step_s, kept) in RANGES.items():
        points = history.ranges[name].points
        assert len(points) <= kept
        assert all(after[0] - before[0] >= step_s for before, after in pairwise(points))
        assert points[-1][0] > NOW_S + 99_950 - max(step_s, 50)


def test_averages_and_take_profits_are_drawn_only_while_there_are_any() -> None:
    held = a_side(
        Side.LONG, size=D(1), average_entry=D("145.2"), take_profit_price=D("146"), take_profit_qty=D(1)
    )
    history = SymbolHistory().after(a_symbol("SOLUSDT", last=D("145.5"), long=held))
    assert history.ranges["15m"].points == ((NOW_S, (D("145.5"), D("145.2"), D("146"), None, None)),)


def test_a_symbol_without_a_price_has_no_point() -> None:
    assert SymbolHistory().after(a_symbol("SOLUSDT")).ranges["15m"].points == ()


def test_fills_are_counted_all_and_kept_within_bounds() -> None:
    history = SymbolHistory()
    for number in range(KEPT_FILLS + 50):
        history = history.after(a_symbol("SOLUSDT", fills=(a_trade(f"e-{number}"),)))
    assert history.filled == KEPT_FILLS + 50
    assert len(history.fills) == KEPT_FILLS
    assert history.fills[-1].execution.exec_id == f"e-{KEPT_FILLS + 49}"


def test_funding_is_no_fill() -> None:
    history = SymbolHistory().after(a_symbol("SOLUSDT", fills=(a_funding(), a_trade("e-1"))))
    assert [fill.execution.exec_id for fill in history.fills] == ["e-1"]


def test_the_equity_curve_has_what_was_realised_beside_each_change() -> None:
    model = busy().apply(a_close())
    history = History().after(an_account(), model)
    realised = model.accounts[1].booked.realised
    assert history.accounts[1]["15m"].points == ((NOW_S, (D("-9.5"), realised)),)
    assert realised != 0
