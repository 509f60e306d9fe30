"""What an account needs before its actors can begin, step by step; each step is named where it fails.

| step        | what must hold                                                         |
|-------------|------------------------------------------------------------------------|
| keys        | the environment variables are set                                      |
| clock       | the exchange's clock can be read; the offset is taken                  |
| account     | unified, with cross margin (REGULAR_MARGIN)                            |
| leftovers   | nothing of ours is left on symbols that the config doesn't name        |
| hedge mode  | on, or switched on where nothing is open                               |
| instruments | every symbol is there and trading                                      |
| fees        | known for every symbol                                                 |
| balance     | the wallet can be read                                                 |
| ladder      | every symbol's whole ladder passes (state/ladder_check.py)             |
| lock        | no other process owns the account                                      |
| state       | the file is whole, absent, or kept aside                               |
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

from actors.leftovers import leftovers, open_now
from exchange.clock import Clock, steady_ms
from exchange.errors import ExchangeError, OutcomeUnknown, ProtocolError, Retryable
from exchange.ports import Rest
from messages.account import AccountInfo, Wallet
from messages.guard import GuardMemory
from messages.ladder import LadderReport
from messages.market import FeeRates, Instrument, Price
from messages.requests import (
    Fees,
    Instruments,
    Prices,
    ReadAccount,
    ReadFees,
    ReadInstruments,
    ReadPrices,
    ReadServerTime,
    ReadWallet,
    ServerTime,
    Snapshot,
    SwitchToHedge,
)
from messages.settings import GridSettings
from state.grid.model import GridState
from state.ladder_check import check_balance, check_ladder
from state.store.codec import decode, encode
from state.store.disk import Disk
from state.store.files import make_folder, write_all
from state.store.scalars import CodecError
from state.store.state_file import Corrupt, SavedState, StateRefused, keep_aside, read_state

T = TypeVar("T")
_CLOCK_READS = 3
#: Of a read that fails in passing, and of the switch to hedge mode, which does no harm twice.
_ATTEMPTS = 3
_LONGEST_HOLDER = 200
_ONE_BY_ONE = 5
#: Bybit's published rates without VIP level: for paper money alone, elsewhere the account's own are read.
_MAKER, _TAKER = Decimal("0.0002"), Decimal("0.00055")


class StartRefused(Exception):
    """An account can't start: which step, what, and what to do."""

    def __init__(self, step: str, text: str, *, passing: bool = False) -> None:
        super().__init__(f"{step}: {text}")
        self.step = step
        self.passing = passing
        """Whether the next attempt may succeed without anybody's help: the network, a busy exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What was read of an account before it trades."""

    wallet: Wallet
    instruments: Mapping[str, Instrument]
    fees: Mapping[str, FeeRates]
    prices: Mapping[str, Price]
    ladders: tuple[LadderReport, ...]
    problems: tuple[str, ...]
    poor: str
    open_symbols: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the state file held; ``spoilt`` says what of it could not be read, and where it is kept."""

    grids: Mapping[str, GridState]
    saved: SavedState | None
    notes: tuple[str, ...] = ()
    spoilt: str = ""
    guard: GuardMemory = field(default_factory=GuardMemory)


def exchange_ahead_ms(rest: Rest, clock: Clock) -> int:
    """The exchange's time less that of the clock that never steps, by the quickest of a few reads.

    Its time is taken to be that of the middle of the read. The first read also opens the connection, so
    its middle says little.
    """
    reads: list[tuple[int, int]] = []
    for _ in range(_CLOCK_READS):
        before_ms = steady_ms(clock)
        answer = _read("clock", rest, ReadServerTime(), ServerTime)
        after_ms = steady_ms(clock)
        reads.append((after_ms - before_ms, answer.server_ms - (before_ms + after_ms) // 2))
    return min(reads)[1]


def survey(
    rest: Rest, account: int, settings: tuple[GridSettings, ...], *, switch: bool, demo: bool = False
) -> Ground:
    """Read an account and check its ladders; ``switch`` turns hedge mode on where it is off.

    ``demo``: paper money, where the exchange tells no fee rates; its published ones are taken there.
    """
    symbols = tuple(grid.symbol for grid in settings)
    info = _read("account", rest, ReadAccount(), AccountInfo)
    if not info.unified or info.margin_mode != "REGULAR_MARGIN":
        raise StartRefused(
            "account",
            f"a unified account with cross margin (REGULAR_MARGIN) is needed, this one has "
            f"{'' if info.unified else 'no unified account, '}{info.margin_mode}; change it on the exchange",
        )
    snapshot = _open_now(rest, account, symbols)
    if switch:
        _switch_to_hedge(rest, symbols, snapshot)
    found = _read("instruments", rest, ReadInstruments(symbols=symbols), Instruments)
    instruments = {instrument.symbol: instrument for instrument in found.instruments}
    for symbol in symbols:
        if symbol not in instruments or not instruments[symbol].trading:
            raise StartRefused("instruments", f"{symbol} is not traded there: take it out of the config")
    fees = _fees(rest, symbols, demo=demo)
    prices = {p.symbol: p for p in _read("prices", rest, ReadPrices(symbols=symbols), Prices).prices}
    for symbol in symbols:
        if symbol not in fees or symbol not in prices:
            raise StartRefused("fees", f"{symbol}: the exchange gives no fee rate or no price")
    wallet = _read("balance", rest, ReadWallet(source="start"), Wallet)
    ladders = tuple(
        check_ladder(
            grid, instruments[grid.symbol], fees[grid.symbol], prices[grid.symbol].last, equity=wallet.equity
        )
        for grid in settings
    )
    open_symbols = frozenset(row.symbol for row in snapshot.positions)
    trading = {grid.symbol for grid in settings if not grid.wind_down or grid.symbol in open_symbols}
    problems = [
        f"{ladder.symbol}: {problem}"
        for ladder in ladders
        for problem in ladder.problems
        if ladder.symbol in trading  # what winds down and is flat opens nothing
    ]
    poor = check_balance(settings, equity=wallet.equity)
    return Ground(
        wallet=wallet,
        instruments=instruments,
        fees=fees,
        prices=prices,
        ladders=ladders,
        problems=(*problems, *((poor,) if poor else ())),
        poor=poor or "",
        open_symbols=open_symbols,
    )


def _fees(rest: Rest, symbols: tuple[str, ...], *, demo: bool) -> dict[str, FeeRates]:
    try:
        told = _read("fees", rest, ReadFees(symbols=symbols), Fees).fees
    except StartRefused:
        if not demo:
            raise
        told = tuple(FeeRates(symbol=symbol, maker=_MAKER, taker=_TAKER) for symbol in symbols)
    return {rates.symbol: rates for rates in told}


def _open_now(rest: Rest, account: int, symbols: tuple[str, ...]) -> Snapshot:
    """What is open; refused if something of ours is on a symbol that the config lacks."""
    try:
        snapshot = _patiently(lambda: open_now(rest))
        found = leftovers(rest, account, symbols, snapshot)
    except ExchangeError as error:
        raise StartRefused("leftovers", f"{error}", passing=_passes(error)) from error
    if found:
        told = "; ".join(f"{symbol} ({what})" for symbol, what in found.items())
        raise StartRefused(
            "leftovers",
            f"the config no longer has {told}: close that with `flatten {account} SYMBOL`, or put the symbol "
            "back with wind_down = true, so that its sides close by their TPs and stay flat",
        )
    return snapshot


def _switch_to_hedge(rest: Rest, symbols: tuple[str, ...], snapshot: Snapshot) -> None:
    """Of many flat symbols all at once: one by one they would be more than the exchange takes in a second.

    A leg that is open tells the mode of its symbol.
    """
    hedged = {row.symbol for row in snapshot.positions if row.leg is not None}
    rest_of = [symbol for symbol in symbols if symbol not in hedged]
    if len(rest_of) > _ONE_BY_ONE:
        _switch(rest, "")
        used = {row.symbol for row in snapshot.positions} | {row.symbol for row in snapshot.orders}
        rest_of = [symbol for symbol in rest_of if symbol in used]
    for symbol in rest_of:
        _switch(rest, symbol)


def _switch(rest: Rest, symbol: str) -> None:
    try:
        _patiently(partial(rest.call, SwitchToHedge(symbol=symbol)))
    except ExchangeError as error:
        text = f"{symbol or 'the account'} is in one-way mode and can't be switched ({error}); close it first"
        raise StartRefused("hedge mode", text, passing=_passes(error)) from error


def _read(step: str, rest: Rest, request: object, kind: type[T]) -> T:
    try:
        answer = _patiently(lambda: rest.call(request))  # type: ignore[arg-type]  # one of messages.requests
    except ExchangeError as error:
        raise StartRefused(step, f"{error}", passing=_passes(error)) from error
    if not isinstance(answer, kind):
        raise StartRefused(step, f"{kind.__name__} expected, not {type(answer).__name__}")
    return answer


def _patiently(ask: Callable[[], T]) -> T:
    """What may succeed at the next attempt is tried again at once: a start needs a dozen answers in a row."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return ask()
        except ExchangeError as error:
            if not _passes(error):
                raise
    return ask()


