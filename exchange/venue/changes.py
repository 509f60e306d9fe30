"""order.amend, order.cancel and order.cancel-all: accepted at once, carried out a little later."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from exchange.venue import refusals, rules
from exchange.venue.activation import work
from exchange.venue.aftermath import budget, conclude
from exchange.venue.floor import Floor
from exchange.venue.margin import opening_cost, reserve
from exchange.venue.matching import cancel as end_cancelled
from exchange.venue.matching import crosses, rest
from exchange.venue.money import ZERO
from exchange.venue.outcome import Outcome
from exchange.venue.params import Params
from exchange.venue.records import Account, Order
from exchange.venue.refusals import Refusal, bad
from exchange.venue.stops import detach

MOST_CANCELLED = 500
FILTERS = ("", "Order", "StopOrder", "OpenOrder")


def find(account: Account, params: Params) -> Order | None:
    """The order that a request names; orderId wins over orderLinkId."""
    order_id, link_id = params.text("orderId"), params.text("orderLinkId")
    if not order_id and not link_id:
        raise bad("params error: orderId or orderLinkId is required")
    found = account.orders.get(order_id) if order_id else account.links.get(link_id, [None])[-1]
    return found if found is not None and found.symbol == params.needed("symbol") else None


def cancel(floor: Floor, account: Account, params: Params, now_ms: int) -> Order:
    """Acknowledge a cancel; an order that fills before it is carried out stays filled."""
    order = _open_order(floor, account, params)
    floor.at_outcome(order.holding, now_ms, partial(carry_out_cancel, floor, order))
    return order


def _open_order(floor: Floor, account: Account, params: Params) -> Order:
    floor.listing(params.needed("symbol"))
    order = find(account, params)
    if order is None:
        raise Refusal(refusals.NOT_FOUND)
    if not order.is_open:
        if floor.quirks.ended_code == "absent":
            raise Refusal(refusals.NOT_FOUND)
        raise Refusal(refusals.FINISHED if order.status == "Filled" else refusals.CANCELLED)
    return order


def carry_out_cancel(floor: Floor, order: Order, now_ms: int) -> None:
    """End an order that is still open; one that has filled meanwhile is only told."""
    out = Outcome(floor, now_ms)
    if order.is_open:
        detach(order.leg, order)
        end_cancelled(floor, out, order, "CancelByUser")
    elif order.status == "Filled" and floor.quirks.second_filled_event:
        order.cancel_type, order.reject_reason = "CancelByUser", "EC_OrigClOrdIDDoesNotExist"
        out.order(order)
    else:
        out.leg(order.holding, order.leg)
    conclude(floor, out)


def cancel_all(floor: Floor, account: Account, params: Params, now_ms: int) -> list[Order]:
    """Acknowledge the cancel of every matching open order, at most 500."""
    symbol, base, settle = params.text("symbol"), params.text("baseCoin"), params.text("settleCoin")
    if not (symbol or base or settle):
        raise bad("params error: symbol, baseCoin or settleCoin is required")
    if symbol:
        floor.listing(symbol)
    wanted = params.choice("orderFilter", FILTERS)
    stop_type = params.text("stopOrderType")
    found: list[Order] = []
    for holding in account.holdings.values():
        instrument = holding.listing.instrument
        asked, own = (symbol, instrument.symbol) if symbol else (base, instrument.base_coin)
        if asked == own or (not asked and settle == "USDT"):
            found += [o for o in holding.orders.values() if matches_filter(o, wanted)]
    if stop_type:
        found = [o for o in found if o.stop_order_type == stop_type]
    for order in found[:MOST_CANCELLED]:
        floor.at_outcome(order.holding, now_ms, partial(carry_out_cancel, floor, order))
    return found[:MOST_CANCELLED]


def matches_filter(order: Order, wanted: str) -> bool:
    """Whether an order belongs to an orderFilter: Order, StopOrder, or all."""
    if wanted == "Order":
        return not order.stop_order_type
    if wanted == "StopOrder":
        return bool(order.stop_order_type)
    return True


def amend(floor: Floor, account: Account, params: Params, now_ms: int) -> Order:
    """Acknowledge a change of quantity (the new total), price or trigger price."""
    floor.listing(params.needed("symbol"))
    order = find(account, params)
    if order is None or not order.is_open:
        raise Refusal(refusals.NOT_FOUND)
    if order.create_type != "CreateByUser":
        raise bad("params error: a stop of the position is changed by trading-stop")
    for name in ("takeProfit", "stopLoss"):
        if params.has(name):
            raise bad(f"params error: {name} is changed by trading-stop here")
    qty, price, trigger = _wished(floor, account, order, params)
    if (qty, price, trigger) == (order.qty, order.price, order.trigger_price):
        raise bad("The order remains unchanged as the parameters entered match the existing ones.")
    _check_amendment(floor, order, qty, price)
    action = partial(carry_out_amend, floor, order, qty, price, trigger)
    floor.at_outcome(order.holding, now_ms, action)
    return order


def _wished(floor: Floor, account: Account, order: Order, params: Params) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, price and trigger price that the order is to have."""
    listing = order.holding.listing
    qty, price, trigger = order.qty, order.price, order.trigger_price
    if params.decimal("qty"):
        qty = rules.check_qty(floor, listing, params.decimal("qty"), market=order.order_type == "Market")
    if params.decimal("price"):
        if order.order_type == "Market":
            raise bad("params error: a market order has no price to amend")
        price = rules.check_price(account, listing, order.side, params.decimal("price"))
    if params.decimal("triggerPrice"):
        if order.status != "Untriggered":
            raise bad("params error: this order has no trigger any more")
        wish = params.decimal("triggerPrice")
        trigger = rules.check_trigger(listing, wish, order.trigger_direction, order.trigger_by)
    return qty, price, trigger


