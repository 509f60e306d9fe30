"""What a checker is shown, and when: the venue's books and the grids' states, never anybody's hopes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, get_args

from actors.mail import Called
from exchange.simulated.gate import Served
from exchange.venue.contract import PrivatePush
from exchange.venue.core import VenueCore
from state.grid.model import GridState
from state.grid.step import Event

__all__ = ["GRID_MESSAGES", "Checker", "Plant", "Served", "Turn", "Written"]

#: Whatever a grid may take.
GRID_MESSAGES: frozenset[type] = frozenset((*get_args(Event), Called))


class Plant(Protocol):
    """The simulated world as checkers see it. Times are the venue's, in milliseconds."""

    core: VenueCore

    def now_ms(self) -> int:
        """True time."""
        ...

    @property
    def symbols(self) -> Mapping[int, tuple[str, ...]]:
        """The symbols of each account; account 1 is called "001" at the venue, and so on."""
        ...

    def grid(self, account: int, symbol: str) -> GridState | None:
        """The newest state of a grid; None while its actor is not there."""
        ...

    def refusal(self, account: int) -> str:
        """Why the account was last refused at its start; "" if it was not."""
        ...

    def gap(self, account: int) -> bool:
        """Whether something pushed to the account since its last complete sync did not reach the bot."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, taken by one actor. ``before`` and ``after`` are a grid's states, else None.

    ``reply`` to a message is never awaited: what the turn sent lies in mailboxes now.
    """

    at_ms: int
    address: str
    message: object
    before: GridState | None
    after: GridState | None


@dataclass(frozen=True, slots=True)
class Written:
    """The content of a file, after a change that has become durable."""

    at_ms: int
    path: Path
    content: bytes


class Checker:
    """One thing that must hold. Each method gives the sentences that say what does not hold; mostly ().

    What runs after every event answers with a tuple or list, so that nothing found is seen at once.
    """

    messages: frozenset[type] = frozenset()
    """The types of messages whose turns it is shown."""

    @property
    def excuses(self) -> Counter[str]:
        """What it found wrong in the end, but excused, by kind."""
        return Counter()

    def turned(self, turn: Turn) -> Iterable[str]:
        """After an actor's turn."""
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """After a request to the venue's core."""
        return ()

    def delivered(self, push: PrivatePush) -> Iterable[str]:
        """When a private frame has reached the bot (before the actors take it)."""
        return ()

    def moved(self, at_ms: int) -> Iterable[str]:
        """After time or the market has changed something at the venue (fills, ends, funding)."""
        return ()

    def written(self, written: Written) -> Iterable[str]:
        """After a change of a file."""
        return ()

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """An account's actors are gone, without warning or in order; what they held in memory is lost."""
        return ()

    def suspended(self, at_ms: int) -> Iterable[str]:
        """The machine's clocks begin to stand still; the bot's is behind until it is read anew."""
        return ()

    def at_the_end(self) -> Iterable[str]:
        """Once the faults have stopped and the bounded time for recovery has passed."""
        return ()
