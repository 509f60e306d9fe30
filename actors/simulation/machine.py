"""A machine in virtual time: real shells without threads, timers and a clock that may be set."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from typing import Any

import pykka

from actors.agenda import Agenda
from actors.directory import Directory
from actors.grid import GridActor
from actors.shell import Shell
from actors.simulation.scheduler import Resident, Scheduler
from exchange.clock import Clock
from state.store.disk import Disk


class MachineClock:
    """The machine's clocks: what it takes for UTC is off by ``ahead_ms``, which may step.

    The monotonic one never steps, but both may stand still, as they do while a machine is suspended.
    """

    def __init__(self, scheduler: Scheduler, ahead_ms: int) -> None:
        self._scheduler = scheduler
        self._missed_ms = self._stood_at_ms = 0
        self.ahead_ms = ahead_ms

    def now_ms(self) -> int:
        """What the machine takes for UTC, in milliseconds."""
        return self._passed_ms() + self.ahead_ms

    def monotonic_ns(self) -> int:
        """True time in nanoseconds, less that in which it stood still."""
        return self._passed_ms() * 1_000_000

    def stand_still(self, ms: int) -> None:
        """Show the same time for so long from now on, then go on."""
        self._stood_at_ms = self._passed_ms()
        self._missed_ms += ms

    def _passed_ms(self) -> int:
        return max(self._scheduler.now_ms() - self._missed_ms, self._stood_at_ms)


class VirtualTimers:
    """Timers by a clock that may stand still: what has become due by it is sent within a second."""

    def __init__(self, scheduler: Scheduler, directory: Directory, clock: Clock) -> None:
        self._scheduler, self._directory = scheduler, directory
        self._agenda = Agenda(clock)
        self._wake_ms: int | None = None
        self._running = False

    def start(self) -> None:
        """Begin to send."""
        self._running = True
        self._sleep()

    def stop(self) -> None:
        """Send nothing more."""
        self._running = False

    def at(self, due_ms: int, address: str, message: object) -> None:
        """Send ``message`` to ``address`` once the clock shows ``due_ms``."""
        if self._agenda.at(due_ms, address, message) and self._running:
            self._sleep()

    def after(self, wait_ms: int, address: str, message: object) -> None:
        """Send ``message`` to ``address`` after a while."""
        if self._agenda.after(wait_ms, address, message) and self._running:
            self._sleep()

    def measure(self, late: Callable[[int], None]) -> None:
        """Virtual time is never late."""

    def forget(self, prefix: str) -> None:
        """Send nothing of what was asked for so far to addresses that begin so."""
        self._agenda.forget(prefix)

    def _sleep(self) -> None:
        left_ms = self._agenda.left_ms()
        if left_ms is None:
            return
        now_ms = self._scheduler.now_ms()
        # Once a second at least, since the clock may stand still meanwhile.
        wake_ms = now_ms + min(max(left_ms, 0), 1000)
        if self._wake_ms is None or wake_ms < self._wake_ms or self._wake_ms < now_ms:
            self._wake_ms = wake_ms
            self._scheduler.at(wake_ms, lambda: self._woken(wake_ms))

    def _woken(self, wake_ms: int) -> None:
        if not self._running or wake_ms != self._wake_ms:
            return
        self._wake_ms = None
        while (due := self._agenda.take()) is not None:
            self._directory.send(due.address, due.message)
        self._sleep()


class VirtualOutbox:
    """The bot's main thread waits here, in its greenlet."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.resident = Resident(scheduler)

    def put(self, message: object) -> None:
        """Never blocks."""
        self.resident.put(pykka._envelope.Envelope(message))

    def get(self, *, timeout: float | None = None) -> object:
        """The next message; ``queue.Empty`` if none comes within ``timeout`` seconds."""
        deadline_ms = None
        if timeout is not None:
            deadline_ms = self._scheduler.now_ms() + max(int(timeout * 1000), 1)
            self._scheduler.wake_after(self.resident, deadline_ms - self._scheduler.now_ms())
        while self.resident.empty():
            if deadline_ms is not None and self._scheduler.now_ms() >= deadline_ms:
                raise queue.Empty
            self.resident.wait()
        return self.resident.get_now().message


class VirtualMachine:
    """Spawns shells into greenlets of one group: the process. Checkers look on, people don't."""

    viewed = False

    def __init__(self, scheduler: Scheduler, disk: Disk, ahead_ms: int) -> None:
        self._scheduler = scheduler
        self.disk = disk
        self.clock = MachineClock(scheduler, ahead_ms)
        self.outbox = VirtualOutbox(scheduler)
        self.shells: dict[str, Shell] = {}
        self._kinds: dict[type[Shell], type[Shell]] = {}
        self.on_spawn: Callable[[Shell], object] = lambda shell: None

    def timers(self, directory: Directory, clock: Clock) -> VirtualTimers:
        """Timers by ``clock``, not yet started."""
        return VirtualTimers(self._scheduler, directory, clock)

    def spawn(self, kind: type[Shell], *args: Any, **kwargs: Any) -> pykka.ActorRef[Any]:
        """The real shell, with another inbox and no thread."""
        return self._greened(kind).start(*args, **kwargs)

    def wait_stopped(self, refs: Iterable[pykka.ActorRef[Any]], limit_s: float) -> None:
        """Look every millisecond, each at most for the limit."""
        for ref in refs:
            for _ in range(int(limit_s * 1000)):
                if ref.actor_stopped.is_set():
                    break
                self._scheduler.sleep(1)

    def _greened(self, kind: type[Shell]) -> type[Shell]:
        found = self._kinds.get(kind)
        if found is None:
            scheduler, machine = self._scheduler, self

            def create_inbox() -> Resident:
                return Resident(scheduler)

            def start_loop(shell: Shell) -> None:
                # pykka's registry is for those that can be stopped through it, by their threads.
                pykka.ActorRegistry.unregister(shell.actor_ref)
                machine.shells[shell.address] = shell
                resident: Any = shell.actor_inbox
                resident.shell, resident.grid = shell, isinstance(shell, GridActor)
                machine.on_spawn(shell)
                scheduler.settle(resident, shell._actor_loop, shell.address, machine)

            parts = {"_create_actor_inbox": staticmethod(create_inbox), "_start_actor_loop": start_loop}
            found = self._kinds[kind] = type(kind.__name__, (kind,), parts)
        return found