def _check_amendment(floor: Floor, order: Order, qty: Decimal, price: Decimal) -> None:
    holding = order.holding
    if qty <= order.cum_qty:
        raise Refusal(refusals.AMEND_BELOW_FILLED)
    rules.check_notional(floor, holding.listing, qty * price, closing=order.closing)
    if order.status == "Untriggered":
        return
    if order.closing:
        if qty > order.qty and budget(holding, order.leg, but=order) <= 0:
            raise Refusal(refusals.REDUCE_ONLY, "orderQty will be truncated to zero")
        return
    leaves = qty - order.cum_qty
    rules.check_risk_limit(holding, order.leg, leaves * price - order.leaves * order.price)
    more = opening_cost(holding, order.side, price) * leaves - order.unit_cost * order.leaves
    if order.unit_cost and more > max(ZERO, holding.account.available):
        raise Refusal(refusals.BALANCE_TOO_LOW)


def carry_out_amend(
    floor: Floor, order: Order, qty: Decimal, price: Decimal, trigger: Decimal, now_ms: int
) -> None:
    """Change a live order; one that has ended or filled past the new quantity stays as it is."""
    out = Outcome(floor, now_ms)
    if not order.is_open or qty <= order.cum_qty:
        out.leg(order.holding, order.leg)
    else:
        _apply(floor, out, order, qty, price, trigger)
    conclude(floor, out)


def _apply(floor: Floor, out: Outcome, order: Order, qty: Decimal, price: Decimal, trigger: Decimal) -> None:
    listing = order.holding.listing
    listing.unqueue(order)
    if order.closing and order.status != "Untriggered":
        qty = min(qty, order.cum_qty + budget(order.holding, order.leg, but=order))
    if not order.unit_cost or reserve(order, qty, price):
        order.qty, order.price, order.trigger_price = qty, price, trigger
    order.updated_ms = out.now_ms
    if order.status != "Untriggered" and crosses(order):
        work(floor, out, order)
        return
    rest(floor, order)
    out.order(order)
