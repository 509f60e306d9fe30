"""The private stream and the trading socket of a dry run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from exchange.bybit.decode_orders import all_alike, decode_answer
from exchange.bybit.decode_private import decode_private
from exchange.bybit.encode import operation, request_params
from exchange.clock import Clock
from exchange.dry.account import SimulatedAccount
from exchange.dry.session import envelope
from exchange.errors import ExchangeError, ProtocolError
from exchange.ports import PrivateStream, PublicStream, TradingSocket
from exchange.venue.contract import PrivatePush
from exchange.venue.contract import Reply as VenueReply
from messages.account import StreamEvent
from messages.market import Price
from messages.orders import OrdersAnswered, Outcome, SendOrders

OnEvents = Callable[[tuple[StreamEvent, ...], int], None]
OnProblem = Callable[[ProtocolError], None]

_log = logging.getLogger(__name__)


class DryPrivateStream(PrivateStream):
    """What happens to the simulated account; it lives on a public stream of its own.

    While it is open the account follows the market; its loss is the loss of that public stream. Records
    are decoded as the real stream's are, so whatever can't be read there can't be read here.
    """

    def __init__(
        self,
        account: SimulatedAccount,
        prices: PublicStream,
        symbols: tuple[str, ...],
        clock: Clock,
        on_problem: OnProblem,
    ) -> None:
        self._account = account
        self._prices = prices
        self._symbols = symbols
        self._clock = clock
        self._on_problem = on_problem
        self._on_events: OnEvents = _ignore_events
        self._on_lost: Callable[[str], None] = _ignore_loss

    def open(self, on_events: OnEvents, on_lost: Callable[[str], None]) -> None:
        """Begin the account if need be, listen to it, and let prices come; see the port."""
        self._on_events, self._on_lost = on_events, on_lost
        self._account.ready()
        self._account.listen(self._take)
        try:
            self._prices.open(self._symbols, self._priced, self._lost)
        except ExchangeError:
            self.close()
            raise

    def check(self, now_ms: int) -> None:
        """Look after the prices' connection, and carry out what has become due meanwhile."""
        self._prices.check(now_ms)
        self._account.pass_time()

    @property
    def heard_ms(self) -> int:
        """When the prices' connection last said anything."""
        return self._prices.heard_ms

    def close(self) -> None:
        """Stop listening; the account stands still until the next stream."""
        self._prices.close()
        self._account.leave(self._take)

    def _priced(self, price: Price) -> None:
        self._account.price(price.symbol, price.last, price.mark)

    def _lost(self, reason: str) -> None:
        self._account.leave(self._take, partial(self._on_lost, f"DRY: no prices: {reason}"))

    def _take(self, push: PrivatePush) -> None:
        frame = {"topic": push.topic, "creationTime": push.at_ms, "data": push.data}
        decoded = decode_private(frame)
        if decoded.events:
            self._on_events(decoded.events, self._clock.monotonic_ns())
        for problem in decoded.problems:
            _log.warning("DRY: %s", problem)
            self._on_problem(problem)


class DryTradingSocket(TradingSocket):
    """Orders to the simulated account: each is answered at once, so none is ever on its way."""

    def __init__(self, account: SimulatedAccount) -> None:
        self._account = account
        self._open = False
        self._on_answer: Callable[[OrdersAnswered], None] = _ignore_answer

    def open(self, on_answer: Callable[[OrdersAnswered], None], on_lost: Callable[[str], None]) -> None:
        """Begin the account if need be; such a connection is never lost."""
        self._on_answer = on_answer
        self._account.ready()
        self._open = True

    def send(self, orders: SendOrders) -> None:
        """Carry out a request; its answer comes before what it leads to. Raises ValueError for misuse."""
        params = request_params(orders)
        if not self._open:
            text = "DRY: trading socket not open: nothing left; send it anew once it is up"
            now_ms = self._account.now_ms()
            self._on_answer(all_alike(orders, Outcome.RETRYABLE, 0, text, now_ms, sent=False))
            return
        self._account.change(operation(orders), params, partial(self._answer, orders))

    def expire(self, now_ms: int) -> None:
        """Nothing waits for an answer."""

    def check(self, now_ms: int) -> None:
        """There is no connection that could die."""

    @property
    def heard_ms(self) -> int:
        """Such a connection always answers."""
        return self._account.now_ms() if self._open else 0

    def close(self) -> None:
        """Take no more requests; may be called twice."""
        self._open = False

    def _answer(self, orders: SendOrders, reply: VenueReply) -> None:
        now_ms = self._account.now_ms()
        self._on_answer(decode_answer(orders, envelope(reply, now_ms), {}, now_ms))


def _ignore_events(events: tuple[StreamEvent, ...], received_ns: int) -> None:
    _log.debug("%d events before open at %d ns", len(events), received_ns)


def _ignore_loss(reason: str) -> None:
    _log.debug("lost before open: %s", reason)


def _ignore_answer(answered: OrdersAnswered) -> None:
    _log.debug("request %s answered before open", answered.request_id)
