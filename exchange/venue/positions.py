"""What a fill does to a leg: quantity-weighted entry, realised profit, and nothing lost to rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from exchange.venue.money import ZERO, cash
from exchange.venue.records import Leg


@dataclass(frozen=True, slots=True)
class Change:
    """What a fill closed of a leg: quantity, its cost at entry, profit without fees, and both fees."""

    closed_qty: Decimal = ZERO
    entry_value: Decimal = ZERO
    pnl: Decimal = ZERO
    open_fee: Decimal = ZERO
    close_fee: Decimal = ZERO

    @property
    def net_pnl(self) -> Decimal:
        """Profit after the fees to open and to close, as Bybit's closedPnl."""
        return self.pnl - self.open_fee - self.close_fee


NOTHING_CLOSED = Change()


def apply_fill(leg: Leg, side: str, qty: Decimal, price: Decimal, fee: Decimal, now_ms: int) -> Change:
    """Book a fill of ``qty`` at ``price`` on a leg; what exceeds an opposite position opens anew."""
    change = NOTHING_CLOSED
    if leg.size and leg.side != side:
        change = _reduce(leg, min(qty, leg.size), price, fee, qty)
    opened = qty - change.closed_qty
    if opened:
        _add(leg, side, opened, price, fee - change.close_fee, now_ms)
    leg.cur_realised += change.pnl - fee
    leg.cum_realised += change.pnl - fee
    leg.updated_ms = now_ms
    return change


def _add(leg: Leg, side: str, qty: Decimal, price: Decimal, fee: Decimal, now_ms: int) -> None:
    if not leg.size:
        leg.side = side
        leg.opened_ms = now_ms
        leg.cur_realised = ZERO
    leg.size += qty
    leg.cost += qty * price
    leg.open_fees += fee
    leg.entry = leg.cost / leg.size


def _reduce(leg: Leg, closed: Decimal, price: Decimal, fee: Decimal, qty: Decimal) -> Change:
    """Take ``closed`` off a leg. A whole close gives back the exact cost, so that no rounding remains."""
    value = closed * price
    sign = 1 if leg.side == "Buy" else -1
    if closed == leg.size:
        entry_value, open_fee = leg.cost, leg.open_fees
        pnl = sign * (value - entry_value)
    else:
        pnl = cash(sign * closed * (price - leg.entry))
        entry_value = value - sign * pnl
        open_fee = cash(leg.open_fees * closed / leg.size)
    leg.size -= closed
    leg.cost -= entry_value
    leg.open_fees -= open_fee
    if not leg.size:
        leg.side, leg.entry, leg.cost, leg.open_fees = "", ZERO, ZERO, ZERO
    return Change(closed, entry_value, pnl, open_fee, cash(fee * closed / qty))
