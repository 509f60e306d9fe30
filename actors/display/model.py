"""All that the display knows: immutable, changed by one message at a time.

The same model makes the live view, the log's status lines and the run's summary, so they never differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from actors.display.happenings import Happening, happening_of
from actors.display.tallies import AccountTally, SymbolTally, one_more
from messages.events import Counted, CycleClosed
from messages.reports import (
    AccountChanged,
    AccountReport,
    BalanceRead,
    CloseLatency,
    GuardReport,
    OrdersCounted,
    StateWritten,
    StreamChanged,
    SymbolReport,
    SyncFinished,
)

KEPT_HAPPENINGS = 200
OfAccount = (
    AccountReport
    | AccountChanged
    | GuardReport
    | StreamChanged
    | BalanceRead
    | SyncFinished
    | StateWritten
    | Counted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedAccount:
    """An account that this run trades, as the config names it."""

    account: int
    name: str
    dry_run: bool
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayModel:
    """``accounts`` in the config's order; ``shared_…`` are of no account: the public stream's."""

    environment: str
    started_ms: int
    accounts: Mapping[int, AccountTally]
    shared_streams: Mapping[str, bool] = field(default_factory=dict)
    shared_counted: Mapping[str, Decimal] = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()

    @classmethod
    def begin(cls, environment: str, started_ms: int, accounts: Iterable[WatchedAccount]) -> DisplayModel:
        """A run's start: nothing is known yet but who trades what."""
        tallies = {
            watched.account: AccountTally(
                account=watched.account,
                name=watched.name,
                dry_run=watched.dry_run,
                symbols={symbol: SymbolTally() for symbol in watched.symbols},
            )
            for watched in accounts
        }
        return cls(environment=environment, started_ms=started_ms, accounts=tallies)

    def apply(self, message: object) -> DisplayModel:
        """The model after ``message``; messages that show nothing leave it as it is."""
        model = self._counted(message)
        happening = happening_of(message)
        if happening is None:
            return model
        return replace(model, happenings=(*model.happenings[-(KEPT_HAPPENINGS - 1) :], happening))

    def _counted(self, message: object) -> DisplayModel:
        match message:
            case SymbolReport() | CycleClosed() | OrdersCounted() | CloseLatency():
                return self._with_symbol(message)
            case Counted(account=0):
                counted = one_more(self.shared_counted, message.name, message.amount)
                return replace(self, shared_counted=counted)
            case Counted():
                return self._with_symbol(message) if message.symbol else self._with_account(message)
            case StreamChanged(account=0):
                streams = {**self.shared_streams, message.stream: message.up}
                return replace(self, shared_streams=streams)
            case AccountReport() | AccountChanged() | GuardReport():
                return self._with_account(message)
            case StreamChanged() | BalanceRead() | SyncFinished() | StateWritten():
                return self._with_account(message)
        return self

    def _with_symbol(
        self, message: SymbolReport | CycleClosed | OrdersCounted | CloseLatency | Counted
    ) -> DisplayModel:
        account = self._account(message.account)
        tally = symbol_after(account.symbols.get(message.symbol, SymbolTally()), message)
        return self._with(replace(account, symbols={**account.symbols, message.symbol: tally}))

    def _with_account(self, message: OfAccount) -> DisplayModel:
        return self._with(account_after(self._account(message.account), message))

    def _with(self, account: AccountTally) -> DisplayModel:
        return replace(self, accounts={**self.accounts, account.account: account})

    def _account(self, account: int) -> AccountTally:
        return self.accounts.get(account, AccountTally(account=account, name="", dry_run=False))


def symbol_after(
    tally: SymbolTally, message: SymbolReport | CycleClosed | OrdersCounted | CloseLatency | Counted
) -> SymbolTally:
    """A symbol's tally after one of its messages."""
    match message:
        case SymbolReport():
            return replace(tally, report=message)
        case CycleClosed():
            return tally.with_cycle(message)
        case OrdersCounted():
            return tally.with_order(message)
        case CloseLatency():
            return tally.with_latency(message)
        case Counted():
            return tally.with_count(message)


def account_after(tally: AccountTally, message: OfAccount) -> AccountTally:
    """An account's tally after one of its messages."""
    match message:
        case AccountReport():
            return replace(tally, report=message, name=message.name, dry_run=message.dry_run)
        case AccountChanged():
            return tally.running() if message.running else tally.gone(message.reason)
        case GuardReport():
            return replace(tally, guard=message)
        case StreamChanged():
            return tally.with_stream(message)
        case BalanceRead():
            return replace(tally, balance_reads=one_more(tally.balance_reads, message.source, 1))
        case SyncFinished():
            failed = tally.sync_failures + bool(message.failure)
            return replace(tally, syncs=tally.syncs + 1, sync_failures=failed)
        case StateWritten():
            failed = tally.state_failures + bool(message.failure)
            return replace(tally, state_writes=tally.state_writes + 1, state_failures=failed)
        case Counted():
            return tally.with_count(message)
