"""When an order takes effect: it crosses, rests, waits for its trigger or ends at once."""

from __future__ import annotations

from decimal import Decimal

from exchange.venue.aftermath import budget, conclude
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.margin import reserve
from exchange.venue.matching import cancel, crosses, fillable, rest, take
from exchange.venue.money import ceil_to, floor_to
from exchange.venue.outcome import Outcome
from exchange.venue.records import Order
from exchange.venue.stops import detach, place_stop


def go_live(floor: Floor, order: Order, now_ms: int) -> None:
    """The outcome of a create; nothing if the order has ended meanwhile."""
    if not order.is_open:
        return
    out = Outcome(floor, now_ms)
    order.live, order.updated_ms = True, now_ms
    if order.status == "Untriggered":
        order.holding.listing.enqueue(order, floor.number())
        out.order(order)
    elif _fits_leg(floor, out, order):
        work(floor, out, order)
    conclude(floor, out)


def _fits_leg(floor: Floor, out: Outcome, order: Order) -> bool:
    """Cut a closing order to what its leg still offers; the leg may have shrunk on the way."""
    if not order.closing:
        return True
    room = budget(order.holding, order.leg, but=order)
    if room <= 0 or (not order.holding.hedge and order.leg.side == order.side):
        cancel(floor, out, order, "CancelByReduceOnly")
        return False
    order.qty = min(order.qty, order.cum_qty + room)
    return True


def work(floor: Floor, out: Outcome, order: Order) -> None:
    """Let a live order meet the market: take what it may, then rest or end."""
    if order.order_type == "Market":
        order.price = slippage_bound(order.holding.listing, order.side)
    crossing = crosses(order)
    tif = order.time_in_force
    if tif == "PostOnly" and crossing:
        cancel(floor, out, order, "UNKNOWN", "EC_PostOnlyWillTakeLiquidity")
        return
    if tif == "FOK" and fillable(order) < order.leaves:
        cancel(floor, out, order, "UNKNOWN", "EC_CancelForNoFullFill")
        return
    rests = tif in ("GTC", "PostOnly")
    if crossing:
        if rests and out.told_in_full:
            out.order(order)
        take(floor, out, order)
    if not order.is_open:
        out.order(order)
    elif rests:
        rest(floor, order)
        out.order(order)
    else:
        cancel(floor, out, order, "UNKNOWN", "EC_NoImmediateQtyToFill")
    attach_stops(floor, out, order)


def slippage_bound(listing: Listing, side: str) -> Decimal:
    """How far a market order may go: band X from the mark price, on the tick."""
    rules = listing.instrument
    if side == "Buy":
        return floor_to(listing.mark * (1 + rules.band_x), rules.tick)
    return max(rules.min_price, ceil_to(listing.mark * (1 - rules.band_x), rules.tick))


def attach_stops(floor: Floor, out: Outcome, order: Order) -> None:
    """Hang the take profit and stop loss that came with an opening order on the leg that it has filled."""
    leg = order.leg
    if order.closing or not order.cum_qty or leg.side != order.side:
        return

    def at(stop: Order | None, price: Decimal) -> bool:
        return stop is not None and stop.trigger_price == price

    if order.take_profit and not at(leg.take_profit, order.take_profit):
        place_stop(floor, out, order.holding, leg, "TakeProfit", order.take_profit, "LastPrice")
    if order.stop_loss and not at(leg.stop_loss, order.stop_loss):
        place_stop(floor, out, order.holding, leg, "StopLoss", order.stop_loss, "LastPrice")


def fire(floor: Floor, order: Order, now_ms: int) -> None:
    """Turn a conditional order whose trigger was reached into a working one."""
    listing, leg = order.holding.listing, order.leg
    out = Outcome(floor, now_ms)
    listing.unqueue(order)
    order.status, order.updated_ms = "Triggered", now_ms
    out.order(order)
    own = order.create_type != "CreateByUser"
    if own:
        detach(leg, order)
    order.status = "New"
    if order.closing:
        order.qty = leg.size if own else min(order.qty, leg.size)
        if not order.qty or leg.side == order.side:
            cancel(floor, out, order, "CancelByReduceOnly")
        else:
            work(floor, out, order)
            out.shrunk[leg] = order.holding  # it counts against the budget from now on
    elif reserve(order, order.qty, listing.last if order.order_type == "Market" else order.price):
        work(floor, out, order)
    else:
        order.reject_reason = "EC_Others"
        floor.end(order, "Rejected", now_ms)
        out.order(order)
    conclude(floor, out)
