"""An account reckoned up: by side, in time, and its equity, against slow reckonings of the same."""

from __future__ import annotations

import statistics
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.reports.history.analysis import Analysis, analyse
from actors.reports.history.documents import as_json, cycles_csv, trades_csv
from actors.reports.history.equity import drawdowns, equity_figures, ratio
from actors.reports.history.performance import Minute, read_performance
from actors.reports.history.trades import read_trades
from messages.sides import Side
from tests.reports.histories import START_MS, History

D = Decimal
HOUR_MS = 3_600_000
EQUITIES = st.lists(st.decimals(D("1"), D("20000"), places=8), min_size=1, max_size=60)


def minutes(equities: list[Decimal]) -> list[Minute]:
    return [
        Minute(at_ms=START_MS + 60_000 * at, equity=equity, available=equity, maintenance_rate=D(0))
        for at, equity in enumerate(equities)
    ]


def analysis(history: History, *, since_ms: int = 0) -> Analysis:
    trades = list(read_trades(history.trades_path))
    rows = list(read_performance(history.performance_path)) if history.performance_path.exists() else []
    return analyse(1, "main", trades, rows, since_ms=since_ms)


@pytest.fixture
def history(tmp_path: Path) -> History:
    """A LONG that wins in 2 s and in 61 s, a SHORT that loses by a restart, and an open LONG."""
    made = History(tmp_path, symbols=("DOGEUSDT", "SOLUSDT")).minute("10000")
    made.cycle(Side.LONG, [("100", "1"), ("99", "1")], [("101", "2")], funding="0.5", lasts_ms=0)
    made.cycle(Side.SHORT, [("0.2", "100")], [("0.3", "100")], symbol="DOGEUSDT", role="R")
    made.cycle(Side.LONG, [("100", "1")], [("101", "1")], lasts_ms=60_000)
    made.write([made.trade(Side.LONG, 3, "O", 0, "100", "1")])
    return made.minute("9980").minute("9995", available="8000")


def test_each_side_has_its_profit_wins_times_and_ladder(history: History) -> None:
    doge, sol = analysis(history).sides
    assert (doge.symbol, doge.side, sol.symbol, sol.side) == ("DOGEUSDT", Side.SHORT, "SOLUSDT", Side.LONG)
    assert (doge.closes, doge.wins, doge.realised, doge.to_tp_ms) == (1, 0, D("-10.02"), None)
    assert (sol.closes, sol.wins, sol.profit) == (2, 2, D(4))
    assert (sol.fees, sol.funding, sol.realised) == (D("0.05"), D("0.5"), D("3.45"))
    assert (sol.levels, sol.depths, sol.causes) == (2, {1: 1, 2: 1}, {"take profit": 2})
    assert sol.to_tp_ms == (32_000, 55_200)  # of 3 s and 61 s


def test_the_change_of_equity_stands_beside_what_was_realised(history: History) -> None:
    found = analysis(history)
    assert found.equity is not None
    assert (found.equity.change, found.total.realised) == (D(-5), D("-6.57"))
    assert (found.equity.worst_drawdown, found.equity.drawdown) == (D(20), D(5))
    assert (found.equity.least_available, found.open_cycles) == (D(8000), 1)


def test_a_period_holds_what_closed_in_it_and_no_more(history: History) -> None:
    every = analysis(history)
    last = max(cycle.closed_ms for cycle in every.cycles)
    found = analysis(history, since_ms=last)
    assert (found.total.closes, found.total.profit) == (1, D(1))
    assert all(trade.at_ms >= last for trade in found.trades)
    assert found.equity is not None
    assert found.equity.rows == 2


def test_a_day_is_not_made_up_from_minutes(history: History) -> None:
    assert analysis(history).closes_a_day is None
    history.minute("9990", after_ms=HOUR_MS)
    a_day = analysis(history).closes_a_day
    assert a_day is not None
    assert 60 < a_day < 72


def test_no_profit_is_made_up_for_a_cycle_whose_beginning_is_missing(history: History) -> None:
    trades = list(read_trades(history.trades_path))[1:]
    found = analyse(1, "main", trades, [], since_ms=0)
    assert (found.incomplete, found.total.closes) == (1, 2)


@given(EQUITIES)
def test_a_drawdown_is_the_largest_fall_from_any_value_before(equities: list[Decimal]) -> None:
    found = equity_figures(minutes(equities))
    assert found is not None
    pairs = [(high, low) for at, low in enumerate(equities) for high in equities[: at + 1]]
    falls = [(high - low, (high - low) / high) for high, low in pairs]
    assert found.worst_drawdown == max(fall for fall, _ in falls)
    assert found.worst_ratio == max(share for _, share in falls)
    assert found.drawdown == max(equities) - equities[-1]
    assert found.change == equities[-1] - equities[0]


def test_equity_at_or_below_nothing_is_a_drawdown_of_all() -> None:
    rows = minutes([D(10), D(-5)])
    assert drawdowns(rows) == [D(0), D(15)]
    assert ratio(D(15), D(-5)) == D("1.5")
    assert ratio(D(0), D(0)) == 0
    assert ratio(D(3), D(-3)) == 1


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=40))
def test_times_to_tp_are_the_median_and_nine_tenths(lasts: list[int]) -> None:
    from actors.reports.history.analysis import _median_and_90

    found = _median_and_90(lasts)
    assert found is not None
    expected = statistics.quantiles(lasts, n=10, method="inclusive")
    assert abs(found[0] - statistics.median(lasts)) <= 0.5
    assert abs(found[1] - expected[8]) <= 1


def test_documents_hold_the_same_figures_exactly(history: History) -> None:
    found = analysis(history)
    told = orjson.loads(orjson.dumps(as_json([found])))["accounts"][0]
    assert told["total"]["realised_usdt"] == "-6.57"
    assert told["equity"]["change_usdt"] == "-5"
    assert told["sides"][1]["time_to_tp_ms"] == {"median": 32_000, "p90": 55_200}
    assert trades_csv([found]) == history.trades_path.read_bytes()
    header, *rows = cycles_csv([found]).decode().splitlines()
    assert header.startswith("account,symbol,side,cycle,opened_utc")
    assert [row.split(",")[-1] for row in rows] == ["2.47", "-10.02", "0.98"]
