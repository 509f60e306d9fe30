"""Which exchange an account trades on: pybit at its environment, or a dry run beside it."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from actors.account import Exchange, Files, MakeExchange
from config import Account, Config, SecretFilter, load_secrets
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.dials import DialBudget
from exchange.bybit.endpoints import endpoints_for
from exchange.clock import Clock, SystemClock
from exchange.dry.connect import dry_exchange
from exchange.errors import ProtocolError
from state.store.disk import Disk, RealDisk
from state.store.files import write_whole

_log = logging.getLogger("sol_trader")


def exchanges_for(config: Config, venue_url: str, environ: Mapping[str, str]) -> MakeExchange:
    """Makes an account's exchange; all keys are read, and masked in every log, before the first is made.

    What ends the process is logged for that reason, too: the interpreter's own traceback would mask nothing.
    """
    environment = config.process.environment
    secrets = {account.id: load_secrets(account, environment, environ) for account in config.accounts}
    mask = SecretFilter(secrets.values())
    for handler in logging.getLogger().handlers:
        handler.addFilter(mask)
    sys.excepthook = _log_uncaught
    endpoints = endpoints_for(environment.value, venue_url)
    dials = DialBudget(SystemClock(), threading.Lock())

    def make(account: Account, clock: Clock, on_problem: Callable[[ProtocolError], None]) -> Exchange:
        keys = secrets[account.id]
        if account.dry_run:
            return dry_exchange(
                endpoints,
                keys.api_key,
                keys.api_secret,
                symbols=tuple(symbol.symbol for symbol in account.symbols),
                storage=DryFile(RealDisk(), Files.of(Path(config.process.data_dir), account).dry_venue),
                lock=threading.Lock(),
                clock=clock,
                on_problem=on_problem,
                dials=dials,
            )
        return bybit_exchange(endpoints, keys.api_key, keys.api_secret, clock, on_problem, dials)

    return make


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("the process ends: %s", kind.__name__, exc_info=(kind, error, trace))


class DryFile:
    """The file in which a dry run keeps its simulated account."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path

    @property
    def place(self) -> str:
        """Its path."""
        return str(self._path)

    def load(self) -> bytes | None:
        """Its content; None if it is not there."""
        try:
            return self._disk.read_bytes(self._path)
        except FileNotFoundError:
            return None

    def save(self, data: bytes) -> None:
        """Replace its content, whole and durable."""
        write_whole(self._disk, self._path, data)
