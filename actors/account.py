"""One account's actors: made, started in order, stopped in reverse."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pykka

from actors.callers import CallerActor
from actors.directory import account_address, cut_off, grid_address, has_left, part_of
from actors.feeds import PrivateFeedActor, SocketActor
from actors.flag import read_flag
from actors.grid import GridActor
from actors.guard import GuardActor
from actors.keeper import KeeperActor
from actors.logs.fields import about
from actors.machine import Machine
from actors.mail import Finish, Open, PriceWanted
from actors.orders import OrdersActor
from actors.purse import Purse
from actors.reconciler import ReconcilerActor
from actors.resumption import lost_resumptions
from actors.shell import Shell, World
from actors.start import AccountLock, Ground, Remembered, remember
from actors.wedges import OWNERS
from config import Account
from exchange.clock import Clock, steady_ms
from exchange.errors import ProtocolError
from exchange.ports import PrivateStream, PublicStream, Rest, TradingSocket
from messages.commands import Resume, Withdraw
from messages.guard import AskResume, StateUnreadable
from messages.settings import GridSettings
from state.balance import BalanceLedger
from state.grid.start import begin, known_until_ms
from state.guard.model import GuardState
from state.store.disk import Disk
from state.store.files import make_folder, move_aside
from state.store.performance import PerformanceFile
from state.store.times import file_stamp
from state.store.trades import TradesFile
from state.traffic import TrafficQueue

_log = logging.getLogger("sol_trader")
_CALLERS = ("closes", "orders", "looks", "reads", "settings")
_LADDER = "the ladder fails"
_WEEK_MS = 7 * 24 * 3600 * 1000


class Exchange(Protocol):
    """Makes the ports of one account."""

    def rest(self) -> Rest:
        """A session of its own."""
        ...

    def private_stream(self) -> PrivateStream:
        """The account's stream, not yet open."""
        ...

    def public_stream(self) -> PublicStream:
        """The market's stream, not yet open."""
        ...

    def trading_socket(self) -> TradingSocket | None:
        """The trading socket, not yet open; None where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where an account's files lie; a dry run keeps its own."""

    state: Path
    trades: Path
    performance: Path
    log: Path
    dry_venue: Path
    flag: Path
    resumed: Path
    lock: Path

    @classmethod
    def of(cls, folder: Path, account: Account) -> Files:
        """The names that users know."""
        code = f"{account.code}_dry" if account.dry_run else account.code
        return cls(
            state=folder / f"{code}_bot_state.json",
            trades=folder / f"{code}_trades_history.csv",
            performance=folder / f"{code}_performance_metrics.csv",
            log=folder / f"{code}_log.jsonl",
            dry_venue=folder / f"{account.code}_dry_venue.json",
            flag=folder / f".{code}_emergency_stop",
            resumed=folder / f".{code}_resumed",
            lock=folder / f".{code}_lock",
        )


def put_away(disk: Disk, files: Files, account: int, environment: str, now_ms: int) -> Remembered:
    """Begin anew on a venue that knows nothing: the files of the one before go into a folder of their own.

    Only files of this environment: those of a real exchange stay, and the start is refused.
    """
    remember(disk, files.state, account, environment, now_ms)
    folder = files.state.parent / f"before_{file_stamp(now_ms)}"
    every = (files.state, files.trades, files.performance, files.log, files.dry_venue)
    present = [path for path in every if disk.exists(path)]
    for path in present:
        make_folder(disk, folder)
        move_aside(disk, path, folder / path.name)
    notes = (f"the local venue is new: files of the run before are in {folder}",) if present else ()
    return Remembered(grids={}, saved=None, notes=notes)


