"""Every step of every order, for level DEBUG: what a grid was told, what it decided, what has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.logs.trail import Moment, Step
from messages.account import Execution, OrderRow, PositionRow
from messages.events import StreamEvents, SymbolSnapshot
from messages.ids import parse_order_link_id
from messages.orders import AmendOrder, CancelOrder, OrderCommand, PlaceOrder


def told_by(event: object, now_ms: int) -> Iterator[Step]:
    """A step for each record of a frame or a sync."""
    match event:
        case StreamEvents():
            for record in event.events:
                yield _record(record, now_ms)
        case SymbolSnapshot():
            rows = f"{len(event.orders)} orders, {len(event.executions)} executions"
            yield Step(kind="synced", text=f"a sync shows {rows}", at_ms=now_ms)


def decided_in(moment: Moment) -> Iterator[Step]:
    """A step for each command, and for each order that has ended."""
    for key, order in moment.before.orders.items():
        if key not in moment.after.orders:
            ended = moment.after.ended.get(key, order)
            how = ended.status or "forgotten"
            text = f"{ended.role.name.lower()} {how}, {ended.exec_filled.normalize():f} filled"
            yield _of_order("order_ended", key, text, moment.now_ms)
    yield from commands(
        (e for e in moment.effects if isinstance(e, PlaceOrder | AmendOrder | CancelOrder)),
        "decided",
        moment.now_ms,
    )


def commands(found: Iterable[OrderCommand], kind: str, now_ms: int) -> Iterator[Step]:
    """A step for each command: what it asks for."""
    for command in found:
        yield _of_order(f"{_VERBS[type(command)]}_{kind}", command.order_link_id, _asked(command), now_ms)


_VERBS = {PlaceOrder: "place", AmendOrder: "amend", CancelOrder: "cancel"}


def _asked(command: OrderCommand) -> str:
    match command:
        case PlaceOrder():
            price = "market" if command.price is None else f"{command.price:f}"
            return f"{command.order_side} {command.qty.normalize():f} at {price}"
        case AmendOrder():
            qty = "as it is" if command.qty is None else f"{command.qty.normalize():f}"
            price = "as it is" if command.price is None else f"{command.price:f}"
            return f"to quantity {qty}, price {price}"
        case CancelOrder():
            return "cancel"


def _record(record: OrderRow | Execution | PositionRow, now_ms: int) -> Step:
    match record:
        case Execution():
            text = f"{record.exec_type} {record.qty.normalize():f} at {record.price:f}, seq {record.seq}"
            return _of_order("execution", record.order_link_id, text, now_ms)
        case OrderRow():
            text = (
                f"{record.status}, {record.cum_exec_qty.normalize():f} of {record.qty.normalize():f} filled"
            )
            return _of_order("order_row", record.order_link_id, text, now_ms)
        case PositionRow():
            text = f"size {record.size.normalize():f}, seq {record.seq}"
            return Step(kind="position_row", text=text, at_ms=now_ms, side=record.leg)


def _of_order(kind: str, order_link_id: str, text: str, now_ms: int) -> Step:
    name = parse_order_link_id(order_link_id)
    if name is None:
        return Step(kind=kind, text=text, at_ms=now_ms, order=order_link_id)
    return Step(kind=kind, text=text, at_ms=now_ms, side=name.side, cycle=name.cycle, order=order_link_id)
