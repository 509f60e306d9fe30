"""What the venue's records say, kept up step by step: the ground that every other checker stands on.

It is the first of the checkers and finds nothing wrong itself. In each hook it notes what is new, and the
checkers after it look at that alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from actors.simulation.checks.watching import Checker, Plant, Served
from exchange.venue.records import Account, Execution, Order
from messages.ids import OrderName, parse_order_link_id
from messages.sides import Role, Side

ZERO = Decimal(0)
IDX = {Side.LONG: 1, Side.SHORT: 2}
SIDE = {1: Side.LONG, 2: Side.SHORT}
#: What a process had sent may arrive so long after its death: recv_window, and how far clocks may differ.
ON_THE_WAY_MS = 4_000

name_of = lru_cache(maxsize=65_536)(parse_order_link_id)

LegKey = tuple[str, Side]


@dataclass(slots=True, eq=False)
class Ours:
    """An order that the bot sent and the venue accepted.

    ``known``: it stood in its grid's state at that moment. ``late``: its grid's actor had died before.
    """

    name: OrderName
    order: Order
    ordered: Decimal
    known: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One new order of the bot as it reached the venue; ``ours`` is None where it was refused by ``code``."""

    account: AccountTruth
    link_id: str
    name: OrderName | None
    params: Mapping[str, Any]
    code: int
    ours: Ours | None
    life: int


@dataclass(slots=True, eq=False)
class LegTruth:
    """A leg's executions since it was last flat, in base coin and USDT, and when it last closed."""

    value: Decimal = ZERO
    qty: Decimal = ZERO
    fees: Decimal = ZERO
    foreign: bool = False
    """Somebody else has enlarged it."""
    history: list[Execution] = field(default_factory=list)
    former: list[Execution] = field(default_factory=list)
    """The executions before it was last flat."""
    closed_ms: int | None = None
    """When it last became flat after an order of ours had enlarged it."""

    def take(self, execution: Execution, *, ours: bool) -> None:
        """Take the next execution of the leg (no funding)."""
        if not execution.closed_qty:
            if not self.history:
                self.value = self.qty = self.fees = ZERO
                self.foreign = False
            self.value += execution.value
            self.qty += execution.qty
            self.fees += execution.fee
            self.foreign = self.foreign or not ours
        self.history.append(execution)
        if execution.size_after == 0:
            if any(name_of(e.order.link_id) for e in self.history if e.order and not e.closed_qty):
                self.closed_ms = execution.time_ms
            self.former, self.history = self.history, []


class AccountTruth:
    """One account: the bot's orders, open ones apart, and the legs."""

    def __init__(self, number: int, records: Account) -> None:
        self.number = number
        self.name = f"{number:03d}"
        self.records = records
        self.sent: dict[str, Ours] = {}
        self.open: dict[str, Ours] = {}
        self.legs: dict[LegKey, LegTruth] = {}
        self.life = 0
        """How often its actors have begun anew."""
        self.killed_ms: int | None = None
        self._executed = self._ended = 0

    def leg(self, symbol: str, side: Side) -> LegTruth:
        """A leg's truth."""
        found = self.legs.get((symbol, side))
        if found is None:
            found = self.legs[symbol, side] = LegTruth()
        return found

    def new_executions(self) -> list[Execution]:
        """The executions since the last call, booked into their legs."""
        executions = self.records.executions
        if len(executions) == self._executed:
            return []
        new = executions[self._executed :]
        self._executed = len(executions)
        for e in new:
            if e.exec_type != "Funding" and e.leg.idx in SIDE:
                ours = e.order is not None and name_of(e.order.link_id) is not None
                self.leg(e.leg.symbol, SIDE[e.leg.idx]).take(e, ours=ours)
        return new

    def new_ends(self) -> list[Order]:
        """The orders that have ended since the last call, anybody's."""
        ended = self.records.ended
        if len(ended) == self._ended:
            return []
        new = ended[self._ended :]
        self._ended = len(ended)
        for order in new:
            self.open.pop(order.order_id, None)
        return new


