"""A close is acted on within the turn that tells of it, whatever sync is under way (failure 8).

Two things tell of a close (strategy, section 4): a position row of size 0 above the newest sequence that
the grid has seen, and executions that together bring the leg to 0. For the second the venue's own executions
up to the zero are counted off as the grid receives them: when the last has come, none of them may be held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from actors.mail import Called
from actors.simulation.checks.truth import Fills, LegKey, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from messages.account import Execution, PositionRow
from messages.events import StreamEvents, SymbolSnapshot
from messages.requests import LegsRead, OrderLookUp
from messages.sides import SIDES, Side
from state.grid.model import GridState

#: Zeros of a leg that are waited for; older ones have been acted on long since.
_MOST_ZEROS = 4


@dataclass(slots=True, eq=False)
class _Zero:
    """A moment at which a leg became flat: the executions up to it, and those that the grid hasn't got."""

    ids: set[str]
    missing: set[str]


@dataclass(slots=True, eq=False)
class _Leg:
    """The executions of a leg since it was last flat, those of them that the grid has got, and the zeros."""

    ids: set[str] = field(default_factory=set)
    got: set[str] = field(default_factory=set)
    zeros: list[_Zero] = field(default_factory=list)


class ACloseIsActedOn(Checker):
    """After the turn in which a row or executions show a leg flat, its side is not held in that cycle.

    Executions alone prove nothing while the stream's gap is not closed by a sync, or a lost state is rebuilt.
    """

    messages = frozenset({StreamEvents, SymbolSnapshot, Called})

    def __init__(self, truth: Truth) -> None:
        self._fills = Fills(truth)
        self._legs: dict[tuple[int, LegKey], _Leg] = {}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """What was received is forgotten, and what the file knows may never come again."""
        for (number, _), leg in self._legs.items():
            if number == account:
                leg.got.clear()
                leg.zeros.clear()
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge a turn that took rows or executions."""
        before, after = turn.before, turn.after
        if before is None or after is None:
            return ()
        executions, rows = records_of(turn.message)
        if not executions and not rows:
            return ()
        self._note()
        found = [*_by_rows(executions, rows, before, after)]
        shown = self._by_executions(executions, after)
        # A look-up has one order's executions: others of lower sequence may be missing, a row must agree.
        return found if _is_look_up(turn.message) else [*found, *shown]

    def _note(self) -> None:
        for account, side, e in self._fills.new():
            leg = self._legs.setdefault((account.number, (e.leg.symbol, side)), _Leg())
            leg.ids.add(e.exec_id)
            if e.size_after == 0:
                leg.zeros.append(_Zero(ids=leg.ids, missing=leg.ids - leg.got))
                del leg.zeros[:-_MOST_ZEROS]
                leg.ids, leg.got = set(), set()

    def _by_executions(self, executions: Sequence[Execution], after: GridState) -> list[str]:
        found: list[str] = []
        got = {e.exec_id for e in executions}
        for s in SIDES:
            leg, side = self._legs.get((after.account, (after.symbol, s))), after.of(s)
            if leg is None:
                continue
            leg.got |= got & leg.ids
            for zero in leg.zeros:
                zero.missing -= got
            if not leg.zeros or after.interrupted_ms or not after.synced or side.rebuild_from_ms:
                continue
            ripe = [zero for zero in leg.zeros if not zero.missing]
            leg.zeros = [zero for zero in leg.zeros if zero.missing]
            if side.held and any(e.exec_id in zero.ids for zero in ripe for e in side.fills):
                found.append(
                    f"{after.symbol} {s}: executions show a close, but cycle {side.cycle} is still held"
                )
        return found


def _is_look_up(message: object) -> bool:
    return isinstance(message, Called) and isinstance(message.answer, OrderLookUp)


def _by_rows(
    executions: Sequence[Execution], rows: Sequence[PositionRow], before: GridState, after: GridState
) -> Iterator[str]:
    if not (before.synced or before.ever_saved):
        return
    for row in rows:
        if row.size or row.leg is None or not before.of(row.leg).held:
            continue
        leg, side = before.of(row.leg).leg, after.of(row.leg)
        newest = max(
            leg.row.seq,
            max((change.seq for change in leg.changes), default=-1),
            max((e.seq for e in executions if e.leg is row.leg), default=-1),
        )
        if row.seq > newest and side.held and side.cycle == before.of(row.leg).cycle:
            yield f"{after.symbol} {row.leg}: a row shows it flat, but cycle {side.cycle} is still held"


def records_of(message: object) -> tuple[Sequence[Execution], Sequence[PositionRow]]:
    """The executions and position rows that a message to a grid carries."""
    if isinstance(message, StreamEvents):
        events = message.events
        executions = [e for e in events if isinstance(e, Execution)]
        return executions, [e for e in events if isinstance(e, PositionRow)]
    found = message.answer if isinstance(message, Called) else message
    if isinstance(found, SymbolSnapshot | LegsRead | OrderLookUp):
        return found.executions, found.positions
    return (), ()


class ACloseIsReal(Checker):
    """A side begins its next cycle only if its leg has been flat since the cycle's first fill."""

    messages = GRID_MESSAGES

    def __init__(self, truth: Truth) -> None:
        self._fills = Fills(truth)
        self._zeros: dict[tuple[int, LegKey], int] = {}
        """The sequence of each leg's last zero."""

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge a turn in which a cycle has ended; a rebuild finds its cycle's number anew."""
        before, after = turn.before, turn.after
        if before is None or after is None or after is before:
            return ()
        if before.long.cycle == after.long.cycle and before.short.cycle == after.short.cycle:
            return ()
        for account, side, e in self._fills.new():
            if e.size_after == 0:
                self._zeros[account.number, (e.leg.symbol, side)] = e.seq
        return [finding for s in SIDES for finding in self._judge(before, after, s)]

    def _judge(self, before: GridState, after: GridState, s: Side) -> Iterator[str]:
        side = before.of(s)
        if side.cycle == after.of(s).cycle or not side.held or side.rebuild_from_ms or not before.synced:
            return
        first = min((e.seq for e in side.fills), default=-1)
        if self._zeros.get((after.account, (after.symbol, s)), -1) < first:
            yield f"{after.symbol} {s}: cycle {side.cycle} was taken for closed, its leg has not been flat"
