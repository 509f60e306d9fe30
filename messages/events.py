"""Events that actors tell each other, beside the exchange's own rows and the answers to orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from messages.account import Execution, OrderRow, PositionRow
from messages.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSnapshot:
    """One symbol's share of a sync: what the exchange showed between ``server_ms`` and ``received_ms``.

    A leg without a row is not proven flat, an order without a row is not proven ended.
    ``stream_up`` says whether the private stream stood during the reads.
    """

    symbol: str
    positions: tuple[PositionRow, ...]
    orders: tuple[OrderRow, ...]
    executions: tuple[Execution, ...]
    server_ms: int
    received_ms: int
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMayFit:
    """A wallet push came: what was withheld for balance may be tried again."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """A timer that the receiver had asked for is due."""

    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvents:
    """One frame's records of one symbol, in order; ``received_ns`` is the monotonic clock at its arrival."""

    symbol: str
    events: tuple[OrderRow | Execution | PositionRow, ...]
    received_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpFailed:
    """A look-up of one order got no answer from the exchange."""

    order_link_id: str


class Severity(StrEnum):
    """How loud a note is."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that a person may want to read. ``kind`` is a short word for filters and counters.

    ``cycle`` is the number of the side's cycle, where a grid tells it.
    """

    account: int
    symbol: str
    side: Side | None
    kind: str
    severity: Severity
    text: str
    at_ms: int
    cycle: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One more of a thing that is counted (orphan, recovery, late_fill, resync, refused ...)."""

    account: int
    symbol: str
    name: str
    reason: str = ""
    amount: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleClosed:
    """A side's cycle ended and was booked, from executions alone. Amounts in USDT.

    ``profit`` is the exchange's realised profit before fees and funding; ``fees`` above zero were paid;
    ``funding`` above zero was paid.
    """

    account: int
    symbol: str
    side: Side
    cycle: int
    cause: str
    entry_qty: Decimal
    average_entry: Decimal
    average_exit: Decimal
    profit: Decimal
    fees: Decimal
    funding: Decimal
    deepest_level: int
    opened_ms: int
    closed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeBooked:
    """One execution of a leg that the grid holds, for the trades file; each ``exec_id`` once."""

    account: int
    side: Side
    cycle: int
    role: str
    level: int
    execution: Execution
