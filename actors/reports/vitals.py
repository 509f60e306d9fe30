"""When those things happened that the daily check asks about: a day's memory of the watch, and no more.

Immutable, changed by one message at a time, as the display's model is; times are the watch's clock in ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from messages.events import Counted
from messages.reports import (
    BalanceRead,
    CloseLatency,
    GuardReport,
    StateWritten,
    StreamChanged,
    SymbolReport,
    SyncFinished,
)

DAY_MS = 24 * 60 * 60 * 1000
#: Of each thing; what is beyond it is too much anyhow.
KEPT = 1_000
#: A close that was acted on later is remembered before others.
SLOW_MS = 1_000
#: What is remembered.
Told = (
    Counted
    | CloseLatency
    | BalanceRead
    | StreamChanged
    | SyncFinished
    | StateWritten
    | SymbolReport
    | GuardReport
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedClose:
    """A TP close: how long after the exchange's execution it was acted on, in ms."""

    at_ms: int
    acted_ms: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStanding:
    """A connection, and since when it is as it is."""

    up: bool
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountVitals:
    """An account's last day. Empty texts and times of 0 say that it hasn't happened.

    ``counted``: times by name (orphan, recovery, resync …); ``balance_reads`` by source; ``losses`` by
    stream. ``sync_failure`` and ``state_failure`` are of the last attempt, "" where it went well.
    ``unprotected``: since when a side ("SOLUSDT LONG") lacks a right take profit. ``guard``: its newest
    report.
    """

    closes: tuple[TimedClose, ...] = ()
    counted: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    balance_reads: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    losses: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    streams: Mapping[str, StreamStanding] = field(default_factory=dict)
    synced_ms: int = 0
    sync_failure: str = ""
    state_written_ms: int = 0
    state_failure: str = ""
    unprotected: Mapping[str, int] = field(default_factory=dict)
    guard: GuardReport | None = None


NOTHING = AccountVitals()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """``accounts`` by number; 0 is what all share (the public stream)."""

    accounts: Mapping[int, AccountVitals] = field(default_factory=dict)

    def of(self, account: int) -> AccountVitals:
        """An account's, empty where nothing was told of it."""
        return self.accounts.get(account, NOTHING)

    def apply(self, message: object, now_ms: int) -> Vitals:
        """The vitals after ``message``; most messages leave them as they are."""
        if not isinstance(message, Told):
            return self
        known = self.of(message.account)
        changed = _after(known, message, now_ms)
        if changed is known:
            return self
        return replace(self, accounts={**self.accounts, message.account: changed})


def within(times: tuple[int, ...], now_ms: int, span_ms: int) -> int:
    """How many of ``times`` lie in the last ``span_ms``."""
    return sum(at > now_ms - span_ms for at in times)


def _after(vitals: AccountVitals, message: Told, now_ms: int) -> AccountVitals:
    match message:
        case Counted():
            return replace(vitals, counted=_with(vitals.counted, message.name, now_ms))
        case BalanceRead():
            return replace(vitals, balance_reads=_with(vitals.balance_reads, message.source, now_ms))
        case CloseLatency():
            return _after_close(vitals, message.exchange_to_acted_ms, now_ms)
        case StreamChanged():
            return _after_stream(vitals, message, now_ms)
        case SyncFinished():
            synced_ms = vitals.synced_ms if message.failure else now_ms
            return replace(vitals, synced_ms=synced_ms, sync_failure=message.failure)
        case StateWritten():
            written_ms = vitals.state_written_ms if message.failure else now_ms
            return replace(vitals, state_written_ms=written_ms, state_failure=message.failure)
        case SymbolReport():
            return _after_symbol(vitals, message, now_ms)
        case GuardReport():
            return replace(vitals, guard=message)


def _after_close(vitals: AccountVitals, acted_ms: Decimal | None, now_ms: int) -> AccountVitals:
    if acted_ms is None:  # the other of a close's two figures, or one that could not be measured
        return vitals
    young = [close for close in vitals.closes if close.at_ms > now_ms - DAY_MS]
    if len(young) >= KEPT:  # a slow one is what a person must hear of, however many have come since
        quick = (at for at, close in enumerate(young) if close.acted_ms <= SLOW_MS)
        del young[next(quick, 0)]
    return replace(vitals, closes=(*young, TimedClose(at_ms=now_ms, acted_ms=acted_ms)))


def _after_stream(vitals: AccountVitals, message: StreamChanged, now_ms: int) -> AccountVitals:
    """What a stream is already doesn't begin anew; a redial that fails is no loss."""
    name, known = message.stream, vitals.streams.get(message.stream)
    if known is not None and known.up == message.up:
        return vitals
    lost = known is not None and not message.up
    losses = _with(vitals.losses, name, now_ms) if lost else vitals.losses
    standing = StreamStanding(up=message.up, since_ms=now_ms)
    return replace(vitals, streams={**vitals.streams, name: standing}, losses=losses)


def _after_symbol(vitals: AccountVitals, report: SymbolReport, now_ms: int) -> AccountVitals:
    """Reports come several times a second: most change nothing here."""
    known = vitals.unprotected
    for side in (report.long, report.short):
        who = f"{report.symbol} {side.side}"
        if side.unprotected and who not in known:
            known = {**known, who: now_ms}
        elif not side.unprotected and who in known:
            known = {each: since_ms for each, since_ms in known.items() if each != who}
    return vitals if known is vitals.unprotected else replace(vitals, unprotected=known)


def _with(times: Mapping[str, tuple[int, ...]], name: str, now_ms: int) -> Mapping[str, tuple[int, ...]]:
    young = tuple(at for at in times.get(name, ())[-(KEPT - 1) :] if at > now_ms - DAY_MS)
    return {**times, name: (*young, now_ms)}
