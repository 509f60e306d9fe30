"""No interleaving of orders, events and late wallet pushes spends the same money twice.

The exchange here has a fixed sum. What it accepts blocks money, an end without a fill or a close gives
it back; pushes tell what was free up to just under a second before they were created, and come late.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from messages.account import Wallet
from messages.orders import BalanceContext
from state.balance import BalanceLedger
from tests.state.account_rows import check, name_of, place, wallet

FUNDS = 100


picks = st.integers(0, 20)


@dataclass(slots=True)
class Entry:
    """An order as the exchange has it; times None: not so far."""

    number: int
    cost: int
    accepted_ms: int | None = None
    filled_ms: int | None = None
    ended_ms: int | None = None
    closed: bool = False

    @property
    def name(self) -> str:
        return name_of(self.number)


class MoneyMachine(RuleBasedStateMachine):
    """The ledger between an exchange and any order of messages."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 10_000
        self.entries: list[Entry] = []
        self.moves: list[tuple[int, int]] = []
        self.pushes: list[Wallet] = []
        self.decided = 0
        self.released = (0, 0)
        self.ledger = BalanceLedger()
        self.ledger.pushed(wallet(FUNDS, self.now_ms), self.now_ms)

    def free(self, at_ms: int) -> int:
        return FUNDS - sum(blocked for when, blocked in self.moves if when <= at_ms)

    def under_way(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.accepted_ms is None]

    def live(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.accepted_ms is not None and entry.ended_ms is None]

    def held(self) -> list[Entry]:
        return [
            entry
            for entry in self.entries
            if entry.ended_ms is not None and entry.filled_ms is not None and not entry.closed
        ]

    @rule(ms=st.sampled_from([1, 500, 998, 1000]))
    def time_passes(self, ms: int) -> None:
        self.now_ms += ms

    @rule(cost=st.sampled_from([30, 60, 100]), reopening=st.booleans())
    def an_entry_is_decided(self, cost: int, reopening: bool) -> None:
        self.decided += 1
        entry = Entry(self.decided, cost)
        amount, at_ms = self.released if reopening else (0, 0)
        context = BalanceContext.REOPEN if reopening else BalanceContext.AVERAGING
        needs = check(cost, context=context, released=Decimal(amount), released_ms=at_ms)
        if self.ledger.try_reserve(place(entry.number, needs), self.now_ms) is None:
            self.entries.append(entry)

    @precondition(lambda self: self.under_way())
    @rule(pick=picks, told=st.booleans())
    def the_exchange_accepts(self, pick: int, told: bool) -> None:
        entry = self.under_way()[pick % len(self.under_way())]
        entry.accepted_ms = self.now_ms
        self.moves.append((self.now_ms, entry.cost))
        if told:
            self.ledger.seen_live(entry.name, self.now_ms)

    @precondition(lambda self: self.under_way())
    @rule(pick=picks)
    def the_exchange_refuses(self, pick: int) -> None:
        entry = self.under_way()[pick % len(self.under_way())]
        self.entries.remove(entry)
        self.ledger.answered_refused(entry.name)

    @precondition(lambda self: self.live())
    @rule(pick=picks, whole=st.booleans(), told=st.booleans())
    def the_exchange_fills(self, pick: int, whole: bool, told: bool) -> None:
        entry = self.live()[pick % len(self.live())]
        entry.filled_ms = self.now_ms
        entry.ended_ms = self.now_ms if whole else None
        if told:
            self.ledger.filled(entry.name, self.now_ms)

    @precondition(lambda self: self.live())
    @rule(pick=picks)
    def the_exchange_cancels(self, pick: int) -> None:
        entry = self.live()[pick % len(self.live())]
        entry.ended_ms = self.now_ms
        if entry.filled_ms is None:
            self.moves.append((self.now_ms, -entry.cost))

    @precondition(lambda self: self.held())
    @rule(pick=picks)
    def a_take_profit_closes(self, pick: int) -> None:
        entry = self.held()[pick % len(self.held())]
        entry.closed = True
        self.moves.append((self.now_ms, -entry.cost))
        self.released = (entry.cost, self.now_ms)

    @precondition(lambda self: self.entries)
    @rule(pick=picks)
    def what_an_entry_went_through_is_told(self, pick: int) -> None:
        entry = self.entries[pick % len(self.entries)]
        if entry.accepted_ms is not None:
            self.ledger.seen_live(entry.name, entry.accepted_ms)
        if entry.filled_ms is not None:
            self.ledger.filled(entry.name, entry.filled_ms)
        if entry.ended_ms is not None:
            self.ledger.ended(entry.name, entry.filled_ms is not None, entry.ended_ms)

    @rule(behind_ms=st.sampled_from([0, 500, 999]), late=st.booleans())
    def the_exchange_pushes(self, behind_ms: int, late: bool) -> None:
        push = wallet(self.free(self.now_ms - behind_ms), self.now_ms)
        if late:
            self.pushes.append(push)
        else:
            self.ledger.pushed(push, self.now_ms)

    @precondition(lambda self: self.pushes)
    @rule(pick=picks)
    def a_late_push_comes(self, pick: int) -> None:
        self.ledger.pushed(self.pushes.pop(pick % len(self.pushes)), self.now_ms)

    @invariant()
    def what_is_under_way_never_exceeds_what_is_free(self) -> None:
        assert sum(entry.cost for entry in self.under_way()) <= self.free(self.now_ms)


TestMoneyIsSpentOnce = MoneyMachine.TestCase
