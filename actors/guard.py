"""The guard of an account: ``state.guard`` in a mailbox, with the flag file (strategy, section 12).

| it decides            | and so                                                                  |
|-----------------------|-------------------------------------------------------------------------|
| a stop                | the flag file, Stop to grids and orders; also FlattenSymbol to flatten  |
| a freeze              | Freeze to every grid; its end, which comes by time alone, is told, too  |
| averaging short       | FreezeAveraging to every grid                                           |
| panic's measures      | Panic to the symbol's grid                                              |
| that the wallet must be seen | ReadForGuard to orders, and judges again after a time            |
| resume, asked for     | the flag file goes, Resume to grids and orders                          |

What people ask for comes as Ask... messages with ``ask``; the answer is a ``Standing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from actors.directory import account_address, grid_address
from actors.flag import remove_flag, write_flag
from actors.mail import AccountStopped, FreezeDue, SaveGuard
from actors.resumption import Resumed, write_resumptions
from actors.shell import Shell, World
from messages.commands import FlattenSymbol, Freeze, FreezeAveraging, Panic, Resume, Stop
from messages.events import Counted, Note, Severity
from messages.guard import (
    AccountFigures,
    AskFlatten,
    AskResume,
    AskStanding,
    AskStop,
    CloseFailed,
    CloseSucceeded,
    JudgeAgain,
    Mismatched,
    PrivateStreamLost,
    ReadForGuard,
    Standing,
    StateUnreadable,
    StopAll,
    StopMode,
    SymbolFigures,
)
from messages.reports import GuardReport
from messages.sides import Side
from state.grid.effects import FreezeAccount, StopAccount
from state.guard.model import (
    AveragingFrozen,
    Doubted,
    Effect,
    FreezeDecided,
    GuardState,
    PanicDecided,
    Remember,
    ResumeDecided,
    StopDecided,
    WalletWanted,
)
from state.guard.people import ask_flatten, ask_resume, ask_stop, standing
from state.guard.report import report, rule_of
from state.guard.step import Draft, step

Asked = AskStop | AskFlatten | AskResume | AskStanding
_EVENTS = (
    AccountFigures,
    SymbolFigures,
    PrivateStreamLost,
    CloseFailed,
    CloseSucceeded,
    StopAccount,
    FreezeAccount,
    Mismatched,
    StateUnreadable,
    StopAll,
    JudgeAgain,
)


class GuardActor(Shell):
    """Owns one ``GuardState`` and the account's flag file."""

    def __init__(
        self, world: World, symbols: Iterable[str], flag: Path, resumed: Path, state: GuardState
    ) -> None:
        super().__init__(account_address(state.account, "guard"), world)
        self._state = state
        self._grids = {symbol: grid_address(state.account, symbol) for symbol in symbols}
        self._orders = account_address(state.account, "orders")
        self._flag, self._resumed_path = flag, resumed
        self._resumed: dict[Resumed, int] = {}
        self._told: GuardReport | None = None

    @property
    def state(self) -> GuardState:
        """The newest state, for whoever checks it from the same thread: a simulation."""
        return self._state

    def on_start(self) -> None:
        """An account whose flag lies there starts as stopped."""
        if self._state.stopped:
            self._spread_stop()
        self._report(self.world.clock.now_ms())

    def receive(self, message: object) -> Standing | None:
        """Judge what has happened, or do what a person asks for and say how the account stands."""
        now_ms = self.world.clock.now_ms()
        if isinstance(message, Asked):
            return self._asked(message, now_ms)
        if isinstance(message, FreezeDue):
            self._tell_freeze_over(message, now_ms)
            return None
        if not isinstance(message, _EVENTS):
            raise TypeError(f"no message for the guard: {message!r}")
        self._state, effects = step(self._state, message, now_ms)
        for effect in effects:
            self._carry_out(effect, now_ms)
        self._report(now_ms)
        return None

    def _report(self, now_ms: int) -> None:
        """Tell the watch, once something of it is another."""
        if not self.world.viewed:
            return
        told = report(self._state, tuple(self._grids), now_ms)
        if told != self._told:
            self._told = told
            self.world.show(told)

    def _asked(self, asked: Asked, now_ms: int) -> Standing:
        d = Draft(self._state, now_ms)
        match asked:
            case AskStop():
                refused = ask_stop(d, asked)
            case AskFlatten():
                refused = ask_flatten(d, asked)
                if asked.symbol is not None and not refused:
                    self.send(self._grids[asked.symbol], FlattenSymbol(reason="flattened by a person"))
            case AskResume():
                refused = ask_resume(d, asked)
                if asked.symbol is not None and not refused:
                    self._keep_resumption([asked.symbol], asked.side, now_ms)
                    self.send(self._grids[asked.symbol], Resume(side=asked.side))
            case AskStanding():
                refused = ""
        self._state = d.state
        for effect in d.effects:
            self._carry_out(effect, now_ms)
        if self._state.flatten_ms == now_ms and self._state.mode is StopMode.FLATTEN:
            self._tell_grids(FlattenSymbol(reason=self._state.stopped))  # what is flat proves it again
        self._report(now_ms)
        return standing(self._state, self._grids, now_ms, refused)

    def _carry_out(self, effect: Effect, now_ms: int) -> None:
        match effect:
            case StopDecided():
                self._stop_account(effect, now_ms)
            case FreezeDecided():
                self._tell_grids(Freeze(until_ms=effect.until_ms))
                self._await_freeze_over(effect.until_ms)
            case AveragingFrozen():
                self._tell_grids(FreezeAveraging(on=effect.on))
                self.send(self._orders, FreezeAveraging(on=effect.on))
            case PanicDecided():
                measures = Panic(
                    pull_take_profit=effect.pull_take_profit,
                    balance_smaller_side=effect.balance_smaller_side,
                )
                self.send(self._grids[effect.symbol], measures)
            case ResumeDecided():
                self._resume(now_ms)
            case Remember():
                keeper = account_address(self._state.account, "keeper")
                self.send(keeper, SaveGuard(memory=effect.memory))
            case WalletWanted():
                self.send(self._orders, ReadForGuard())
            case Doubted():
                self.world.timers.at(effect.again_ms, self.address, JudgeAgain())
            case Note():
                self.send("watch", effect)

    def _await_freeze_over(self, until_ms: int) -> None:
        """For people alone: grids know the time, and nothing is decided by its coming."""
        if self.world.viewed:
            self.world.timers.at(until_ms, self.address, FreezeDue(until_ms=until_ms))

    def _tell_freeze_over(self, due: FreezeDue, now_ms: int) -> None:
        state = self._state
        if due.until_ms != state.frozen_until_ms:
            return  # it became longer: another timer is under way
        kept_away = f"the account stays stopped: {state.stopped}" if state.stopped else ""
        if state.averaging_frozen and not kept_away:
            kept_away = "pending entries stay away, since too little is available for averaging"
        text = f"the freeze is over ({state.frozen_for}): {kept_away or 'entries may leave again'}"
        self._note("freeze_over", text, Severity.WARNING, now_ms)
        self._report(now_ms)

    def _stop_account(self, stop: StopDecided, now_ms: int) -> None:
        self._spread_stop()
        try:
            write_flag(self.world.disk, self._flag, self._state.account, stop, now_ms)
        except OSError as error:
            self._say(f"{self._flag}: {error}; the next process won't know of the stop", now_ms)
        if stop.emergency:
            told = AccountStopped(account=self._state.account, reason=stop.reason)
            self.send("supervisor", told)
            why = rule_of(stop.reason) or ("accounts" if "emergency stops" in stop.reason else "exchange")
            self.world.show(Counted(account=told.account, symbol="", name="emergency_stop", reason=why))

    def _spread_stop(self) -> None:
        # The grids first: they must know why their entries are withheld.
        stop = Stop(reason=self._state.stopped)
        self._tell_grids(stop)
        self.send(self._orders, stop)
        if self._state.mode is StopMode.FLATTEN:
            self._tell_grids(FlattenSymbol(reason=self._state.stopped))

    def _resume(self, now_ms: int) -> None:
        self._keep_resumption(self._grids, None, now_ms)
        try:
            remove_flag(self.world.disk, self._flag)
        except OSError as error:
            self._say(f"{self._flag}: {error}; remove it, or the next start is a stopped one", now_ms)
        self.send(self._orders, Resume())
        self._tell_grids(Resume())

    def _keep_resumption(self, symbols: Iterable[str], side: Side | None, now_ms: int) -> None:
        """Only where something was flattened: see actors/resumption.py."""
        known = self._state.symbols
        flattened = [symbol for symbol in symbols if symbol in known and known[symbol].flattens]
        if not flattened:
            return
        self._resumed |= {(symbol, side): now_ms for symbol in flattened}
        try:
            write_resumptions(self.world.disk, self._resumed_path, self._state.account, self._resumed)
        except OSError as error:
            self._say(f"{self._resumed_path}: {error}; a kill now may flatten again", now_ms)

    def _tell_grids(self, message: object) -> None:
        for grid in self._grids.values():
            self.send(grid, message)

    def _say(self, text: str, now_ms: int) -> None:
        self._note("write_failed", text, Severity.CRITICAL, now_ms)

    def _note(self, kind: str, text: str, severity: Severity, now_ms: int) -> None:
        note = Note(
            account=self._state.account,
            symbol="",
            side=None,
            kind=kind,
            severity=severity,
            text=text,
            at_ms=now_ms,
        )
        self.send("watch", note)
