"""The way in, on the real core and without sockets: limits, overflow, and whatever clients may send."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.contract import Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.records import AccountSpec
from exchange.venue.server.faults import AnswerFault, Faults
from exchange.venue.server.gateway import TOO_MANY, Gateway
from exchange.venue.server.journal import Journal
from exchange.venue.server.limits import AccountLimits
from exchange.venue.server.routes import ROUTES
from exchange.venue.server.wire import decode, rest_body

NOW = 1_760_000_000_000


class Written(Journal):
    """A journal that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(None)
        self.codes: list[tuple[str, str, int]] = []

    def request(self, at_ms: int, op: str, account: str, data: Any, reply: Reply) -> None:
        self.codes.append((op, account, reply.ret_code))


def core() -> VenueCore:
    made = VenueCore(
        seed=1, now_ms=NOW, instruments=default_instruments(), accounts=[AccountSpec(name="001", hedge=True)]
    )
    price, qty = Decimal(150), Decimal(10)
    made.trade(Trade(symbol="SOLUSDT", price=price, qty=qty, taker="Buy", market_ms=0), NOW)
    return made


def gateway(factor: int = 1, faults: Faults | None = None) -> tuple[Gateway, Written]:
    written = Written()
    return Gateway(core(), AccountLimits(factor=factor), written, faults or Faults()), written


def batch(count: int) -> dict[str, Any]:
    order = {"symbol": "SOLUSDT", "side": "Buy", "positionIdx": 1, "orderType": "Limit", "qty": "1"}
    items = [{**order, "price": "149", "orderLinkId": f"n{n}"} for n in range(count)]
    return {"category": "linear", "request": items}


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_each_item_of_a_batch_is_served_or_overflows_in_its_place(sizes: list[int]) -> None:
    front, _ = gateway()
    left = 10
    for number, size in enumerate(sizes):
        asked = batch(size)
        for item in asked["request"]:
            item["orderLinkId"] += f"-{number}"
        reply = front.serve("001", ROUTES["order.create-batch"], asked, NOW).reply
        codes = [one["code"] for one in reply.ret_ext_info["list"]]
        served = min(left, size)
        assert codes == [0] * served + [TOO_MANY] * (size - served)
        rows = reply.result["list"]
        assert [row["orderLinkId"] for row in rows] == [one["orderLinkId"] for one in asked["request"]]
        assert [bool(row["orderId"]) for row in rows] == [code == 0 for code in codes]
        left -= served


def test_a_fault_before_acceptance_keeps_the_request_from_the_core() -> None:
    faults = Faults()
    faults.answers["order.create"] = [AnswerFault(reply=Reply(ret_code=10016, ret_msg="busy"))]
    front, written = gateway(faults=faults)
    order = {"category": "linear", **batch(1)["request"][0]}
    assert front.serve("001", ROUTES["order.create"], order, NOW).reply.ret_code == 10016
    assert front.serve("001", ROUTES["order.create"], order, NOW).reply.ret_code == 0
    assert written.codes == [("order.create", "001", 10016), ("order.create", "001", 0)]


def test_a_fault_after_acceptance_is_journaled_as_what_happened() -> None:
    faults = Faults()
    fault = AnswerFault(reply=Reply(ret_code=10016, ret_msg="busy"), after_acceptance=True)
    faults.answers["order.create"] = [fault]
    front, written = gateway(faults=faults)
    order = {"category": "linear", **batch(1)["request"][0]}
    assert front.serve("001", ROUTES["order.create"], order, NOW).reply.ret_code == 10016
    assert written.codes == [("order.create", "001", 0)]


plain = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8)
words = st.sampled_from(
    [
        "linear",
        "SOLUSDT",
        "Buy",
        "Sell",
        "Limit",
        "Market",
        "1",
        "0",
        "-1",
        "1e9",
        "NaN",
        "149",
        "UNIFIED",
        "",
        "x",
    ]
)
values = st.recursive(
    plain | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    "category",
    "symbol",
    "side",
    "orderType",
    "qty",
    "price",
    "positionIdx",
    "orderLinkId",
    "orderId",
    "timeInForce",
    "reduceOnly",
    "closeOnTrigger",
    "triggerPrice",
    "triggerDirection",
    "triggerBy",
    "takeProfit",
    "stopLoss",
    "tpslMode",
    "limit",
    "cursor",
    "settleCoin",
    "baseCoin",
    "interval",
    "start",
    "end",
    "startTime",
    "endTime",
    "mode",
    "coin",
    "buyLeverage",
    "sellLeverage",
    "accountType",
    "orderFilter",
    "openOnly",
    "tpSize",
    "slSize",
    "modifyEnable",
    "request",
    "execType",
    "orderStatus",
]
requests = st.dictionaries(st.sampled_from(NAMES), values | words, max_size=8)


@given(st.sampled_from(sorted(ROUTES)), requests, st.booleans())
def test_whatever_a_client_sends_is_answered_with_a_code(op: str, params: dict[str, Any], sane: bool) -> None:
    front, written = gateway()
    if sane:  # get past the first checks, to the ones behind
        params = {"category": "linear", "symbol": "SOLUSDT", **params}
    route = ROUTES[op]
    if route.is_batch and sane:
        params["request"] = [params]
    reply = front.serve("001" if route.private else "", route, params, NOW).reply
    sent = decode(rest_body(reply, NOW))
    assert sent["retCode"] == reply.ret_code
    assert written.codes == [(op, "001" if route.private else "", reply.ret_code)]
