"""The seams of the local venue: market -> core -> server.

The core is pure: no clock, no sockets, no threads, no logging. Time enters as ``now_ms`` (int, UTC
milliseconds, the venue's clock) and randomness as a seed, so that a whole run can be replayed. The
server owns the sockets and the clock; the market owns the prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One print of the replayed market: what the rest of the world traded.

    ``taker`` is "Buy" or "Sell". ``qty`` (base coin) limits what our resting orders can fill at it.
    ``market_ms`` is the replayed time, which runs ``--speed`` times as fast as the venue's clock.
    """

    symbol: str
    price: Decimal
    qty: Decimal
    taker: str
    market_ms: int


class Market(Protocol):
    """Prices for several symbols in the order of replayed time; ends or runs for ever."""

    def until(self, market_ms: int) -> Sequence[Trade]:
        """Every trade with a market time up to and including ``market_ms`` not yet given out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a request is answered with; Bybit's envelope without transport (section 2)."""

    ret_code: int
    ret_msg: str
    result: Mapping[str, Any] = field(default_factory=dict)
    ret_ext_info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePush:
    """One frame for a private topic of one account; ``data`` in Bybit's field names, string numbers."""

    account: str
    topic: str  # order | execution | position | wallet
    data: Sequence[Mapping[str, Any]]
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPush:
    """One frame for a public topic, e.g. ``tickers.SOLUSDT``; ``kind`` is snapshot or delta."""

    topic: str
    kind: str
    data: Any
    at_ms: int


Push = PrivatePush | PublicPush


class Core(Protocol):
    """The venue without transport. Every method is deterministic for one seed and one call order."""

    def request(self, account: str, op: str, params: Mapping[str, Any], now_ms: int) -> Reply:
        """Serve one authenticated (or, with account "", public) request.

        ``op`` is the path below /v5 with dots, e.g. ``order.create``, ``order.create-batch``,
        ``order.realtime``, ``position.list``, ``position.set-leverage``, ``account.wallet-balance``,
        ``market.instruments-info``. The reply of a create, amend or cancel is an acknowledgement: its
        outcome is scheduled and comes out of ``advance`` later.
        """
        ...

    def trade(self, trade: Trade, now_ms: int) -> None:
        """Let the market print once: last price, candles, resting orders, triggers, margin."""
        ...

    def due_ms(self) -> int | None:
        """When ``advance`` next has something to do; None when nothing is scheduled."""
        ...

    def advance(self, now_ms: int) -> Sequence[Push]:
        """Carry out what is due (outcomes, funding, liquidation) and return the frames to push, in order."""
        ...
