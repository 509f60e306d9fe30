"""The one way out of an actor: ``send(address, message)``. Nobody keeps a reference of a peer."""

from __future__ import annotations

from typing import Any

import pykka


class Directory:
    """Addresses and who lives there now. A message to nobody is dropped and counted."""

    def __init__(self) -> None:
        self._refs: dict[str, pykka.ActorRef[Any]] = {}
        self.undelivered = 0

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
            ref.tell(message)
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
