"""What an account and the public may ask, page by page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.venue.desk import OPERATIONS
from tests.venue.core.rig import START_MS, Rig, calm

NAMES = (
    "symbol", "side", "qty", "price", "orderType", "positionIdx",
    "orderId", "orderLinkId", "limit", "cursor", "startTime", "endTime",
    "mode", "buyLeverage", "sellLeverage", "request", "coin", "interval",
    "accountType", "tpslMode", "takeProfit", "triggerPrice", "reduceOnly", "modifyEnable",
    "settleCoin",
)  # fmt: skip


def walk(rig: Rig, op: str, limit: int, encode: Any, **params: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page, until a page is empty or has no cursor."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        result = rig.do(op, limit=limit, cursor=cursor, **params).result
        rows += result["list"]
        cursor = encode(result["nextPageCursor"])
        if not result["list"] or not cursor:
            return rows


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 7), st.booleans(), st.sampled_from((str, unquote, quote)))
def test_pages_give_every_row_once_newest_first(limit: int, always: bool, encode: Any) -> None:
    rig = Rig(calm(cursor_on_last_page=always))
    ids = [rig.order("Buy", 1, "1", f"14{n}.00") for n in range(9)]
    rows = walk(rig, "order.realtime", limit, encode)
    assert [row["orderId"] for row in rows] == ids[::-1]


def test_a_last_page_may_carry_a_cursor_all_the_same() -> None:
    rig = Rig(calm(cursor_on_last_page=True))
    rig.order("Buy", 1, "1", "149.00")
    cursor = rig.do("order.realtime").result["nextPageCursor"]
    assert cursor
    assert rig.do("order.realtime", cursor=cursor).result == {
        "category": "linear", "list": [], "nextPageCursor": "",
    }  # fmt: skip


def test_executions_come_newest_first_in_pages_and_by_window() -> None:
    rig = Rig()
    for _ in range(5):
        rig.order("Buy", 1, "1")
    rows = walk(rig, "execution.list", 2, str)
    assert [int(row["execTime"]) for row in rows] == sorted((int(r["execTime"]) for r in rows), reverse=True)
    assert len(rows) == 5
    middle = int(rows[2]["execTime"])
    assert rig.list("execution.list", startTime=middle, endTime=str(middle)) == [rows[2]]
    assert "positionIdx" not in rows[0]
    assert rig.list("execution.list", orderId=rows[3]["orderId"]) == [rows[3]]
    assert rig.list("execution.list", execType="Funding") == []


def test_a_window_of_more_than_seven_days_is_refused() -> None:
    assert Rig().ask("execution.list", startTime=0, endTime=START_MS).ret_code == 10001


def test_history_lags_and_realtime_may_show_what_has_just_ended() -> None:
    rig = Rig(calm(history_lag_ms=400, realtime_shows_ended=True))
    order = rig.order("Buy", 1, "1")
    assert rig.list("order.history", orderId=order) == []
    assert rig.found(order)["orderStatus"] == "Filled"
    rig.wait(400)
    assert rig.list("order.history", orderId=order)[0]["orderStatus"] == "Filled"


def test_realtime_may_hide_what_has_ended_even_by_id() -> None:
    rig = Rig(calm(realtime_shows_ended=False))
    order = rig.order("Buy", 1, "1")
    assert rig.list("order.realtime", orderId=order) == []
    assert [row["orderId"] for row in rig.list("order.realtime", openOnly=1)] == [order]


def test_realtime_needs_a_scope() -> None:
    rig = Rig()
    assert rig.ask("order.realtime", symbol=None).ret_code == 10001
    rig.order("Buy", 1, "1", "149.00")
    assert len(rig.list("order.realtime", symbol=None, settleCoin="USDT")) == 1
    assert len(rig.list("order.realtime", symbol=None, baseCoin="SOL")) == 1
    assert rig.list("order.realtime", symbol=None, baseCoin="BTC") == []


@pytest.mark.parametrize(("short_first", "order"), [(False, [1, 2]), (True, [2, 1])])
def test_the_order_of_the_two_legs_is_a_quirk(short_first: bool, order: list[int]) -> None:
    rig = Rig(calm(short_row_first=short_first))
    assert [row["positionIdx"] for row in rig.list("position.list")] == order


@pytest.mark.parametrize("lacks", [False, True])
def test_rows_of_flat_legs_may_lack_their_seq(lacks: bool) -> None:
    rig = Rig(calm(closed_rows_lack_seq=lacks))
    rig.order("Buy", 1, "1")
    assert "seq" in rig.leg(1)
    assert ("seq" in rig.leg(2)) is not lacks


def test_by_settle_coin_only_open_legs_are_listed() -> None:
    rig = Rig()
    rig.order("Sell", 2, "1")
    rows = rig.list("position.list", symbol=None, settleCoin="USDT")
    assert [(row["symbol"], row["positionIdx"]) for row in rows] == [("SOLUSDT", 2)]
    assert rig.ask("position.list", symbol=None).ret_code == 10001


def test_the_transaction_log_ends_with_the_balance() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1")
    rig.trade("151.00")
    rig.order("Sell", 1, "1")
    rig.venue.fund("SOLUSDT", rig.now_ms)
    rows = rig.list("account.transaction-log")
    assert rows[0]["cashBalance"] == rig.wallet()["coin"][0]["walletBalance"]
    assert sum(Decimal(row["change"]) for row in rows) == Decimal(rows[0]["cashBalance"]) - 10_000


def test_candles_come_newest_first_with_the_open_one() -> None:
    rig = Rig()
    for price in ("151.00", "149.00", "150.50"):
        rig.trade(price, qty="1")
    rig.now_ms += 60_000
    rig.trade("152.00", qty="2")
    now, before = rig.list("market.kline", interval="1")
    assert before == [
        str(START_MS - START_MS % 60_000),
        "150.000",
        "151.000",
        "149.000",
        "150.500",
        "1003",
        "150450.5",
    ]
    assert now[1:] == ["150.500", "152.000", "150.500", "152.000", "2", "304"]
    (hour,) = rig.list("market.kline", interval="60")
    assert hour[1:5] == ["150.000", "152.000", "149.000", "152.000"]
    assert rig.ask("market.kline", interval="2").ret_code == 10001


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(14_000, 16_000), st.integers(0, 400_000)), min_size=1, max_size=60),
    st.sampled_from(("3", "15", "60", "D", "W", "M")),
)
def test_longer_candles_hold_what_the_minutes_hold(prints: list[tuple[int, int]], interval: str) -> None:
    rig = Rig()
    for cents, later in prints:
        rig.now_ms += later
        rig.trade(str(Decimal(cents) / 100), qty="1")
    minutes = rig.list("market.kline", interval="1", limit=1000)
    longer = rig.list("market.kline", interval=interval, limit=1000)
    for column, fold in ((2, max), (3, min)):
        assert fold(Decimal(row[column]) for row in minutes) == fold(Decimal(row[column]) for row in longer)
    assert sum(Decimal(row[5]) for row in minutes) == sum(Decimal(row[5]) for row in longer)
    assert (minutes[0][4], minutes[-1][1]) == (longer[0][4], longer[-1][1])


def test_the_ticker_tells_the_day_and_the_book() -> None:
    rig = Rig()
    rig.trade("153.00")
    (row,) = rig.list("market.tickers")
    assert (row["lastPrice"], row["highPrice24h"], row["lowPrice24h"]) == ("153.000", "153.000", "150.000")
    assert row["price24hPcnt"] == "0.02"
    book = rig.do("market.orderbook", limit=3).result
    assert (book["b"][0][0], book["a"][0][0]) == (row["bid1Price"], row["ask1Price"])
    assert len(book["a"]) == 3


def test_instruments_come_in_pages_and_other_categories_are_empty() -> None:
    rig = Rig()
    symbols = [row["symbol"] for row in walk(rig, "market.instruments-info", 4, str, symbol=None)]
    assert symbols == ["BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT", "XRPUSDT", "APEUSDT"]
    assert rig.do("market.instruments-info", category="spot").result["list"] == []


def test_recent_trades_are_newest_first() -> None:
    rig = Rig()
    rig.trade("151.00", taker="Sell")
    rows = rig.list("market.recent-trade", limit=1)
    assert [(row["price"], row["side"]) for row in rows] == [("151.000", "Sell")]


def test_private_operations_need_an_account_and_unknown_ones_are_refused() -> None:
    rig = Rig()
    assert rig.ask("market.time", account="").ret_code == 0
    assert rig.ask("position.list", account="").ret_code == 10001
    assert rig.ask("order.undo").ret_code == 10001


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(OPERATIONS)),
    st.dictionaries(
        st.sampled_from(
            NAMES
        ),
        st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats() | st.text(max_size=6)
        | st.sampled_from(["SOLUSDT", "Buy", "Limit", "1", "149.00", "UNIFIED", "Full", "USDT"])
        | st.lists(st.just({"symbol": "SOLUSDT"}) | st.integers(), max_size=2),
        max_size=8,
    ),
)  # fmt: skip
def test_no_parameters_make_the_venue_raise(op: str, params: dict[str, Any]) -> None:
    rig = Rig(None)
    reply = rig.core.request("a", op, params, rig.now_ms)
    rig.wait()
    assert reply.ret_code == 0 or reply.ret_msg
    assert rig.venue.audit() == []
