"""What the exchange does on its own authority: it takes orders out of the book, and reduces legs (ADL)."""

from __future__ import annotations

from decimal import Decimal

from exchange.venue.aftermath import conclude
from exchange.venue.floor import Floor
from exchange.venue.matching import cancel, settle
from exchange.venue.outcome import Outcome
from exchange.venue.records import Account, Leg, Order
from exchange.venue.stops import detach, venue_order


def take_away(floor: Floor, order: Order, cancel_type: str, now_ms: int) -> None:
    """End an open order with this cancelType, as the exchange does before a liquidation or settlement."""
    out = Outcome(floor, now_ms)
    if order.is_open:
        detach(order.leg, order)
        cancel(floor, out, order, cancel_type)
    conclude(floor, out)


def deleverage(floor: Floor, account: Account, leg: Leg, qty: Decimal, now_ms: int) -> None:
    """Reduce a leg by ``qty`` at the mark price (AdlTrade); more than its size closes it."""
    holding = account.holdings[leg.symbol]
    out = Outcome(floor, now_ms)
    size = min(qty, leg.size)
    if size:
        order = venue_order(floor, out, holding, leg, size, "CreateByAdl_PassThrough")
        order.live = True
        order.price = holding.listing.mark
        settle(floor, out, order, size, order.price, maker=False, exec_type="AdlTrade")
        out.order(order)
    conclude(floor, out)
