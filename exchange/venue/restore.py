"""A floor filled again from what ``dump.py`` wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from exchange.venue.dump import ACTIONS, CHANCES, FORMAT, VERSION
from exchange.venue.floor import Floor
from exchange.venue.instruments import Instrument, RiskTier
from exchange.venue.listing import Listing
from exchange.venue.money import ZERO
from exchange.venue.plain import from_plain
from exchange.venue.records import Account, ClosedPnl, Execution, Holding, Leg, Order

Row = Mapping[str, Any]


class NotRestorable(ValueError):
    """What was kept is no venue of this version; the text says why."""


def instruments_in(data: Row, current: Sequence[Instrument]) -> tuple[Instrument, ...]:
    """The rules that hold now, and for symbols that ``current`` lacks those that held then."""
    known = {instrument.symbol: instrument for instrument in map(_instrument, _rows(data, "listings"))}
    return tuple((known | {instrument.symbol: instrument for instrument in current}).values())


def check_format(data: Any) -> None:
    """Raise NotRestorable unless ``data`` is a venue of this version."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise NotRestorable(f"no {FORMAT} in it")
    if data.get("version") != VERSION:
        raise NotRestorable(f"version {data.get('version')} instead of {VERSION}")


def restore_floor(floor: Floor, data: Row) -> None:
    """Fill a floor made with ``instruments_in``'s rules and without accounts.

    Symbols that the dump doesn't hold keep their fresh state. Raises KeyError, TypeError, ValueError or
    ArithmeticError where a part of ``data`` is missing or of another form.
    """
    floor.now_ms, floor.started_ms = data["now_ms"], data["started_ms"]
    rows = {row["instrument"]["symbol"]: row for row in data["listings"]}
    fresh = [entry for entry in floor.agenda if _symbol_of(entry[2]) not in rows]
    for symbol, row in rows.items():
        _fill_listing(floor.listings[symbol], row, floor.now_ms)
    floor.accounts = {row["name"]: _account(floor, row) for row in data["accounts"]}
    for symbol, row in rows.items():
        holders = {name: floor.accounts[name].holdings[symbol] for name in row["holders"]}
        floor.listings[symbol].holders = holders
    floor.count = data["count"]
    floor.agenda = sorted(
        [(due, no, _action(floor, *what)) for due, no, *what in data["agenda"]], key=lambda entry: entry[:2]
    )
    for due_ms, _, action in fresh:
        floor.at(due_ms, action)
    floor.outbox.restore(data["outbox"])
    for name in CHANCES:
        version, words, gauss = data["chance"][name]
        getattr(floor, name).setstate((version, tuple(words), gauss))


def _rows(data: Row, name: str) -> list[Row]:
    rows: list[Row] = data[name]
    return rows


def _symbol_of(action: Any) -> str:
    """The symbol of a planned funding; nothing else is on a new floor's agenda."""
    listing: Listing = action.args[1]
    return listing.symbol


def _instrument(row: Row) -> Instrument:
    rules = row["instrument"]
    return from_plain(Instrument, rules, tiers=tuple(from_plain(RiskTier, tier) for tier in rules["tiers"]))


def _fill_listing(listing: Listing, row: Row, now_ms: int) -> None:
    listing.last, listing.last_taker = Decimal(row["last"]), row["last_taker"]
    listing.mark_override = None if row["mark_override"] is None else Decimal(row["mark_override"])
    listing.seq, listing.prints = row["seq"], row["prints"]
    listing.funding_rate, listing.funding_ms = Decimal(row["funding_rate"]), row["funding_ms"]
    if listing.last:
        listing.candles.add(listing.last, ZERO, now_ms)


def _account(floor: Floor, row: Row) -> Account:
    account = from_plain(Account, row)
    for each in row["holdings"]:
        _holding(floor, account, each)
    for each in row["orders"]:
        _order(account, each)
    account.ended = [account.orders[order_id] for order_id in row["ended"]]
    for each in row["executions"]:
        _execution(account, each)
    for each in row["closed"]:
        order = account.orders[each["order_id"]]
        account.closed[order.order_id] = from_plain(ClosedPnl, each, order=order)
    for each in row["holdings"]:
        for kept in each["legs"]:
            leg = account.holdings[each["symbol"]].legs[kept["idx"]]
            leg.take_profit, leg.stop_loss = (
                None if kept[name] is None else account.orders[kept[name]]
                for name in ("take_profit", "stop_loss")
            )
    return account


def _holding(floor: Floor, account: Account, row: Row) -> None:
    holding = from_plain(Holding, row, account=account, listing=floor.listings[row["symbol"]])
    holding.legs = {leg["idx"]: from_plain(Leg, leg) for leg in row["legs"]}
    account.holdings[row["symbol"]] = holding


def _order(account: Account, row: Row) -> None:
    holding = account.holdings[row["symbol"]]
    order = from_plain(Order, row, holding=holding, leg=_leg(holding, row["idx"]))
    account.orders[order.order_id] = order
    if order.link_id:
        account.links.setdefault(order.link_id, []).append(order)
    if order.is_open:
        holding.orders[order.order_id] = order
    if row["arrival"] is not None:
        holding.listing.enqueue(order, row["arrival"])


def _execution(account: Account, row: Row) -> None:
    holding, order = account.holdings[row["symbol"]], account.orders.get(row["order_id"])
    execution = from_plain(
        Execution, row, order=order, listing=holding.listing, leg=_leg(holding, row["idx"])
    )
    account.executions.append(execution)
    if order is not None:
        order.executions.append(execution)


def _leg(holding: Holding, idx: int) -> Leg:
    """A leg of a holding, or of the position mode that it had before: that one is flat and only a name."""
    return holding.legs.get(idx) or Leg(symbol=holding.listing.symbol, idx=idx)


def _action(floor: Floor, kind: str, subject: str, *more: str) -> Any:
    if kind == "funding":
        return partial(ACTIONS[kind], floor, floor.listings[subject])
    order_id, *values = more
    order = floor.accounts[subject].orders[order_id]
    return partial(ACTIONS[kind], floor, order, *map(Decimal, values))
