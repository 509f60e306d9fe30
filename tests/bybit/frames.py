"""Records as Bybit's documents show them, with what a test wants different."""

from __future__ import annotations

from typing import Any

LONG_ENTRY = "001LE02-SOLUSDT-00A001"
SHORT_TP = "001ST03-SOLUSDT-00A001"

ORDER: dict[str, Any] = {
    "category": "linear",
    "symbol": "SOLUSDT",
    "orderId": "7f0e",
    "orderLinkId": LONG_ENTRY,
    "side": "Buy",
    "positionIdx": 1,
    "orderStatus": "PartiallyFilled",
    "createType": "CreateByUser",
    "cancelType": "UNKNOWN",
    "rejectReason": "EC_NoError",
    "orderType": "Limit",
    "timeInForce": "GTC",
    "price": "150.00",
    "qty": "1.0",
    "leavesQty": "0.6",
    "cumExecQty": "0.4",
    "stopOrderType": "",
    "reduceOnly": False,
    "smpGroup": 0,
    "createdTime": "1760000000120",
    "updatedTime": "1760000000207",
}
EXECUTION: dict[str, Any] = {
    "category": "linear",
    "symbol": "SOLUSDT",
    "orderId": "7f0e",
    "orderLinkId": LONG_ENTRY,
    "execId": "c3d1",
    "execType": "Trade",
    "side": "Buy",
    "execPrice": "150.00",
    "execQty": "0.4",
    "execFee": "0.012",
    "feeCurrency": "USDT",
    "closedSize": "0",
    "isMaker": True,
    "createType": "CreateByUser",
    "execTime": "1760000000207",
    "seq": 9001,
    "extraFees": [],
}
POSITION: dict[str, Any] = {
    "category": "linear",
    "symbol": "SOLUSDT",
    "positionIdx": 1,
    "side": "Buy",
    "size": "0.4",
    "entryPrice": "150.00",
    "leverage": "10",
    "markPrice": "150.20",
    "liqPrice": "",
    "unrealisedPnl": "0.08",
    "takeProfit": "",
    "stopLoss": "",
    "updatedTime": "1760000000207",
    "seq": 9001,
}
WALLET: dict[str, Any] = {
    "accountType": "UNIFIED",
    "accountMMRate": "0.0001",
    "totalEquity": "9999.99",
    "totalWalletBalance": "9999.95",
    "totalAvailableBalance": "9975.9",
    "totalPerpUPL": "0.04",
    "totalInitialMargin": "24.1",
    "totalMaintenanceMargin": "1.3",
    "coin": [],
}
RECORDS = {"order": ORDER, "execution": EXECUTION, "position": POSITION, "wallet": WALLET}


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """A record that lacks these fields."""
    return {name: value for name, value in record.items() if name not in names}


def frame(topic: str, *records: dict[str, Any]) -> dict[str, Any]:
    """A frame of the private stream."""
    return {"id": "u1", "topic": topic, "creationTime": 1760000000210, "data": list(records)}


def ticker(kind: str, at_ms: int, symbol: str = "SOLUSDT", **data: Any) -> dict[str, Any]:
    """A frame of the public stream; ``last`` and ``mark`` stand for lastPrice and markPrice."""
    names = {"last": "lastPrice", "mark": "markPrice"}
    fields = {names.get(name, name): value for name, value in data.items()}
    return {
        "topic": f"tickers.{symbol}",
        "type": kind,
        "ts": at_ms,
        "data": {"symbol": symbol, **fields},
    }
