"""The keeper owns an account's files (failure 5): state whole and in order, trades once, figures a minute.

What comes within a moment is written by one fsync: a save only marks the state, and a timer writes it. No
order waits for that, and what a crash takes with it the exchange shows again. So where the disk refuses,
trading goes on: the failure is told and counted, what waits is kept here, and written once it can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from actors.directory import account_address
from actors.mail import Check, Finish, Finished, SaveGrid, SaveGuard
from actors.shell import Shell, World
from messages.events import CycleClosed, Note, Severity, TradeBooked
from messages.guard import GuardMemory
from messages.reports import AccountReport, StateWritten, SymbolReport
from state.grid.model import GridState
from state.grid.start import kept
from state.store.codec import Json, encode
from state.store.csv_file import CsvFileError
from state.store.files import disk_trouble
from state.store.performance import PerformanceFile
from state.store.state_file import SavedState, write_state
from state.store.trades import TradesFile

_PERFORMANCE_MS = 60_000
_FIRST_RETRY_MS, _LONGEST_RETRY_MS = 1_000, 10_000
#: A close and its reopening change the state a dozen times within less.
_GATHER_MS = 50


class KeeperActor(Shell):
    """State file, trades file, performance file of one account."""

    def __init__(
        self,
        world: World,
        account: int,
        *,
        environment: str,
        state_path: Path,
        trades: TradesFile,
        performance: PerformanceFile,
        revision: int,
        symbols: Mapping[str, Mapping[str, Json]],
        guard: GuardMemory,
    ) -> None:
        super().__init__(account_address(account, "keeper"), world)
        self._account = account
        self._environment = environment
        self._path = state_path
        self._trades, self._performance = trades, performance
        self._revision = revision
        self._symbols: dict[str, Mapping[str, Json]] = dict(symbols)
        self._guard, self._guard_changed = guard, False
        self._changed: dict[str, GridState] = {}
        self._changes = 0
        self._booked: list[TradeBooked] = []
        self._flush_due = False
        self._reports: dict[str, SymbolReport] = {}
        self._figures: AccountReport | None = None
        self._figures_written_ms = 0
        self._retry_ms = 0

    def receive(self, message: object) -> None:
        """Take what is to be kept; write behind it."""
        match message:
            case SaveGrid():
                self._changed[message.symbol] = message.state
                self._changes += 1
                self._flush_later()
            case SaveGuard():
                self._guard, self._guard_changed = message.memory, True
                self._flush_later()
            case TradeBooked():
                self._booked.append(message)
                self._flush_later()
            case Check():
                self._flush_due = False
                self._flush()
            case SymbolReport():
                self._reports[message.symbol] = message
            case AccountReport():
                self._figures = message
                self._write_figures(message)
            case Finish():
                self._flush()
                self.send("supervisor", Finished(address=self.address))
            case CycleClosed():
                pass
            case _:
                raise TypeError(f"nothing to keep: {message!r}")

    def _flush_later(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            self.later(_GATHER_MS, Check())

    def _flush(self) -> None:
        """Trades first: an execution that the state counts must not be missing from the trades file."""
        failure = self._write_trades() or self._write_state()
        if failure:
            self._retry_ms = min(self._retry_ms * 2, _LONGEST_RETRY_MS) or _FIRST_RETRY_MS
            self._flush_due = True
            self.later(self._retry_ms, Check())
        elif self._retry_ms:
            self._retry_ms = 0
            self._say("write_recovered", Severity.INFO, "the files are written again, nothing is missing")

    def _write_trades(self) -> str:
        if not self._booked:
            return ""
        began = self.world.clock.monotonic_ns()
        try:
            self._trades.append(self._booked)
        except OSError as error:
            return self._written(began, disk_trouble(error, self._trades.path))
        except CsvFileError as error:
            return self._written(began, str(error))
        self._booked = []
        return ""

    def _write_state(self) -> str:
        if not (self._changed or self._guard_changed):
            return ""
        for symbol, state in self._changed.items():
            self._symbols[symbol] = encode(kept(state, self.world.clock.now_ms()))
        # Also a write that fails may have put its file in place: each attempt has its own number.
        self._revision += 1
        saved = SavedState(
            account=self._account,
            written_ms=self.world.clock.now_ms(),
            revision=self._revision,
            symbols=dict(self._symbols),  # type: ignore[arg-type]  # a dict is JSON
            account_state={"environment": self._environment, "guard": encode(self._guard)},
        )
        began = self.world.clock.monotonic_ns()
        try:
            write_state(self.world.disk, self._path, saved)
        except OSError as error:
            return self._written(began, disk_trouble(error, self._path))
        self._written(began, "")
        self._changed, self._changes, self._guard_changed = {}, 0, False
        return ""

    def _written(self, began_ns: int, failure: str) -> str:
        """Tell of a write; where the trades can't be written, the state isn't, either."""
        self.send(
            "watch",
            StateWritten(
                account=self._account,
                failure=failure,
                took_ns=self.world.clock.monotonic_ns() - began_ns,
                changes=self._changes,
                at_ms=self.world.clock.now_ms(),
            ),
        )
        return failure

    def _write_figures(self, figures: AccountReport) -> None:
        if not self._reports or figures.at_ms - self._figures_written_ms < _PERFORMANCE_MS:
            return
        self._figures_written_ms = figures.at_ms
        try:
            self._performance.append(figures, list(self._reports.values()))
        except OSError as error:
            self._say("write_failed", Severity.CRITICAL, disk_trouble(error, self._performance.path))
        except CsvFileError as error:
            self._say("write_failed", Severity.CRITICAL, str(error))

    def _say(self, kind: str, severity: Severity, text: str) -> None:
        self.send(
            "watch",
            Note(
                account=self._account,
                symbol="",
                side=None,
                kind=kind,
                severity=severity,
                text=text,
                at_ms=self.world.clock.now_ms(),
            ),
        )

    def on_stop(self) -> None:
        """Write what came after ``Finish``, and let the files go."""
        if self._changed or self._booked or self._guard_changed:
            self._flush()
        self._trades.close()
        self._performance.close()