def _passes(error: ExchangeError) -> bool:
    """Whether an error may be gone at the next attempt."""
    return isinstance(error, Retryable | OutcomeUnknown | ProtocolError)


class AccountLock:
    """One owner: a lock that dies with its holder and names it to whoever comes second."""

    def __init__(self, disk: Disk, path: Path) -> None:
        make_folder(disk, path.parent)
        self._disk = disk
        self._descriptor = disk.open(path)
        try:
            if not disk.lock(self._descriptor):
                told = disk.pread(self._descriptor, _LONGEST_HOLDER, 0).decode(errors="replace").strip()
                holder = told or "an unknown process"
                raise StartRefused("lock", f"{path} is held by {holder}: one process an account")
            disk.truncate(self._descriptor, 0)
        except BaseException:
            self.release()
            raise

    def sign(self, since: str) -> None:
        """Write who holds it."""
        self._disk.truncate(self._descriptor, 0)
        write_all(self._disk, self._descriptor, f"pid {os.getpid()} since {since}\n".encode())

    def release(self) -> None:
        """Let the next one in; once is enough, twice does no harm."""
        if self._descriptor >= 0:
            self._disk.close(self._descriptor)
            self._descriptor = -1


def refuse_other_environment(saved: SavedState, path: Path, environment: str) -> None:
    """Raise StartRefused for a state that was written elsewhere."""
    owner = saved.account_state.get("environment") or "no known environment"
    if owner != environment:
        raise StartRefused(
            "state",
            f"{path} is of {owner}, this is {environment}: give each environment a data_dir of its own",
        )


