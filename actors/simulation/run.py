"""One seed from its start to its verdict."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from actors.mail import ActorDied
from actors.simulation.checks.board import Checks, Violation
from actors.simulation.checks.watching import Turn, Written
from actors.simulation.plan import plan_of
from actors.simulation.scheduler import Resident
from actors.simulation.trace import Trace, heading
from actors.simulation.world import START_MS, SimulatedWorld
from exchange.simulated.gate import Served
from exchange.venue.contract import PrivatePush
from messages.events import Counted, CycleClosed
from messages.reports import SyncFinished
from state.grid.model import GridState

#: Once the faults have stopped, all must be well within this time.
CALM_MS = 300_000
_SLICE_MS = 60_000
_LIQUIDATIONS = ("CreateByLiq", "CreateByTakeOver_PassThrough")
_STOPS = ("CreateByTakeProfit", "CreateByStopLoss")


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What became of a seed. Times in milliseconds; ``counts`` are turns, fills, closes, syncs …"""

    seed: int
    simulated_ms: int = 0
    traded_ms: int = 0
    core_s: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    ended_stopped: bool = False
    last_lines: list[str] = field(default_factory=list)

    @property
    def events(self) -> int:
        """Turns of actors, and what happened at the venue."""
        return sum(self.counts[name] for name in ("turns", "requests", "prints", "frames"))


class Run:
    """Wires a world to its checks, its trace and its counts; the scheduler's watcher."""

    def __init__(self, world: SimulatedWorld, checks: Checks, trace: Trace, verdict: Verdict) -> None:
        self._world, self._checks, self._trace, self._verdict = world, checks, trace, verdict
        self._counts = verdict.counts
        self._taking: Resident | None = None
        self._message: object = None
        self._before: GridState | None = None
        self._turns = 0
        world.scheduler.watcher = self
        world.venue.on_served.append(self._served)
        world.venue.on_delivered.append(self._delivered)
        world.venue.on_moved.append(checks.moved)
        world.on_written.append(self._written)
        world.on_killed.append(checks.killed)
        world.on_suspended.append(checks.suspended)

    def end(self) -> None:
        """Hand over what was counted apart."""
        self._counts["turns"] = self._turns

    def before(self, resident: Resident, message: object) -> None:
        """A turn begins."""
        shell = resident.shell
        self._message, self._taking = message, resident
        if shell is None:
            return
        if self._world.deaths.doomed == shell.address:
            self._world.deaths.strike(shell)
        self._before = shell.state if resident.grid else None
        self._trace.note(self._world.scheduler.now_ms(), shell.address, message)
        if shell.address == "watch":
            self._count(message)
        elif isinstance(message, ActorDied):
            number = message.address[:3]
            if number.isdigit():
                self._world.say_killed(int(number))

    def after(self, resident: Resident) -> None:
        """A turn is over, or has become a sleep."""
        self._turns += 1
        if resident is not self._taking:
            return
        if resident.name == self._world.deaths.untaken:
            self._world.deaths.untaken = ""
            return
        if not self._checks.wants(type(self._message)):
            return
        after = resident.shell.state if resident.grid else None
        now_ms = self._world.scheduler.now_ms()
        self._checks.turned(Turn(now_ms, resident.name, self._message, self._before, after))
        self._taking = None

    def _count(self, message: object) -> None:
        match message:
            case CycleClosed():
                self._counts["closes"] += 1
                self._counts["TP closes"] += message.cause == "take_profit"
            case SyncFinished():
                self._counts["syncs"] += 1
                if not message.failure:
                    self._world.synced(message.account, message.at_ms - message.took_ns // 1_000_000)
            case Counted(name="start_failed"):  # no fault that is put in does that
                raise RuntimeError(f"the start of account {message.account} failed: {message.reason}")
            case Counted():
                self._counts[message.name] += 1

    def _served(self, served: Served) -> None:
        self._counts["requests"] += 1
        self._trace.note(served.at_ms, f"venue {served.account}", served)
        self._checks.served(served)

    def _delivered(self, push: PrivatePush) -> None:
        self._counts["frames"] += 1
        self._trace.note(self._world.scheduler.now_ms(), f"frame {push.account}", push)
        self._checks.delivered(push)

    def _written(self, path: Path, content: bytes) -> None:
        self._counts["writes"] += 1
        now_ms = self._world.scheduler.now_ms()
        self._trace.note(now_ms, "disk", f"{path.name}: {len(content)} bytes")
        self._checks.written(Written(now_ms, path, content))


def _by_the_exchange(world: SimulatedWorld) -> Counter[str]:
    """What the exchange has done to accounts by its own rules: executions that nobody had asked for."""
    kinds: Counter[str] = Counter()
    for books in world.core.books.values():
        for e in books.executions:
            if e.order is not None and e.order.create_type in _LIQUIDATIONS:
                kinds["liquidation"] += 1
            elif e.order is not None and e.order.create_type in _STOPS:
                kinds["trading-stop"] += 1
    return kinds


def simulate(
    seed: int,
    hours: Decimal,
    *,
    files: tuple[str, ...] = (),
    write: Callable[[str], object] | None = None,
) -> Verdict:
    """Run one seed to its end, or to its first violation. ``write`` gets every line of the trace."""
    began = time.process_time()
    verdict = Verdict(seed=seed)
    plan = plan_of(seed, hours, real_prices=bool(files))
    trace = Trace(START_MS, write)
    world = SimulatedWorld(plan, files)
    checks = Checks(world)
    run = Run(world, checks, trace, verdict)
    try:
        world.begin()
        for until_ms in range(_SLICE_MS, plan.length_ms + _SLICE_MS, _SLICE_MS):
            world.run_until(min(until_ms, plan.length_ms))
            if checks.violations:
                break
        else:
            world.calm(CALM_MS)
            checks.at_the_end()
    except Exception as error:  # noqa: BLE001  # whatever breaks is a finding of this seed
        where = "".join(traceback.format_tb(error.__traceback__)[-4:])
        text = f"{type(error).__name__}: {error}\n{where}"
        checks.violations.append(Violation(world.now_ms(), "Simulation", text))
    run.end()
    verdict.simulated_ms = world.now_ms() - START_MS
    verdict.traded_ms = world.operator.traded_ms
    verdict.violations = [f"{v.at_ms - START_MS} ms: {v.checker}: {v.sentence}" for v in checks.violations]
    verdict.excuses = checks.excuses
    verdict.faults = world.venue.faults + world.disk.failures + world.done + _by_the_exchange(world)
    verdict.counts["prints"] = world.prints
    verdict.counts["fills"] = sum(
        1 for books in world.core.books.values() for e in books.executions if e.exec_type != "Funding"
    )
    verdict.refusals = world.operator.refusals
    verdict.ended_stopped = world.operator.stopped_now
    if verdict.violations:
        verdict.last_lines = [*heading(plan), *trace.last()]
    world.end()
    verdict.core_s = time.process_time() - began
    return verdict
