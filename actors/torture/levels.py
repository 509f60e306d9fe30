"""Each leg rebuilt: its levels and its cycle are what the venue's executions, and the file before, say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from actors.simulation.checks.progress import Case, EndChecker
from actors.simulation.checks.truth import ZERO, LegTruth, Truth, name_of
from exchange.venue.records import Execution
from messages.ids import OrderName
from messages.sides import Role
from state.grid.model import GridState, SideState


class LevelsAreOfTheExecutions(EndChecker):
    """A level holds what its orders have filled since the leg was last flat, an opening its levels' sum; no
    decision has filled more than it asked for; the cycle is the one of the leg's opening and take profit."""

    def judge(self, case: Case) -> Iterator[str]:
        """Look at each side."""
        for side in case.state.sides:
            leg = case.account.leg(case.state.symbol, side.side)
            if leg.foreign or not side.held:
                continue
            yield from (case.said(side, text) for text in _levels(side, leg))
            yield from (case.said(side, text) for text in _twice(leg))
            yield from (case.said(side, text) for text in _cycle(side, leg))
            for name, _ in case.of(side.side, Role.TAKE_PROFIT):
                if name.cycle != side.cycle:
                    yield case.said(side, f"{name} covers cycle {side.cycle}")


def _bought(leg: LegTruth) -> Iterator[tuple[OrderName, Execution]]:
    for execution in leg.history:
        name = None if execution.order is None else name_of(execution.order.link_id)
        if name is not None and not execution.closed_qty:
            yield name, execution


def _levels(side: SideState, leg: LegTruth) -> Iterator[str]:
    filled: defaultdict[int, Decimal] = defaultdict(Decimal)
    opened = -1
    for name, execution in _bought(leg):
        filled[name.level] += execution.qty
        if name.role is Role.OPENING:
            opened = max(opened, name.level)
    shared = sum((qty for level, qty in filled.items() if level <= opened), ZERO)
    known = sum((level.qty for n, level in side.levels.items() if n <= opened), ZERO)
    if shared != known:
        yield f"levels up to {opened} hold {known}, their executions make {shared}"
    for n in sorted({*filled, *side.levels}):
        here = side.levels[n].qty if n in side.levels else ZERO
        if n > opened and here != filled[n]:
            yield f"level {n} holds {here}, its executions make {filled[n]}"


def _twice(leg: LegTruth) -> Iterator[str]:
    filled: defaultdict[tuple[int, Role, int], Decimal] = defaultdict(Decimal)
    asked: defaultdict[tuple[int, Role, int], Decimal] = defaultdict(Decimal)
    for name, execution in _bought(leg):
        key = name.cycle, name.role, name.level
        filled[key] += execution.qty
        asked[key] = max(asked[key], execution.order_qty)
    for (cycle, role, level), qty in filled.items():
        if qty > asked[cycle, role, level]:
            most = asked[cycle, role, level]
            yield f"{qty} filled for {role} of level {level} in cycle {cycle}, at most {most} was asked for"


def _cycle(side: SideState, leg: LegTruth) -> Iterator[str]:
    opened = {name.cycle for name, _ in _bought(leg) if name.role is Role.OPENING}
    if opened and side.cycle not in opened:
        yield f"cycle {side.cycle}, opened in {sorted(opened)}"


class RebuiltAsBefore(EndChecker):
    """A leg without executions since the last file was written is as that file had it, file or no file.

    ``lost`` names the accounts whose file is gone: how one opening was shared out between its levels only the
    file knows, and without it they count as one.
    """

    def __init__(self, truth: Truth, before: Mapping[str, GridState], *, lost: Collection[str] = ()) -> None:
        super().__init__(truth)
        self._before, self._lost = before, lost

    def judge(self, case: Case) -> Iterator[str]:
        """Look at each side that nothing has happened to."""
        before = self._before.get(f"{case.account.name}/{case.state.symbol}")
        lost = case.account.name in self._lost
        for side in case.state.sides if before is not None else ():
            was = before.of(side.side) if before is not None else side
            leg = case.account.leg(case.state.symbol, side.side)
            if not was.held or {e.exec_id for e in leg.history} != {e.exec_id for e in was.fills}:
                continue
            for what, then, now in (
                ("cycle", was.cycle, side.cycle),
                ("levels", _shape(was, lost=lost), _shape(side, lost=lost)),
                ("entries", _entries(was), _entries(side)),
            ):
                if then != now:
                    yield case.said(side, f"{what} {now}, before the kill {then}")


def _shape(side: SideState, *, lost: bool) -> dict[int, tuple[Decimal, Decimal]]:
    """Quantity and value by level; what a lost file had shared out stands at level -1."""
    shape: dict[int, tuple[Decimal, Decimal]] = {}
    for n, level in sorted(side.levels.items()):
        key = -1 if lost and level.by_opening else n
        qty, value = shape.get(key, (ZERO, ZERO))
        shape[key] = qty + level.qty, value + level.value
    return shape


def _entries(side: SideState) -> tuple[Decimal, Decimal, Decimal]:
    return side.book.entry_qty, side.book.entry_value, side.book.entry_fees
