"""The whole venue as one JSON value, and back: a restored core goes on as the dumped one would have.

Exact: every number is a string of its digits. What can be told from the rest is not written (queues,
links, open orders by symbol, sums of orders). Candles and the list of recent prints are left out: no
account's fate depends on them.

| key        | one of them                                                                        |
|------------|------------------------------------------------------------------------------------|
| listings   | a symbol: rules, prices, sequence, holders by name                                 |
| accounts   | its figures, holdings with legs, all orders in their order, executions, closed pnl |
| agenda     | [due_ms, number, kind, account or symbol, order_id, amended values...]             |
| outbox     | frames on their way                                                                |
| chance     | the four streams of chance, so that no id comes twice                              |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from exchange.venue.activation import go_live
from exchange.venue.changes import carry_out_amend, carry_out_cancel
from exchange.venue.floor import Action, Floor
from exchange.venue.funding import stamp
from exchange.venue.instruments import Instrument
from exchange.venue.listing import Listing
from exchange.venue.plain import Json, to_plain
from exchange.venue.records import Account, Execution, Holding, Leg, Order

FORMAT = "sol-trader-venue"
VERSION = 1

#: What can stand on the agenda: each is called with the floor, its subject, what else it needs, the time.
ACTIONS: Mapping[str, Callable[..., None]] = {
    "live": go_live,
    "cancel": carry_out_cancel,
    "amend": carry_out_amend,
    "funding": stamp,
}
_KINDS = {action: kind for kind, action in ACTIONS.items()}
CHANCES = ("id_chance", "time_chance", "push_chance", "fill_chance")


def dump_floor(floor: Floor) -> Json:
    """All of a floor, in JSON form."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "now_ms": floor.now_ms,
        "started_ms": floor.started_ms,
        "count": floor.count,
        "chance": {name: _chance(getattr(floor, name).getstate()) for name in CHANCES},
        "listings": [_listing(listing) for listing in floor.listings.values()],
        "accounts": [_account(account) for account in floor.accounts.values()],
        "agenda": [_appointment(*entry) for entry in sorted(floor.agenda, key=lambda entry: entry[:2])],
        "outbox": floor.outbox.dump(),
    }


def _chance(state: Any) -> list[Any]:
    version, words, gauss = state
    return [version, list(words), gauss]


def instrument_to_plain(instrument: Instrument) -> Json:
    """A symbol's rules with their tiers."""
    return {**to_plain(instrument), "tiers": [to_plain(tier) for tier in instrument.tiers]}


def _listing(listing: Listing) -> Json:
    mark = listing.mark_override
    return {
        "instrument": instrument_to_plain(listing.instrument),
        "last": str(listing.last),
        "last_taker": listing.last_taker,
        "mark_override": None if mark is None else str(mark),
        "seq": listing.seq,
        "prints": listing.prints,
        "funding_rate": str(listing.funding_rate),
        "funding_ms": listing.funding_ms,
        "holders": list(listing.holders),
    }


def _account(account: Account) -> Json:
    return {
        **to_plain(account),
        "holdings": [_holding(holding) for holding in account.holdings.values()],
        "orders": [_order(order) for order in account.orders.values()],
        "ended": [order.order_id for order in account.ended],
        "executions": [_execution(execution) for execution in account.executions],
        "closed": [{**to_plain(row), "order_id": order_id} for order_id, row in account.closed.items()],
    }


def _holding(holding: Holding) -> Json:
    legs = [_leg(leg) for leg in holding.legs.values()]
    return {**to_plain(holding), "symbol": holding.listing.symbol, "legs": legs}


def _leg(leg: Leg) -> Json:
    stops = {"take_profit": leg.take_profit, "stop_loss": leg.stop_loss}
    ids = {name: None if stop is None else stop.order_id for name, stop in stops.items()}
    return {**to_plain(leg), **ids}


def _order(order: Order) -> Json:
    arrival = None if order.rank is None else order.rank[1]
    return {**to_plain(order), "symbol": order.symbol, "idx": order.leg.idx, "arrival": arrival}


def _execution(execution: Execution) -> Json:
    return {**to_plain(execution), "symbol": execution.leg.symbol, "idx": execution.leg.idx}


def _appointment(due_ms: int, number: int, action: Action) -> list[Any]:
    assert isinstance(action, partial)  # a closure could not be written down
    kind, subject, *more = _KINDS[action.func], *action.args[1:]
    if isinstance(subject, Listing):
        return [due_ms, number, kind, subject.symbol]
    texts = [str(value) for value in more if isinstance(value, Decimal)]
    return [due_ms, number, kind, subject.holding.account.name, subject.order_id, *texts]
