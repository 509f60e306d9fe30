"""The plain emergency stop of an account: hold (strategy, section 12).

Positions are held and their TPs followed, no entry leaves. The flag file keeps reason and evidence, and
an account that finds it at its start begins as stopped; removing the file is a person's decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from actors.directory import account_address, grid_address
from actors.shell import Shell, World
from messages.commands import Freeze, Stop
from messages.events import Note, Severity
from state.grid.effects import FreezeAccount, StopAccount
from state.store.disk import Disk
from state.store.files import write_whole
from state.store.times import iso_utc


class GuardActor(Shell):
    """Stops an account, once."""

    def __init__(self, world: World, account: int, symbols: Iterable[str], flag: Path, stopped: str) -> None:
        super().__init__(account_address(account, "guard"), world)
        self._account = account
        self._grids = tuple(grid_address(account, symbol) for symbol in symbols)
        self._flag = flag
        self._stopped = stopped

    def on_start(self) -> None:
        """An account whose flag lies there starts as stopped."""
        if self._stopped:
            self._spread()

    def receive(self, message: object) -> None:
        """Stop for the first reason; later ones are only told. A freeze reaches every symbol."""
        if isinstance(message, FreezeAccount):
            self._note("frozen", message.reason)
            for grid in self._grids:
                self.send(grid, Freeze(until_ms=message.until_ms))
            return
        if not isinstance(message, StopAccount):
            raise TypeError(f"no message for the guard: {message!r}")
        self._note("emergency_stop", message.reason)
        if self._stopped:
            return
        self._stopped = message.reason
        self._spread()
        evidence = {
            "account": self._account,
            "reason": message.reason,
            "at": iso_utc(self.world.clock.now_ms()),
            "action": "hold",
        }
        try:
            write_whole(self.world.disk, self._flag, orjson.dumps(evidence, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            self._note("write_failed", f"{self._flag}: {error}")

    def _spread(self) -> None:
        # The grids first: they must know why their entries are withheld.
        for address in (*self._grids, account_address(self._account, "orders")):
            self.send(address, Stop(reason=self._stopped))

    def _note(self, kind: str, text: str) -> None:
        self.send(
            "watch",
            Note(
                account=self._account,
                symbol="",
                side=None,
                kind=kind,
                severity=Severity.CRITICAL,
                text=text,
                at_ms=self.world.clock.now_ms(),
            ),
        )


def stopped_before(disk: Disk, flag: Path) -> str:
    """The reason in an account's flag file, "" where there is none; an unreadable flag stops as well."""
    try:
        told = orjson.loads(disk.read_bytes(flag))
    except FileNotFoundError:
        return ""
    except (OSError, orjson.JSONDecodeError) as error:
        return f"{flag} can't be read ({error})"
    reason = told.get("reason") if isinstance(told, dict) else None
    return str(reason) if reason else f"{flag} gives no reason"