class Truth(Checker):
    """Notes in each hook what has arrived, filled and ended."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        books = plant.core.books
        self.accounts = {f"{n:03d}": AccountTruth(n, books[f"{n:03d}"]) for n in plant.symbols}
        self.arrivals: list[Arrival] = []
        self.executions: list[tuple[AccountTruth, Execution]] = []
        self.ends: list[tuple[AccountTruth, Order]] = []
        self.news = False
        """Whether anything at the venue has changed since the hook before."""
        self._revision: tuple[int, int] | None = None

    def served(self, served: Served) -> tuple[str, ...]:
        """Note the new orders of the bot among a request."""
        self._look()
        if self.arrivals:
            self.arrivals = []
        if served.by_bot and served.op.startswith("order.create"):
            account = self.accounts[served.account]
            self.arrivals = [self._arrived(account, params, code) for params, code in creates(served)]
        return ()

    def moved(self, at_ms: int) -> tuple[str, ...]:
        """Note fills and ends."""
        self._look()
        return ()

    def killed(self, at_ms: int, account: int) -> tuple[str, ...]:
        """The account's next actors begin their own life."""
        killed = self.accounts[f"{account:03d}"]
        killed.life += 1
        killed.killed_ms = at_ms
        return ()

    def at_the_end(self) -> tuple[str, ...]:
        """Note what came last."""
        self._look()
        return ()

    def _look(self) -> None:
        revision = self.plant.core.revision
        if self.executions or self.ends:
            self.executions, self.ends = [], []
        self.news = revision != self._revision
        if not self.news:
            return
        self._revision = revision
        for account in self.accounts.values():
            for execution in account.new_executions():
                self.executions.append((account, execution))
            for order in account.new_ends():
                self.ends.append((account, order))

    def _arrived(self, account: AccountTruth, params: Mapping[str, Any], code: int) -> Arrival:
        link_id = str(params.get("orderLinkId", ""))
        name = name_of(link_id)
        known = name is not None and self._stands(account, link_id, name)
        # So does what an actor has sent that has ended in order.
        gone = name is not None and self.plant.grid(account.number, name.symbol) is None
        # What a dead process had sent still arrives; the living one may know nothing of it.
        dead = not known and account.killed_ms is not None
        dead = dead and self.plant.now_ms() <= (account.killed_ms or 0) + ON_THE_WAY_MS
        life = account.life - 1 if dead else account.life
        ours = None
        if code == 0 and name is not None:
            order = account.records.links[link_id][-1]
            ours = Ours(name=name, order=order, ordered=order.qty, known=known, late=dead or gone)
            account.sent[order.order_id] = ours
            account.open[order.order_id] = ours
        return Arrival(account, link_id, name, params, code, ours, life)

    def _stands(self, account: AccountTruth, link_id: str, name: OrderName) -> bool:
        state = self.plant.grid(account.number, name.symbol)
        return state is not None and (link_id in state.orders or link_id in state.ended)


class Fills:
    """What has filled since one checker last asked, also where no hook has told it yet. No funding."""

    def __init__(self, truth: Truth) -> None:
        self._accounts = tuple(truth.accounts.values())
        self._seen = [0] * len(self._accounts)

    def new(self) -> Iterator[tuple[AccountTruth, Side, Execution]]:
        """Account, side and execution, each once."""
        for n, account in enumerate(self._accounts):
            executions = account.records.executions
            if len(executions) != self._seen[n]:
                new, self._seen[n] = executions[self._seen[n] :], len(executions)
                for e in new:
                    if e.exec_type != "Funding" and e.leg.idx in SIDE:
                        yield account, SIDE[e.leg.idx], e


def creates(served: Served) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The orders that a request asked for, each with the code that the venue gave it."""
    if served.op == "order.create":
        yield served.params, served.reply.ret_code
    elif served.reply.ret_code == 0:
        codes = served.reply.ret_ext_info["list"]
        for params, told in zip(served.params["request"], codes, strict=True):
            yield params, int(told["code"])


def amendments(served: Served) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The changes that a request asked for, each with its code."""
    return _asked(served, "order.amend")


def cancels(served: Served) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The cancels that a request asked for, each with its code."""
    return _asked(served, "order.cancel")


def _asked(served: Served, op: str) -> Iterator[tuple[Mapping[str, Any], int]]:
    if served.op == op:
        yield served.params, served.reply.ret_code
    elif served.op == f"{op}-batch" and served.reply.ret_code == 0:
        for params, told in zip(served.params["request"], served.reply.ret_ext_info["list"], strict=True):
            yield params, int(told["code"])


def slot_of(name: OrderName) -> tuple[str, Side, Role, int]:
    """What an order is for: no two may be open for one. An opening is one, however deep."""
    return name.symbol, name.side, name.role, name.level if name.role is Role.ENTRY else 0
