"""The sync of an account: one read every so often, at start and after each gap; its answer is one message."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from actors.directory import account_address, grid_address
from actors.mail import (
    WRONG_CLOCK,
    Call,
    Called,
    Check,
    ClockDoubted,
    ClockRead,
    StreamLost,
    StreamOpened,
    Unreadable,
)
from actors.shell import Shell, World
from exchange.clock import steady_ms
from messages.account import Execution, OrderRow, PositionRow
from messages.commands import StreamUp
from messages.events import Counted, Note, Severity, StreamEvents, SymbolSnapshot
from messages.reports import SyncFinished
from messages.requests import ReadServerTime, ReadSnapshot, ServerTime, Snapshot

#: Executions are read from this long before the newest one of the last complete sync (strategy, section 10).
_OVERLAP_MS = 60_000
#: A sync that has failed is tried again after the first of these, then after twice as long, up to the last.
_FAILED_MS, _LONGEST_FAILED_MS = 2_000, 10_000
#: Where no frame can be read, syncs keep this distance; the first such frame is synced at once.
_UNREADABLE_MS = 5_000
#: A clock this far off is set again: at 1 s the exchange refuses every request.
_DRIFT_MS = 400
#: After this long a sync may prove that no order of an earlier process can still appear (section 9).
_PROOF_MS = 3_100


class ReconcilerActor(Shell):
    """One sync at a time; a stream that opens during one is synced again after it."""

    def __init__(
        self, world: World, account: int, symbols: Iterable[str], *, every_ms: int, since_ms: int
    ) -> None:
        super().__init__(account_address(account, "reconciler"), world)
        self._account = account
        self._symbols = tuple(symbols)
        self._every_ms = every_ms
        self._since_ms = since_ms
        self._stream_up = False
        self._running = False
        self._again = False
        self._covers_gap = False
        self._outdated = False
        """Something could not be read since the running sync began: it closes no gap."""
        self._due_ms = 0
        self._syncs = 0
        self._failures = 0
        self._unread, self._last_unread = 0, ""
        """What could not be read since the last sync began."""
        self._unread_due_ns = 0
        self._unowned: frozenset[str] = frozenset()
        self._clock_asked = False

    def receive(self, message: object) -> None:
        """Sync when it is time, and hand the answer to the grids."""
        match message:
            case StreamOpened():
                self._stream_up = True
                if self._syncs:
                    self.send("watch", Counted(account=self._account, symbol="", name="resync"))
                self._sync()
            case Unreadable():
                self._not_read(message.text)
            case StreamLost():
                self._stream_up = self._covers_gap = False
            case Check():
                # One that is under way sets the time of the next itself.
                if not self._running and steady_ms(self.world.clock) >= self._due_ms:
                    self._sync()
            case ClockDoubted():
                self._read_clock()
            case Called(request=ReadServerTime()):
                self._clock_read(message)
            case Called():
                self._called(message)
            case _:
                raise TypeError(f"no message for the reconciler: {message!r}")

    def _not_read(self, text: str) -> None:
        """Sync what a frame would have told: at once, but not in a loop while none can be read."""
        self._count("unreadable")
        self._outdated = True
        self._unread, self._last_unread = self._unread + 1, text
        left_ms = self._unread_left_ms()
        if left_ms <= 0:
            self._sync()
        elif not self._running and self._due_ms > steady_ms(self.world.clock) + left_ms:
            self._check_in(left_ms)

    def _unread_left_ms(self) -> int:
        return (self._unread_due_ns - self.world.clock.monotonic_ns()) // 1_000_000

    def _sync(self) -> None:
        if self._running:
            self._again = True
            return
        self._running, self._again = True, False
        self._say_unreadable()
        self._covers_gap = self._stream_up
        self._outdated = False
        call = Call(request=ReadSnapshot(since_ms=self._since_ms), reply_to=self.address)
        self.send(account_address(self._account, "rest/reads"), call)

    def _called(self, called: Called) -> None:
        now_ms = self.world.clock.now_ms()
        self._running = False
        failure = str(called.error) if called.error is not None else ""
        self._failures = self._failures + 1 if failure else 0
        if isinstance(called.answer, Snapshot):
            self._spread(called.answer, now_ms)
            began_ms = (called.ended_ns - called.took_ns) // 1_000_000
            if abs(called.answer.server_ms - began_ms - self._ahead_ms()) > _DRIFT_MS:
                self._read_clock()
        elif called.error is not None and called.error.code == WRONG_CLOCK:
            self._read_clock()
        self.send(
            "watch",
            SyncFinished(account=self._account, failure=failure, took_ns=called.took_ns, at_ms=now_ms),
        )
        if self._again:
            self._sync()
            return
        wait_ms = self._failed_ms() if failure else _PROOF_MS if self._syncs == 1 else self._every_ms
        if self._unread:
            wait_ms = min(wait_ms, max(self._unread_left_ms(), 1))
        self._check_in(wait_ms)

    def _failed_ms(self) -> int:
        return min(_FAILED_MS << min(self._failures - 1, 10), _LONGEST_FAILED_MS)

    def _check_in(self, wait_ms: int) -> None:
        self._due_ms = steady_ms(self.world.clock) + wait_ms
        self.later(wait_ms, Check())

    def _read_clock(self) -> None:
        """A sync can't say how far the clocks are apart, since its first reply may be late: one read can."""
        if self._clock_asked:
            return
        self._clock_asked = True
        call = Call(request=ReadServerTime(), reply_to=self.address)
        self.send(account_address(self._account, "rest/reads"), call)

    def _clock_read(self, called: Called) -> None:
        """The exchange's time is that of the middle of the read, or of any other moment of it."""
        self._clock_asked = False
        if not isinstance(called.answer, ServerTime):
            return
        half_ns = called.took_ns // 2
        ahead_ms = called.answer.server_ms - (called.ended_ns - half_ns) // 1_000_000
        if abs(ahead_ms - self._ahead_ms()) > _DRIFT_MS + half_ns // 1_000_000:
            self.send("supervisor", ClockRead(ahead_ms=ahead_ms))

    def _ahead_ms(self) -> int:
        return self.world.clock.now_ms() - steady_ms(self.world.clock)

    def _spread(self, snapshot: Snapshot, now_ms: int) -> None:
        self._syncs += 1
        if snapshot.left_out:
            self._count("left_out", snapshot.left_out)
        for symbol in self._symbols:
            grid = grid_address(self._account, symbol)
            self._tell_ledger(snapshot, symbol)
            self.send(
                grid,
                SymbolSnapshot(
                    symbol=symbol,
                    positions=tuple(row for row in snapshot.positions if row.symbol == symbol),
                    orders=tuple(row for row in snapshot.orders if row.symbol == symbol),
                    executions=tuple(e for e in snapshot.executions if e.symbol == symbol),
                    server_ms=snapshot.server_ms,
                    received_ms=now_ms,
                    first=self._syncs == 1,
                ),
            )
            # Only a sync that began after the stream stood has closed the gap before it.
            if not self._outdated:
                self.send(grid, StreamUp(up=self._stream_up and self._covers_gap))
        newest = max((e.exec_ms for e in snapshot.executions), default=snapshot.server_ms)
        self._since_ms = newest - _OVERLAP_MS
        self._say_unowned(snapshot)

    def _tell_ledger(self, snapshot: Snapshot, symbol: str) -> None:
        """The order actor's ledger must hear what a gap of the stream has hidden."""
        rows: list[OrderRow | Execution | PositionRow] = [*snapshot.orders, *snapshot.executions]
        mine = tuple(row for row in (*rows, *snapshot.positions) if row.symbol == symbol)
        if mine:
            frame = StreamEvents(symbol=symbol, events=mine, received_ns=0)
            self.send(account_address(self._account, "orders"), frame)

    def _say_unowned(self, snapshot: Snapshot) -> None:
        """Positions on symbols that the config doesn't name are nobody's here: say so once."""
        others = {row.symbol for row in snapshot.positions} - set(self._symbols)
        if others - self._unowned:
            names = ", ".join(sorted(others))
            self._note("foreign_positions", f"positions on symbols that the config doesn't name: {names}")
        self._unowned = frozenset(others)

    def _say_unreadable(self) -> None:
        """One note for all that could not be read since the last sync began; the next one has time."""
        if self._unread:
            self._unread_due_ns = self.world.clock.monotonic_ns() + _UNREADABLE_MS * 1_000_000
            others = f"{self._unread} unreadable frames or records, the last: " if self._unread > 1 else ""
            self._note("unreadable", f"{others}{self._last_unread}; the account is synced")
            self._unread = 0

    def _count(self, name: str, amount: int = 1) -> None:
        counted = Counted(account=self._account, symbol="", name=name, amount=Decimal(amount))
        self.send("watch", counted)

    def _note(self, kind: str, text: str) -> None:
        note = Note(
            account=self._account,
            symbol="",
            side=None,
            kind=kind,
            severity=Severity.WARNING,
            text=text,
            at_ms=self.world.clock.now_ms(),
        )
        self.send("watch", note)
