"""Conservation: the books worked out anew from the executions, and compared to the last digit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from exchange.venue.floor import Floor
from exchange.venue.margin import leg_margins, leg_upl
from exchange.venue.money import ZERO
from exchange.venue.records import Account, Execution, Holding, Order


def audit(floor: Floor) -> Sequence[str]:
    """One sentence for each thing that doesn't add up; empty when all does."""
    return [
        f"{account.name}: {finding}"
        for account in floor.accounts.values()
        for check in (_cash, _legs, _orders, _margin)
        for finding in check(account)
    ]


def _cash(account: Account) -> Iterator[str]:
    should = account.started_with + account.realised - account.fees + account.funding + account.insured
    if account.wallet != should:
        yield f"wallet {account.wallet} is not start + realised - fees + funding = {should}"
    trades = [e for e in account.executions if e.exec_type != "Funding"]
    fundings = [e for e in account.executions if e.exec_type == "Funding"]
    for name, booked, executed in (
        ("realised", account.realised, sum((e.pnl for e in trades), ZERO)),
        ("fees", account.fees, sum((e.fee for e in trades), ZERO)),
        ("funding", account.funding, -sum((e.fee for e in fundings), ZERO)),
    ):
        if booked != executed:
            yield f"{name} {booked} is not what its executions say, {executed}"


def _legs(account: Account) -> Iterator[str]:
    """A leg's size and cost are those of its executions; profit is what came in less what went out."""
    flows: dict[tuple[str, int], list[Execution]] = {}
    for execution in account.executions:
        if execution.exec_type != "Funding":
            flows.setdefault((execution.leg.symbol, execution.leg.idx), []).append(execution)
    for (symbol, idx), executions in flows.items():
        bought = sum((e.qty if e.side == "Buy" else -e.qty for e in executions), ZERO)
        spent = sum((e.value if e.side == "Buy" else -e.value for e in executions), ZERO)
        leg = account.holdings[symbol].legs.get(idx)
        sign = 0 if leg is None or not leg.side else (1 if leg.side == "Buy" else -1)
        size, cost = (ZERO, ZERO) if leg is None else (leg.size, leg.cost)
        if bought != sign * size:
            yield f"{symbol} leg {idx}: size {sign * size} is not the sum of executions {bought}"
        gained = sum((e.pnl for e in executions), ZERO)
        if gained != sign * cost - spent:
            yield f"{symbol} leg {idx}: profit {gained} is not {sign * cost - spent}, what cash and cost say"


def _orders(account: Account) -> Iterator[str]:
    for order in account.orders.values():
        filled = sum((e.qty for e in order.executions), ZERO)
        if filled != order.cum_qty or order.cum_qty > order.qty:
            yield f"order {order.order_id}: cumExecQty {order.cum_qty} of {order.qty}, executed {filled}"
        is_kept = order.order_id in order.holding.orders
        if is_kept != order.is_open:
            yield f"order {order.order_id}: {order.status}, but kept as {'open' if is_kept else 'ended'}"
        if (order.rank is not None) != (order.is_open and order.live):
            yield f"order {order.order_id}: {order.status}, rests: {order.rank is not None}"
    for holding in account.holdings.values():
        yield from _closing(holding)


def _closing(holding: Holding) -> Iterator[str]:
    def covers(order: Order) -> bool:
        return order.closing and order.live and order.status != "Untriggered"

    for leg in holding.legs.values():
        leaves = sum((o.leaves for o in holding.orders.values() if o.leg is leg and covers(o)), ZERO)
        if leaves > leg.size:
            yield f"{leg.symbol} leg {leg.idx}: closing orders for {leaves} on a size of {leg.size}"


def _margin(account: Account) -> Iterator[str]:
    upl = im = mm = blocked = ZERO
    for holding in account.holdings.values():
        mark: Decimal = holding.listing.mark
        for leg in holding.legs.values():
            upl += leg_upl(leg, mark)
            if leg.size:
                initial, maintenance = leg_margins(holding, leg, mark)
                im += initial
                mm += maintenance
        blocked += sum((o.unit_cost * o.leaves for o in holding.orders.values()), ZERO)
    for name, kept, found in (
        ("unrealised profit", account.upl, upl),
        ("initial margin", account.im, im),
        ("maintenance margin", account.mm, mm),
        ("margin of orders", account.order_im, blocked),
    ):
        if kept != found:
            yield f"{name} {kept} is kept, {found} is right"
