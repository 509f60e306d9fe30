"""Objects have the fields of Bybit's own examples (skipped where those aren't at hand)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.venue.core.rig import Rig

FIXTURES = Path(__file__).parents[4] / "shared" / "fixtures"
OPTIONAL = {"skipCallAuction", "mmrSysUpdateTime"}  # the second is a slip of the example's


def example(path: str) -> dict[str, Any]:
    """One record of an example reply or frame."""
    file = FIXTURES / path
    if not file.exists():
        pytest.skip(f"no wire examples at {FIXTURES}")
    document = json.loads(file.read_text())
    rows = document["data"] if "data" in document else document["result"]
    if isinstance(rows, dict):
        rows = rows.get("list", rows)
    record: dict[str, Any] = rows[0] if isinstance(rows, list) else rows
    return record


@pytest.fixture
def rig() -> Rig:
    """One that has opened, closed in part, rests an order and was funded."""
    rig = Rig()
    rig.order("Buy", 1, "2")
    rig.order("Sell", 1, "1")
    rig.order("Buy", 1, "1", "149.00")
    return rig


def ours(rig: Rig, what: str) -> dict[str, Any]:
    match what.split(":"):
        case ["push", topic]:
            return rig.rows(topic)[-1]
        case ["list", op]:
            extra = {"accountType": "UNIFIED"} if op == "account.wallet-balance" else {}
            return dict(rig.list(op, **extra)[0])
        case [_, op]:
            return dict(rig.do(op).result)
    raise AssertionError(what)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("bybit_docs/websocket__private__order__02_frame.json", "push:order"),
        ("bybit_docs/websocket__private__execution__02_frame.json", "push:execution"),
        ("bybit_docs/websocket__private__position__02_frame.json", "push:position"),
        ("bybit_docs/websocket__private__wallet__02_frame.json", "push:wallet"),
        ("nautilus_py/ws_messages_private_ws_order.json", "push:order"),
        ("nautilus_py/ws_messages_private_ws_execution.json", "push:execution"),
        ("nautilus_py/ws_messages_private_ws_position.json", "push:position"),
        ("nautilus_py/ws_messages_private_ws_wallet.json", "push:wallet"),
        ("bybit_docs/order__open-order__04_resp.json", "list:order.realtime"),
        ("bybit_docs/order__execution__04_resp.json", "list:execution.list"),
        ("bybit_docs/position__position__04_resp.json", "list:position.list"),
        ("bybit_docs/position__close-pnl__04_resp.json", "list:position.closed-pnl"),
        ("bybit_docs/account__wallet-balance__03_resp.json", "list:account.wallet-balance"),
        ("bybit_docs/account__transaction-log__03_resp.json", "list:account.transaction-log"),
        ("bybit_docs/account__fee-rate__03_resp.json", "list:account.fee-rate"),
        ("bybit_docs/account__account-info__03_resp.json", "result:account.info"),
        ("bybit_docs/market__tickers__15_resp.json", "list:market.tickers"),
        ("bybit_docs/market__recent-trade__05_resp.json", "list:market.recent-trade"),
        ("bybit_docs/market__orderbook__05_resp.json", "result:market.orderbook"),
        ("bybit_docs/market__order-price-limit__05_resp.json", "result:market.price-limit"),
        ("bybit_docs/market__time__05_resp.json", "result:market.time"),
        ("nautilus_py/http_responses_linear_instrument_btc_usdt.json", "list:market.instruments-info"),
    ],
)
def test_an_object_has_every_field_of_its_example(rig: Rig, path: str, what: str) -> None:
    record = ours(rig, what)
    missing = set(example(path)) - set(record) - OPTIONAL
    assert missing == set()


@pytest.mark.parametrize("topic", ["order", "execution", "position", "wallet"])
def test_numbers_are_strings_without_exponents(rig: Rig, topic: str) -> None:
    rig.trade("0.00001", symbol="DOGEUSDT")
    rig.order("Buy", 1, "600000", symbol="DOGEUSDT")
    for row in rig.rows(topic):
        for name, value in row.items():
            assert not isinstance(value, float), name
            if isinstance(value, str) and name[-2:] != "Id" and value[:1].isdigit():
                assert "e" not in value.lower(), (name, value)
