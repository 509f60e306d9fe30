"""The rules that an order must meet before it is acknowledged, each with Bybit's code."""

from __future__ import annotations

import re
from decimal import Decimal

from exchange.venue import refusals
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.money import ZERO, floor_to, is_multiple
from exchange.venue.params import Params
from exchange.venue.records import Account, Holding, Leg
from exchange.venue.refusals import Refusal, bad

MAX_ACTIVE = 500
MAX_CONDITIONAL = 10
MINUTE_MS = 60_000
_LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")


def check_link_id(floor: Floor, account: Account, link_id: str, now_ms: int) -> None:
    """Well formed, and not in use; when an id is free again is a quirk."""
    if not link_id:
        return
    if not _LINK_ID.fullmatch(link_id):
        raise bad(f"params error: orderLinkId {link_id!r} must be up to 36 letters, digits, - or _")
    if link_id not in account.links:
        return
    used = account.links[link_id][-1]
    quirks = floor.quirks
    free = not used.is_open and (
        quirks.link_reuse == "at_end"
        or (
            quirks.link_reuse == "after_minutes"
            and now_ms >= used.updated_ms + quirks.link_reuse_minutes * MINUTE_MS
        )
    )
    if not free:
        raise Refusal(refusals.DUPLICATE_LINK_ID)


def pick_leg(holding: Holding, idx: int) -> Leg:
    """The leg that positionIdx names; it must fit the position mode."""
    leg = holding.legs.get(idx)
    if leg is None:
        raise bad("position idx not match position mode")
    return leg


def is_closing(holding: Holding, leg: Leg, side: str, reduce_only: bool) -> bool:
    """Hedge mode: by side and leg, whatever was flagged. One-way mode: by the flag."""
    if holding.hedge:
        closing = side == ("Sell" if leg.idx == 1 else "Buy")
        if reduce_only and not closing:
            raise Refusal(
                refusals.REDUCE_ONLY,
                f"reduce-only order cannot open: {side} adds to positionIdx {leg.idx}",
            )
        return closing
    if reduce_only and leg.size and leg.side == side:
        raise Refusal(
            refusals.REDUCE_ONLY, f"The reduce-only order has same side with current position: {side}"
        )
    return reduce_only


def check_qty(floor: Floor, listing: Listing, qty: Decimal, *, market: bool) -> Decimal:
    """A quantity on the step and within the limits; off the step it is refused or cut, by quirk."""
    rules = listing.instrument
    if not is_multiple(qty, rules.qty_step):
        if floor.quirks.off_step == "refuse":
            raise bad(f"Qty invalid: {qty} is not a multiple of {rules.qty_step}")
        qty = floor_to(qty, rules.qty_step)
    if qty < rules.min_qty:
        raise bad("The number of contracts exceeds minimum limit allowed")
    most = rules.max_market_qty if market else rules.max_qty
    if qty > most:
        raise bad(f"The number of contracts exceeds maximum limit allowed: {qty} > {most}")
    return qty.quantize(rules.qty_step)


def check_price(account: Account, listing: Listing, side: str, price: Decimal) -> Decimal:
    """A limit price on the tick and within the band; outside it is moved or refused (modifyEnable)."""
    rules = listing.instrument
    if not price:
        raise bad("params error: price is required for a limit order")
    if not is_multiple(price, rules.tick):
        raise bad(f"Price invalid: {price} is not a multiple of {rules.tick}")
    if not rules.min_price <= price <= rules.max_price:
        raise bad(f"Price invalid: {price} is not within {rules.min_price} and {rules.max_price}")
    lowest, highest = listing.band()
    inside = min(price, highest) if side == "Buy" else max(price, lowest)
    if inside != price and not account.moves_price:
        word = "higher than the maximum buying" if side == "Buy" else "lower than the minimum selling"
        raise Refusal(refusals.PRICE_OUT_OF_RANGE, f"Order price {price} is {word} price {inside}")
    return inside.quantize(rules.tick)


def check_trigger(listing: Listing, price: Decimal, direction: int, trigger_by: str) -> Decimal:
    """A trigger price on the tick that the market hasn't passed yet, in the direction given."""
    if direction not in (1, 2):
        raise bad("params error: triggerDirection must be 1 (rise) or 2 (fall) for a conditional order")
    if not is_multiple(price, listing.instrument.tick):
        raise bad(f"triggerPrice invalid: {price} is not a multiple of {listing.instrument.tick}")
    current = listing.price_by(trigger_by)
    if direction == 1 and price <= current:
        raise Refusal(
            refusals.TRIGGER_NOT_RISING, f"expect Rising, but trigger_price[{price}] <= current[{current}]"
        )
    if direction == 2 and price >= current:
        raise Refusal(
            refusals.TRIGGER_NOT_FALLING, f"expect Falling, but trigger_price[{price}] >= current[{current}]"
        )
    return price.quantize(listing.instrument.tick)


def check_notional(floor: Floor, listing: Listing, value: Decimal, *, closing: bool) -> None:
    """An order must be worth the minimum (110094); closing ones may be exempt, by quirk."""
    if closing and floor.quirks.reduce_only_min_notional_exempt:
        return
    least = listing.instrument.min_notional
    if value < least:
        raise Refusal(
            refusals.UNDER_MIN_NOTIONAL, f"Order does not meet minimum order value {least}USDT: {value}"
        )


def check_counts(holding: Holding, *, conditional: bool) -> None:
    """At most 500 active and 10 conditional orders per symbol; the venue's own stops don't count."""
    if conditional:
        if sum(
            o.stop_order_type == "Stop" and o.status == "Untriggered" for o in holding.orders.values()
        ) >= (MAX_CONDITIONAL):
            raise Refusal(refusals.TOO_MANY_CONDITIONAL)
    elif len(holding.orders) >= MAX_ACTIVE and (
        sum(o.status != "Untriggered" for o in holding.orders.values()) >= MAX_ACTIVE
    ):
        raise Refusal(refusals.TOO_MANY_ORDERS)


def check_risk_limit(holding: Holding, leg: Leg, more_usdt: Decimal) -> None:
    """What a leg is and could become must be allowed at the leverage set."""
    resting = sum((o.leaves * o.price for o in holding.orders.values() if o.leg is leg and o.unit_cost), ZERO)
    value = leg.size * holding.listing.mark + resting + more_usdt
    limit = holding.listing.instrument.limit_at(holding.leverage)
    if value > limit:
        raise Refusal(
            refusals.RISK_LIMIT,
            f"Position value {value} exceeds {limit} USDT allowed at leverage {holding.leverage}",
        )


def check_stop(
    params: Params, name: str, listing: Listing, side: str, trigger_by: str = "LastPrice"
) -> Decimal:
    """A takeProfit or stopLoss of a position on ``side``: on the tick and on the right side of the market."""
    price = params.decimal(name)
    if not price:
        return ZERO
    if not is_multiple(price, listing.instrument.tick):
        raise bad(f"{name} {price} is not a multiple of {listing.instrument.tick}")
    higher = (side == "Buy") == (name == "takeProfit")
    base = listing.price_by(trigger_by)
    if (price <= base) if higher else (price >= base):
        what = "TakeProfit" if name == "takeProfit" else "StopLoss"
        word = "higher" if higher else "lower"
        raise bad(
            f"{what}:{price} set for {side} position should be {word} than base_price:{base}??{trigger_by}"
        )
    return price.quantize(listing.instrument.tick)
