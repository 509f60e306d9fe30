"""What the supervisor and a person tell the grid, and how settings at the exchange were answered."""

from __future__ import annotations

from dataclasses import dataclass

from messages.requests import SetLeverage, SetTradingStop
from messages.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamUp:
    """The private stream came up or went down: entries wait while it is down."""

    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamGap:
    """A private record could not be read at ``at_ms``: until a sync has followed, the stream is not whole."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Emergency stop of the account, action hold: no entry, positions are held, TPs followed."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """No entry of the account until then; resting ones go, TPs and closes go on."""

    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeAveraging:
    """Pending entries go and stay away while ``on``; openings, TPs and closes go on."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenSymbol:
    """Close both sides at market and prove them flat; they stay so until ``Resume``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic:
    """Measures on a lopsided hedge: the larger side's TP goes, the smaller side is filled up."""

    pull_take_profit: bool
    balance_smaller_side: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """An orderly stop of the process: no new entry; resting ones go unless on_stop is keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """A person ends a stop and the pauses of a symbol, or of one side of it."""

    side: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAnswered:
    """How a leverage or trading-stop request ended; ``failure`` is "" on success."""

    request: SetLeverage | SetTradingStop
    failure: str
