"""A step in the making: the copied state, the effects so far, and the few ways to change both."""

from __future__ import annotations

from decimal import Decimal

from messages.events import Counted, Note, Severity
from messages.ids import OrderName
from messages.orders import AmendOrder, BalanceCheck, CancelOrder, PlaceOrder, Priority
from messages.sides import Role, Side
from state.changed import changed
from state.grid.effects import Effect
from state.grid.model import GridState, SideState
from state.order import Asked, CancelReason, Order, Phase, Wish

#: The window that every request carries (strategy, section 9), and what is added to prove an absence.
RECV_WINDOW_MS = 2000
PROOF_MS = RECV_WINDOW_MS + 1000


class Draft:
    """The state of one step while it is being worked on; ``now_ms`` is the step's time."""

    def __init__(self, state: GridState, now_ms: int) -> None:
        self.state = state.copy()
        self.now_ms = now_ms
        self.effects: list[Effect] = []

    @classmethod
    def reading(cls, state: GridState, now_ms: int) -> Draft:
        """Not a step, but a look at a state that stays as it is: nothing is copied."""
        draft = cls.__new__(cls)
        draft.state, draft.now_ms, draft.effects = state, now_ms, []
        return draft

    def emit(self, effect: Effect) -> None:
        """Ask the world for something."""
        self.effects.append(effect)

    def note(
        self, kind: str, text: str, side: Side | None = None, severity: Severity = Severity.INFO
    ) -> None:
        """Tell a person."""
        state = self.state
        self.emit(
            Note(
                account=state.account,
                symbol=state.symbol,
                side=side,
                kind=kind,
                severity=severity,
                text=text,
                at_ms=self.now_ms,
            )
        )

    def count(self, name: str, reason: str = "") -> None:
        """Count one more of something."""
        self.emit(Counted(account=self.state.account, symbol=self.state.symbol, name=name, reason=reason))

    def find(self, order_link_id: str) -> Order | None:
        """An order of ours, running or ended."""
        return self.state.orders.get(order_link_id) or self.state.ended.get(order_link_id)

    def put(self, order: Order) -> None:
        """Keep an order: with the running ones until it is settled, then among the ended."""
        key = order.order_link_id
        if order.settled:
            self.state.orders.pop(key, None)
            self.state.ended[key] = order
        else:
            self.state.ended.pop(key, None)
            self.state.orders[key] = order

    def forget(self, order: Order) -> None:
        """Drop an order that the exchange contradicts; its id stays spent."""
        self.state.orders.pop(order.order_link_id, None)
        self.state.ended.pop(order.order_link_id, None)

    def next_name(self, side: SideState, role: Role, level: int) -> OrderName:
        """The id for the next order of a decision slot: a new attempt, and none that is known already.

        What an older file does not remember of the cycle may have been shown before the cycle was.
        """
        key = f"{side.side.value}-{role.value}-{level}"
        attempt = self.state.attempts.get(key, 0)
        while True:
            attempt += 1
            name = OrderName(
                account=self.state.account,
                side=side.side,
                role=role,
                level=level,
                symbol=self.state.symbol,
                cycle=side.cycle,
                attempt=attempt,
            )
            if name.order_link_id not in self.state.orders and name.order_link_id not in self.state.ended:
                self.state.attempts[key] = attempt
                return name

    def spend(self, name: OrderName) -> None:
        """Never give out an id again that the exchange has shown."""
        if name.cycle == self.state.of(name.side).cycle:
            key = f"{name.side.value}-{name.role.value}-{name.level}"
            self.state.attempts[key] = max(self.state.attempts.get(key, 0), name.attempt)

    def spend_shown(self, side: SideState) -> None:
        """Never give out ids of the cycle that begins which the exchange has shown before it was known."""
        for order in (*self.state.orders.values(), *self.state.ended.values()):
            if order.side is side.side:
                self.spend(order.name)

    def place(
        self,
        side: SideState,
        role: Role,
        level: int,
        qty: Decimal,
        price: Decimal | None,
        priority: Priority,
        check: BalanceCheck | None = None,
    ) -> Order:
        """Decide one order: it stands in the state before its command leaves (failure 2)."""
        name = self.next_name(side, role, level)
        order = Order(
            name=name, qty=qty, price=price, asked_price=price, sent_ms=self.now_ms, since_ms=self.now_ms
        )
        self.state.orders[order.order_link_id] = order
        self.emit(
            PlaceOrder(
                symbol=self.state.symbol,
                order_link_id=order.order_link_id,
                leg=side.side,
                order_side=side.side.opens_with if role.opens else side.side.closes_with,
                qty=qty,
                price=price,
                reduce_only=not role.opens,
                close_on_trigger=not role.opens and price is None,
                priority=priority,
                check=check,
            )
        )
        return order

    def meet(
        self, name: OrderName, qty: Decimal, price: Decimal | None = None, *, sent_ms: int | None = None
    ) -> Order:
        """An order of ours by its id that the state lacks (lost, or restored from an older file).

        Unknown until a row or a look-up shows it; its id is never given out again. The caller puts it.
        """
        self.spend(name)
        return Order(
            name=name,
            qty=qty,
            price=price,
            asked_price=price,
            phase=Phase.UNKNOWN,
            sent_ms=self.now_ms if sent_ms is None else sent_ms,
            since_ms=self.now_ms,
            decided=False,
        )

    def amend(self, order: Order, wish: Wish, priority: Priority) -> None:
        """Ask for another total quantity and price; only where no request about the order runs."""
        self.state.orders[order.order_link_id] = changed(
            order, amend=Asked.SENT, wish=wish, asked_price=wish.price, asked_ms=self.now_ms
        )
        self.emit(
            AmendOrder(
                symbol=self.state.symbol,
                order_link_id=order.order_link_id,
                qty=wish.qty if wish.qty != order.qty else None,
                price=wish.price if wish.price != order.price else None,
                priority=priority,
            )
        )

    def retry_cancels(self) -> None:
        """Ask again for every cancel that was decided and has come to nothing: lost, or refused for now."""
        for order in list(self.state.orders.values()):
            if order.cancel_reason is not None and not order.ended and order.cancel is Asked.NO:
                urgent = order.cancel_reason is not CancelReason.RECALCULATE
                self.cancel(
                    order,
                    order.cancel_reason,
                    Priority.CANCEL_FOR_CLOSE if urgent else Priority.RECALCULATE,
                )

    def cancel(self, order: Order, reason: CancelReason, priority: Priority) -> None:
        """Take an order away, as soon as that can be asked; repeated calls ask once.

        While its creation is unanswered nothing can be proven by a cancel, so the creation is settled
        first; the reason is kept, and the planner comes back here. An order that its executions have
        filled needs none: its end is under way.
        """
        if order.leaves == 0 and order.price is not None:
            return
        if order.cancel_reason is None:
            order = self.state.orders[order.order_link_id] = changed(order, cancel_reason=reason)
        if order.cancel is Asked.NO and order.phase in (Phase.ACCEPTED, Phase.LIVE) and not order.looking:
            self.state.orders[order.order_link_id] = changed(order, cancel=Asked.SENT, asked_ms=self.now_ms)
            self.emit(
                CancelOrder(symbol=self.state.symbol, order_link_id=order.order_link_id, priority=priority)
            )
