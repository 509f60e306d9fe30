"""What follows from fills before anything is told: trimmed closing orders, cleared stops, liquidation."""

from __future__ import annotations

from decimal import Decimal

from exchange.venue.floor import Floor
from exchange.venue.margin import must_be_liquidated, revalue
from exchange.venue.matching import cancel, settle
from exchange.venue.money import ZERO
from exchange.venue.outcome import Outcome
from exchange.venue.records import Account, Holding, Leg, Order
from exchange.venue.stops import detach, follow_leg, venue_order


def conclude(floor: Floor, out: Outcome) -> None:
    """Finish an outcome and put its frames on their way; then liquidate whom it has ruined."""
    while out.shrunk:
        leg, holding = out.shrunk.popitem()
        trim(floor, out, holding, leg)
    for leg in out.legs():
        follow_leg(floor, out, leg)
    accounts = out.accounts
    out.send()
    for account in accounts:
        if must_be_liquidated(account):
            liquidate(floor, account, out.now_ms)


def closing_orders(holding: Holding, leg: Leg) -> list[Order]:
    """The open closing orders that count against a leg's reduce-only budget; conditional ones don't."""
    return [o for o in holding.orders.values() if o.closing and o.leg is leg and o.status != "Untriggered"]


def budget(holding: Holding, leg: Leg, but: Order | None = None) -> Decimal:
    """How much of a leg no closing order covers yet (without counting ``but``), in base coin."""
    used = sum((o.leaves for o in closing_orders(holding, leg) if o is not but), ZERO)
    return leg.size - used


def trim(floor: Floor, out: Outcome, holding: Holding, leg: Leg) -> None:
    """Cut closing orders back to the leg's size (CancelByReduceOnly), in the order that the quirk says."""
    orders = []
    for order in closing_orders(holding, leg):
        if order.side == leg.side:  # one-way mode: the position has turned round
            cancel(floor, out, order, "CancelByReduceOnly")
        elif order.live:
            orders.append(order)
    excess = sum((o.leaves for o in orders), ZERO) - leg.size
    if excess <= 0:
        return
    last = holding.listing.last
    if floor.quirks.trim_first == "farthest":
        orders.sort(key=lambda o: (-abs(o.price - last), -o.no))
    else:
        orders.sort(key=lambda o: -o.no)
    for order in orders:
        if order.leaves <= excess:
            excess -= order.leaves
            cancel(floor, out, order, "CancelByReduceOnly")
        else:
            order.qty -= excess
            order.updated_ms = out.now_ms
            out.order(order)
            return
        if not excess:
            return


def liquidate(floor: Floor, account: Account, now_ms: int) -> None:
    """Cancel all orders of an account and close its legs at mark; a deficit is the insurance fund's."""
    out = Outcome(floor, now_ms)
    for holding in account.holdings.values():
        for order in list(holding.orders.values()):
            detach(order.leg, order)
            cancel(floor, out, order, "CancelAllBeforeLiq")
    takeover = floor.quirks.takeover
    for holding in account.holdings.values():
        for leg in holding.legs.values():
            if not leg.size:
                continue
            created = "CreateByTakeOver_PassThrough" if takeover else "CreateByLiq"
            order = venue_order(floor, out, holding, leg, leg.size, created)
            order.live = True
            order.price = holding.listing.mark
            kind = "BustTrade" if takeover else "Trade"
            settle(floor, out, order, leg.size, order.price, maker=False, exec_type=kind)
            out.order(order)
    out.shrunk.clear()
    if account.wallet < 0:
        account.insured -= account.wallet
        account.wallet = ZERO
    out.send()


def remark(floor: Floor, holdings: list[Holding], now_ms: int) -> None:
    """Follow a new mark price; an account whose maintenance rate reaches 1 is liquidated."""
    for holding in holdings:
        if not holding.mm and not holding.has_position():
            continue
        revalue(holding)
        if must_be_liquidated(holding.account):
            liquidate(floor, holding.account, now_ms)
