"""Every third-party wire fixture is read, or refused with an error that says what and where.

They lie beside the project, not in it: their licences are their sources'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from exchange.bybit.decode_orders import decode_answer
from exchange.bybit.decode_private import decode_private
from exchange.bybit.decode_public import Tickers
from exchange.bybit.decode_rest import account_info, fee_rates, instrument, price, risk_tiers, server_ms
from exchange.bybit.fields import Fields, parse_object
from exchange.bybit.rows import execution, order_row, position_row, wallet
from exchange.errors import ProtocolError
from messages.account import ExecType, Execution, OrderRow, PositionRow, Wallet
from messages.orders import Action, Outcome
from messages.sides import Side
from tests.bybit.orders import cancel, place, request

FOLDER = Path(__file__).parents[3] / "shared" / "fixtures"
FILES = sorted(FOLDER.rglob("*.*")) if FOLDER.is_dir() else []
pytestmark = pytest.mark.skipif(not FILES, reason=f"the wire fixtures are not there ({FOLDER.name}/)")

Row = Callable[[Fields], object]
#: What the rows of a reply are, by a part of the file's name.
ROWS: dict[str, Row] = {
    "open-order": order_row,
    "order-list": order_row,
    "order_history": order_row,
    "open-orders": order_row,
    "history-orders": order_row,
    "execution": execution,
    "position__position": lambda row: position_row(row, "avgPrice"),
    "position_list": lambda row: position_row(row, "avgPrice"),
    "position-info": lambda row: position_row(row, "avgPrice"),
    "wallet": lambda row: wallet(row, 5),
    "fee-rate": fee_rates,
    "fee_rate": fee_rates,
    "instrument": instrument,
    "tickers": lambda row: price(row, 5),
    "risk-limit": lambda row: risk_tiers([row]),
}


def load(name: str) -> dict[str, Any]:
    return dict(parse_object((FOLDER / name).read_bytes(), name))


def rows_of(frame: dict[str, Any]) -> list[Any]:
    inner = frame.get("result", frame)
    rows = inner.get("list", []) if isinstance(inner, dict) else []
    return rows if isinstance(rows, list) else []


def attempts(path: Path, frame: dict[str, Any]) -> Iterator[Callable[[], object]]:
    """Everything in the client that could come to see such a frame."""
    yield lambda: decode_private(frame)
    yield lambda: Tickers().decode(frame)
    yield lambda: decode_answer(request(Action.CANCEL, cancel(1)), frame, {}, 5)
    yield lambda: decode_answer(request(Action.PLACE, place(1), place(2), place(3)), frame, {}, 5)
    yield lambda: account_info(Fields(frame.get("result"), "account/info"))
    yield lambda: server_ms(Fields(frame.get("result"), "market/time"))
    for number, row in enumerate(rows_of(frame)):
        for name, decode in ROWS.items():
            if name in path.name:
                yield partial(decode, Fields(row, f"row {number}"))


def refusal_of(attempt: Callable[[], object]) -> str:
    """The words of a refusal, "" where the fixture was read; any other exception fails the test."""
    try:
        attempt()
    except ProtocolError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_fixture_is_read_or_refused_with_its_place(path: Path) -> None:
    raw = path.read_bytes()
    refused = refusal_of(lambda: parse_object(raw, path.name))
    if refused:
        assert refused.startswith(path.name)
        return
    for attempt in attempts(path, dict(parse_object(raw, path.name))):
        refused = refusal_of(attempt)
        assert not refused or " expected" in refused
        assert len(refused) < 400


def events(name: str) -> tuple[Any, ...]:
    decoded = decode_private(load(name))
    assert not decoded.problems
    return decoded.events


def test_the_documented_close_of_a_short_leg_keeps_its_index() -> None:
    (row,) = events("bybit_docs/websocket__private__position__02_frame.json")
    assert isinstance(row, PositionRow)
    assert (row.leg, row.seq, row.liquidation_price) == (Side.SHORT, 8327597863, None)
    assert row.size == 0


def test_the_documented_execution_carries_tax_and_leg() -> None:
    (row,) = events("bybit_docs/websocket__private__execution__02_frame.json")
    assert isinstance(row, Execution)
    assert row.fee_usdt == Decimal("26.3725275") + Decimal("0.006403779")
    assert row.leg is Side.LONG


def test_the_documented_option_order_is_dropped_and_counted() -> None:
    decoded = decode_private(load("bybit_docs/websocket__private__order__02_frame.json"))
    assert (decoded.events, decoded.dropped) == ((), 1)


@pytest.mark.parametrize(
    "name",
    [
        "bybit_docs/websocket__private__wallet__02_frame.json",
        "nautilus_py/ws_messages_private_ws_wallet.json",
    ],
)
def test_wallet_frames_are_read(name: str) -> None:
    (row,) = events(name)
    assert isinstance(row, Wallet)


def test_a_real_flat_position_with_empty_figures_is_read() -> None:
    (row,) = rows_of(load("ccxt/rest_position_list_flat_LTC.json"))
    leg = position_row(Fields(row, "position/list"), "avgPrice")
    assert leg.seq == 15470569116
    assert leg.size == leg.unrealised_usdt == 0


def test_a_real_open_long_has_no_liquidation_price_on_cross_margin() -> None:
    (row,) = rows_of(load("ccxt/rest_position_list_open_long_LTC.json"))
    leg = position_row(Fields(row, "position/list"), "avgPrice")
    assert leg.size > 0
    assert leg.liquidation_price is None


def test_a_real_funding_row_is_paid_by_the_long_and_changes_no_size() -> None:
    row = execution(Fields(rows_of(load("ccxt/rest_execution_list_funding_LTC.json"))[0], "execution/list"))
    assert (row.exec_type, row.leg, row.fee_usdt) == (ExecType.FUNDING, Side.LONG, Decimal("0.00867"))
    assert not row.exec_type.changes_size


def test_the_documented_open_order_of_a_hedge_leg_is_read() -> None:
    (row,) = rows_of(load("bybit_docs/order__open-order__04_resp.json"))
    order = order_row(Fields(row, "order/realtime"))
    assert isinstance(order, OrderRow)
    assert (order.leg, order.qty, order.price) == (Side.LONG, Decimal("0.10"), Decimal("1600.00"))


def test_the_documented_batch_that_failed_in_every_item_is_fatal_in_every_item() -> None:
    reply = load("bybit_docs/websocket__trade__guideline__05_resp.json")
    for i, shown in enumerate(reply["data"]["list"]):
        shown["orderLinkId"] = place(i).order_link_id
    answered = decode_answer(request(Action.PLACE, *map(place, range(3))), reply, reply["header"], 5)
    assert [answer.outcome for answer in answered.answers] == [Outcome.FATAL] * 3
    assert answered.limit_left == 147


def test_real_ticker_deltas_join_their_snapshot() -> None:
    tickers = Tickers()
    delta = load("gocryptotrader/wsTicker_3_tickers.json")
    assert tickers.decode(delta) is None
    merged = tickers.decode({**delta, "data": {"lastPrice": "61870.10"}})
    assert merged is not None
    assert (merged.last, merged.mark) == (Decimal("61870.10"), Decimal("61875.06"))


def test_recorded_instruments_and_risk_limits_are_read() -> None:
    rows = rows_of(load("nautilus_py/http_responses_linear_instrument_btc_usdt.json"))
    assert instrument(Fields(rows[0], "instruments-info")).symbol == "BTCUSDT"
    tiers = risk_tiers(
        Fields(row, "risk-limit") for row in rows_of(load("hirokisan/rest_v5-market-get-risk-limit.json"))
    )
    assert tiers[0].max_leverage == 100
    assert [tier.limit_usdt for tier in tiers] == sorted(tier.limit_usdt for tier in tiers)


def test_rates_in_percent_are_refused() -> None:
    row = {
        "riskLimitValue": "150",
        "maintenanceMargin": "0.5",
        "initialMargin": "1",
        "maxLeverage": "100.00",
        "mmDeduction": "",
    }
    with pytest.raises(ProtocolError, match="looks like percent"):
        risk_tiers([Fields(row, "market/risk-limit")])
