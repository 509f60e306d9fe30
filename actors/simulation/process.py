"""The bot as one process in virtual time: the real ``Bot``, which may end in order, fail, or be killed."""

from __future__ import annotations

from collections.abc import Callable

from actors.account import Exchange
from actors.grid import GridActor
from actors.keeper import KeeperActor
from actors.process import Bot, RunResult
from actors.shell import Shell
from actors.simulation.disk import VirtualDisk
from actors.simulation.machine import MachineClock, VirtualMachine
from actors.simulation.scheduler import Scheduler
from config import Account, Config
from exchange.clock import Clock
from exchange.errors import ProtocolError
from exchange.simulated.exchange import SimulatedExchange
from exchange.simulated.venue import SimulatedVenue
from state.grid.model import GridState


class Process:
    """Begins with its making.

    ``on_life`` is called with an account whose actors begin, also again; ``on_end`` gets the result of an
    orderly end, whatever its cause.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        venue: SimulatedVenue,
        disk: VirtualDisk,
        config: Config,
        *,
        ahead_ms: int,
        on_life: Callable[[int], object],
        on_end: Callable[[RunResult], object],
    ) -> None:
        self._scheduler, self._venue, self._disk = scheduler, venue, disk
        self._machine = VirtualMachine(scheduler, disk, ahead_ms)
        self._machine.on_spawn = self._spawned
        self._exchanges: list[SimulatedExchange] = []
        self._grids: dict[str, GridActor] = {}
        self._on_life, self._on_end = on_life, on_end
        self.began_ms = scheduler.now_ms()
        self._bot = Bot(config, self._make_exchange, None, machine=self._machine)
        scheduler.settle(self._machine.outbox.resident, self._live, "main", self._machine)

    @property
    def clock(self) -> MachineClock:
        """The machine's clock, which may be set."""
        return self._machine.clock

    @property
    def shells(self) -> dict[str, Shell]:
        """Every actor by its address."""
        return self._machine.shells

    def grid(self, address: str) -> GridState | None:
        """The newest state of a grid; None if no such actor lives."""
        actor = self._grids.get(address)
        return actor.state if actor is not None and not actor.actor_stopped.is_set() else None

    @property
    def trades(self) -> bool:
        """Whether every account's grids are there and have had their first sync."""
        return bool(self._grids) and all(grid.state.synced for grid in self._grids.values())

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why accounts were not started."""
        return self._bot.refusals

    def send(self, address: str, message: object) -> None:
        """Put a message into an actor's mailbox."""
        shell = self._machine.shells.get(address)
        if shell is not None and not shell.actor_stopped.is_set():
            shell.actor_ref.tell(message)

    def kill(self) -> None:
        """It is gone at once; to be called from the agenda. The disk is the caller's to crash."""
        self._scheduler.end(self._machine)
        self._let_go()

    def stop(self) -> None:
        """Ask for an orderly stop; ``on_end`` follows."""
        self._bot.stop()

    def _live(self) -> None:
        result = self._bot.live(None)
        self._scheduler.at(self._scheduler.now_ms(), lambda: self._ended(result))

    def _ended(self, result: RunResult) -> None:
        self._disk.halt()  # a write that is still under way ends with the process, and is not begun again
        self._scheduler.end(self._machine)
        self._let_go()
        self._on_end(result)

    def _let_go(self) -> None:
        for exchange in self._exchanges:
            exchange.end()

    def _spawned(self, shell: Shell) -> None:
        if isinstance(shell, GridActor):
            self._grids[shell.address] = shell
        elif isinstance(shell, KeeperActor):  # the first of an account's actors
            self._on_life(int(shell.address[:3]))

    def _make_exchange(
        self, account: Account, clock: Clock, on_problem: Callable[[ProtocolError], None]
    ) -> Exchange:
        exchange = self._venue.exchange(account.code, clock, on_problem)
        self._exchanges.append(exchange)
        return exchange
