"""What one print of the market sets off: fills, then triggers, then margin."""

from __future__ import annotations

from exchange.venue.activation import attach_stops, fire
from exchange.venue.aftermath import conclude, remark
from exchange.venue.contract import Trade
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.matching import fill_resting


def take_in(floor: Floor, trade: Trade, now_ms: int) -> None:
    """Let the market print once. Raises ValueError for a symbol or figures that make no trade."""
    listing = floor.listings.get(trade.symbol)
    if listing is None:
        raise ValueError(f"a trade of {trade.symbol}, which this venue doesn't list")
    if trade.price <= 0 or trade.qty < 0 or trade.taker not in ("Buy", "Sell"):
        raise ValueError(f"{trade.symbol}: no trade: {trade.taker} {trade.qty} at {trade.price}")
    moved = trade.price != listing.last
    listing.print(trade, now_ms)
    if not listing.holders:
        return
    filled = fill_resting(floor, listing, trade, now_ms)
    if filled is not None:
        out, orders = filled
        for order in orders:
            attach_stops(floor, out, order)
        conclude(floor, out)
    if moved:
        follow_price(floor, listing, now_ms)


def follow_price(floor: Floor, listing: Listing, now_ms: int) -> None:
    """Fire the triggers that the last or mark price has reached, then look at every holder's margin."""
    for (trigger_by, _), queue in listing.triggers.items():
        if len(queue):
            for order in queue.reached_by(listing.price_by(trigger_by)):
                if order.rank is not None:  # an earlier one may have closed the leg and cleared it
                    fire(floor, order, now_ms)
    remark(floor, list(listing.holders.values()), now_ms)
