"""Deaths and ends: who has failed, who has finished; the main thread decides what follows."""

from __future__ import annotations

from typing import Any

from actors.directory import kind_of
from actors.machine import Outbox
from actors.mail import AccountStopped, ActorDied, ClockRead, Finished, LastPicture
from actors.shell import Shell, World
from messages.events import Counted, Note, Severity


class SupervisorActor(Shell):
    """Tells the main thread through ``outbox``, the one queue that leads out of the actors."""

    def __init__(self, world: World, outbox: Outbox) -> None:
        super().__init__("supervisor", world)
        self._outbox = outbox

    def receive(self, message: object) -> None:
        """Pass on what the main thread waits for."""
        if isinstance(message, ActorDied):
            self.world.directory.remove(message.address)
            kind = message.error.partition(":")[0]  # what else it says may hold keys: only the log masks them
            self.send(
                "watch",
                Note(
                    account=0,
                    symbol="",
                    side=None,
                    kind="actor_died",
                    severity=Severity.CRITICAL,
                    text=f"{message.address} failed: {kind}: the log says more",
                    at_ms=self.world.clock.now_ms(),
                ),
            )
            self._count(message.address)
        if isinstance(message, ActorDied | AccountStopped | Finished | ClockRead | LastPicture):
            self._outbox.put(message)

    def _count(self, address: str) -> None:
        number = int(address[:3]) if address[:3].isdigit() else 0
        died = Counted(account=number, symbol="", name="actor_died", reason=kind_of(address))
        self.world.show(died)

    def on_failure(self, *failure: Any) -> None:
        """Nobody watches the supervisor: it tells the main thread of its own death."""
        self._outbox.put(ActorDied(address=self.address, error=repr(failure[1])))
