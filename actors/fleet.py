"""The accounts of a process: each is started, and started again when it can or must be.

| an account | because                                             | what follows                          |
|------------|-----------------------------------------------------|---------------------------------------|
| runs       | its start has succeeded                             | nothing                               |
| waits      | the exchange can't be reached, or the disk fails    | a new start after 1, 2, 4 … 60 s      |
| waits      | its start itself has failed: an error of ours       | the same; the log says where          |
| waits      | one of its actors has died: all of them are stopped | the same                              |
| waits      | one of them stands still (actors/wedges.py)         | the same; it is cut off               |
| waits      | it has died more than 5 times in an hour            | an emergency stop, then a new start   |
| is refused | a person must act (keys, config, ladder, files)     | nothing until the next process        |
| has failed | who owns its files or its wire doesn't end          | the process ends                      |

An account that starts again goes the whole way of a first start: state file, sync, and the wait that proves
what its last life had under way. Other accounts don't notice.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path

from actors.account import (
    AccountActors,
    Exchange,
    Files,
    MakeExchange,
    grid_settings,
    put_away,
    start_account,
)
from actors.directory import account_address, account_of, cut_off, grid_address, part_of
from actors.flag import read_flag, write_flag
from actors.logs.fields import about
from actors.machine import Machine, RunningTimers
from actors.mail import AccountStopped, Unreadable
from actors.shell import World
from actors.start import AccountLock, StartRefused, exchange_ahead_ms, remember, survey
from actors.wedges import Wedged
from config import Account, Config, Environment
from exchange.clock import ExchangeClock, steady_ms
from exchange.errors import ProtocolError
from messages.commands import StreamGap
from messages.events import Counted, Note, Severity
from messages.guard import StopAll, StopMode
from messages.reports import AccountChanged, BalanceRead
from state.guard.model import StopDecided
from state.store.csv_file import CsvFileError
from state.store.files import disk_trouble
from state.store.times import iso_utc

_log = logging.getLogger("sol_trader")
_FIRST_WAIT_MS, _LONGEST_WAIT_MS = 1_000, 60_000
_DEATHS, _DEATHS_MS = 5, 3_600_000
#: How much longer whoever owns files or wire may take to end: a disk's longest flush, and a slow machine.
_OWNERS_S = 10


class Fleet:
    """Belongs to the main thread. ``goes_on`` is asked before each start whether it is still wanted;
    ``claim`` takes the account for this process, or raises StartRefused (actors/claim.py)."""

    def __init__(
        self,
        machine: Machine,
        world: World,
        timers: RunningTimers,
        clock: ExchangeClock,
        config: Config,
        make_exchange: MakeExchange,
        *,
        new_venue: bool,
        goes_on: Callable[[], bool],
        claim: Callable[[int], None],
    ) -> None:
        self._machine, self._world, self._timers, self._clock = machine, world, timers, clock
        self._config, self._make_exchange = config, make_exchange
        self._goes_on, self._claim = goes_on, claim
        self._new_venue = {account.id for account in config.accounts} if new_venue else set[int]()
        self._accounts = {account.id: account for account in config.accounts}
        self._waits: dict[int, tuple[int, int]] = {}
        self._deaths: dict[int, deque[int]] = {number: deque() for number in self._accounts}
        self._stops: deque[int] = deque()
        self.running: dict[int, AccountActors] = {}
        self.refusals: list[str] = []
        self.ever_ran = False

    @property
    def lost(self) -> bool:
        """Whether no account runs, and none will."""
        return not self.running and not self._waits

    @property
    def due_in_ms(self) -> int | None:
        """How long it is until the next account is to be started."""
        now_ms = steady_ms(self._clock)
        return min((due - now_ms for due, _ in self._waits.values()), default=None)

    def begin(self) -> None:
        """Start every account that can start."""
        for number in self._accounts:
            if self._goes_on():
                self._start(number, _FIRST_WAIT_MS)
            else:  # the end is near, and nothing has failed
                self._waits[number] = (steady_ms(self._clock), _FIRST_WAIT_MS)

    def start_due(self) -> None:
        """Start whoever's time has come."""
        now_ms = steady_ms(self._clock)
        for number, (due_ms, wait_ms) in list(self._waits.items()):
            if due_ms <= now_ms and self._goes_on():
                del self._waits[number]
                self._start(number, min(wait_ms * 2, _LONGEST_WAIT_MS))

    @property
    def status(self) -> str:
        """Which accounts trade, in a line for people."""
        runs, all_of_them = len(self.running), len(self._accounts)
        text = f"{runs} of {all_of_them} account{'s' if all_of_them > 1 else ''} running"
        waits = ", ".join(f"{number:03d}" for number in sorted(self._waits))
        return f"{text}; {waits} to be started again" if waits else text

    def wedged(self, found: Wedged) -> str:
        """An actor stands still: "" or why the process must end."""
        number, now_ms = account_of(found.address), self._clock.now_ms()
        _log.critical("%s\n%s", found, found.stack, extra=about(kind="actor_wedged", account=number))
        tell = self._world.directory.send
        tell("watch", Counted(account=number, symbol="", name="actor_wedged", reason=part_of(found.address)))
        note = Note(
            account=number,
            symbol="",
            side=None,
            kind="actor_wedged",
            severity=Severity.CRITICAL,
            text=str(found),
            at_ms=now_ms,
        )
        tell("watch", note)
        if not found.replaceable:
            return f"{found}: the process ends, since no other may take its place beside it"
        ref = self._world.directory.ref(found.address)
        if ref is not None:
            cut_off(ref)
        return self.died(found.address, "wedged: it stands still")

    def died(self, address: str, error: str) -> str:
        """An actor is gone: stop its account and start it again later; "" or why the process must end."""
        number = account_of(address)
        kind = error.partition(":")[0]  # what else it says is for the log, which masks keys
        actors = self.running.pop(number, None)
        if actors is None:
            return "" if number in self._waits else f"{address} failed: {kind}: the log says more"
        told = about(kind="actor_failed", account=number)
        _log.critical("account %03d: %s failed (%s): it is started again", number, address, error, extra=told)
        held = actors.stop(self._world, self._machine, owners_s=_OWNERS_S)
        self._tell_running(number, running=False, reason=f"{address} failed: {kind}")
        self._timers.forget(f"{number:03d}/")
        deaths, now_ms = self._deaths[number], steady_ms(self._clock)
        deaths.append(now_ms)
        while deaths[0] <= now_ms - _DEATHS_MS:
            deaths.popleft()
        if held:
            return f"{address} failed: {kind}; and {', '.join(held)} can't be ended: the process ends instead"
        if len(deaths) > _DEATHS:
            self._stop_dying(number, f"{address} failed: {kind}; failure number {len(deaths)} in an hour")
        self._world.directory.send("watch", Counted(account=number, symbol="", name="actor_restart"))
        wait_ms = min(_FIRST_WAIT_MS * 2 ** (len(deaths) - 1), _LONGEST_WAIT_MS)
        self._waits[number] = (now_ms + wait_ms, _FIRST_WAIT_MS)
        return ""

    def _stop_dying(self, number: int, reason: str) -> None:
        """An account that dies again and again goes on as stopped: no entry, its take profits followed."""
        files = Files.of(Path(self._config.process.data_dir), self._accounts[number])
        if read_flag(self._machine.disk, files.flag) is not None:
            return
        stop = StopDecided(reason=reason, mode=StopMode.HOLD, evidence={}, emergency=True)
        try:
            write_flag(self._machine.disk, files.flag, number, stop, self._clock.now_ms())
        except OSError as error:
            told = about(kind="write_failed", account=number)
            _log.critical("account %03d: %s can't be written: %s", number, files.flag, error, extra=told)
        stopped = Counted(account=number, symbol="", name="emergency_stop", reason="actors")
        self._world.show(stopped)
        self.stopped(AccountStopped(account=number, reason=reason))

    def stopped(self, told: AccountStopped) -> None:
        """Count the emergency stops of an hour over all accounts: beyond the limit every account stops."""
        now_ms, most = steady_ms(self._clock), self._config.process.max_emergency_stops_per_hour
        self._stops.append(now_ms)
        while self._stops[0] <= now_ms - _DEATHS_MS:
            self._stops.popleft()
        if len(self._stops) > most:
            last = f"{told.account:03d} {told.reason}"
            reason = f"{len(self._stops)} emergency stops in an hour, the last: {last}"
            for number in self.running:
                self._world.directory.send(account_address(number, "guard"), StopAll(reason=reason))

    def _start(self, number: int, wait_ms: int) -> None:
        account = self._accounts[number]
        try:
            exchange = self._make_exchange(account, self._clock, self._unreadable(number))
            self.running[number] = self._started(account, exchange)
            self.ever_ran = True
            self._tell_running(number, running=True)
        except StartRefused as refusal:
            self._refuse(number, str(refusal), wait_ms if refusal.passing else 0)
        except CsvFileError as error:
            self._refuse(number, str(error), 0)
        except OSError as error:
            self._refuse(number, f"files: {disk_trouble(error)}", wait_ms)
        except Exception as error:  # noqa: BLE001  an error of ours: no matter of the other accounts
            kind = type(error).__name__
            told = about(kind="start_failed", account=number)
            _log.critical("account %03d: its start failed", number, exc_info=error, extra=told)
            failed = Counted(account=number, symbol="", name="start_failed", reason=kind)
            self._world.directory.send("watch", failed)
            self._refuse(number, f"its start failed: {kind}: the log says where", wait_ms)

    def _refuse(self, number: int, why: str, wait_ms: int) -> None:
        """Say why an account does not start; with ``wait_ms`` above 0 it is tried again then."""
        text = f"account {number:03d} does not start: {why}"
        self._tell_running(number, running=False, reason=why)
        told = about(kind="not_started", account=number)
        if wait_ms:
            _log.error("%s; it is tried again in %s s", text, wait_ms // 1000, extra=told)
            self._waits[number] = (steady_ms(self._clock) + wait_ms, wait_ms)
        else:
            _log.error("%s", text, extra=told)
            self.refusals.append(text)

    def _started(self, account: Account, exchange: Exchange) -> AccountActors:
        disk, environment = self._machine.disk, self._config.process.environment
        files = Files.of(Path(self._config.process.data_dir), account)
        self._claim(account.id)
        lock = AccountLock(disk, files.lock)
        try:
            lock.sign(iso_utc(self._clock.now_ms()))
            fresh = None
            if account.id in self._new_venue:  # before anything is asked: a dry run answers from its file
                fresh = put_away(disk, files, account.id, environment.value, self._clock.now_ms())
                self._new_venue.discard(account.id)
            rest = exchange.rest()
            try:
                if not self.running:
                    self._clock.ahead_ms = exchange_ahead_ms(rest, self._clock)
                demo = environment is Environment.DEMO
                ground = survey(rest, account.id, grid_settings(account), switch=True, demo=demo)
            finally:
                rest.close()
            self._world.directory.send("watch", BalanceRead(account=account.id, source="start"))
            now_ms = self._clock.now_ms()
            remembered = fresh or remember(disk, files.state, account.id, environment.value, now_ms)
            for note in remembered.notes:
                _log.warning("%s", note, extra=about(kind="state_put_away", account=account.id))
            if remembered.spoilt:
                self._tell_spoilt(account.id, remembered.spoilt, now_ms)
            if ground.problems and not ground.open_symbols:
                raise StartRefused("ladder", "; ".join(ground.problems))
            for problem in ground.problems:
                told = about(kind="entries_pause", account=account.id)
                _log.critical("account %s: entries pause: %s", account.code, problem, extra=told)
        except BaseException:
            lock.release()
            raise
        return start_account(
            self._machine,
            self._world,
            account,
            exchange,
            ground,
            remembered,
            files,
            lock,
            environment=environment.value,
            sync_ms=self._config.process.sync_seconds * 1000,
        )

    def _tell_running(self, number: int, *, running: bool, reason: str = "") -> None:
        self._world.show(AccountChanged(account=number, running=running, reason=reason))

    def _tell_spoilt(self, number: int, text: str, now_ms: int) -> None:
        """The account trades on what the exchange shows; that its state was lost is an alert."""
        tell = self._world.directory.send
        tell("watch", Counted(account=number, symbol="", name="state_spoilt"))
        note = Note(
            account=number,
            symbol="",
            side=None,
            kind="state_spoilt",
            severity=Severity.CRITICAL,
            text=text,
            at_ms=now_ms,
        )
        tell("watch", note)

    def _unreadable(self, account: int) -> Callable[[ProtocolError], None]:
        """What to do, in the reader's thread, about a record that can't be read.

        The grids hear of it before the next frame, since a close must not be believed across it.
        """
        send, reconciler = self._world.directory.send, account_address(account, "reconciler")
        grids = [grid_address(account, symbol.symbol) for symbol in self._accounts[account].symbols]

        def tell(problem: ProtocolError) -> None:
            for grid in grids:
                send(grid, StreamGap(at_ms=self._clock.now_ms()))
            send(reconciler, Unreadable(text=str(problem)))

        return tell
