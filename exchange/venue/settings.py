"""What an account may set: position mode, leverage, stops of a position, what happens to prices outside."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from exchange.venue import refusals, rules
from exchange.venue.aftermath import conclude
from exchange.venue.entry import TRIGGERS
from exchange.venue.floor import Floor, open_legs
from exchange.venue.margin import opening_cost, revalue
from exchange.venue.money import ZERO
from exchange.venue.outcome import Outcome
from exchange.venue.params import Params
from exchange.venue.records import Account, Holding, Leg
from exchange.venue.refusals import Refusal, bad
from exchange.venue.stops import Kind, place_stop, stop_of

Result = dict[str, Any]
ONE_WAY, HEDGE = 0, 3


def switch_mode(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """position/switch-mode: one symbol, or every one of a coin that has neither position nor orders."""
    del now_ms
    mode = params.integer("mode", -1)
    if mode not in (ONE_WAY, HEDGE):
        raise bad("params error: mode must be 0 (one-way) or 3 (hedge)")
    hedge = mode == HEDGE
    symbol, coin = params.text("symbol"), params.text("coin")
    if symbol:
        _switch(floor, floor.holding(account, floor.listing(symbol)), hedge)
    elif coin == "USDT":
        if account.hedge == hedge and all(h.hedge == hedge for h in account.holdings.values()):
            raise Refusal(refusals.MODE_UNCHANGED)
        account.hedge = hedge
        for holding in account.holdings.values():
            if holding.hedge != hedge and not holding.has_position() and not holding.orders:
                _switch(floor, holding, hedge)
    else:
        raise bad("params error: symbol, or coin USDT, is required")
    return {}


def _switch(floor: Floor, holding: Holding, hedge: bool) -> None:
    if holding.hedge == hedge:
        raise Refusal(refusals.MODE_UNCHANGED)
    if holding.has_position():
        raise Refusal(refusals.MODE_HAS_POSITION)
    if holding.orders:
        raise Refusal(refusals.MODE_HAS_ORDERS)
    holding.hedge = hedge
    open_legs(holding, floor.now_ms)


def set_leverage(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """position/set-leverage: both sides the same with cross margin; the legs are pushed."""
    holding = floor.holding(account, floor.listing(params.needed("symbol")))
    buy, sell = params.decimal("buyLeverage"), params.decimal("sellLeverage")
    if buy != sell:
        raise bad("params error: buyLeverage and sellLeverage must be equal with cross margin")
    highest = holding.listing.instrument.max_leverage
    if not 1 <= buy <= highest or buy % Decimal("0.01"):
        raise bad(f"params error: leverage {buy} is not between 1 and {highest} in steps of 0.01")
    if buy == holding.leverage:
        raise Refusal(refusals.LEVERAGE_UNCHANGED)
    limit = holding.listing.instrument.limit_at(buy)
    for leg in holding.legs.values():
        if leg.size * holding.listing.mark > limit:
            raise Refusal(refusals.RISK_LIMIT, f"Leverage {buy} allows a position of {limit} USDT at most")
    _change_leverage(holding, buy)
    out = Outcome(floor, now_ms)
    for leg in holding.legs.values():
        leg.updated_ms = now_ms
        out.leg(holding, leg)
    conclude(floor, out)
    return {}


def _change_leverage(holding: Holding, leverage: Decimal) -> None:
    """Block margin at another leverage; back to the old one, and refused, if there is too little."""
    before, account = holding.leverage, holding.account

    def apply(to: Decimal) -> None:
        holding.leverage = to
        blocked = ZERO
        for order in holding.orders.values():
            if order.unit_cost:
                price = order.price or holding.listing.mark
                order.unit_cost = opening_cost(holding, order.side, price)
                blocked += order.unit_cost * order.leaves
        account.order_im += blocked - holding.order_im
        holding.order_im = blocked
        revalue(holding)

    apply(leverage)
    if leverage < before and account.available < 0:
        apply(before)
        raise Refusal(refusals.BALANCE_TOO_LOW, "ab not enough for the margin at this leverage")


def trading_stop(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """position/trading-stop, Full mode: set, move or (0) remove the stops of an open leg."""
    holding = floor.holding(account, floor.listing(params.needed("symbol")))
    leg = rules.pick_leg(holding, params.integer("positionIdx", 0))
    if params.choice("tpslMode", ("Full", "Partial"), "Full") == "Partial":
        raise bad("params error: tpslMode Partial is not supported by this venue; use Full")
    if params.decimal("trailingStop"):
        raise bad("params error: trailingStop is not supported by this venue")
    if not leg.size:
        raise bad("can not set tp/sl/ts for zero position")
    wishes = _wishes(params, holding, leg)
    if not wishes:
        raise Refusal(refusals.STOP_UNCHANGED)
    out = Outcome(floor, now_ms)
    for kind, trigger, trigger_by in wishes:
        place_stop(floor, out, holding, leg, kind, trigger, trigger_by)
    leg.updated_ms = now_ms
    out.leg(holding, leg)
    conclude(floor, out)
    return {}


def _wishes(params: Params, holding: Holding, leg: Leg) -> list[tuple[Kind, Decimal, str]]:
    """The stops that would change: kind, trigger price (0: remove), which price triggers."""
    wishes: list[tuple[Kind, Decimal, str]] = []
    kinds: tuple[tuple[Kind, str, str], ...] = (
        ("TakeProfit", "takeProfit", "tpTriggerBy"),
        ("StopLoss", "stopLoss", "slTriggerBy"),
    )
    for kind, name, by_name in kinds:
        if not params.has(name):
            continue
        old = stop_of(leg, kind)
        trigger_by = params.choice(by_name, TRIGGERS, "LastPrice")
        trigger = rules.check_stop(params, name, holding.listing, leg.side, trigger_by)
        before = (old.trigger_price, old.trigger_by) if old else (ZERO, trigger_by)
        if (trigger, trigger_by) != before:
            wishes.append((kind, trigger, trigger_by))
    return wishes


def set_limit_action(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """account/set-limit-px-action: move a price outside the band (default) or refuse it with 110003."""
    del floor, now_ms
    if not params.has("modifyEnable"):
        raise bad("params error: modifyEnable is required")
    account.moves_price = params.flag("modifyEnable")
    return {}
