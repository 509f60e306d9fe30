"""A tiny exchange of its own: one symbol, two legs, orders by id, fills, rows and sequences.

It shares nothing with the venue, so that an error in one can't hide an error that the other would show.
Every action takes a millisecond. What it tells the bot is appended to ``told``, a list by topic.
"""

from __future__ import annotations

from decimal import Decimal

from messages.account import ExecType, Execution, OrderStatus
from messages.ids import OrderName, parse_order_link_id
from messages.orders import AmendOrder, CancelOrder, OrderCommand, PlaceOrder
from messages.sides import SIDES, OrderSide, Role, Side
from tests.stateful.records import (
    FEES,
    INSTRUMENT,
    RECV_WINDOW_MS,
    START_MS,
    TOPICS,
    ZERO,
    Leg,
    Record,
    Resting,
)


class Exchange:
    """Carries out commands, lets the market and people act, and remembers everything."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.price = Decimal(100)
        self.seq = 0
        self.legs = {side: Leg(side) for side in SIDES}
        self.orders: dict[str, Resting] = {}
        self.executions: list[Execution] = []
        self.told: dict[str, list[Record]] = {topic: [] for topic in TOPICS}
        self.closed_ms = dict.fromkeys(SIDES, 0)
        """When each leg last went to zero."""
        self.taken_by_people = dict.fromkeys(SIDES, ZERO)
        """How much people have taken out of each leg: the bot may not have heard of it yet."""
        self.tells_each_part = False
        """Whether a leg's row comes after each execution of a fill, or only after its last."""

    def open_orders(self, *roles: Role, side: Side | None = None) -> list[Resting]:
        """What rests, oldest first."""
        return [
            o
            for o in self.orders.values()
            if o.open and (not roles or o.name.role in roles) and side in (None, o.name.side)
        ]

    # --- commands ---------------------------------------------------------------------------------------

    def carry_out(self, command: OrderCommand, sent_ms: int, tenths: int = 10) -> int:
        """The code of the reply; a market order fills ``tenths`` of its quantity, in whole steps."""
        self.now_ms += 1
        if self.now_ms > sent_ms + RECV_WINDOW_MS:
            return 10002
        if isinstance(command, PlaceOrder):
            return self._place(command, tenths)
        order = self.orders.get(command.order_link_id)
        if order is None or not order.open:
            return 110001
        if isinstance(command, CancelOrder):
            self.cancel(order, "CancelByUser")
            return 0
        return self._amend(order, command)

    def _place(self, command: PlaceOrder, tenths: int) -> int:
        if command.order_link_id in self.orders:
            return 110072
        name = parse_order_link_id(command.order_link_id)
        assert name is not None, command
        leg, qty = self.legs[name.side], command.qty
        if command.reduce_only:
            taken = sum((o.leaves for o in self.open_orders(side=name.side) if not o.opens), ZERO)
            if leg.size <= taken:
                return 110017
            self._judge_size(name, qty)
            qty = min(qty or leg.size, leg.size - taken)
        order = Resting(name, qty, command.price, self.now_ms, self.now_ms)
        self.orders[command.order_link_id] = order
        if order.price is not None:
            self._tell(order)
        if order.crossed_by(self.price):
            self._take(order, tenths if order.price is None and order.opens else 10)
        return 0

    def _amend(self, order: Resting, command: AmendOrder) -> int:
        qty = order.qty if command.qty is None else command.qty
        if qty <= order.filled:
            return 110064
        self._judge_size(order.name, qty - order.filled)
        order.qty = (
            qty if order.opens else order.filled + min(qty - order.filled, self.legs[order.name.side].size)
        )
        order.price = order.price if command.price is None else command.price
        order.updated_ms = self.now_ms
        self._tell(order)
        if order.crossed_by(self.price):
            self._take(order, 10)
        return 0

    def _judge_size(self, name: OrderName, leaves: Decimal) -> None:
        """A take profit asks for no more than the position, and what people may have taken meanwhile."""
        if name.role is Role.TAKE_PROFIT:
            size = self.legs[name.side].size + self.taken_by_people[name.side]
            assert leaves <= size, f"{name} asks to leave {leaves} on a leg of {size}"

    def _take(self, order: Resting, tenths: int) -> None:
        """Fill an order that the market is beyond; what a market order lacks is cancelled."""
        step = INSTRUMENT.qty_step
        self.seq += 1
        part = order.leaves if tenths == 10 else order.leaves * tenths // (10 * step) * step
        price = self.price
        if part > 0:
            self.fill(order, part, price, maker=False)
        if order.open and order.price is None:
            order.reject_reason = "EC_NoImmediateQtyToFill"
            self.cancel(order, "UNKNOWN")

    # --- the market and people --------------------------------------------------------------------------

    def move(self, price: Decimal, *, together: bool = False, partly: Resting | None = None) -> None:
        """The market goes to a price; what it crosses fills, ``partly`` by half, the others wholly.

        ``together``: all of these fills share one sequence.
        """
        self.now_ms += 1
        start, self.price = self.price, price
        crossed = [o for o in self.open_orders() if o.crossed_by(price) and o.price is not None]
        crossed.sort(key=lambda o: abs((o.price or ZERO) - start))
        self.seq += 1
        for order in crossed:
            self.seq += not together
            qty = order.leaves
            if order is partly:
                qty = max(qty / 2 // INSTRUMENT.qty_step, Decimal(1)) * INSTRUMENT.qty_step
            if order.open:
                self.fill(order, qty, order.price or price, maker=True)

    def fill(self, order: Resting, qty: Decimal, price: Decimal, *, maker: bool) -> None:
        """Fill an order by up to ``qty`` in two executions of one sequence; reductions stop at zero."""
        leg = self.legs[order.name.side]
        if not order.opens:
            qty = min(qty, leg.size)
        step = INSTRUMENT.qty_step
        first = qty / 2 // step * step
        for part in (first, qty - first):
            if part > 0:
                self.now_ms += 1
                order.filled += part
                order.status = OrderStatus.PARTIALLY_FILLED if order.leaves else OrderStatus.FILLED
                order.updated_ms = self.now_ms
                self._execute(leg, order, part, price, order.order_side, maker=maker)
                self.told["order"].append(order.row())
                if self.tells_each_part:
                    self.told["position"].append(leg.row(self.price))
        self.told["position"].append(leg.row(self.price))
        self._trim(leg)

    def person_reduces(self, side: Side, qty: Decimal) -> None:
        """Somebody closes a part of a leg, or all of it, at market."""
        self.now_ms += 1
        leg = self.legs[side]
        self.seq += 1
        self._execute(leg, None, min(qty, leg.size), self.price, side.closes_with, maker=False)
        self.told["position"].append(leg.row(self.price))
        self._trim(leg)

    def _execute(
        self, leg: Leg, order: Resting | None, qty: Decimal, price: Decimal, way: OrderSide, *, maker: bool
    ) -> None:
        opens = way is leg.side.opens_with
        value = qty * price if opens else leg.value * qty / leg.size
        sign = 1 if opens else -1
        leg.size, leg.value = leg.size + sign * qty, leg.value + sign * value
        leg.seq, leg.updated_ms = self.seq, self.now_ms
        if order is None:
            self.taken_by_people[leg.side] += qty
        if leg.size == 0:
            self.closed_ms[leg.side] = self.now_ms
        execution = Execution(
            symbol=INSTRUMENT.symbol,
            leg=leg.side,
            exec_id=f"e{len(self.executions)}",
            order_id="" if order is None else f"id of {order.name}",
            order_link_id="" if order is None else str(order.name),
            exec_type=ExecType.TRADE,
            order_side=way,
            price=price,
            qty=qty,
            fee_usdt=qty * price * (FEES.maker if maker else FEES.taker),
            is_maker=maker,
            create_type="CreateByUser",
            exec_ms=self.now_ms,
            seq=self.seq,
        )
        self.executions.append(execution)
        self.told["execution"].append(execution)

    def _trim(self, leg: Leg) -> None:
        """Closing orders never leave more than the leg: the exchange takes the excess away."""
        for order in self.open_orders(side=leg.side):
            if order.opens or order.leaves <= leg.size:
                continue
            if leg.size == 0:
                self.cancel(order, "CancelByReduceOnly")
            else:
                order.qty, order.updated_ms = order.filled + leg.size, self.now_ms
                self._tell(order)

    def cancel(self, order: Resting, cancel_type: str) -> None:
        """Take an order away."""
        self.now_ms += 1
        order.status, order.cancel_type, order.updated_ms = OrderStatus.CANCELLED, cancel_type, self.now_ms
        self._tell(order)

    def _tell(self, order: Resting) -> None:
        """A row of the order and one of its leg, which Bybit pushes after every change of an order."""
        self.told["order"].append(order.row())
        self.told["position"].append(self.legs[order.name.side].row(self.price))
