"""order.create: from parameters to an accepted order whose outcome is scheduled."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from exchange.venue import refusals, rules
from exchange.venue.activation import go_live, slippage_bound
from exchange.venue.aftermath import budget
from exchange.venue.book import touch
from exchange.venue.floor import Floor
from exchange.venue.margin import block, opening_cost
from exchange.venue.money import ZERO
from exchange.venue.params import Params
from exchange.venue.records import Account, Holding, Leg, Order
from exchange.venue.refusals import Refusal, bad

SIDES = ("Buy", "Sell")
ORDER_TYPES = ("Limit", "Market")
TIMES_IN_FORCE = ("GTC", "IOC", "FOK", "PostOnly")
TRIGGERS = ("LastPrice", "MarkPrice", "IndexPrice")
SMP_TYPES = ("None", "CancelMaker", "CancelTaker", "CancelBoth")
UNSERVED = ("slippageTolerance", "bboSideType", "tpLimitPrice", "slLimitPrice", "tpSize", "slSize")


def create(floor: Floor, account: Account, params: Params, now_ms: int) -> Order:
    """Accept an order or raise Refusal. The acknowledged order takes effect a little later."""
    listing = floor.listing(params.needed("symbol"))
    if not listing.last:
        raise Refusal(refusals.NOT_LIVE, f"{listing.symbol} has no market price yet")
    holding = floor.holding(account, listing)
    order = _drafted(floor, holding, params, now_ms)
    rules.check_link_id(floor, account, order.link_id, now_ms)
    rules.check_counts(holding, conditional=order.status == "Untriggered")
    _size(floor, order, params)
    if not order.closing and order.status != "Untriggered":
        _afford(order)
    account.orders[order.order_id] = order
    if order.link_id:
        account.links.setdefault(order.link_id, []).append(order)
    holding.orders[order.order_id] = order
    floor.at_outcome(holding, now_ms, partial(go_live, floor, order))
    return order


def _drafted(floor: Floor, holding: Holding, params: Params, now_ms: int) -> Order:
    """The order as asked for, its quantity still to be judged."""
    for name in UNSERVED:
        if params.has(name):
            raise bad(f"params error: {name} is not supported by this venue")
    listing, account = holding.listing, holding.account
    side = params.choice("side", SIDES)
    leg = rules.pick_leg(holding, params.integer("positionIdx", 0))
    market = params.choice("orderType", ORDER_TYPES) == "Market"
    order = Order(
        no=floor.number(),
        order_id=floor.new_id(),
        link_id=params.text("orderLinkId"),
        holding=holding,
        leg=leg,
        side=side,
        order_type="Market" if market else "Limit",
        time_in_force="IOC" if market else params.choice("timeInForce", TIMES_IN_FORCE, "GTC"),
        price=_price(params, account, holding, side, market=market),
        qty=params.decimal("qty"),
        created_ms=now_ms,
        updated_ms=now_ms,
        closing=rules.is_closing(holding, leg, side, params.flag("reduceOnly")),
        close_on_trigger=params.flag("closeOnTrigger"),
        smp_type=params.choice("smpType", SMP_TYPES, "None"),
        last_price_on_created=listing.last,
    )
    if not order.closing:
        order.take_profit = rules.check_stop(params, "takeProfit", listing, side)
        order.stop_loss = rules.check_stop(params, "stopLoss", listing, side)
    trigger = params.decimal("triggerPrice")
    if trigger:
        order.status, order.stop_order_type = "Untriggered", "Stop"
        order.trigger_by = params.choice("triggerBy", TRIGGERS, "LastPrice")
        order.trigger_direction = params.integer("triggerDirection", 0)
        order.trigger_price = rules.check_trigger(listing, trigger, order.trigger_direction, order.trigger_by)
    return order


def _price(params: Params, account: Account, holding: Holding, side: str, *, market: bool) -> Decimal:
    """The limit price as it will rest, or the bound of a market order's slippage."""
    if market:
        return slippage_bound(holding.listing, side)
    return rules.check_price(account, holding.listing, side, params.decimal("price"))


def _size(floor: Floor, order: Order, params: Params) -> None:
    """Settle the quantity: step and limits, "0" for everything, the reduce-only budget, the minimum value."""
    listing, market = order.holding.listing, order.order_type == "Market"
    closes_all = not order.qty and params.flag("reduceOnly") and order.close_on_trigger
    if not params.has("qty"):
        raise bad("params error: qty is required")
    if closes_all and order.closing:
        order.qty = min(order.leg.size, listing.instrument.max_market_qty if market else order.leg.size)
    else:
        order.qty = rules.check_qty(floor, listing, order.qty, market=market)
    if order.closing and order.status != "Untriggered":
        order.qty = _within_budget(order.holding, order.leg, order.side, order.qty)
    if not closes_all:
        price = listing.last if market else order.price
        rules.check_notional(floor, listing, order.qty * price, closing=order.closing)


def _within_budget(holding: Holding, leg: Leg, side: str, qty: Decimal) -> Decimal:
    """What a closing order may still close; 110017 where that is nothing."""
    if not leg.size or leg.side == side:
        raise Refusal(refusals.REDUCE_ONLY, "current position is zero, cannot fix reduce-only order qty")
    room = budget(holding, leg)
    if room <= 0:
        raise Refusal(
            refusals.REDUCE_ONLY,
            f"orderQty will be truncated to zero: {leg.size} is covered by other closing orders",
        )
    return min(qty, room)


def _afford(order: Order) -> None:
    """Block the cost of an opening order; 110007 where the account can't bear it, 110090 above its tier."""
    holding = order.holding
    price = _cost_price(order)
    rules.check_risk_limit(holding, order.leg, order.qty * price)
    unit = opening_cost(holding, order.side, price)
    if not holding.hedge and order.leg.size and order.leg.side != order.side:
        # One-way: only what turns the position round needs margin.
        turned = max(ZERO, order.qty - order.leg.size)
        if unit * turned > holding.account.available:
            raise Refusal(refusals.BALANCE_TOO_LOW)
        return
    if unit * order.qty > holding.account.available:
        raise Refusal(refusals.BALANCE_TOO_LOW)
    order.unit_cost = unit
    block(holding, unit * order.qty)


def _cost_price(order: Order) -> Decimal:
    if order.order_type == "Limit":
        return order.price
    bid, ask = touch(order.holding.listing)
    return ask if order.side == "Buy" else bid
