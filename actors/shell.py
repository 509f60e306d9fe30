"""What every actor of ours shares: an address, the directory, the clock, timers, and a loud death."""

from __future__ import annotations

import queue
import threading
from types import TracebackType
from typing import Any, Protocol

import pykka

from actors.directory import Directory, Stamped
from actors.mail import ActorDied
from exchange.clock import Clock
from state.store.disk import Disk


class Timers(Protocol):
    """Messages at a later time."""

    def at(self, due_ms: int, address: str, message: object) -> None:
        """Send ``message`` to ``address`` once the clock shows ``due_ms``: never before, but no sooner for a
        clock that is set ahead meanwhile."""
        ...

    def after(self, wait_ms: int, address: str, message: object) -> None:
        """Send ``message`` to ``address`` after a while, whatever the clock shows then."""
        ...


class World:
    """What the shells are given: who is where, what time it is, later, and where files lie.

    ``viewed``: people look on. What is for them alone, and for no checker, is told only then.
    """

    def __init__(
        self, directory: Directory, clock: Clock, timers: Timers, disk: Disk, *, viewed: bool = True
    ) -> None:
        self.directory = directory
        self.clock = clock
        self.timers = timers
        self.disk = disk
        self.viewed = viewed

    def show(self, message: object) -> None:
        """Tell the watch, if anybody looks."""
        if self.viewed:
            self.directory.send("watch", message)


class Inbox(queue.SimpleQueue[Any]):
    """A mailbox that shows from outside whether its reader moves (actors/wedges.py), and can be closed to it.

    A thread can't be ended from outside. One that stands still is cut off instead: should it ever move
    again, it takes no further message, and nothing that it still says is heard.
    """

    __slots__ = ("cut_off", "doing", "left", "thread", "turns")

    def __init__(self) -> None:
        self.turns = 0
        """Messages begun and messages done."""
        self.doing: object = None
        """The message in hand; None between two."""
        self.thread = 0
        """Its reader's; 0 until that has begun."""
        self.cut_off = False
        self.left = threading.Event()
        """Set once its reader is through, ``on_stop`` too."""


class Shell(pykka.ThreadingActor):
    """An actor at an address. Subclasses implement ``receive``; whatever it raises ends the actor."""

    use_daemon_thread = True
    actor_inbox: Inbox

    def __init__(self, address: str, world: World) -> None:
        super().__init__()
        self.address = address
        self.world = world

    @staticmethod
    def _create_actor_inbox() -> Inbox:
        return Inbox()

    def _actor_loop(self) -> None:
        self.actor_inbox.thread = threading.get_ident()
        try:
            super()._actor_loop()
        finally:
            self.actor_inbox.left.set()

    def send(self, address: str, message: object) -> None:
        """The way out."""
        if not self.actor_inbox.cut_off:
            self.world.directory.send(address, message)

    def later(self, wait_ms: int, message: object) -> None:
        """A message to oneself after ``wait_ms``."""
        if not self.actor_inbox.cut_off:
            self.world.timers.after(wait_ms, self.address, message)

    def receive(self, message: object) -> object:
        """Take one message; what it returns answers an ``ask``, which only threads without a mailbox may."""
        raise NotImplementedError

    def on_receive(self, message: Any) -> Any:
        """Take one message; a BaseException becomes a failure of this actor alone."""
        inbox = self.actor_inbox
        if inbox.cut_off:
            return None
        if type(message) is Stamped:
            message.taken()
            message = message.message
        inbox.doing = message
        inbox.turns += 1
        try:
            return self.receive(message)
        except Exception:
            raise
        except BaseException as error:
            raise RuntimeError(f"{type(error).__name__} in {self.address}") from error
        finally:
            inbox.doing = None
            inbox.turns += 1

    def on_failure(
        self,
        exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Tell the supervisor; the queued messages are gone."""
        name = exception_type.__name__ if exception_type is not None else "failure"
        self.send("supervisor", ActorDied(address=self.address, error=f"{name}: {exception_value}"))
