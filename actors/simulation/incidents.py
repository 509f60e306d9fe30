"""What goes wrong beside the wire: dying actors, people, and the exchange on its own authority."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from actors.shell import Shell
from exchange.simulated.venue import SimulatedVenue
from exchange.venue.records import Account, Leg, Order
from messages.ids import MAX_COUNTER, OrderName
from messages.sides import SIDES, Role, Side

#: Attempts from here on are put in by ``person``: orders with ids of ours that no grid has decided.
INJECTED = 40_000


#: Why the exchange may cancel (bybit-v5.md); the first four are warnings, UNKNOWN says nothing.
CANCEL_TYPES = (
    "CancelByPrepareLiq",
    "CancelAllBeforeAdl",
    "CancelBySettle",
    "CancelByDCP",
    "CancelByAdmin",
    "UNKNOWN",
)


class InjectedDeath(Exception):
    """An actor's end that nothing in its own code has caused."""


class Deaths:
    """An actor that dies at its next message: before it has done anything, or after all was sent."""

    def __init__(self, done: Counter[str]) -> None:
        self.doomed = ""
        self.late = False
        self.untaken = ""
        """Who has just died of a message without taking it."""
        self._done = done

    def strike(self, shell: Shell) -> None:
        """Let the doomed one die at the message that it is about to take."""
        if shell.address != self.doomed:
            return
        self.doomed, take, late = "", shell.receive, self.late
        self.untaken = "" if late else shell.address
        self._done["actor dies"] += 1

        def receive(message: object) -> None:
            if late:
                take(message)
            raise InjectedDeath

        shell.receive = receive  # type: ignore[method-assign]  # this one is dead in a moment


class Person:
    """Somebody who trades in the account by hand, and never asks the bot."""

    def __init__(self, venue: SimulatedVenue, chance: Random, done: Counter[str]) -> None:
        self._venue, self._chance, self._done = venue, chance, done

    def act(self, account: int, symbols: Sequence[str], now_ms: int) -> None:
        """Do one thing: cancel, close, reduce, add, place a foreign order, or one that looks like ours."""
        chance, name = self._chance, f"{account:03d}"
        books = self._venue.core.books[name]
        symbol = chance.choice(symbols)
        side = chance.choice(SIDES)
        holding = books.holdings.get(symbol)
        if holding is None:
            return
        leg = holding.legs[1 if side is Side.LONG else 2]
        what = chance.choice(("cancel", "close", "reduce", "foreign", "orphan", "add"))
        if what == "cancel":
            self._cancel(name, books, symbol)
        elif what in ("close", "reduce"):
            if not leg.size:
                return
            self._make_room(name, books, leg, now_ms)
            qty = Decimal(0) if what == "close" else self._half(symbol, leg.size)
            self._close(name, symbol, side, qty)
        elif what == "add":
            self._order(name, symbol, side, qty=self._notional(symbol, 20), orderType="Market")
        else:
            self._rest(account, symbol, side, ours=what == "orphan")
        self._done[f"a person: {what}"] += 1

    def _cancel(self, name: str, books: Account, symbol: str) -> None:
        theirs: list[Order] = [o for o in books.orders.values() if o.is_open and o.symbol == symbol]
        if theirs:
            order = self._chance.choice(theirs)
            params = {"category": "linear", "symbol": symbol, "orderId": order.order_id}
            self._venue.act(name, "order.cancel", params)

    def _make_room(self, name: str, books: Account, leg: Leg, now_ms: int) -> None:
        """A resting take profit covers the whole leg, and leaves nothing to close: it goes first."""
        resting = [o for o in books.orders.values() if o.is_open and o.live and o.leg is leg and o.closing]
        for order in resting:
            if not order.stop_order_type:
                self._venue.core.take_away(name, order.order_id, "CancelByUser", now_ms)

    def _close(self, name: str, symbol: str, side: Side, qty: Decimal) -> None:
        params = {
            "category": "linear",
            "symbol": symbol,
            "side": side.closes_with.value,
            "positionIdx": 1 if side is Side.LONG else 2,
            "orderType": "Market",
            "qty": f"{qty:f}",
            "reduceOnly": True,
            "closeOnTrigger": qty == 0,
        }
        self._venue.act(name, "order.create", params)

    def _rest(self, account: int, symbol: str, side: Side, *, ours: bool) -> None:
        """A limit order 3 % off the market, foreign or with an id that looks like the bot's."""
        listing = self._venue.core.listings[symbol]
        price = listing.last * (1 - side.sign * Decimal("0.03"))
        tick = listing.instrument.tick
        link_id = f"hand-{self._chance.getrandbits(40)}"
        if ours:
            link_id = str(
                OrderName(
                    account=account,
                    side=side,
                    role=Role.ENTRY,
                    level=9,
                    symbol=symbol,
                    cycle=1,
                    attempt=self._chance.randint(INJECTED, MAX_COUNTER),
                )
            )
        self._order(
            f"{account:03d}",
            symbol,
            side,
            qty=self._notional(symbol, 20),
            orderType="Limit",
            price=f"{(price / tick).to_integral_value() * tick:f}",
            orderLinkId=link_id,
        )

    def _order(self, name: str, symbol: str, side: Side, *, qty: Decimal, **more: str) -> None:
        params = {
            "category": "linear",
            "symbol": symbol,
            "side": side.opens_with.value,
            "positionIdx": 1 if side is Side.LONG else 2,
            "qty": f"{qty:f}",
            **more,
        }
        self._venue.act(name, "order.create", params)

    def _notional(self, symbol: str, usdt: int) -> Decimal:
        listing = self._venue.core.listings[symbol]
        step = listing.instrument.qty_step
        return max((usdt / listing.last / step).to_integral_value(), Decimal(1)) * step

    def _half(self, symbol: str, size: Decimal) -> Decimal:
        step = self._venue.core.listings[symbol].instrument.qty_step
        return max((size / 2 / step).to_integral_value(), Decimal(1)) * step


class Authority:
    """The exchange on its own authority: cancels before liquidation, ADL or settlement, and ADL itself."""

    def __init__(self, venue: SimulatedVenue, chance: Random, done: Counter[str]) -> None:
        self._venue, self._chance, self._done = venue, chance, done

    def act(self, account: int, now_ms: int) -> None:
        """Take one or all orders away, or, rarely, reduce a leg."""
        chance, core, name = self._chance, self._venue.core, f"{account:03d}"
        books = core.books[name]
        if chance.random() < 0.15:
            legs = [(leg, idx) for h in books.holdings.values() for idx, leg in h.legs.items() if leg.size]
            if legs:
                leg, idx = chance.choice(legs)
                step = core.listings[leg.symbol].instrument.qty_step
                qty = max((leg.size / chance.choice((1, 2, 4)) / step).to_integral_value() * step, step)
                core.deleverage(name, leg.symbol, idx, qty, now_ms)
                self._done["ADL"] += 1
        else:
            kind = chance.choice(CANCEL_TYPES)
            orders = [o for o in books.orders.values() if o.is_open and o.live]
            taken = orders if chance.random() < 0.3 else orders[:1]
            for order in taken:
                core.take_away(name, order.order_id, kind, now_ms)
            self._done[f"the exchange: {kind}"] += bool(taken)
        self._venue.settle()
