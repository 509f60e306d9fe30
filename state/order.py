"""One order of ours, from the decision to its proven end.

| phase    | meaning                                        | next                              |
|----------|------------------------------------------------|-----------------------------------|
| SENT     | decided and recorded, the answer is due        | ACCEPTED, UNKNOWN, LIVE, ENDED    |
| ACCEPTED | acknowledged, nothing seen yet                 | LIVE, ENDED                       |
| UNKNOWN  | no answer, or one that proves nothing          | LIVE, ENDED                       |
| LIVE     | seen resting or filling                        | ENDED                             |
| ENDED    | filled, cancelled, refused, or proven absent   | (fills that were under way count) |

An end is final; a fill that is reported after it still counts once (CANCELED -> FILLED happens). Below an
end the larger filled quantity wins, then the later update. An acknowledgement is never an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from messages.account import OrderRow, OrderStatus
from messages.ids import OrderName
from messages.sides import Role, Side
from state.changed import changed
from state.numbers import ZERO


class Phase(StrEnum):
    """Where an order stands, as far as it is proven."""

    SENT = "sent"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    LIVE = "live"
    ENDED = "ended"


class Asked(StrEnum):
    """How far a request about a resting order (amendment, cancel) has come."""

    NO = "no"
    SENT = "sent"
    ACKED = "acked"


class CancelReason(StrEnum):
    """Why we take an order away."""

    CLOSE = "close"
    RESTART = "restart"
    RECALCULATE = "recalculate"
    SURPLUS = "surplus"
    ORPHAN = "orphan"
    STOP = "stop"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an amendment asks for: the new total quantity and the price."""

    qty: Decimal
    price: Decimal


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order of ours. Quantities in base coin; ``price`` None for market orders.

    ``qty`` and ``price`` are what the exchange shows, before that what we asked for. ``asked_price`` is
    what we last asked for: the exchange may have moved the price into its band. ``row_filled`` is the
    largest filled quantity told by an order row, ``exec_filled`` the sum of its executions that we know.
    ``request_ms`` is the stamp of the request whose outcome is to be proven.
    """

    name: OrderName
    qty: Decimal
    price: Decimal | None
    asked_price: Decimal | None
    phase: Phase = Phase.SENT
    sent_ms: int
    request_ms: int = 0
    since_ms: int = 0
    row_filled: Decimal = ZERO
    exec_filled: Decimal = ZERO
    exec_value: Decimal = ZERO
    updated_ms: int = 0
    status: str = ""
    cancel_type: str = ""
    reject_reason: str = ""
    amend: Asked = Asked.NO
    wish: Wish | None = None
    cancel: Asked = Asked.NO
    cancel_reason: CancelReason | None = None
    asked_ms: int = 0
    looked_ms: int = 0
    looking: bool = False
    absences: int = 0
    decided: bool = True

    @property
    def order_link_id(self) -> str:
        """Our id at the exchange."""
        return self.name.order_link_id

    @property
    def side(self) -> Side:
        """The leg that the order opens or closes."""
        return self.name.side

    @property
    def role(self) -> Role:
        """What the order is for."""
        return self.name.role

    @property
    def level(self) -> int:
        """The ladder level in its id."""
        return self.name.level

    @property
    def ended(self) -> bool:
        """No further fill can come, apart from reports that are under way."""
        return self.phase is Phase.ENDED

    @property
    def settled(self) -> bool:
        """Ended, and every fill that its rows told of is known as an execution."""
        return self.ended and self.exec_filled >= self.row_filled

    @property
    def leaves(self) -> Decimal:
        """What is left to fill by the executions that we know."""
        return max(self.qty - self.exec_filled, ZERO)

    @property
    def busy(self) -> bool:
        """A request about it is under way or unproven."""
        return (
            self.phase in (Phase.SENT, Phase.UNKNOWN)
            or self.amend is not Asked.NO
            or self.cancel is not Asked.NO
        )

    @property
    def surely_filled(self) -> bool:
        """Executions alone prove its end: they reach a quantity that no amendment under way could raise."""
        known = self.decided and not self.ended and self.qty > 0
        return known and self.amend is Asked.NO and self.exec_filled >= self.qty

    def with_row(self, row: OrderRow, now_ms: int) -> Order:
        """Merge what an order row says; older rows change nothing."""
        filled = max(self.row_filled, row.cum_exec_qty)
        if self.ended:
            return changed(self, row_filled=filled)
        if row.status.ended:
            return changed(
                self,
                phase=Phase.ENDED,
                row_filled=filled,
                updated_ms=max(self.updated_ms, row.updated_ms),
                since_ms=now_ms,
                status=row.status.value,
                cancel_type=row.cancel_type,
                reject_reason=row.reject_reason,
                amend=Asked.NO,
                cancel=Asked.NO,
            )
        older = row.cum_exec_qty < self.row_filled or row.updated_ms < self.updated_ms
        if older and self.phase is Phase.LIVE:
            return self
        order = changed(
            self,
            phase=Phase.LIVE,
            row_filled=filled,
            updated_ms=row.updated_ms,
            since_ms=self.since_ms if self.phase is Phase.LIVE else now_ms,
            qty=row.qty,
            price=row.price if self.price is not None else None,
            status=row.status.value,
            absences=0,
        )
        if order.wish is not None and order.amend is not Asked.NO and order._shows(order.wish):
            return changed(order, amend=Asked.NO, wish=None)
        return order

    def _shows(self, wish: Wish) -> bool:
        return self.qty == wish.qty and self.price == wish.price

    def with_fill(self, qty: Decimal, value: Decimal) -> Order:
        """Count one execution of it."""
        return changed(self, exec_filled=self.exec_filled + qty, exec_value=self.exec_value + value)

    def ended_as(self, status: str, now_ms: int) -> Order:
        """Close its life without a row: refused, or proven absent."""
        return changed(
            self,
            phase=Phase.ENDED,
            status=status,
            since_ms=now_ms,
            amend=Asked.NO,
            cancel=Asked.NO,
            looking=False,
        )


REFUSED = "refused"
ABSENT = "absent"
FILLED = OrderStatus.FILLED.value
