"""``{account}_trades_history.csv`` as executions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from actors.reports.history.lines import Row, Wrong, read_rows
from messages.account import ExecType
from messages.sides import OrderSide, Role, Side
from state.store.trades import COLUMNS

_SIDES = {side.value: side for side in Side}
_ORDER_SIDES = {side.value: side for side in OrderSide}
_TYPES = {kind.value: kind for kind in ExecType}
_ROLES: dict[str, Role | None] = {"": None, **{role.value: role for role in Role}}
_MAKER = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One execution. ``role`` is None where it is not an order of ours, and for funding.

    ``fee`` in USDT, above zero where it was paid; of funding that is the funding. ``level`` is -1 without
    one. ``cells`` are the line's, as they stand in the file.
    """

    at_ms: int
    account: int
    symbol: str
    side: Side
    cycle: int
    role: Role | None
    level: int
    exec_type: ExecType
    order_side: OrderSide
    price: Decimal
    qty: Decimal
    value: Decimal
    fee: Decimal
    maker: bool
    seq: int
    cells: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether it adds to its leg."""
        return self.order_side is self.side.opens_with


def read_trades(path: Path) -> Iterator[Trade]:
    """The file's executions, in its order; raises HistoryError."""
    return read_rows(path, _wrong_header, _trade)


def _wrong_header(header: Sequence[str]) -> str:
    return "" if tuple(header) == COLUMNS else f"begins not with the columns {','.join(COLUMNS)}"


def _trade(row: Row) -> Trade:
    price, qty, value = row.exact("price"), row.exact("qty"), row.exact("value_usdt")
    if value != price * qty:
        raise Wrong("value_usdt", f"price times qty, {price * qty:f},", f"{value:f}")
    if qty <= 0:
        raise Wrong("qty", "more than 0", f"{qty:f}")
    at_ms = row.whole("exec_ms")
    if at_ms != row.time_ms("time_utc"):
        raise Wrong("exec_ms", f"the milliseconds of {row.text('time_utc')}", f"{at_ms}")
    return Trade(
        at_ms=at_ms,
        account=row.whole("account"),
        symbol=row.text("symbol"),
        side=row.one_of("side", _SIDES),
        cycle=row.whole("cycle"),
        role=row.one_of("role", _ROLES),
        level=row.whole("level"),
        exec_type=row.one_of("exec_type", _TYPES),
        order_side=row.one_of("order_side", _ORDER_SIDES),
        price=price,
        qty=qty,
        value=value,
        fee=row.exact("fee_usdt"),
        maker=row.one_of("maker", _MAKER),
        seq=row.whole("seq"),
        cells=tuple(row.text(column) for column in COLUMNS),
    )
