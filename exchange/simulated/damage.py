"""Replies and frames made unreadable, in ways that no reader may take for something else.

Only what a reader cannot do without is taken away: a missing optional field would be a lie, not damage.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from exchange.venue.contract import PrivatePush

#: What stands before the exchange speaks HTML.
GARBAGE: Final = "<html><title>502 Bad Gateway</title></html>"

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "order": ("symbol", "orderId", "side", "orderStatus", "qty", "cumExecQty", "positionIdx", "updatedTime"),
    "execution": ("symbol", "execId", "side", "execPrice", "execQty", "execFee", "execTime"),
    "position": ("symbol", "positionIdx", "size"),
    "wallet": ("totalEquity", "totalAvailableBalance", "accountMMRate"),
}
_LISTS: Final[Mapping[str, str]] = {
    "order.realtime": "order",
    "order.history": "order",
    "execution.list": "execution",
    "position.list": "position",
    "account.wallet-balance": "wallet",
}


def damaged_envelope(op: str, body: dict[str, Any], chance: Random) -> dict[str, Any] | None:
    """A reply without its retCode, or with a row that lacks something; None: it is no JSON at all."""
    way = chance.randrange(3)
    if way == 0:
        return None
    rows = body["result"].get("list") if op in _LISTS else None
    if way == 1 and rows:
        row = chance.randrange(len(rows))
        damaged = [*rows]
        damaged[row] = _without(rows[row], _LISTS[op], chance)
        return {**body, "result": {**body["result"], "list": damaged}}
    return {name: value for name, value in body.items() if name != "retCode"}


def damaged_push(push: PrivatePush, chance: Random) -> PrivatePush | None:
    """A push with a record that can't be read; None: its frame is no JSON at all."""
    if chance.randrange(3) == 0 or push.topic not in _NEEDED:
        return None
    row = chance.randrange(len(push.data))
    data = [*push.data]
    data[row] = _without(data[row], push.topic, chance)
    return PrivatePush(account=push.account, topic=push.topic, data=data, at_ms=push.at_ms)


def _without(row: Mapping[str, Any], topic: str, chance: Random) -> dict[str, Any]:
    name = chance.choice(_NEEDED[topic])
    return {key: value for key, value in row.items() if key != name}
