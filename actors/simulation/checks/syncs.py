"""No sync without a cause: a resync loop can't exist (failure 3). And no order before the first sync."""

from __future__ import annotations

from collections.abc import Iterable

from actors.directory import grid_address
from actors.mail import Called, StreamOpened, Unreadable
from actors.simulation.checks.truth import Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Plant, Served, Turn
from messages.events import SymbolSnapshot
from messages.requests import ReadSnapshot
from state.order import Phase

#: The regular sync, less what two clocks may differ within a minute.
_REGULAR_MS = 55_000
#: A cause may explain a sync that much later, while an earlier one was still running.
_LASTS_MS = 180_000
#: A start reads the account before it trades, syncs when its stream stands, and once more when old orders
#: can't arrive any more.
_AT_START = 3
_MOST = 4


class NoSyncWithoutACause(Checker):
    """Each sync has its cause: a minute since the last, a start, a stream that opened, a frame that could not
    be read, a read that failed."""

    messages = frozenset({StreamOpened, Unreadable, Called})

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._last: dict[str, int] = {}
        self._causes: dict[str, list[int]] = {}
        for number in truth.plant.symbols:
            self.killed(truth.plant.now_ms(), number)

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next actors will start."""
        self._causes[f"{account:03d}"] = [2**62] * _AT_START
        return ()

    def suspended(self, at_ms: int) -> Iterable[str]:
        """Once the clock is read anew, the minute seems to be over."""
        for causes in self._causes.values():
            causes.append(at_ms)
        return ()

    def _runs(self, account: str) -> bool:
        """Whether its actors are there: what is read before is part of a start."""
        plant, number = self._truth.plant, int(account)
        return any(plant.grid(number, symbol) is not None for symbol in plant.symbols[number])

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note causes."""
        message, (account, _, actor) = turn.message, turn.address.partition("/")
        if actor != "reconciler":
            return ()
        if isinstance(message, Called) and not (message.error and isinstance(message.request, ReadSnapshot)):
            return ()
        causes = self._causes[account]
        causes.append(turn.at_ms)
        del causes[:-_MOST]
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """Judge the beginning of a sync: its first read of the legs."""
        params = served.params
        if served.op != "position.list" or not served.by_bot or "settleCoin" not in params:
            return ()
        if params.get("cursor") or not self._runs(served.account):
            return ()
        last, self._last[served.account] = self._last.get(served.account), served.at_ms
        causes = self._causes[served.account]
        while causes and causes[0] < served.at_ms - _LASTS_MS:
            causes.pop(0)
        if last is None or served.at_ms >= last + _REGULAR_MS:
            return ()
        if causes:
            causes.pop(0)
            return ()
        return (f"{served.account} is synced {served.at_ms - last} ms after the last time, without a cause",)


class NothingIsDecidedBeforeASync(Checker):
    """A grid whose actor has begun, the first time or again, decides no order before it has taken a sync."""

    messages = GRID_MESSAGES

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._synced: set[str] = set()

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next actors know what the file says, not how the world is; whose neighbour has died goes on."""
        for symbol in self._plant.symbols[account]:
            if self._plant.grid(account, symbol) is None:
                self._synced.discard(grid_address(account, symbol))
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Look for new orders of a grid that has had no sync."""
        if turn.address in self._synced or turn.before is None or turn.after is None:
            return ()
        if isinstance(turn.message, SymbolSnapshot):
            self._synced.add(turn.address)
            return ()
        known = turn.before.orders
        return [
            f"{link_id} is decided before a sync"
            for link_id, order in turn.after.orders.items()
            if order.phase is Phase.SENT and link_id not in known
        ]
