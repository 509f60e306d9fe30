"""``stop``, ``flatten`` and ``resume``: over the running process, or over the files where none runs.

| command          | a process runs              | none runs                                         |
|------------------|-----------------------------|---------------------------------------------------|
| stop             | its guard stops the account | the flag file: the account starts as stopped      |
| flatten ACCOUNT  | its guard flattens it       | the flag file, and a process of that account alone |
| flatten … SYMBOL | its grid flattens           | the same; the account is held only meanwhile      |
| resume           | its guard, which may refuse | the flag file says so to the next start           |

A flatten returns once the exchange shows what was asked for flat. Where a process runs that has refused to
start the account, a flatten goes the way of "none runs": so it reaches what is left on symbols that the
config no longer has, which is such a refusal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from actors.account import Files
from actors.control.client import ControlFailed, NotRunning, NotStarted, socket_path, standing, tell
from actors.flag import read_flag, remove_flag, write_flag, write_resumption
from actors.start import AccountLock, StartRefused
from config import Account, Config
from messages.guard import StopMode
from messages.sides import Side
from state.guard.model import StopDecided
from state.guard.people import BY_PERSON
from state.store.disk import RealDisk
from state.store.files import disk_trouble

_LOOK_S = 0.5


def account_of(config: Config, number: int) -> Account:
    """The account of that number; raises ControlFailed naming those that there are."""
    for account in config.accounts:
        if account.id == number:
            return account
    known = ", ".join(account.code for account in config.accounts)
    raise ControlFailed(f"account {number:03d} is not in the config, which has {known}")


def stop(config: Config, number: int, console: Console) -> None:
    """Stop an account; its positions are held."""
    account = account_of(config, number)
    try:
        told = tell(socket_path(config), "stop", {"account": number, "flatten": False})
        console.print(describe(told), markup=False)
    except NotRunning as absent:
        _raise_flag(config, account, StopMode.HOLD)
        console.print(f"{absent}; account {account.code} will start as stopped", markup=False, soft_wrap=True)


def flatten(
    config: Config,
    number: int,
    symbol: str | None,
    console: Console,
    *,
    wait_s: float,
    prepare: Callable[[Account], Callable[[], bool]],
) -> None:
    """Close positions and wait for the proof.

    ``prepare`` gives what runs an account's bot until it is flat, or raises ControlFailed where none can.
    """
    account = account_of(config, number)
    path = socket_path(config)
    try:
        what = {"account": number} if symbol is None else {"account": number, "symbol": symbol}
        told = tell(path, "flatten", what)
    except (NotRunning, NotStarted):
        _flatten_alone(config, account, symbol, console, prepare(account))
    else:
        console.print(describe(told), markup=False)
        _await_flat(path, number, symbol, wait_s)
    console.print(f"account {account.code}: the exchange shows {symbol or 'it'} flat", markup=False)


def _flatten_alone(
    config: Config, account: Account, symbol: str | None, console: Console, run: Callable[[], bool]
) -> None:
    """With the flag raised, so that nothing opens; where one symbol was meant it goes as it was before."""
    disk, flag = RealDisk(), _files(config, account).flag
    before = read_flag(disk, flag)
    if symbol is None:
        _raise_flag(config, account, StopMode.FLATTEN)
    elif before is None:
        _raise_flag(config, account, StopMode.HOLD)
    console.print(
        f"account {account.code} does not run; {symbol or 'it'} is flattened by a process of its own",
        markup=False,
    )
    lasts = symbol is None or before is not None
    try:
        if not run():
            lasts = True
            raise ControlFailed(
                f"account {account.code}: {symbol or 'it'} is not proven flat: the flag stays, try again"
            )
    finally:
        if not lasts:
            with _told(flag):
                remove_flag(disk, flag)


def resume(config: Config, number: int, symbol: str | None, side: Side | None, console: Console) -> None:
    """Let an account, a symbol or a side go on."""
    account = account_of(config, number)
    body = {"account": number, "symbol": symbol, "side": side.value if side is not None else None}
    try:
        told = tell(socket_path(config), "resume", {k: v for k, v in body.items() if v is not None})
        console.print(describe(told), markup=False)
    except NotRunning as absent:
        if symbol is not None:
            raise ControlFailed(f"{absent}: start the bot, and resume the symbol then") from None
        disk, flag = RealDisk(), _files(config, account).flag
        with _told(flag):
            if read_flag(disk, flag) is None:
                raise ControlFailed(f"account {account.code} is not stopped, and {absent}") from None
        with _locked(config, account), _told(flag):
            write_resumption(disk, flag, number)
        console.print(
            f"{absent}; account {account.code} resumes with its next start", markup=False, soft_wrap=True
        )


def describe(told: Mapping[str, Any]) -> str:
    """An account's standing as a line."""
    what = f"stopped ({told['mode']}): {told['stopped']}" if told["stopped"] else "trades"
    frozen = f"; frozen: {told['frozen']}" if told["frozen"] else ""
    return f"account {told['account']:03d} {what}{frozen}"


def _await_flat(path: Path, number: int, symbol: str | None, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            told = standing(path, number)
        except NotRunning as absent:
            raise ControlFailed(
                f"account {number:03d} is not proven flat: {absent}, it has ended meanwhile; ask again, "
                "then a process of its own goes on with it"
            ) from None
        left = [each for each in told["open_symbols"] if symbol in (None, each)]
        if not left:
            return
        if time.monotonic() > deadline:
            raise ControlFailed(
                f"not flat after {wait_s:.0f} s: {', '.join(left)}; it goes on, ask again or see the log"
            )
        time.sleep(_LOOK_S)


def _raise_flag(config: Config, account: Account, mode: StopMode) -> None:
    stop = StopDecided(reason=BY_PERSON, mode=mode, evidence={}, emergency=False)
    now_ms = time.time_ns() // 1_000_000
    flag = _files(config, account).flag
    with _locked(config, account), _told(flag):
        write_flag(RealDisk(), flag, account.id, stop, now_ms)


def _files(config: Config, account: Account) -> Files:
    return Files.of(Path(config.process.data_dir), account)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """A disk that refuses is told."""
    try:
        yield
    except OSError as error:
        raise ControlFailed(disk_trouble(error, path)) from error


@contextmanager
def _locked(config: Config, account: Account) -> Iterator[None]:
    """No process of the account may begin meanwhile."""
    path = _files(config, account).lock
    try:
        with _told(path):
            lock = AccountLock(RealDisk(), path)
    except StartRefused as refusal:
        raise ControlFailed(f"{refusal}; but it serves no control socket") from None
    try:
        yield
    finally:
        lock.release()
