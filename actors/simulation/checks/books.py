"""The bot's books agree with the venue to the last digit: fees, funding, cash, each execution booked once.

Restarts may tell the keeper of an execution twice; its file must hold it once.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from actors.simulation.checks.files import STATE_FILE
from actors.simulation.checks.truth import ZERO, AccountTruth, Truth, name_of
from actors.simulation.checks.watching import Checker, Turn, Written
from exchange.venue.records import Execution
from messages.events import TradeBooked
from state.grid.model import CycleBook, SideState

TRADES_FILE = "_trades_history.csv"


class TradesAreBookedOnce(Checker):
    """In the end the trades file holds every execution of the traded symbols exactly once, as it was.

    Where the state was lost, what ended before it could be rebuilt may be missing; where there was none yet,
    what people did before.
    """

    messages = frozenset({TradeBooked})

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._files: dict[str, bytes] = {}
        self._lost: set[str] = set()
        self._began_ms: dict[str, int] = {}
        """When each account's first state was written."""
        self._excused: Counter[str] = Counter()
        self._told: dict[str, dict[str, TradeBooked]] = {name: {} for name in truth.accounts}

    @property
    def excuses(self) -> Counter[str]:
        """Accounts whose file may miss something."""
        return self._excused

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note what the keeper is told."""
        name, _, actor = turn.address.partition("/")
        if actor == "keeper" and isinstance(turn.message, TradeBooked):
            self._told[name][turn.message.execution.exec_id] = turn.message
        return ()

    def written(self, written: Written) -> Iterable[str]:
        """Note the newest content, and a state that was taken away."""
        if is_lost(written):
            self._lost.add(written.path.name[:3])
        if written.path.name.endswith(STATE_FILE):
            self._began_ms.setdefault(written.path.name[:3], written.at_ms)
        if written.path.name.endswith(TRADES_FILE):
            self._files[written.path.name.removesuffix(TRADES_FILE)] = written.content
        return ()

    def at_the_end(self) -> Iterable[str]:
        """Compare each account's file, or what its keeper was told where no file is written."""
        return [f for account in self._truth.accounts.values() for f in self._account(account)]

    def _account(self, account: AccountTruth) -> Iterator[str]:
        symbols = self._truth.plant.symbols[account.number]
        if not any(self._truth.plant.grid(account.number, symbol) for symbol in symbols):
            return
        there = {e.exec_id: e for e in account.records.executions if e.leg.symbol in symbols}
        rows = list(self._rows(account.name))
        booked = Counter(row["exec_id"] for row in rows)
        twice = [exec_id for exec_id, count in booked.items() if count > 1]
        if twice:
            yield f"{account.name}: booked more than once: {twice}"
        due = (exec_id for exec_id, e in there.items() if not self._is_older(account, e))
        missing = [exec_id for exec_id in due if exec_id not in booked]
        if missing and account.name in self._lost:
            self._excused["trades file: the state was lost"] += 1
        elif missing:
            yield f"{account.name}: {len(missing)} executions are not booked, the first is {missing[0]}"
        for row in rows:
            yield from _compared(account.name, row, there.get(row["exec_id"]))

    def _is_older(self, account: AccountTruth, e: Execution) -> bool:
        """Whether a person traded before the bot had begun."""
        ours = e.order is not None and name_of(e.order.link_id) is not None
        return not ours and e.time_ms < self._began_ms.get(account.name, 0)

    def _rows(self, name: str) -> Iterator[Mapping[str, str]]:
        if name in self._files:
            yield from csv.DictReader(io.StringIO(self._files[name].decode()))
            return
        for exec_id, told in self._told[name].items():
            e = told.execution
            yield {
                "exec_id": exec_id,
                "price": str(e.price),
                "qty": str(e.qty),
                "fee_usdt": str(e.fee_usdt),
                "side": told.side.value,
                "order_side": e.order_side.value,
            }


def is_lost(written: Written) -> bool:
    """Whether a state file was taken away."""
    return not written.content and written.path.name.endswith(STATE_FILE)


def _compared(name: str, row: Mapping[str, str], e: Execution | None) -> Iterator[str]:
    if e is None:
        yield f"{name}: {row['exec_id']} is booked, but the venue has no such execution"
        return
    side = "LONG" if e.leg.idx == 1 else "SHORT"
    figures = Decimal(row["price"]), Decimal(row["qty"]), Decimal(row["fee_usdt"])
    if figures != (e.price, e.qty, e.fee) or (row["side"], row["order_side"]) != (side, e.side):
        yield f"{name}: {row['exec_id']} is booked as {dict(row)}, it was {e.qty} at {e.price}, fee {e.fee}"


class BooksAgree(Checker):
    """In the end the sums of the grids' cycles are the venue's: fees, funding and cash.

    Where a person has bought on a leg, or the state was lost, the grid does not know all: that is excused.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._excused: Counter[str] = Counter()
        self._lost: set[str] = set()

    @property
    def excuses(self) -> Counter[str]:
        """Accounts whose books are not compared."""
        return self._excused

    def written(self, written: Written) -> Iterable[str]:
        """Note a state that was taken away."""
        if is_lost(written):
            self._lost.add(written.path.name[:3])
        return ()

    def at_the_end(self) -> Iterable[str]:
        """Compare each account."""
        return [f for account in self._truth.accounts.values() for f in self._account(account)]

    def _account(self, account: AccountTruth) -> Iterator[str]:
        plant = self._truth.plant
        symbols = plant.symbols[account.number]
        states = [state for symbol in symbols if (state := plant.grid(account.number, symbol)) is not None]
        if len(states) < len(symbols):
            return
        executions = account.records.executions
        if account.name in self._lost:
            self._excused["books: the state was lost"] += 1
            return
        if any(_foreign(e) for e in executions):
            self._excused["books: a person has bought"] += 1
            return
        fees = funding = net = ZERO
        for side in (side for state in states for side in state.sides):
            fees, funding, net = fees + side.fees, funding + side.funding, net + side.realised
            for book in _open_books(side):
                paid = book.entry_fees + book.exit_fees
                fees, net = fees + paid, net + side.side.sign * (book.exit_value - book.entry_value) - paid
        cash = sum((e.value if e.side == "Sell" else -e.value for e in executions if _trades(e)), ZERO)
        records = account.records
        for what, ours, theirs in (
            ("fees", fees, records.fees),
            ("funding", -funding, records.funding),
            ("cash", net, cash - records.fees + records.funding),
        ):
            if ours != theirs:
                yield f"{account.name}: {what} {ours} in the grids' books, {theirs} at the venue"


def _open_books(side: SideState) -> list[CycleBook]:
    """Cycles that are not reported yet."""
    return [side.book, *(book for book in side.old_books if book.entry_qty > book.exit_qty)]


def _trades(e: Execution) -> bool:
    return e.exec_type != "Funding"


def _foreign(e: Execution) -> bool:
    return _trades(e) and not e.closed_qty and (e.order is None or name_of(e.order.link_id) is None)
