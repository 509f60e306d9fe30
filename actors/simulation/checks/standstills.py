"""Nothing stands still without its cause, nor goes on with one: pauses, stops, freezes (sections 5, 7, 12).

The worst of the venue's own executions tells the cause of a close: the exchange's, a person's, ours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from actors.simulation.checks.books import is_lost
from actors.simulation.checks.closes import records_of
from actors.simulation.checks.truth import ZERO, Fills, LegKey, Truth, name_of
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn, Written
from exchange.venue.records import Execution
from messages.account import OrderRow
from messages.commands import Resume
from messages.events import StreamEvents
from messages.guard import PrivateStreamLost
from messages.sides import SIDES, Role
from state.grid.model import GridState, SideState

#: How long a stop takes from the execution that is its cause.
_STOPS_MS = 5_000
_FREEZE_MS, _HOUR_MS = 600_000, 3_600_000
#: So many losses of the stream in an hour freeze where a plan allows the fewest.
_FEWEST_LOSSES = 6
#: How far the bot's clock may be off, since it stood still, or was read over a slow connection.
_CLOCK_MS = 35_000
_NOBODYS = ("CreateByUser", "CreateByClosing", "CreateByTakeProfit", "CreateByStopLoss")
_WARNINGS = frozenset(
    {
        "CancelByPrepareLiq",
        "CancelAllBeforeLiq",
        "CancelByPrepareAdl",
        "CancelAllBeforeAdl",
        "CancelBySettle",
        "CancelByDCP",
    }
)
_CLOSED_BY = "closed by "
#: The lowest thresholds that a plan draws, and how much earlier carried figures may make the bot act.
_LEAST_LOSS, _LEAST_RATE, _CARE = Decimal("0.5"), Decimal("0.5"), Decimal("0.95")


class Who(IntEnum):
    """Who has closed: the worse the greater."""

    WE = 0
    STOP = 1
    PERSON = 2
    EXCHANGE = 3


def who_closed(e: Execution) -> Who:
    """Whose an execution that reduces is. What fires of a leg's own trading-stop is ours: only we set one."""
    if e.exec_type != "Trade" or (e.order is not None and e.order.create_type not in _NOBODYS):
        return Who.EXCHANGE
    ours = e.order is not None and name_of(e.order.link_id) is not None
    if e.order is not None and e.order.stop_order_type:
        return Who.STOP if e.order.create_type == "CreateByStopLoss" else Who.WE
    return Who.WE if ours else Who.PERSON


@dataclass(slots=True)
class _Cycle:
    """What a leg's executions since it was last flat say; ``mixed``: a person has enlarged it.

    ``opened``: an opening of ours has, which a paused side never sends.
    """

    worst: Who = Who.WE
    mixed: bool = False
    opened: bool = False


class ClosesHaveTheirConsequence(Checker):
    """A side that our take profit has closed goes on; one that our stop, a person or the exchange has closed
    is paused, and only a person's ``resume`` takes that back."""

    messages = GRID_MESSAGES

    def __init__(self, truth: Truth) -> None:
        self._fills = Fills(truth)
        self._cycles: dict[tuple[int, LegKey], _Cycle] = {}
        self._zeros: dict[tuple[int, LegKey], tuple[int, _Cycle]] = {}
        """The sequence of each leg's last zero, and what led there."""
        self._lost: set[int] = set()
        self._worse: set[tuple[int, LegKey]] = set()
        """Legs that somebody else has closed since their side last went on."""

    def written(self, written: Written) -> Iterable[str]:
        """A state that was lost is rebuilt from less than all that has been."""
        if is_lost(written):
            self._lost.add(int(written.path.name[:3]))
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge a turn in which a close is decided, or a pause is taken back."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.long is before.long:
            return ()
        found = [f for s in SIDES for f in self._taken_back(turn, before.of(s), after)]
        if isinstance(turn.message, Resume):
            self._worse -= {(after.account, (after.symbol, s)) for s in SIDES if not after.of(s).paused}
        if before.closing is not None and after.closing is None and after.account not in self._lost:
            self._note()
            for s in before.closing.sides:
                found += self._decided(after, after.of(s))
        return found

    def _note(self) -> None:
        for account, side, e in self._fills.new():
            key = account.number, (e.leg.symbol, side)
            cycle = self._cycles.setdefault(key, _Cycle())
            if e.closed_qty:
                cycle.worst = max(cycle.worst, who_closed(e))
            else:
                name = name_of(e.order.link_id) if e.order is not None else None
                cycle.mixed = cycle.mixed or name is None
                cycle.opened = cycle.opened or (name is not None and name.role is Role.OPENING)
            if e.size_after == 0:
                self._zeros[key] = e.seq, cycle
                if cycle.worst is not Who.WE:
                    self._worse.add(key)
                del self._cycles[key]

    def _decided(self, state: GridState, side: SideState) -> Iterator[str]:
        key = state.account, (state.symbol, side.side)
        seq, cycle = self._zeros.get(key, (-1, _Cycle(mixed=True)))
        if cycle.mixed or seq > side.leg.newest_seq:
            return  # whose the sizes are is not told by the executions alone, or the grid is not so far
        paused = side.paused.startswith(_CLOSED_BY)
        if not side.paused:
            self._worse.discard(key)
        if cycle.worst is Who.WE and paused and key not in self._worse:
            yield f"{state.symbol} {side.side}: we have closed it, yet it is paused: {side.paused}"
        elif cycle.worst is not Who.WE and not side.paused:
            yield f"{state.symbol} {side.side}: closed by {cycle.worst.name}, yet it is not paused"

    def _taken_back(self, turn: Turn, was: SideState, state: GridState) -> Iterator[str]:
        side = state.of(was.side)
        if not was.paused.startswith(_CLOSED_BY) or side.paused or isinstance(turn.message, Resume):
            return
        if turn.before is not None and turn.before.restart is not None:
            return
        self._note()
        cycle = self._cycles.get((state.account, (state.symbol, side.side)))
        if cycle is None or not cycle.opened:  # else a crash had lost the resume that let it open
            yield f"{state.symbol} {side.side}: goes on without resume, though it was {was.paused}"


