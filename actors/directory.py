"""The one way out of an actor: ``send(address, message)``. Nobody keeps a reference of a peer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pykka

#: Kinds of actors: the part of an address that is neither its account nor a symbol or a session's name.
KINDS = (
    "grid",
    "orders",
    "rest",
    "feed",
    "socket",
    "guard",
    "keeper",
    "reconciler",
    "watch",
    "supervisor",
)


class Stamped:
    """A message under measurement: ``taken`` is called by its receiver, in its own thread."""

    __slots__ = ("message", "taken")

    def __init__(self, message: object, taken: Callable[[], None]) -> None:
        self.message, self.taken = message, taken


class Directory:
    """Addresses and who lives there now. A message to nobody is dropped and counted.

    ``stamp``, where there is one, may give a ``Stamped`` message in place of another.
    """

    def __init__(self) -> None:
        self._refs: dict[str, pykka.ActorRef[Any]] = {}
        self.undelivered = 0
        self.stamp: Callable[[str, object], object] | None = None

    def register(self, address: str, ref: pykka.ActorRef[Any]) -> None:
        """Let ``ref`` live at ``address``; a restarted actor takes the place of its old self."""
        self._refs[address] = ref

    def remove(self, address: str) -> None:
        """Nobody lives there any more."""
        self._refs.pop(address, None)

    def send(self, address: str, message: object) -> None:
        """Tell; never blocks, never raises for a receiver that is gone."""
        ref = self._refs.get(address)
        if ref is None:
            self.undelivered += 1
            return
        try:
            ref.tell(message if self.stamp is None else self.stamp(address, message))
        except pykka.ActorDeadError:
            self.undelivered += 1

    def ref(self, address: str) -> pykka.ActorRef[Any] | None:
        """Who lives at ``address``."""
        return self._refs.get(address)

    def residents(self) -> list[tuple[str, pykka.ActorRef[Any]]]:
        """Every address and who lives there."""
        return list(self._refs.items())

    def depths(self) -> list[tuple[str, int]]:
        """How many messages wait at each address."""
        found: list[tuple[str, int]] = []
        for address, ref in self.residents():
            inbox: Any = ref.actor_inbox
            found.append((address, int(inbox.qsize())))
        return found

    def addresses(self) -> list[str]:
        """Every address, in the order of registration."""
        return list(self._refs)


def cut_off(ref: pykka.ActorRef[Any]) -> None:
    """Let an actor that can't be ended take no further message, and be heard no more."""
    inbox: Any = ref.actor_inbox
    inbox.cut_off = True


def has_left(ref: pykka.ActorRef[Any]) -> bool:
    """Whether an actor's thread is through, its ``on_stop`` too; pykka calls it stopped before that."""
    inbox: Any = ref.actor_inbox
    return bool(inbox.left.is_set())


def grid_address(account: int, symbol: str) -> str:
    """Where a symbol's grid lives."""
    return f"{account:03d}/grid/{symbol}"


def account_address(account: int, name: str) -> str:
    """Where an actor of an account lives: feed, orders, reconciler, keeper, rest/NAME."""
    return f"{account:03d}/{name}"


def account_of(address: str) -> int:
    """Whose actor lives there; 0 for one that serves all accounts."""
    return int(address[:3]) if address[:3].isdigit() else 0


def part_of(address: str) -> str:
    """What an address names beside its account: ``grid`` of ``001/grid/SOLUSDT``."""
    parts = address.split("/")
    return parts[1] if account_of(address) and len(parts) > 1 else parts[0]


def kind_of(address: str) -> str:
    """The kind of actor that lives at an address, as metrics name it: one of ``KINDS``, or ``other``."""
    part = part_of(address)
    return part if part in KINDS else "other"