@dataclass(slots=True, kw_only=True)
class AccountActors:
    """The running actors of an account."""

    account: int
    symbols: tuple[str, ...]
    lock: AccountLock
    refs: list[tuple[str, pykka.ActorRef[Any]]] = field(default_factory=list)

    def withdraw(self, world: World) -> None:
        """No new entries; resting ones go as on_stop says."""
        for symbol in self.symbols:
            world.directory.send(grid_address(self.account, symbol), Withdraw())

    def finish(self, world: World) -> None:
        """Write what is to be kept."""
        world.directory.send(account_address(self.account, "keeper"), Finish())

    def stop(self, world: World, machine: Machine, *, owners_s: float = 0) -> tuple[str, ...]:
        """Stop in reverse order; gives the addresses of those that hold on to wire or files.

        Nobody is waited for longer than a second, those ``owners_s`` more. Whoever else goes on, in a request
        that hangs or wedged for good, is cut off: another life may begin beside it (actors/wedges.py).
        """
        for address, ref in reversed(self.refs):
            world.directory.remove(address)
            ref.stop(block=False)
        machine.wait_stopped([ref for _, ref in reversed(self.refs)], 1)
        owners = [(address, ref) for address, ref in self.refs if part_of(address) in OWNERS]
        machine.wait_stopped([ref for _, ref in owners], owners_s)
        held = tuple(address for address, ref in owners if not has_left(ref))
        for address, ref in self.refs:
            if address not in held and not has_left(ref):
                cut_off(ref)
        if not held:
            self.lock.release()
        return held


def start_account(
    machine: Machine,
    world: World,
    account: Account,
    exchange: Exchange,
    ground: Ground,
    remembered: Remembered,
    files: Files,
    lock: AccountLock,
    *,
    environment: str,
    sync_ms: int,
) -> AccountActors:
    """Start an account's actors in order: what is written to before what writes, the feed last.

    ``lock`` is theirs from here on. A start that fails midway stops whom it has started, and raises.
    """
    symbols = tuple(symbol.symbol for symbol in account.symbols)
    actors = AccountActors(account=account.id, symbols=symbols, lock=lock)
    try:
        _start_actors(
            actors,
            machine,
            world,
            account,
            exchange,
            ground,
            remembered,
            files,
            environment=environment,
            sync_ms=sync_ms,
        )
    except BaseException:
        actors.stop(world, machine)
        raise
    return actors


def _start_actors(
    actors: AccountActors,
    machine: Machine,
    world: World,
    account: Account,
    exchange: Exchange,
    ground: Ground,
    remembered: Remembered,
    files: Files,
    *,
    environment: str,
    sync_ms: int,
) -> None:
    settings, symbols = grid_settings(account), actors.symbols

    def start(shell_type: type[Shell], address: str, *args: Any, **kwargs: Any) -> None:
        ref = machine.spawn(shell_type, *args, **kwargs)
        world.directory.register(address, ref)
        actors.refs.append((address, ref))

    def at(name: str) -> str:
        return account_address(account.id, name)

    saved = remembered.saved
    start(
        KeeperActor,
        at("keeper"),
        world,
        account.id,
        environment=environment,
        state_path=files.state,
        trades=TradesFile(world.disk, files.trades),
        performance=PerformanceFile(world.disk, files.performance),
        revision=saved.revision if saved is not None else 0,
        symbols=saved.symbols if saved is not None else {},
        guard=remembered.guard,
    )
    for name in _CALLERS:
        start(CallerActor, at(f"rest/{name}"), at(f"rest/{name}"), world, exchange.rest())
    start(
        OrdersActor,
        at("orders"),
        world,
        account.id,
        symbols,
        _purse(account, ground, world.clock),
        TrafficQueue(),
    )
    now_ms = world.clock.now_ms()
    for grid in settings:
        state = begin(
            settings=grid,
            instrument=ground.instruments[grid.symbol],
            fees=ground.fees[grid.symbol],
            account=account.id,
            saved=remembered.grids.get(grid.symbol),
            now_ms=now_ms,
        )
        state.entries_refused = _ladder_refusal(ground, grid.symbol, state.entries_refused)
        start(GridActor, grid_address(account.id, grid.symbol), world, state)
    guard = _guard_state(world, account, remembered, files)
    start(GuardActor, at("guard"), world, symbols, files.flag, files.resumed, guard)
    if not guard.stopped:
        for symbol, side in lost_resumptions(world.disk, files.resumed, remembered.grids):
            if symbol in symbols:
                world.directory.send(grid_address(account.id, symbol), Resume(side=side))
    if guard.stopped == "" and read_flag(world.disk, files.flag) is not None:
        world.directory.send(at("guard"), AskResume())
    if remembered.spoilt:
        world.directory.send(at("guard"), StateUnreadable(reason=remembered.spoilt))
    since_ms = _first_look_back_ms(remembered, symbols, now_ms)
    start(ReconcilerActor, at("reconciler"), world, account.id, symbols, every_ms=sync_ms, since_ms=since_ms)
    if exchange.trading_socket() is not None:
        start(SocketActor, at("socket"), at("socket"), world, account.id, exchange.trading_socket)
        world.directory.send(at("socket"), Open())
    start(PrivateFeedActor, at("feed"), at("feed"), world, account.id, symbols, exchange.private_stream)
    world.directory.send(at("feed"), Open())
    for symbol in symbols:
        for reader in (grid_address(account.id, symbol), at("orders")):
            world.directory.send("feed/public", PriceWanted(symbol=symbol, reader=reader))


