"""The summary tells a run exactly to programs and readably to people."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from actors.display.model import DisplayModel
from actors.display.summary import summary, summary_table
from messages.events import Counted
from messages.orders import Outcome
from messages.reports import StateWritten
from tests.display.pictures import line_with, lines_of
from tests.display.scenes import an_order, busy, start
from tests.store.reports import NOW_MS, an_account


def told(model: DisplayModel) -> Any:
    return json.loads(json.dumps(summary(model, NOW_MS)))


def test_a_symbol_is_told_whole() -> None:
    sol = told(busy())["accounts"][0]["symbols"][0]
    assert sol == {
        "symbol": "SOLUSDT",
        "cycles_closed": {"LONG": 1, "SHORT": 1},
        "realised_usdt": "3.89",
        "profit_usdt": "5.71",
        "fees_usdt": "1.8",
        "funding_usdt": "0.02",
        "orders_sent": 124,
        "orders_amended": 40,
        "orders_cancelled": 55,
        "orders_withheld": 0,
        "orders_unanswered": 0,
        "refused_by_code": {"110017": 1},
        "orphans": 0,
        "recoveries": 0,
        "late_fills": 1,
        "resyncs": 0,
        "other_counts": {},
        "tp_latency_ms": {
            "exchange_to_acted": {"count": 3, "p50": "14", "p99": "35", "max": "35"},
            "frame_to_reopen": {"count": 3, "p50": "1.4", "p99": "1.4", "max": "1.4"},
        },
    }


def test_an_account_is_told_with_equity_at_start_and_end() -> None:
    account = told(busy())["accounts"][0]
    assert account["equity_start_usdt"] == "10000"
    assert account["equity_end_usdt"] == "9990.5"
    assert account["equity_change_usdt"] == "-9.5"
    assert account["realised_usdt"] == "3.89"
    assert account["balance_reads"] == {"start": 1}
    assert (account["syncs"], account["state_writes"], account["state_write_failures"]) == (1, 1, 0)


def test_no_binary_float_is_in_the_summary() -> None:
    def floats(value: Any) -> bool:
        if isinstance(value, dict):
            return any(floats(inner) for inner in value.values())
        return any(floats(inner) for inner in value) if isinstance(value, list) else isinstance(value, float)

    assert not floats(summary(busy(), NOW_MS))


def test_a_run_that_never_traded_is_told_without_made_up_figures() -> None:
    account = told(start())["accounts"][0]
    assert account["equity_start_usdt"] is None
    assert account["equity_change_usdt"] is None
    assert account["symbols"][0]["tp_latency_ms"]["exchange_to_acted"]["p50"] is None
    assert account["symbols"][0]["orders_sent"] == 0


def test_counts_without_a_place_of_their_own_are_told_by_name() -> None:
    model = start().apply(Counted(account=1, symbol="SOLUSDT", name="recalculated", amount=Decimal(3)))
    assert told(model)["accounts"][0]["symbols"][0]["other_counts"] == {"recalculated": "3"}


def test_the_table_has_every_figure_in_eighty_columns() -> None:
    lines = lines_of(summary_table(busy(), NOW_MS), width=80)
    assert line_with("cycles closed", lines).split()[-6:] == ["1", "/", "1", "0", "/", "0"]
    assert "124 / 40 / 55" in line_with("orders", lines)
    assert "1 x 110017" in line_with("refused", lines)
    assert "14 / 35 / 35" in line_with("TP acted", lines)
    assert all(len(line) <= 80 for line in lines)
    assert not any("…" in line for line in lines)


def test_the_table_shows_realised_beside_the_change_of_equity() -> None:
    text = " ".join(lines_of(summary_table(busy(), NOW_MS)))
    assert "equity 10,000.00 → 9,990.50 USDT, change -9.50, realised +3.89" in text


def test_many_symbols_are_told_below_each_other() -> None:
    symbols = tuple(f"COIN{number}USDT" for number in range(7))
    lines = lines_of(summary_table(busy(1, symbols), NOW_MS), width=80)
    assert sum("cycles closed" in line for line in lines) == 3
    assert all(any(symbol in line for line in lines) for symbol in symbols)


def test_failed_writes_stops_and_unreached_accounts_are_named() -> None:
    model = start().apply(an_account(stopped="loss over 5 %"))
    model = model.apply(StateWritten(account=1, failure="disk full", took_ns=1, changes=1, at_ms=NOW_MS))
    text = " ".join(lines_of(summary_table(model, NOW_MS)))
    assert "(1 FAILED)" in text
    assert "stopped: loss over 5 %" in text
    assert "never got so far" in " ".join(lines_of(summary_table(start(), NOW_MS)))


def test_orders_without_an_answer_count_as_sent() -> None:
    sol = told(start().apply(an_order(Outcome.UNKNOWN)))["accounts"][0]["symbols"][0]
    assert (sol["orders_sent"], sol["orders_unanswered"]) == (1, 1)
