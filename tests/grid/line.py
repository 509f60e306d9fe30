"""The line between the bot and the venue: commands, settings and reads, with time and faults on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from exchange.bybit.codes import error as bybit_error
from exchange.bybit.decode_orders import all_unknown, decode_answer
from exchange.bybit.encode import POSITION_IDX, operation, plain, request_params
from exchange.venue.contract import Reply
from exchange.venue.core import VenueCore
from messages.commands import SettingAnswered
from messages.events import LookUpFailed
from messages.orders import (
    Action,
    AmendOrder,
    CancelOrder,
    OrderCommand,
    Outcome,
    PlaceOrder,
    RequestAnswered,
    SendOrders,
)
from messages.requests import (
    LegsRead,
    LookUpOrder,
    OrderLookUp,
    ReadLegs,
    SetLeverage,
    SetTradingStop,
    Snapshot,
)
from tests.grid.moments import Moments
from tests.grid.reads import CoreReads, Reading

ACCOUNT = "a"
_ACTIONS = {PlaceOrder: Action.PLACE, AmendOrder: Action.AMEND, CancelOrder: Action.CANCEL}
_UNKNOWN_MS = 3_000


@dataclass(frozen=True, slots=True)
class SyncFailed:
    """A read of the account has broken off."""


#: What comes back to the bot.
Back = RequestAnswered | SettingAnswered | OrderLookUp | LegsRead | Snapshot | LookUpFailed | SyncFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong on the line; chances are shares of 1. The defaults are a good network."""

    min_delay_ms: int = 1
    max_delay_ms: int = 5
    max_frame_ms: int = 0
    """A frame of a topic is this late at most; frames of one topic never overtake each other."""
    lost_answer: float = 0
    """The request is carried out, its answer never comes: UNKNOWN."""
    lost_request: float = 0
    """The request doesn't arrive, and nobody can tell: UNKNOWN too."""
    late_request: float = 0
    """Of the lost requests: they arrive all the same, within their recv_window."""
    refused: float = 0
    """The venue says 10006 instead of carrying the request out."""
    duplicated: float = 0
    """A frame comes twice."""
    failed_read: float = 0
    """A read breaks off; who asked is told so, but for a read of the legs, which is asked again."""


NO_FAULTS = Faults()