def _guard_state(world: World, account: Account, remembered: Remembered, files: Files) -> GuardState:
    """A guard at its start: stopped where the flag lies, with the peak that the file remembers."""
    flag = read_flag(world.disk, files.flag)
    memory = remembered.guard
    state = GuardState(account=account.id, rules=account.guard.to_rules(), memory=memory, kept=memory)
    if flag is None:
        return state
    if flag.resumes:  # as if it were said now: the peak is today's equity
        return replace(state, memory=replace(memory, peak=None))
    stopped = f"account {account.code}: begins as stopped ({flag.mode.value}): {flag.reason}"
    told = about(kind="begins_stopped", account=account.id)
    _log.warning("%s; `resume %s` lets it trade", stopped, account.id, extra=told)
    return replace(state, stopped=flag.reason, mode=flag.mode)


def _ladder_refusal(ground: Ground, symbol: str, before: str) -> str:
    """With a leg open a failed ladder check only pauses its symbol's entries (strategy, section 11)."""
    failed = next((ladder for ladder in ground.ladders if ladder.symbol == symbol and ladder.problems), None)
    if failed is not None or ground.poor:
        return f"{_LADDER}: {failed.problems[0] if failed is not None else ground.poor}"
    return "" if before.startswith(_LADDER) else before


def _first_look_back_ms(remembered: Remembered, symbols: tuple[str, ...], now_ms: int) -> int:
    """From when the first sync reads executions: before the newest that every symbol's state knows.

    A symbol without a state, or without any execution, is read a week back: its grid may have to be
    rebuilt from them.
    """
    week_ago = now_ms - _WEEK_MS
    known = [known_until_ms(remembered.grids[s]) if s in remembered.grids else 0 for s in symbols]
    return min(ms - 60_000 if ms else week_ago for ms in known)


def _purse(account: Account, ground: Ground, clock: Clock) -> Purse:
    ledger = BalanceLedger()
    ledger.pushed(ground.wallet, steady_ms(clock))
    return Purse(ledger, ground.wallet, account=account.id, name=account.name, dry_run=account.dry_run)


def grid_settings(account: Account) -> tuple[GridSettings, ...]:
    """An account's symbols as the core takes them."""
    return tuple(symbol.to_grid_settings() for symbol in account.symbols)


#: The clock is the exchange's: it stamps what is signed, reads and orders alike.
MakeExchange = Callable[[Account, Clock, Callable[[ProtocolError], None]], Exchange]
