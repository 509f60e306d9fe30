"""The people and services round the bot: who starts it again, sets the clock, and says ``resume``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.directory import account_address, grid_address
from actors.process import RunResult
from actors.simulation.plan import FOLDER
from messages.guard import AskResume

if TYPE_CHECKING:
    from actors.simulation.world import SimulatedWorld

_FIRST_RESTART_MS, _LONGEST_RESTART_MS = 1_000, 60_000
_ROUND_MS = 60_000
#: How long a stop or a pause waits for a person, and in the end.
_PATIENCE_MS, _QUICK_MS = 600_000, 1_000


class Operator:
    """Restarts a process that has ended, with backoff, and makes a round every minute."""

    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._restart_ms = _FIRST_RESTART_MS
        self._patience_ms = _PATIENCE_MS
        self._noticed_ms: dict[str, int] = {}
        self.clock_ahead_ms = world.plan.clock_ahead_ms
        self.refusals: list[str] = []
        self.stopped_now = False
        self.stopped_ms = 0
        self.traded_ms = 0
        self._home = False

    def begin(self) -> None:
        """The first round comes in a minute."""
        self._world.scheduler.at(self._world.now_ms() + _ROUND_MS, self._round)

    def calm(self) -> None:
        """From now on a person is at hand at once; one last round now."""
        self._patience_ms = _QUICK_MS
        self._restart_ms = _FIRST_RESTART_MS
        self._look()

    def go_home(self) -> None:
        """What was begun may end undisturbed."""
        self._home = True

    def step_clock(self, by_ms: int) -> None:
        """The machine's clock is set."""
        self.clock_ahead_ms += by_ms
        if self._world.process is not None:
            self._world.process.clock.ahead_ms += by_ms

    def suspend(self, ms: int) -> None:
        """The machine's clocks stand still for so long."""
        self.clock_ahead_ms -= ms
        if self._world.process is not None:
            self._world.process.clock.stand_still(ms)

    def died(self) -> None:
        """The process was killed."""
        self._start_later()

    def ended(self, result: RunResult) -> None:
        """The process has ended in order; one that could not start says why."""
        if result.failure:
            self.refusals.append(result.failure)
        if result.started:
            self._restart_ms = _FIRST_RESTART_MS
        self._start_later()

    def _start_later(self) -> None:
        world = self._world
        world.scheduler.at(world.now_ms() + self._restart_ms, world.start_process)
        self._restart_ms = min(self._restart_ms * 2, _LONGEST_RESTART_MS)

    def _round(self) -> None:
        if self._home:
            return
        self._look()
        self._world.scheduler.at(self._world.now_ms() + _ROUND_MS, self._round)

    def _look(self) -> None:
        """Resume what has waited long enough, through the account's guard."""
        world = self._world
        stopped = False
        for account, symbols in world.symbols.items():
            flag = FOLDER / f".{account:03d}_emergency_stop"
            if str(flag) in world.disk.contents():
                stopped = True
                if self._waited(str(flag)):
                    self._ask(account, None)
                continue
            for symbol in symbols:
                self._resume(account, symbol)
        self.stopped_now = stopped
        if stopped:
            self.stopped_ms += _ROUND_MS
        elif world.process is not None and world.process.trades:
            self.traded_ms += _ROUND_MS

    def _resume(self, account: int, symbol: str) -> None:
        world = self._world
        state = world.grid(account, symbol)
        address = grid_address(account, symbol)
        if state is not None and (state.long.paused or state.short.paused):
            if self._waited(address):
                self._ask(account, symbol)
        else:
            self._noticed_ms.pop(address, None)

    def _ask(self, account: int, symbol: str | None) -> None:
        world = self._world
        if world.process is not None:
            world.done["resume of an account" if symbol is None else "resume of a side"] += 1
            world.process.send(account_address(account, "guard"), AskResume(symbol=symbol))

    def _waited(self, what: str) -> bool:
        since_ms = self._noticed_ms.setdefault(what, self._world.now_ms())
        if self._world.now_ms() - since_ms < self._patience_ms:
            return False
        del self._noticed_ms[what]
        return True
