"""Lists over several pages, as Bybit gives them: cursors on last pages, rows twice, weeks apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from exchange.bybit.connect import BybitExchange
from exchange.bybit.rest import BybitRest
from exchange.errors import ProtocolError, Refused
from messages.requests import (
    LegsRead,
    LookUpOrder,
    OrderLookUp,
    ReadExecutions,
    ReadLegs,
    ReadSnapshot,
    Snapshot,
)
from messages.sides import Side
from tests.bybit.frames import EXECUTION, LONG_ENTRY, ORDER, POSITION, without
from tests.bybit.stub import Stub

NOW_MS = 1_760_000_000_000
WEEK_MS = 7 * 24 * 3600 * 1000
LEG = {**without(POSITION, "entryPrice"), "avgPrice": "150.00"}
Query = dict[str, str]


@pytest.fixture
def rest(client: BybitExchange) -> BybitRest:
    return client.rest()


def serve(
    stub: Stub, **lists: Callable[[Query], tuple[list[dict[str, Any]], str]]
) -> list[tuple[str, Query]]:
    """Answer each list by its function of the query (rows, cursor); gives the queries as they come."""
    seen: list[tuple[str, Query]] = []

    async def reply(request: web.Request, raw: bytes) -> web.StreamResponse:
        name = urlsplit(str(request.rel_url)).path.removeprefix("/v5/").replace("/", "_").replace("-", "_")
        query = {key: values[0] for key, values in parse_qs(request.query_string).items()}
        seen.append((name, query))
        if name == "market_time":
            result: dict[str, Any] = {"timeSecond": "1", "timeNano": str(NOW_MS * 1_000_000)}
        else:
            rows, cursor = lists[name](query) if name in lists else ([], "")
            result = {"category": "linear", "list": rows, "nextPageCursor": cursor}
        return web.json_response({"retCode": 0, "retMsg": "OK", "result": result, "time": NOW_MS})

    stub.on_request = reply
    return seen


def order(number: int, **changes: Any) -> dict[str, Any]:
    return {**ORDER, "orderId": f"o{number}", **changes}


def fill(number: int, at_ms: int, **changes: Any) -> dict[str, Any]:
    return {**EXECUTION, "execId": f"e{number}", "execTime": str(at_ms), "seq": number, **changes}


def test_pages_are_followed_until_one_is_empty(stub: Stub, rest: BybitRest) -> None:
    pages = {"": ([order(1), order(2)], "a"), "a": ([order(2), order(3)], "b"), "b": ([], "c")}
    seen = serve(stub, order_realtime=lambda query: pages[query.get("cursor", "")])
    snapshot = rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))
    assert isinstance(snapshot, Snapshot)
    assert [row.order_id for row in snapshot.orders] == ["o1", "o2", "o3"]
    assert [query.get("cursor") for name, query in seen if name == "order_realtime"] == [None, "a", "b"]


def test_a_cursor_that_comes_again_is_the_end(stub: Stub, rest: BybitRest) -> None:
    seen = serve(stub, order_realtime=lambda query: ([order(1)], "same"))
    rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))
    assert len([name for name, _ in seen if name == "order_realtime"]) == 2


def test_cursors_that_never_end_are_a_protocol_error(stub: Stub, rest: BybitRest) -> None:
    serve(stub, order_realtime=lambda query: ([order(1)], str(int(query.get("cursor", "0")) + 1)))
    with pytest.raises(ProtocolError, match="cursor does not end"):
        rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))


def test_of_two_rows_of_an_order_its_end_counts(stub: Stub, rest: BybitRest) -> None:
    ended = order(1, orderStatus="Cancelled", updatedTime="1")
    pages = {"": ([ended, order(2)], "a"), "a": ([order(1)], "")}
    serve(stub, order_realtime=lambda query: pages[query.get("cursor", "")])
    snapshot = rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))
    assert isinstance(snapshot, Snapshot)
    assert [row.order_id for row in snapshot.orders] == ["o2"]


def test_a_snapshot_reads_the_clock_first_and_then_legs_orders_and_executions(
    stub: Stub, rest: BybitRest
) -> None:
    fills = [fill(3, NOW_MS - 1), fill(2, NOW_MS - 3), fill(1, NOW_MS - 3)]
    seen = serve(stub, position_list=lambda _: ([LEG], ""), execution_list=lambda _: (fills, ""))
    snapshot = rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))
    assert isinstance(snapshot, Snapshot)
    assert [name for name, _ in seen] == ["market_time", "position_list", "order_realtime", "execution_list"]
    assert snapshot.server_ms == NOW_MS
    assert [one.exec_id for one in snapshot.executions] == ["e1", "e2", "e3"]
    assert all(query.get("settleCoin") == "USDT" for name, query in seen if name != "market_time")


def test_other_contracts_of_the_account_are_left_out(stub: Stub, rest: BybitRest) -> None:
    dated = {**LEG, "symbol": "BTCUSDT-26DEC25"}
    serve(stub, position_list=lambda _: ([dated, LEG], ""))
    snapshot = rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))
    assert isinstance(snapshot, Snapshot)
    assert [leg.symbol for leg in snapshot.positions] == ["SOLUSDT"]


def test_executions_of_three_weeks_are_read_week_by_week(stub: Stub, rest: BybitRest) -> None:
    since_ms = NOW_MS - 2 * WEEK_MS - 5
    seen = serve(stub)
    rest.call(ReadLegs(symbol="SOLUSDT", since_ms=since_ms))
    windows = [(q["startTime"], q.get("endTime")) for name, q in seen if name == "execution_list"]
    starts = [since_ms, since_ms + WEEK_MS, since_ms + 2 * WEEK_MS]
    assert windows == [
        (str(starts[0]), str(starts[1] - 1)),
        (str(starts[1]), str(starts[2] - 1)),
        (str(starts[2]), None),
    ]


def test_the_flat_row_first_is_still_the_leg_of_its_index(stub: Stub, rest: BybitRest) -> None:
    flat = {"symbol": "SOLUSDT", "positionIdx": 2, "side": "", "size": "0"}
    serve(stub, position_list=lambda _: ([flat, LEG], ""))
    legs = rest.call(ReadLegs(symbol="SOLUSDT", since_ms=NOW_MS - 1000))
    assert isinstance(legs, LegsRead)
    assert [(leg.leg, leg.size > 0) for leg in legs.positions] == [(Side.SHORT, False), (Side.LONG, True)]


@pytest.mark.parametrize(
    ("live", "ended"), [([order(1)], []), ([], [order(1, orderStatus="Filled")]), ([], [])]
)
def test_a_look_up_asks_history_where_realtime_knows_nothing(
    stub: Stub, rest: BybitRest, live: list[dict[str, Any]], ended: list[dict[str, Any]]
) -> None:
    seen = serve(
        stub,
        order_realtime=lambda _: (live, ""),
        order_history=lambda _: (ended, ""),
        execution_list=lambda _: ([fill(1, NOW_MS, orderLinkId="")], ""),
    )
    found = rest.call(LookUpOrder(symbol="SOLUSDT", order_link_id=LONG_ENTRY))
    assert isinstance(found, OrderLookUp)
    names = [name for name, _ in seen]
    history = [] if live else ["order_history"]
    assert names == ["market_time", "order_realtime", *history, "position_list", "execution_list"]
    assert (found.order is not None) == bool(live or ended)
    assert all(q["orderLinkId"] == LONG_ENTRY for n, q in seen if n.startswith(("order", "exec")))


def test_a_row_that_cannot_be_read_fails_a_look_up_by_its_place_and_is_no_absence(
    stub: Stub, rest: BybitRest
) -> None:
    serve(stub, order_realtime=lambda _: ([order(1), without(order(2), "qty")], ""))
    with pytest.raises(ProtocolError, match=r"order/realtime\.result\.list\[1\]: qty is missing"):
        rest.call(LookUpOrder(symbol="SOLUSDT", order_link_id=LONG_ENTRY))


def test_a_window_over_a_week_is_refused_before_it_is_asked(stub: Stub, rest: BybitRest) -> None:
    with pytest.raises(Refused, match="at most 7 days: ask week by week"):
        rest.call(ReadExecutions(symbol=None, start_ms=0, end_ms=WEEK_MS + 1))
    assert not stub.requests


def test_a_snapshot_leaves_out_a_row_that_cannot_be_read_and_keeps_the_others(
    stub: Stub, rest: BybitRest
) -> None:
    serve(
        stub,
        order_realtime=lambda query: ([order(1), order(2, qty="many")], ""),
        position_list=lambda query: ([{**LEG, "size": ""}, {**LEG, "symbol": "DOGEUSDT"}], ""),
        execution_list=lambda query: ([fill(1, NOW_MS), fill(2, NOW_MS, execPrice="dear")], ""),
    )
    snapshot = rest.call(ReadSnapshot(since_ms=NOW_MS - 1000))
    assert isinstance(snapshot, Snapshot)
    assert [row.order_id for row in snapshot.orders] == ["o1"]
    assert [row.symbol for row in snapshot.positions] == ["DOGEUSDT"]
    assert [row.exec_id for row in snapshot.executions] == ["e1"]