def remember(disk: Disk, path: Path, account: int, environment: str, now_ms: int) -> Remembered:
    """Read the state file; what can't be read is kept aside, and the exchange tells the rest.

    A state of another environment is refused: it would be taken for the truth about orders elsewhere.
    """
    try:
        return _remembered(disk, path, account, environment, now_ms)
    except StateRefused as error:
        raise StartRefused("state", str(error)) from error


def _remembered(disk: Disk, path: Path, account: int, environment: str, now_ms: int) -> Remembered:
    saved = read_state(disk, path, account)
    if isinstance(saved, Corrupt):
        kept = keep_aside(disk, path, now_ms)
        spoilt = f"{path} can't be read ({saved.reason}): kept as {kept.name}, rebuilt from the exchange"
        return Remembered(grids={}, saved=None, spoilt=spoilt)
    if saved is None:
        return Remembered(grids={}, saved=None)
    refuse_other_environment(saved, path, environment)
    grids: dict[str, GridState] = {}
    spoilt_symbols: list[str] = []
    guard = GuardMemory()
    try:
        guard = decode(GuardMemory, saved.account_state.get("guard", encode(guard)))
    except CodecError as error:
        spoilt_symbols.append(f"the guard's memory can't be read ({error})")
    for symbol, data in saved.symbols.items():
        try:
            grid = decode(GridState, data)
        except CodecError as error:
            spoilt_symbols.append(f"{symbol} can't be read ({error})")
            continue
        if (grid.account, grid.symbol) == (account, symbol):
            grids[symbol] = grid
        else:
            spoilt_symbols.append(f"{symbol} is the state of {grid.symbol}, account {grid.account:03d}")
    if not spoilt_symbols:
        return Remembered(grids=grids, saved=saved, guard=guard)
    kept = keep_aside(disk, path, now_ms)
    spoilt = f"{path}: {'; '.join(spoilt_symbols)}: kept as {kept.name}, rebuilt from the exchange"
    return Remembered(grids=grids, saved=saved, spoilt=spoilt, guard=guard)
