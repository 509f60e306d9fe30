"""Bytes to objects and back, and the envelopes round them (bybit-v5.md sections 1 and 5). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from exchange.venue.contract import PrivatePush, PublicPush, Reply
from exchange.venue.server.limits import Grant

BAD_REQUEST = 10001


class WireError(ValueError):
    """Bytes that aren't what the protocol asks for; ``str`` of it says what is wrong."""


def decode(raw: bytes | str) -> dict[str, Any]:
    """A JSON object without binary floats: Bybit's numbers are strings, or whole."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise WireError("not a JSON object")
    if place := _float_in(found):
        raise WireError(f"{place} must be a string, not a JSON number with a fraction")
    return found


def _float_in(value: Any, place: str = "") -> str:
    """Where a float stands in a decoded value, e.g. ``request[0].qty``; empty if nowhere."""
    if isinstance(value, float):
        return place
    if isinstance(value, dict):
        named = ((f"{place}.{key}" if place else key, inner) for key, inner in value.items())
    elif isinstance(value, list):
        named = ((f"{place}[{index}]", inner) for index, inner in enumerate(value))
    else:
        return ""
    return next((found for name, inner in named if (found := _float_in(inner, name))), "")


def decode_query(query: bytes) -> dict[str, str]:
    """The parameters of a GET; of a name given twice the last counts."""
    return dict(parse_qsl(query.decode(errors="replace"), keep_blank_values=True))


def encode(message: Mapping[str, Any]) -> str:
    """A frame's text. Decimals and floats are refused: what leaves the venue is formatted already."""
    return orjson.dumps(message).decode()


def rest_body(reply: Reply, now_ms: int) -> bytes:
    """The envelope of every REST reply."""
    return orjson.dumps(
        {
            "retCode": reply.ret_code,
            "retMsg": reply.ret_msg,
            "result": reply.result,
            "retExtInfo": reply.ret_ext_info,
            "time": now_ms,
        }
    )


def rate_headers(grant: Grant | None, trace_id: str, now_ms: int) -> dict[str, str]:
    """What private replies carry, as HTTP headers or as the header of a trading socket's reply."""
    headers = {"Traceid": trace_id, "Timenow": str(now_ms)}
    if grant is not None:
        headers["X-Bapi-Limit"] = str(grant.limit)
        headers["X-Bapi-Limit-Status"] = str(grant.left)
        headers["X-Bapi-Limit-Reset-Timestamp"] = str(grant.reset_ms)
    return headers


def private_frame(push: PrivatePush, topic: str, frame_id: str) -> dict[str, Any]:
    """A frame for a private topic, under the name by which it was subscribed."""
    return {"id": frame_id, "topic": topic, "creationTime": push.at_ms, "data": push.data}


def public_frame(push: PublicPush) -> dict[str, Any]:
    """A frame for a public topic; tickers carry their cross sequence as well."""
    frame = {"topic": push.topic, "type": push.kind, "ts": push.at_ms, "data": push.data}
    if push.topic.startswith("tickers."):
        frame["cs"] = push.at_ms
    return frame


_FAST = (
    "category",
    "symbol",
    "execId",
    "execPrice",
    "execQty",
    "orderId",
    "orderLinkId",
    "isMaker",
    "side",
    "execTime",
    "seq",
)


def fast_executions(push: PrivatePush) -> PrivatePush | None:
    """``execution.fast``: trades only, fewer fields, makers without orderLinkId; None if nothing is left."""
    rows = [
        {name: "" if name == "orderLinkId" and row["isMaker"] else row[name] for name in _FAST}
        for row in push.data
        if row["execType"] == "Trade"
    ]
    if not rows:
        return None
    return PrivatePush(account=push.account, topic="execution.fast", data=rows, at_ms=push.at_ms)
