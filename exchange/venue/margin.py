"""Margin of legs, orders and accounts (bybit-v5.md section 8), in USDT. Opposite legs are both counted."""

from __future__ import annotations

from decimal import Decimal

from exchange.venue.instruments import Instrument
from exchange.venue.money import ONE, ZERO, cash
from exchange.venue.records import Account, Holding, Leg, Order

UNIT = Decimal("1e-12")  # keeps sums of blocked margin exact


def bankruptcy_fee(rules: Instrument, side: str, value: Decimal, leverage: Decimal) -> Decimal:
    """Fee to close ``value`` at the price where its initial margin is used up."""
    share = ONE - ONE / leverage if side == "Buy" else ONE + ONE / leverage
    return value * share * rules.taker_fee


def opening_cost(holding: Holding, side: str, price: Decimal) -> Decimal:
    """What one unit of an opening order blocks: initial margin, fee to open, fee to close."""
    rules, leverage = holding.listing.instrument, holding.leverage
    cost = price / leverage + price * rules.taker_fee + bankruptcy_fee(rules, side, price, leverage)
    return cost.quantize(UNIT)


def reserve(order: Order, qty: Decimal, price: Decimal) -> bool:
    """Block the margin for ``order`` at another total quantity and price; False if there is too little."""
    holding = order.holding
    unit = opening_cost(holding, order.side, price)
    more = unit * (qty - order.cum_qty) - order.unit_cost * order.leaves
    if more > max(ZERO, holding.account.available):
        return False
    block(holding, more)
    order.unit_cost = unit
    return True


def leg_upl(leg: Leg, mark: Decimal) -> Decimal:
    """Unrealised profit of a leg at ``mark``."""
    if not leg.size:
        return ZERO
    value = leg.size * mark
    return value - leg.cost if leg.side == "Buy" else leg.cost - value


def leg_margins(holding: Holding, leg: Leg, mark: Decimal) -> tuple[Decimal, Decimal]:
    """Initial and maintenance margin of a leg, each with the fee to close it."""
    rules, leverage, value = holding.listing.instrument, holding.leverage, leg.size * mark
    tier = rules.tier(value)
    fee = bankruptcy_fee(rules, leg.side, value, leverage)
    return cash(value / leverage + fee), cash(value * tier.mm_rate - tier.deduction + fee)


def revalue(holding: Holding) -> None:
    """Bring a holding's figures, and its account's sums, to the mark price of now."""
    mark = holding.listing.mark
    upl = im = mm = ZERO
    for leg in holding.legs.values():
        if leg.size:
            initial, maintenance = leg_margins(holding, leg, mark)
            upl += leg_upl(leg, mark)
            im += initial
            mm += maintenance
    account = holding.account
    account.upl += upl - holding.upl
    account.im += im - holding.im
    account.mm += mm - holding.mm
    holding.upl, holding.im, holding.mm = upl, im, mm


def block(holding: Holding, usdt: Decimal) -> None:
    """Block margin for open orders (or free it: ``usdt`` below 0)."""
    if usdt:
        holding.order_im += usdt
        holding.account.order_im += usdt


def must_be_liquidated(account: Account) -> bool:
    """Whether the maintenance rate has reached 1."""
    return account.mm > 0 and account.mm >= account.margin_balance


def liquidation_price(holding: Holding, leg: Leg) -> Decimal | None:
    """The mark price of this symbol that liquidates the account, all else unchanged; None if none does."""
    if not leg.size:
        return None
    account, rules = holding.account, holding.listing.instrument
    others = account.margin_balance - holding.upl - (account.mm - holding.mm)
    entered = deductions = weight = ZERO
    for each in holding.legs.values():
        if not each.size:
            continue
        tier = rules.tier(each.size * holding.listing.mark)
        rate = tier.mm_rate + rules.taker_fee
        deductions += tier.deduction
        if each.side == "Buy":
            entered += each.cost
            weight += each.size * (1 - rate)
        else:
            entered -= each.cost
            weight -= each.size * (1 + rate)
    if not weight:
        return None
    price = (entered - others - deductions) / weight
    return price if rules.min_price <= price <= rules.max_price else None


def break_even_price(leg: Leg, taker_fee: Decimal) -> Decimal:
    """Where closing the leg gives back what it has cost so far, the fee to close included."""
    if not leg.size:
        return ZERO
    signed = leg.size if leg.side == "Buy" else -leg.size
    return (leg.entry * signed - leg.cur_realised) / (signed - leg.size * taker_fee)
