"""Where requests enter the venue: rate limits, injected answers, and then the core, all at arrival."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from exchange.simulated.network import Fate, Network
from exchange.simulated.refusals import Code, ambiguity, refusal, said
from exchange.venue.contract import Core, Push, Reply, Trade
from exchange.venue.server.auth import AuthError, check_window
from exchange.venue.server.faults import Faults
from exchange.venue.server.gateway import TOO_MANY, Answer, Gateway
from exchange.venue.server.journal import Journal
from exchange.venue.server.limits import AccountLimits, AddressLimits, Grant
from exchange.venue.server.routes import Route

#: All accounts of a process share its address.
ADDRESS: Final = "bot"
_STALE: Final = 10002
_SERVER_ERRORS: Final = (500, 502, 503, 504)
_LIMIT: Final = 10
_RESET_MS: Final = (-1_000, 1_000)
_OK: Final = Reply(ret_code=0, ret_msg="OK")


@dataclass(frozen=True, slots=True)
class Served:
    """One request that has reached the venue's core, and what the core said (not what the bot was told).

    ``by_bot`` is False for people's and the exchange's own acts. A batch is one such record.
    """

    at_ms: int
    account: str
    op: str
    params: Mapping[str, Any]
    reply: Reply
    by_bot: bool


class WitnessedCore(Core):
    """The core as the gate uses it: the bot's requests are shown to whoever watches."""

    def __init__(self, core: Core, on_served: Sequence[Callable[[Served], object]]) -> None:
        self._core = core
        self._on_served = on_served

    def request(self, account: str, op: str, params: Mapping[str, Any], now_ms: int) -> Reply:
        """Serve a request of the bot."""
        return self.serve(account, op, params, now_ms, by_bot=True)

    def serve(self, account: str, op: str, params: Mapping[str, Any], now_ms: int, *, by_bot: bool) -> Reply:
        """Serve a request and tell of it."""
        reply = self._core.request(account, op, params, now_ms)
        if self._on_served:
            served = Served(now_ms, account, op, params, reply, by_bot)
            for watch in self._on_served:
                watch(served)
        return reply

    def trade(self, trade: Trade, now_ms: int) -> None:
        """As the core."""
        self._core.trade(trade, now_ms)

    def due_ms(self) -> int | None:
        """As the core."""
        return self._core.due_ms()

    def advance(self, now_ms: int) -> Sequence[Push]:
        """As the core."""
        return self._core.advance(now_ms)


