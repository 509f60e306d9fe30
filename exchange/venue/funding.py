"""Funding: at each stamp every leg pays or receives size x mark x rate, each leg apart."""

from __future__ import annotations

from functools import partial

from exchange.venue.aftermath import liquidate
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.margin import must_be_liquidated
from exchange.venue.money import ZERO, cash
from exchange.venue.outcome import Outcome
from exchange.venue.records import Execution, Holding, Leg

MINUTE_MS = 60_000


def schedule(floor: Floor, listing: Listing, now_ms: int) -> None:
    """Plan the next stamp: whole intervals since the epoch, so 00, 08 and 16 UTC for 8 hours."""
    interval = listing.instrument.funding_minutes * MINUTE_MS
    listing.funding_ms = now_ms - now_ms % interval + interval
    floor.at(listing.funding_ms, partial(stamp, floor, listing))


def stamp(floor: Floor, listing: Listing, now_ms: int) -> None:
    """One funding of the timetable; plans the next."""
    fund(floor, listing, now_ms)
    schedule(floor, listing, now_ms)


def fund(floor: Floor, listing: Listing, now_ms: int) -> None:
    """Book one funding of a symbol for all its holders at the listing's rate."""
    rate = listing.funding_rate
    for holding in listing.holders.values():
        out = Outcome(floor, now_ms)
        for leg in holding.legs.values():
            if leg.size and rate:
                _pay(floor, out, holding, leg)
        out.send()
        if must_be_liquidated(holding.account):
            liquidate(floor, holding.account, now_ms)


def _pay(floor: Floor, out: Outcome, holding: Holding, leg: Leg) -> None:
    """Book the funding of one leg. Its execution's quantity is the whole size, though none of it trades."""
    listing, account = holding.listing, holding.account
    mark, rate = listing.mark, listing.funding_rate
    value = leg.size * mark
    fee = cash(value * rate if leg.side == "Buy" else -value * rate)
    account.wallet -= fee
    account.funding -= fee
    leg.cur_realised -= fee
    leg.cum_realised -= fee
    execution = Execution(
        no=floor.number(),
        exec_id=floor.new_id(),
        exec_type="Funding",
        order=None,
        order_id=floor.new_id(),
        listing=listing,
        leg=leg,
        side=leg.side,
        price=mark,
        qty=leg.size,
        value=value,
        fee=fee,
        fee_rate=rate,
        closed_qty=ZERO,
        pnl=ZERO,
        is_maker=False,
        order_qty=ZERO,
        order_price=ZERO,
        leaves=ZERO,
        seq=out.seq(listing),
        mark=mark,
        time_ms=out.now_ms,
        wallet_after=account.wallet,
        size_after=leg.size,
    )
    account.executions.append(execution)
    out.execution(account, execution)
