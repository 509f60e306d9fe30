"""Reads and settings at the exchange: each request is one dataclass, each answer another.

A port answers ``call(request)`` with the answer named in the request's docstring, or raises an
``exchange.errors.ExchangeError``. Reads follow all pages by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from messages.account import AccountInfo, Execution, OrderRow, PositionRow, Wallet
from messages.market import FeeRates, Instrument, Price
from messages.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadServerTime:
    """Answered by ``ServerTime``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTime:
    """The exchange's clock."""

    server_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInstruments:
    """Rules and risk tiers of these symbols; answered by ``Instruments`` (absent ones are left out)."""

    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """The rules found."""

    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPrices:
    """Last and mark prices of these symbols; answered by ``Prices``."""

    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The prices found."""

    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFees:
    """Fee rates of these symbols; answered by ``Fees``."""

    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """The fee rates found."""

    fees: tuple[FeeRates, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAccount:
    """Answered by ``AccountInfo``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWallet:
    """Answered by ``Wallet``. ``source`` names who asks, for the metric of balance requests."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchToHedge:
    """Hedge mode for a symbol; answered by ``Done``, also when it was on already.

    With "" for every USDT symbol that has neither positions nor orders: others stay as they are, unsaid.
    """

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLeverage:
    """Both sides' leverage of a symbol; answered by ``Done``, also when it was so already."""

    symbol: str
    leverage: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTradingStop:
    """A leg's trading-stop on its whole position (mode Full); answered by ``Done``.

    None leaves a level as it is, zero removes it. Stop loss triggers by mark price, take profit by last.
    """

    symbol: str
    leg: Side
    take_profit: Decimal | None
    stop_loss: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpOrder:
    """Everything that can show whether an order exists or filled; answered by ``OrderLookUp``.

    Read in this order: realtime by id, history by id, the symbol's legs, executions by id.
    """

    symbol: str
    order_link_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLookUp:
    """What the exchange shows of one order. ``server_ms`` is its clock before the first of the reads."""

    symbol: str
    order_link_id: str
    order: OrderRow | None
    positions: tuple[PositionRow, ...]
    executions: tuple[Execution, ...]
    server_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLegs:
    """A symbol's two legs, then its executions since ``since_ms`` (exchange's clock); by ``LegsRead``."""

    symbol: str
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsRead:
    """Both rows of a symbol (also flat ones) and the executions read after them, oldest first."""

    symbol: str
    positions: tuple[PositionRow, ...]
    executions: tuple[Execution, ...]
    server_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSnapshot:
    """A whole account, for a sync; answered by ``Snapshot``."""

    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All legs above size 0, all open orders, all executions since ``since_ms`` (oldest first).

    ``server_ms`` is the exchange's clock before the first of the reads; ``left_out`` counts rows that
    could not be read and are missing here.
    """

    positions: tuple[PositionRow, ...]
    orders: tuple[OrderRow, ...]
    executions: tuple[Execution, ...]
    server_ms: int
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExecutions:
    """Executions of a symbol (all if None) in a window of at most 7 days; answered by ``Executions``."""

    symbol: str | None
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Executions:
    """The executions found, oldest first."""

    executions: tuple[Execution, ...]


Request = (
    ReadServerTime
    | ReadInstruments
    | ReadPrices
    | ReadFees
    | ReadAccount
    | ReadWallet
    | SwitchToHedge
    | SetLeverage
    | SetTradingStop
    | LookUpOrder
    | ReadLegs
    | ReadSnapshot
    | ReadExecutions
)
Answer = (
    ServerTime
    | Instruments
    | Prices
    | Fees
    | AccountInfo
    | Wallet
    | Done
    | OrderLookUp
    | LegsRead
    | Snapshot
    | Executions
)