class Gate:
    """Answers requests as the venue's gateway does, or as their fate has it.

    ``settle`` carries out what is due at the venue: before a request and after it.
    """

    def __init__(self, core: Core, network: Network, settle: Callable[[], object]) -> None:
        self._network, self._settle = network, settle
        self._gateway = Gateway(core, AccountLimits(), Journal(None), Faults())
        self._addresses = AddressLimits()

    def lets_in(self, now_ms: int) -> bool:
        """Whether the address may ask by REST; one request too many shuts it out for ten minutes."""
        return self._counted(self._addresses.request(ADDRESS, now_ms))

    def takes(self, now_ms: int) -> bool:
        """Whether the address may send one more message to a trading socket."""
        return self._counted(self._addresses.trade(ADDRESS, now_ms))

    def rest(
        self, account: str, route: Route, params: Mapping[str, Any], stamp: tuple[int, int] | None, fate: Fate
    ) -> Answer:
        """Answer a request that arrives now by REST; ``stamp``: its timestamp and window, if it is signed."""
        now_ms = self._network.time.now_ms()
        if fate.trouble == "forbidden" or not self.lets_in(now_ms):
            return Answer(reply=_OK, status=403)
        if stamp is not None:
            try:
                check_window(*stamp, now_ms)
            except AuthError as error:
                return Answer(reply=self.stale(Reply(ret_code=error.code, ret_msg=error.message)))
        answer = self.serve(account, route, params, fate, by_socket=False)
        if fate.trouble == "server_error":
            return Answer(reply=_OK, status=self._network.chance.choice(_SERVER_ERRORS))
        return Answer(reply=_OK, status=429) if fate.trouble == "protection" else answer

    def stale(self, reply: Reply) -> Reply:
        """A reply, counted where it refuses a request that came too late, or too early."""
        if reply.ret_code == _STALE:
            self._network.faults["stale_request"] += 1
        return reply

    def serve(
        self, account: str, route: Route, params: Mapping[str, Any], fate: Fate, *, by_socket: bool
    ) -> Answer:
        """Answer a request that is in time."""
        now_ms, chance = self._network.time.now_ms(), self._network.chance
        if fate.trouble == "refused":
            self._network.faults["refused"] += 1
            return self._refused(route.op, params, now_ms, by_socket=by_socket)
        if fate.trouble == "spoiled_batch" and route.is_batch:
            return self._spoiled(account, route, params, now_ms, by_socket=by_socket)
        answer = self._pass(account, route, params, now_ms) if fate.carried else Answer(reply=_OK)
        if fate.trouble == "overloaded":
            return Answer(reply=said(ambiguity(route.op, chance, carried=fate.carried)), grant=answer.grant)
        return answer

    def _refused(self, op: str, params: Mapping[str, Any], now_ms: int, *, by_socket: bool) -> Answer:
        """A definite refusal; a rate limit's reset may lie in the past already."""
        code = refusal(op, params, self._network.chance, by_socket=by_socket)
        reset_ms = now_ms + self._network.between(_RESET_MS)
        limited = code[0] == TOO_MANY
        return Answer(reply=said(code), grant=Grant(0, _LIMIT, 0, reset_ms) if limited else None)

    def _spoiled(
        self, account: str, route: Route, params: Mapping[str, Any], now_ms: int, *, by_socket: bool
    ) -> Answer:
        """Serve a batch of which some orders fail, or are said to."""
        chance, op, items = self._network.chance, route.op.removesuffix("-batch"), params["request"]
        told: dict[int, Code] = {}
        left_out: set[int] = set()
        for index in sorted(chance.sample(range(len(items)), chance.randint(1, len(items)))):
            carried = self._network.coin() and self._network.coin()
            if carried or self._network.coin():
                told[index] = ambiguity(op, chance, carried=carried)
            else:
                told[index] = refusal(op, items[index], chance, by_socket=by_socket)
            if not carried:
                left_out.add(index)
        self._network.faults["spoiled_batch"] += 1
        kept = [item for index, item in enumerate(items) if index not in left_out]
        if not kept:
            return Answer(reply=_merged(route.op, items, told, left_out, (), ()))
        answer = self._pass(account, route, {**params, "request": kept}, now_ms)
        if answer.reply.ret_code:
            return answer
        rows, codes = answer.reply.result["list"], answer.reply.ret_ext_info["list"]
        return Answer(reply=_merged(route.op, items, told, left_out, rows, codes), grant=answer.grant)

    def _counted(self, let_in: bool) -> bool:
        if not let_in:
            self._network.faults["address_limited"] += 1
        return let_in

    def _pass(self, account: str, route: Route, params: Mapping[str, Any], now_ms: int) -> Answer:
        self._settle()
        answer = self._gateway.serve(account, route, params, now_ms)
        self._settle()
        if answer.reply.ret_code == TOO_MANY:
            self._network.faults["rate_limited"] += 1
        return answer


def _merged(
    op: str,
    items: Sequence[Mapping[str, Any]],
    told: Mapping[int, Code],
    left_out: Collection[int],
    rows: Iterable[Any],
    codes: Iterable[Any],
) -> Reply:
    """A batch's reply with what is told of some items in their places; ``rows`` are of those not left out."""
    served = iter(zip(rows, codes, strict=True))
    shown: list[Any] = []
    verdicts: list[Any] = []
    for index, item in enumerate(items):
        row, verdict = (None, None) if index in left_out else next(served)
        if index in told:
            row, verdict = _failed(op, item), {"code": told[index][0], "msg": told[index][1]}
        shown.append(row)
        verdicts.append(verdict)
    return Reply(ret_code=0, ret_msg="OK", result={"list": shown}, ret_ext_info={"list": verdicts})


def _failed(op: str, item: Mapping[str, Any]) -> dict[str, Any]:
    row = {"category": "linear", "symbol": item["symbol"], "orderId": "", "orderLinkId": item["orderLinkId"]}
    return {**row, "createAt": ""} if op == "order.create-batch" else row
