"""Full take profit and stop loss of a leg: conditional orders of the venue's own (trading-stop)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from exchange.venue.floor import Floor
from exchange.venue.matching import cancel
from exchange.venue.money import ZERO
from exchange.venue.outcome import Outcome
from exchange.venue.records import Holding, Leg, Order

Kind = Literal["TakeProfit", "StopLoss"]


def opposite(side: str) -> str:
    """Sell for Buy, Buy for Sell."""
    return "Sell" if side == "Buy" else "Buy"


def stop_of(leg: Leg, kind: Kind) -> Order | None:
    """The stop of a kind that waits on a leg, if any."""
    return leg.take_profit if kind == "TakeProfit" else leg.stop_loss


def detach(leg: Leg, order: Order) -> None:
    """Forget a stop that has fired or is cancelled."""
    if leg.take_profit is order:
        leg.take_profit = None
    if leg.stop_loss is order:
        leg.stop_loss = None


def place_stop(
    floor: Floor, out: Outcome, holding: Holding, leg: Leg, kind: Kind, trigger: Decimal, trigger_by: str
) -> None:
    """Set, move (0: remove) one stop of an open leg; it always covers the whole leg."""
    old = stop_of(leg, kind)
    if old is not None:
        detach(leg, old)
        cancel(floor, out, old, "CancelByUser")
    if not trigger:
        return
    rises = (leg.side == "Buy") == (kind == "TakeProfit")
    order = venue_order(floor, out, holding, leg, leg.size, f"CreateBy{kind}")
    order.stop_order_type = kind
    order.status = "Untriggered"
    order.trigger_price, order.trigger_direction, order.trigger_by = trigger, 1 if rises else 2, trigger_by
    order.live = True
    if kind == "TakeProfit":
        leg.take_profit = order
    else:
        leg.stop_loss = order
    holding.listing.enqueue(order, floor.number())
    out.order(order)


def venue_order(
    floor: Floor, out: Outcome, holding: Holding, leg: Leg, qty: Decimal, create_type: str
) -> Order:
    """A market order that the venue itself makes to close (part of) a leg; it has no orderLinkId."""
    order = Order(
        no=floor.number(),
        order_id=floor.new_id(),
        link_id="",
        holding=holding,
        leg=leg,
        side=opposite(leg.side),
        order_type="Market",
        time_in_force="IOC",
        price=ZERO,
        qty=qty,
        created_ms=out.now_ms,
        updated_ms=out.now_ms,
        closing=True,
        close_on_trigger=True,
        create_type=create_type,
        last_price_on_created=holding.listing.last,
    )
    holding.orders[order.order_id] = order
    holding.account.orders[order.order_id] = order
    return order


def follow_leg(floor: Floor, out: Outcome, leg: Leg) -> None:
    """Let a leg's stops cover what is left of it; a closed leg loses them."""
    for order in (leg.take_profit, leg.stop_loss):
        if order is None:
            continue
        if leg.size:
            order.qty = leg.size
        else:
            detach(leg, order)
            cancel(floor, out, order, "CancelByTpSlTsClear")
