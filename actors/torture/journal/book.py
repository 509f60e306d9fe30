"""What stands at the venue after each line of its journal: our orders and the size of every leg.

An order is live from its accepted request on, for from there it may rest or fill, until an order row or
an execution that leaves nothing says that it has ended. Topics interleave, so whichever comes first counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from actors.torture.journal.lines import Line
from messages.ids import OrderName, parse_order_link_id

ENDED = frozenset({"Filled", "Cancelled", "Rejected", "Deactivated", "PartiallyFilledCanceled"})
ZERO = Decimal(0)

Leg = tuple[str, str, int]
"""Account, symbol, positionIdx."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """One order of ours. ``number`` is the line of its request, ``shown`` whether a row has told of it."""

    name: OrderName
    number: int
    reduce_only: bool
    leaves: Decimal
    live: bool = True
    shown: bool = False

    @property
    def leg(self) -> Leg:
        """The leg that it opens or closes."""
        return f"{self.name.account:03d}", self.name.symbol, 1 if self.name.side == "LONG" else 2


@dataclass(slots=True)
class Book:
    """Orders by id and sizes by leg, kept up by ``take``."""

    orders: dict[str, Seen] = field(default_factory=dict)
    sizes: dict[Leg, Decimal] = field(default_factory=dict)
    _seqs: dict[Leg, int] = field(default_factory=dict)
    _live: dict[tuple[str, str], dict[str, Seen]] = field(default_factory=lambda: defaultdict(dict))

    def live(self, account: str, symbol: str, roles: str) -> Iterator[Seen]:
        """The live orders of a symbol with one of these roles, such as ``"EO"``."""
        for text, order in list(self._live[account, symbol].items()):
            if not order.live:
                del self._live[account, symbol][text]
            elif order.name.role in roles:
                yield order

    def tp_leaves(self, leg: Leg) -> Decimal:
        """What the leg's resting TPs still have to fill."""
        shown = (order for order in self.live(*leg[:2], "T") if order.shown and order.leg == leg)
        return sum((order.leaves for order in shown), ZERO)

    def take(self, line: Line) -> None:
        """Let a line change the picture."""
        if line.is_request:
            for order, code in line.orders("create"):
                if code == 0:
                    self._created(line, order)
        elif line.topic == "order":
            self._order_row(line.data)
        elif line.topic == "execution":
            self._execution(line.data)
        elif line.topic == "position":
            self._position(line.account, line.data)

    def _created(self, line: Line, order: Mapping[str, Any]) -> None:
        name = parse_order_link_id(order.get("orderLinkId", ""))
        if name is not None and str(name) not in self.orders:
            seen = Seen(
                name=name,
                number=line.number,
                reduce_only=bool(order.get("reduceOnly")),
                leaves=Decimal(order["qty"]),
            )
            self.orders[str(name)] = self._live[seen.leg[:2]][str(name)] = seen

    def _order_row(self, row: Mapping[str, Any]) -> None:
        order = self.orders.get(row["orderLinkId"])
        if order is None or not order.live:
            return
        order.shown = True
        order.live = row["orderStatus"] not in ENDED
        order.leaves = Decimal(row["leavesQty"]) if order.live else ZERO

    def _execution(self, row: Mapping[str, Any]) -> None:
        order = self.orders.get(row["orderLinkId"])
        if order is None or not order.live or row["execType"] == "Funding":
            return
        order.leaves = min(order.leaves, Decimal(row["leavesQty"]))
        order.live = order.leaves > 0

    def _position(self, account: str, row: Mapping[str, Any]) -> None:
        leg = (account, row["symbol"], row["positionIdx"])
        if row["seq"] >= self._seqs.get(leg, -1):
            self._seqs[leg] = row["seq"]
            self.sizes[leg] = Decimal(row["size"])
