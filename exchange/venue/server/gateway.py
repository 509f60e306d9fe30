"""The way in: every request, by whatever transport, is limited, served by the core and journaled here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.venue.contract import Core, Reply
from exchange.venue.desk import BATCH_ITEMS
from exchange.venue.server.faults import Faults
from exchange.venue.server.journal import Journal
from exchange.venue.server.limits import AccountLimits, Grant
from exchange.venue.server.routes import Route

TOO_MANY = 10006
TOO_MANY_TEXT = "Too many visits! Exceeded the API Rate Limit."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply and what its transport needs: the rate figures, and a fault's HTTP status (else 200)."""

    reply: Reply
    grant: Grant | None = None
    status: int = 200


class Gateway:
    """Serves requests that have proven who they are; refused ones are only written down."""

    def __init__(self, core: Core, limits: AccountLimits, journal: Journal, faults: Faults) -> None:
        self._core = core
        self._limits = limits
        self._journal = journal
        self._faults = faults

    def serve(self, account: str, route: Route, params: Mapping[str, Any], now_ms: int) -> Answer:
        """Serve one request of ``account`` (empty for a public one)."""
        fault = self._faults.answer_for(route.op)
        if fault is not None and not fault.after_acceptance:
            answer = Answer(reply=fault.reply, status=fault.http)
        else:
            answer = self._answer(account, route, params, now_ms)
        # What became of the request, whatever its sender is told of it.
        self._journal.request(now_ms, route.op, account, params, answer.reply)
        if fault is not None:
            return Answer(reply=fault.reply, grant=answer.grant, status=fault.http)
        return answer

    def refuse(self, op: str, data: Any, reply: Reply, now_ms: int, account: str = "") -> None:
        """Write down a request that never reached the core, with what it was answered."""
        self._journal.request(now_ms, op, account, data, reply)

    def _answer(self, account: str, route: Route, params: Mapping[str, Any], now_ms: int) -> Answer:
        items = _items(params) if route.is_batch else ()
        grant = self._limits.take(account, route.op, max(1, len(items)), now_ms)
        if grant is None or grant.granted == max(1, len(items)) or len(items) > BATCH_ITEMS:
            reply = self._core.request(account, route.op, params, now_ms)
        elif items:
            reply = self._partly(account, route.op, params, items, grant.granted, now_ms)
        else:
            reply = Reply(ret_code=TOO_MANY, ret_msg=TOO_MANY_TEXT)
        return Answer(reply=reply, grant=grant)

    def _partly(
        self,
        account: str,
        op: str,
        params: Mapping[str, Any],
        items: Sequence[Any],
        granted: int,
        now_ms: int,
    ) -> Reply:
        """Serve the first ``granted`` orders of a batch; the others fail with 10006, each in its place."""
        rows: list[Any] = []
        codes: list[Any] = []
        if granted:
            first = self._core.request(account, op, {**params, "request": items[:granted]}, now_ms)
            if first.ret_code:
                return first
            rows += first.result["list"]
            codes += first.ret_ext_info["list"]
        for item in items[granted:]:
            rows.append(_unserved(op, item if isinstance(item, Mapping) else {}, params))
            codes.append({"code": TOO_MANY, "msg": TOO_MANY_TEXT})
        return Reply(ret_code=0, ret_msg="OK", result={"list": rows}, ret_ext_info={"list": codes})


def _items(params: Mapping[str, Any]) -> Sequence[Any]:
    items = params.get("request")
    return items if isinstance(items, list) else ()


def _unserved(op: str, item: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    row = {
        "category": params.get("category", ""),
        "symbol": item.get("symbol", ""),
        "orderId": "" if op == "order.create-batch" else item.get("orderId", ""),
        "orderLinkId": item.get("orderLinkId", ""),
    }
    return {**row, "createAt": ""} if op == "order.create-batch" else row
