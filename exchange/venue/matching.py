"""Fills: what a print does to resting orders, what a taker finds, and how a fill is booked."""

from __future__ import annotations

from decimal import Decimal

from exchange.venue.book import depth, touch
from exchange.venue.contract import Trade
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.margin import block
from exchange.venue.money import ZERO, cash, floor_to
from exchange.venue.outcome import Outcome
from exchange.venue.positions import Change, apply_fill
from exchange.venue.records import ClosedPnl, Execution, Order


def settle(
    floor: Floor,
    out: Outcome,
    order: Order,
    qty: Decimal,
    price: Decimal,
    *,
    maker: bool,
    exec_type: str = "Trade",
) -> None:
    """Book one fill of an open order: leg, wallet, order, execution. The only way in which size changes."""
    holding, leg = order.holding, order.leg
    listing, account = holding.listing, holding.account
    value = qty * price
    rate = listing.instrument.maker_fee if maker else listing.instrument.taker_fee
    fee = cash(value * rate)
    change = apply_fill(leg, order.side, qty, price, fee, out.now_ms)
    leg.seq = out.seq(listing)
    account.wallet += change.pnl - fee
    account.realised += change.pnl
    account.fees += fee
    block(holding, -order.unit_cost * qty)
    order.cum_qty += qty
    order.cum_value += value
    order.cum_fee += fee
    order.closed_pnl += change.net_pnl
    if order.cum_qty == order.qty:
        floor.end(order, "Filled", out.now_ms)
    else:
        order.status, order.updated_ms = "PartiallyFilled", out.now_ms
    execution = Execution(
        no=floor.number(),
        exec_id=floor.new_id(),
        exec_type=exec_type,
        order=order,
        order_id=order.order_id,
        listing=listing,
        leg=leg,
        side=order.side,
        price=price,
        qty=qty,
        value=value,
        fee=fee,
        fee_rate=rate,
        closed_qty=change.closed_qty,
        pnl=change.pnl,
        is_maker=maker,
        order_qty=order.qty,
        order_price=order.price,
        leaves=order.leaves,
        seq=leg.seq,
        mark=listing.mark,
        time_ms=out.now_ms,
        wallet_after=account.wallet,
        size_after=leg.size,
    )
    order.executions.append(execution)
    account.executions.append(execution)
    if change.closed_qty:
        out.shrunk[leg] = holding
        _note_close(floor, order, execution, change)
    out.leg(holding, leg)
    out.execution(account, execution)


def _note_close(floor: Floor, order: Order, execution: Execution, change: Change) -> None:
    closed = order.holding.account.closed
    row = closed.get(order.order_id)
    if row is None:
        row = ClosedPnl(no=floor.number(), order=order, leverage=order.holding.leverage)
        row.exec_type, row.created_ms = execution.exec_type, execution.time_ms
        closed[order.order_id] = row
    row.qty += change.closed_qty
    row.entry_value += change.entry_value
    row.exit_value += change.closed_qty * execution.price
    row.pnl += change.net_pnl
    row.open_fee += change.open_fee
    row.close_fee += change.close_fee
    row.fills += 1
    row.updated_ms = execution.time_ms


def cancel(floor: Floor, out: Outcome, order: Order, cancel_type: str, reason: str = "EC_NoError") -> None:
    """End an open order without a further fill and tell it."""
    waited = order.status == "Untriggered"
    order.cancel_type, order.reject_reason = cancel_type, reason
    floor.end(order, floor.quirks.conditional_end if waited else "Cancelled", out.now_ms)
    out.order(order)


def crosses(order: Order) -> bool:
    """Whether a limit order would take at once."""
    bid, ask = touch(order.holding.listing)
    return order.price >= ask if order.side == "Buy" else order.price <= bid


def fillable(order: Order) -> Decimal:
    """How much an order could take at once within its price, in base coin."""
    found = ZERO
    for price, qty in depth(order.holding.listing, order.side):
        if price > order.price if order.side == "Buy" else price < order.price:
            break
        found += qty
    return min(found, order.leaves)


def take(floor: Floor, out: Outcome, order: Order) -> None:
    """Let an order take liquidity level by level, up to its price or, of a market order, its bound."""
    for price, qty in depth(order.holding.listing, order.side):
        if price > order.price if order.side == "Buy" else price < order.price:
            return
        settle(floor, out, order, min(qty, order.leaves), price, maker=False)
        if not order.is_open:
            return
        if out.told_in_full:
            out.order(order)


def rest(floor: Floor, order: Order) -> None:
    """Let an open limit order rest, behind a queue of others at the same price."""
    order.queue_ahead = order.qty * floor.fill_chance.randint(0, 4)
    order.holding.listing.enqueue(order, floor.number())


def fill_resting(
    floor: Floor, listing: Listing, trade: Trade, now_ms: int
) -> tuple[Outcome, list[Order]] | None:
    """Let a print fill the resting orders that it has reached, best first, up to its volume.

    What lies beyond the print's price fills for certain; what lies at it fills when the taker was on the
    other side and the queue ahead is gone. All of it is one outcome with one seq.
    """
    reached = listing.bids.reached_by(trade.price) + listing.asks.reached_by(trade.price)
    if not reached:
        return None
    out = Outcome(floor, now_ms)
    left = floor_to(trade.qty, listing.instrument.qty_step)
    for order in reached:
        if order.price == trade.price:
            if not floor.quirks.touch_fills or trade.taker == order.side:
                continue
            ahead = min(left, floor_to(order.queue_ahead, listing.instrument.qty_step))
            order.queue_ahead -= ahead
            left -= ahead
        qty = min(left, order.leaves)
        if order.closing:
            qty = min(qty, order.leg.size)
        if qty <= 0:
            continue
        left -= qty
        settle(floor, out, order, qty, order.price, maker=True)
        out.order(order)
    return out, reached
