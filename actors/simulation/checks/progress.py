"""Progress: once the faults have stopped, everything is as it should be within a bounded time.

What a state's own fields say of people, guards and balance excuses what follows from it and no more, and is
counted: a side that is paused need not be open, but if it is, it has its take profit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from actors.simulation.checks.truth import IDX, SIDE, ZERO, AccountTruth, Truth, name_of
from actors.simulation.checks.watching import Checker
from exchange.venue.records import Order
from messages.ids import OrderName
from messages.settings import ReopenSide
from messages.sides import Role, Side
from state.grid.model import GridState, SideState
from state.order import Asked, Phase


@dataclass(frozen=True, slots=True)
class Case:
    """One grid in the end: its state, its account, and the open orders with ids of ours at the venue."""

    truth: Truth
    account: AccountTruth
    state: GridState
    orders: tuple[tuple[OrderName, Order], ...]
    now_ms: int

    def size(self, side: Side) -> Decimal:
        """A leg's size at the venue, in base coin."""
        holding = self.account.records.holdings.get(self.state.symbol)
        return holding.legs[IDX[side]].size if holding is not None else ZERO

    def of(self, side: Side, role: Role) -> list[tuple[OrderName, Order]]:
        """The open orders of a side and role."""
        return [(name, o) for name, o in self.orders if name.side is side and name.role is role]

    def said(self, side: SideState | None, text: str) -> str:
        """A sentence with its subject."""
        whose = "" if side is None else f" {side.side}"
        return f"{self.account.name} {self.state.symbol}{whose}: {text}"


class EndChecker(Checker):
    """Looks at every grid in the end."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.excused: Counter[str] = Counter()

    @property
    def excuses(self) -> Counter[str]:
        """What it excused."""
        return self.excused

    def at_the_end(self) -> Sequence[str]:
        """Judge each grid that is there."""
        return [finding for case in cases(self.truth) for finding in self.judge(case)]

    def judge(self, case: Case) -> Iterator[str]:
        """What does not hold for one grid."""
        raise NotImplementedError


def cases(truth: Truth) -> Iterator[Case]:
    """Every grid that has an actor."""
    now_ms = truth.plant.now_ms()
    for account in truth.accounts.values():
        for symbol in truth.plant.symbols[account.number]:
            state = truth.plant.grid(account.number, symbol)
            if state is not None:
                holding = account.records.holdings.get(symbol)
                found = holding.orders.values() if holding is not None else ()
                named = tuple((n, o) for o in found if (n := name_of(o.link_id)) is not None)
                mine = tuple((n, o) for n, o in named if n.account == account.number)
                yield Case(truth, account, state, mine, now_ms)


def no_entries(case: Case) -> str:
    """Why the whole symbol may send no entry, "" if it may: the state's own words."""
    return no_entries_now(case.state, case.now_ms)


def no_entries_now(state: GridState, now_ms: int) -> str:
    """As ``no_entries``, at any moment of a run."""
    if state.stopped:
        return "stopped"
    if state.stopping:
        return "stopping"
    if now_ms < state.frozen_until_ms:
        return "frozen"
    if state.entries_refused:
        return "ladder refused"
    if any(side.book.foreign_qty for side in state.sides):
        return "foreign position"
    return ""


class GridsRun(EndChecker):
    """Every grid is there, in step with its stream; only an account that has lost what its ladders need, and
    holds nothing, may have been refused."""

    def at_the_end(self) -> Sequence[str]:
        """Look for the missing ones too."""
        found = list(super().at_the_end())
        there = {(case.account.number, case.state.symbol) for case in cases(self.truth)}
        for account in self.truth.accounts.values():
            for symbol in self.truth.plant.symbols[account.number]:
                if (account.number, symbol) in there:
                    continue
                why = self.truth.plant.refusal(account.number)
                if any(number == account.number for number, _ in there) or not _ruined(account, why):
                    found.append(f"{account.name} {symbol}: its grid is not there {why[:200]}".rstrip())
                else:
                    self.excused["not started: its ladders cost more than it has left"] += 1
        return found

    def judge(self, case: Case) -> Iterator[str]:
        """Its stream stands, and a sync has followed."""
        state = case.state
        if not (state.synced and state.stream_up) or state.interrupted_ms:
            yield case.said(None, "is not in step with its stream")


def _ruined(account: AccountTruth, refusal: str) -> bool:
    records = account.records
    held = any(  # by the bot: after the refusal a person may have bought
        leg.size and not account.leg(symbol, SIDE[idx]).foreign
        for symbol, holding in records.holdings.items()
        for idx, leg in holding.legs.items()
        if idx in SIDE
    )
    return " does not start: ladder: " in refusal and not held and records.wallet < records.started_with


class NothingIsUnknown(EndChecker):
    """No order of ours is unknown, busy or without an owner; grid and venue know the same of each."""

    def judge(self, case: Case) -> Iterator[str]:
        """Compare the orders."""
        there = {order.link_id: order for _, order in case.orders}
        for link_id, order in case.state.orders.items():
            asked = order.amend is not Asked.NO or order.cancel is not Asked.NO
            if order.phase is not Phase.LIVE or asked or order.looking:
                yield case.said(None, f"{link_id} is still {order.phase}, {order.amend}, {order.cancel}")
            theirs = there.get(link_id)
            if theirs is None or (theirs.qty, theirs.price) != (order.qty, order.price):
                shown = "nothing" if theirs is None else f"{theirs.qty} at {theirs.price}"
                yield case.said(None, f"{link_id} is {order.qty} at {order.price} here, {shown} at the venue")
        for link_id in there.keys() - case.state.orders.keys():
            yield case.said(None, f"{link_id} rests without an owner")


class NoProcedureHangs(EndChecker):
    """No close, restart, rebuild or opening is still under way; an opening may wait for balance."""

    def judge(self, case: Case) -> Iterator[str]:
        """Look at the procedures."""
        state = case.state
        if state.closing is not None:
            yield case.said(None, f"still closing {sorted(state.closing.sides)}")
        if state.restart is not None:
            yield case.said(None, f"still restarting: {state.restart.step}")
        for side in state.sides:
            if side.rebuild_from_ms:
                yield case.said(side, "still rebuilding")
            known = side.book.entry_qty - side.book.exit_qty + side.book.foreign_qty
            if known != case.size(side.side):
                yield case.said(side, f"{known} explained of {case.size(side.side)}")
            yield from self._opening(case, side)

    def _opening(self, case: Case, side: SideState) -> Iterator[str]:
        if side.opening is None:
            return
        why = no_entries(case) or side.paused or ("balance" if side.opening.waiting else "")
        if why:
            self.excused[f"opening: {why}"] += 1
        else:
            yield case.said(side, f"still opening: {side.opening}")


class SidesAreHeld(EndChecker):
    """Every side that should be open is held."""

    def judge(self, case: Case) -> Iterator[str]:
        """Look at the flat sides."""
        for side in case.state.sides:
            if side.held or side.opening is not None:
                continue
            why = self._why_flat(case, side)
            if why:
                self.excused[f"flat: {why}"] += 1
            else:
                yield case.said(side, "should be open, but is flat")

    def _why_flat(self, case: Case, side: SideState) -> str:
        state, settings = case.state, case.state.settings
        if side.paused:
            return "paused"
        if settings.wind_down:
            return "winding down"
        if side.ever_opened and settings.reopen_side is ReopenSide.OPPOSITE:
            other = state.of(side.side.other)
            comes = other.held or other.opening is not None or other.paused
            return "waits for the other side's close" if comes else ""
        return "" if side.ever_opened else no_entries(case)
