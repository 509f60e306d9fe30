"""What a bot runs on: threads and the system's clock here, a seeded scheduler in the simulation."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import pykka

from actors.directory import Directory
from actors.shell import Shell, Timers
from actors.timers import ThreadTimers
from exchange.clock import Clock, SystemClock
from state.store.disk import Disk, RealDisk


class Outbox(Protocol):
    """The one queue that leads out of the actors, to the bot's main thread."""

    def put(self, message: object) -> None:
        """Never blocks."""
        ...

    def get(self, *, timeout: float | None = None) -> object:
        """The next message; ``queue.Empty`` if none comes within ``timeout`` seconds (None: for ever)."""
        ...


class RunningTimers(Timers, Protocol):
    """Timers with a beginning and an end."""

    def start(self) -> None:
        """Begin to send."""
        ...

    def stop(self) -> None:
        """Send nothing more."""
        ...

    def measure(self, late: Callable[[int], None]) -> None:
        """Tell how many milliseconds after its time each message is sent, where time is real."""
        ...

    def forget(self, prefix: str) -> None:
        """Send nothing of what was asked for so far to addresses that begin so."""
        ...


class Machine(Protocol):
    """Runs actors; used by one bot."""

    @property
    def clock(self) -> Clock:
        """The machine's own clock."""
        ...

    @property
    def disk(self) -> Disk:
        """Where files lie."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What the main thread waits at."""
        ...

    @property
    def viewed(self) -> bool:
        """Whether people look on, be it by Prometheus."""
        ...

    def timers(self, directory: Directory, clock: Clock) -> RunningTimers:
        """Timers by ``clock``, not yet started."""
        ...

    def spawn(self, kind: type[Shell], *args: Any, **kwargs: Any) -> pykka.ActorRef[Any]:
        """Make an actor and let it begin."""
        ...

    def wait_stopped(self, refs: Iterable[pykka.ActorRef[Any]], limit_s: float) -> None:
        """Wait until these actors have ended, each not longer than the limit."""
        ...


class ThreadMachine:
    """A thread for each actor, and the system's clock."""

    viewed = True

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        self.disk: Disk = RealDisk()
        self.outbox: Outbox = queue.SimpleQueue()

    def timers(self, directory: Directory, clock: Clock) -> RunningTimers:
        """One thread waits for all."""
        return ThreadTimers(directory, clock)

    def spawn(self, kind: type[Shell], *args: Any, **kwargs: Any) -> pykka.ActorRef[Any]:
        """pykka's own way."""
        return kind.start(*args, **kwargs)

    def wait_stopped(self, refs: Iterable[pykka.ActorRef[Any]], limit_s: float) -> None:
        """Wait for each, until its thread is through: pykka calls an actor stopped before its ``on_stop``."""
        for ref in refs:
            inbox: Any = ref.actor_inbox
            inbox.left.wait(timeout=limit_s)