class StopsHaveTheirCause(Checker):
    """An account stops soon after the exchange has closed a part of a leg; else only as its rules say.

    A loss and a maintenance rate are judged by the venue's own figures; the bot carries its own forward.
    """

    messages = GRID_MESSAGES

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._fills = Fills(truth)
        self._peaks: dict[str, Decimal] = {}
        self._lows: dict[str, Decimal] = {}
        self._by_exchange: dict[int, set[str]] = {}
        self._due: dict[int, int] = {}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """What was on its way to the guard is lost."""
        self._due.pop(account, None)
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note causes, and judge stops."""
        before, after = turn.before, turn.after
        if before is None or after is None:
            return ()
        due_ms = self._due.get(after.account)
        if due_ms is not None and turn.at_ms >= due_ms:
            del self._due[after.account]
            if not after.stopped:
                return (f"{after.account:03d}: the exchange has closed, and the account is not stopped",)
        self._note_peaks()
        if after.long is before.long:
            return ()
        self._note()
        mine = self._by_exchange.get(after.account, set())
        new = {e.exec_id for e in records_of(turn.message)[0] if e.exec_ms > before.execs_known_ms}
        new &= after.exec_ids.keys() - before.exec_ids.keys()
        if mine & new and not after.stopped and before.ever_saved:  # what a rebuild finds is long ago
            self._due.setdefault(after.account, turn.at_ms + _STOPS_MS)
        if after.stopped and not before.stopped and not mine and not self._by_rule(after):
            return (f"{turn.address}: stopped without a cause: {after.stopped}",)
        return ()

    def _note_peaks(self) -> None:
        for name, account in self._truth.accounts.items():
            equity = account.records.margin_balance
            self._peaks[name] = max(self._peaks.get(name, ZERO), equity)
            self._lows[name] = min(self._lows.get(name, equity), equity)

    def _by_rule(self, state: GridState) -> bool:
        name = f"{state.account:03d}"
        records, rule = self._truth.accounts[name].records, state.stopped.partition(":")[0]
        equity = records.margin_balance
        if rule == "loss":
            # A process that begins with its flag there is stopped for what once was.
            return self._lows[name] * _CARE <= self._peaks[name] * (1 - _LEAST_LOSS)
        if rule == "maintenance rate":
            self._note()  # what has been liquidated since needs no margin any more
            liquidated = state.account in self._by_exchange
            return liquidated or records.mm >= equity * _LEAST_RATE * _CARE
        return rule in ("closes failing", "mismatch") or "emergency stops in an hour" in state.stopped

    def _note(self) -> None:
        for account, _, e in self._fills.new():
            if e.closed_qty and who_closed(e) is Who.EXCHANGE:
                self._by_exchange.setdefault(account.number, set()).add(e.exec_id)


class FreezesHaveTheirCause(Checker):
    """Entries freeze when the exchange takes an order away with a warning, for ten minutes, or when the
    private stream is lost too often; and only then."""

    messages = GRID_MESSAGES | {PrivateStreamLost}

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._warned: set[int] = set()
        self._losses: dict[str, deque[int]] = {name: deque(maxlen=_FEWEST_LOSSES) for name in truth.accounts}
        self._seen: dict[int, int] = {}

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge a turn that freezes, and one that should."""
        before, after = turn.before, turn.after
        if isinstance(turn.message, PrivateStreamLost):
            self._losses[turn.address[:3]].append(turn.at_ms)
        if before is None or after is None or after.long is before.long:
            return ()
        until_ms = after.frozen_until_ms
        found = []
        if until_ms > before.frozen_until_ms:
            self._note()
            caused = after.account in self._warned or self._lost_often(f"{after.account:03d}", turn.at_ms)
            if not caused or until_ms > turn.at_ms + _FREEZE_MS + _CLOCK_MS:
                found.append(f"{turn.address}: frozen for {until_ms - turn.at_ms} ms without such a cause")
        if until_ms < turn.at_ms + _FREEZE_MS - _CLOCK_MS and any(_warns(e, before) for e in _rows(turn)):
            found.append(f"{turn.address}: an order was taken away with a warning, and nothing freezes")
        return found

    def _lost_often(self, name: str, at_ms: int) -> bool:
        losses = self._losses[name]
        return len(losses) == _FEWEST_LOSSES and losses[0] >= at_ms - _HOUR_MS - _CLOCK_MS

    def _note(self) -> None:
        for account in self._truth.accounts.values():
            ended, seen = account.records.ended, self._seen.get(account.number, 0)
            if any(order.cancel_type in _WARNINGS for order in ended[seen:]):
                self._warned.add(account.number)
            self._seen[account.number] = len(ended)


def _rows(turn: Turn) -> Iterator[OrderRow]:
    if isinstance(turn.message, StreamEvents):
        yield from (event for event in turn.message.events if isinstance(event, OrderRow))


def _warns(row: OrderRow, state: GridState) -> bool:
    order = state.orders.get(row.order_link_id)
    return row.cancel_type in _WARNINGS and order is not None and not order.ended and state.synced