class Line:
    """One process's line. What it has sent still arrives after ``cut``, but nothing comes back."""

    def __init__(
        self,
        core: VenueCore,
        moments: Moments,
        chance: Random,
        back: Callable[[Back], None],
        accepted: Callable[[str], None],
    ) -> None:
        self.core, self.moments, self.chance = core, moments, chance
        self.faults = NO_FAULTS
        self.scripted: Callable[[OrderCommand], tuple[int, str] | str | None] = lambda command: None
        """A test's answer: a code and text, "lost request", "lost answer", "late request"; None: as usual."""
        self.fits: Callable[[PlaceOrder], bool] = self._fits
        """Whether the balance allows an order; else it is withheld."""
        self._back, self._accepted = back, accepted
        self._reads = CoreReads(core, ACCOUNT, lambda: moments.now_ms)
        self._alive = True

    def cut(self) -> None:
        """The process is gone."""
        self._alive = False

    def delay(self) -> int:
        """A time on the network, in ms."""
        return self.chance.randint(self.faults.min_delay_ms, self.faults.max_delay_ms)

    def later(self, ms: int, moment: Callable[[], None]) -> None:
        """Have something done for this process, unless it is gone by then."""
        self.moments.at(self.moments.now_ms + ms, lambda: moment() if self._alive else None)

    def request(self, op: str, **params: object) -> Reply:
        """One request, carried out at once."""
        return self.core.request(ACCOUNT, op, {"category": "linear", **params}, self.moments.now_ms)

    # --- commands ---------------------------------------------------------------------------------------

    def send(self, command: OrderCommand) -> None:
        """Carry one order command; exactly one answer comes back, late or UNKNOWN."""
        if isinstance(command, PlaceOrder) and not self.fits(command):
            self.later(0, lambda: self._back(_withheld(command, self.moments.now_ms)))
            return
        orders = SendOrders(
            request_id="r",
            action=_ACTIONS[type(command)],
            commands=(command,),
            timestamp_ms=self.moments.now_ms,
        )
        fate = self.scripted(command) or self._fate()
        arrival_ms = self.moments.now_ms + self.delay()
        if isinstance(fate, tuple):
            self.later(self.delay(), lambda: self._reply(orders, Reply(ret_code=fate[0], ret_msg=fate[1])))
        elif fate == "lost request":
            self._unknown(orders)
        elif fate == "late request":
            late_ms = self.moments.now_ms + self.chance.randint(200, 1_999)
            self.moments.at(late_ms, lambda: self._carry_out(orders, answered=False))
            self._unknown(orders)
        elif fate == "lost answer":
            self.moments.at(arrival_ms, lambda: self._carry_out(orders, answered=False))
            self._unknown(orders)
        else:
            self.moments.at(arrival_ms, lambda: self._carry_out(orders, answered=True))

    def _fate(self) -> tuple[int, str] | str:
        faults, chance = self.faults, self.chance.random()
        if chance < faults.lost_answer:
            return "lost answer"
        chance -= faults.lost_answer
        if chance < faults.lost_request:
            return "late request" if self.chance.random() < faults.late_request else "lost request"
        chance -= faults.lost_request
        return (10006, "Too many visits!") if chance < faults.refused else "fine"

    def _fits(self, order: PlaceOrder) -> bool:
        """A plain balance check: the buffered cost within what the venue has free now."""
        check = order.check
        if check is None:
            return True
        wallet = self.request("account.wallet-balance", accountType="UNIFIED").result["list"][0]
        required = check.cost * (1 + check.buffer_percent / 100) + check.also_fits
        return required <= Decimal(wallet["totalAvailableBalance"])

    def _carry_out(self, orders: SendOrders, *, answered: bool) -> None:
        reply = self.core.request(ACCOUNT, operation(orders), request_params(orders), self.moments.now_ms)
        if orders.action is Action.PLACE and reply.ret_code == 0:
            self._accepted(orders.commands[0].order_link_id)
        if answered:
            self.later(self.delay(), lambda: self._reply(orders, reply))

    def _reply(self, orders: SendOrders, reply: Reply) -> None:
        envelope = {"retCode": reply.ret_code, "retMsg": reply.ret_msg, "result": reply.result}
        self._back(decode_answer(orders, envelope, {}, self.moments.now_ms).answers[0])

    def _unknown(self, orders: SendOrders) -> None:
        answer = all_unknown(orders, "no reply", self.moments.now_ms + _UNKNOWN_MS).answers[0]
        self.later(_UNKNOWN_MS, lambda: self._back(answer))

    # --- settings and reads -----------------------------------------------------------------------------

    def set(self, request: SetLeverage | SetTradingStop) -> None:
        """Carry one setting."""
        self.moments.at(self.moments.now_ms + self.delay(), lambda: self._set(request))

    def _set(self, request: SetLeverage | SetTradingStop) -> None:
        if isinstance(request, SetLeverage):
            leverage = plain(request.leverage)
            params = {"symbol": request.symbol, "buyLeverage": leverage, "sellLeverage": leverage}
            reply = self.request("position.set-leverage", **params)
        else:
            levels = {"takeProfit": request.take_profit, "stopLoss": request.stop_loss}
            reply = self.request(
                "position.trading-stop",
                symbol=request.symbol,
                positionIdx=POSITION_IDX[request.leg],
                tpslMode="Full",
                tpTriggerBy="LastPrice",
                slTriggerBy="MarkPrice",
                **{name: plain(level) for name, level in levels.items() if level is not None},
            )
        failure = bybit_error(reply.ret_code, reply.ret_msg, changes=True)
        answer = SettingAnswered(request=request, failure="" if failure is None else str(failure))
        self.later(self.delay(), lambda: self._back(answer))

    def read(self, request: LookUpOrder | ReadLegs | int) -> None:
        """Carry a look-up, a read of the legs, or (a number: since when) a read of the account."""
        match request:
            case LookUpOrder():
                failure = LookUpFailed(order_link_id=request.order_link_id)
                self._go_on(self._reads.look_up(request), failure)
            case ReadLegs():
                self._go_on(self._reads.legs(request), None)
            case int():
                self._go_on(self._reads.snapshot(request), SyncFailed())

    def _go_on(self, reading: Reading, failure: LookUpFailed | SyncFailed | None) -> None:
        def piece() -> None:
            if self.chance.random() < self.faults.failed_read:
                if failure is not None:
                    self._back(failure)
                return
            try:
                next(reading)
            except StopIteration as end:
                answer = end.value
                self.later(self.delay(), lambda: self._back(answer))
            else:
                self.later(self.delay(), piece)

        self.later(self.delay(), piece)


def _withheld(command: PlaceOrder, now_ms: int) -> RequestAnswered:
    return RequestAnswered(
        symbol=command.symbol,
        action=Action.PLACE,
        order_link_id=command.order_link_id,
        outcome=Outcome.WITHHELD,
        code=0,
        text="too little balance",
        request_ms=0,
        answered_ms=now_ms,
    )
