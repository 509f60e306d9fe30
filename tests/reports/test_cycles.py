"""Cycles of generated trade files have the sums of a slow reckoning that shares no code with ours."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.reports.history.cycles import Cycle, cycles_of
from actors.reports.history.trades import Trade, read_trades
from messages.sides import Side
from tests.reports.histories import History

D = Decimal
PRICES = st.decimals(D("0.01"), D("500"), places=4)
QUANTITIES = st.integers(1, 400).map(lambda tenths: D(tenths) / 10)
FEES = st.decimals(D("-0.01"), D("1"), places=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A cycle to be written: fills and exits as price and quantity, and what was paid."""

    symbol: str
    side: Side
    fills: list[tuple[Decimal, Decimal]]
    exits: list[tuple[Decimal, Decimal]]
    fee: Decimal
    funding: Decimal | None
    role: str

    @property
    def profit(self) -> Decimal:
        """Money in less money out, whoever paid first."""
        out = sum((price * qty for price, qty in self.fills), D(0))
        back = sum((price * qty for price, qty in self.exits), D(0))
        return back - out if self.side is Side.LONG else out - back

    @property
    def fees(self) -> Decimal:
        return self.fee * (len(self.fills) + len(self.exits))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    fills = draw(st.lists(st.tuples(PRICES, QUANTITIES), min_size=1, max_size=7))
    left = sum((qty for _, qty in fills), D(0))
    exits = []
    while left > 0:
        qty = left if len(exits) == 3 else min(left, draw(QUANTITIES))
        exits.append((draw(PRICES), qty))
        left -= qty
    return Plan(
        symbol=draw(st.sampled_from(["SOLUSDT", "DOGEUSDT"])),
        side=draw(st.sampled_from(Side)),
        fills=fills,
        exits=exits,
        fee=draw(FEES),
        funding=draw(st.none() | FEES),
        role=draw(st.sampled_from("TRC")),
    )


def written(folder: Path, made: list[Plan]) -> History:
    history = History(folder, symbols=("DOGEUSDT", "SOLUSDT"))
    for plan in made:
        history.cycle(
            plan.side,
            [(f"{price:f}", f"{qty:f}") for price, qty in plan.fills],
            [(f"{price:f}", f"{qty:f}") for price, qty in plan.exits],
            symbol=plan.symbol,
            fee=f"{plan.fee:f}",
            role=plan.role,
            funding="" if plan.funding is None else f"{plan.funding:f}",
        )
    return history


def read_again(made: list[Plan], shuffle: st.DataObject | None = None) -> tuple[list[Trade], list[Cycle]]:
    with tempfile.TemporaryDirectory() as folder:
        trades = list(read_trades(written(Path(folder), made).trades_path))
    if shuffle is not None:
        trades = shuffle.draw(st.permutations(trades))
    return trades, cycles_of(trades)


def by_key(cycles: list[Cycle]) -> dict[tuple[str, Side], list[Cycle]]:
    found: dict[tuple[str, Side], list[Cycle]] = {}
    for cycle in cycles:
        found.setdefault((cycle.symbol, cycle.side), []).append(cycle)
    return found


@settings(max_examples=25)
@given(st.lists(plans(), max_size=5), st.data())
def test_each_cycle_has_its_profit_fees_and_funding_to_the_last_digit(
    made: list[Plan], data: st.DataObject
) -> None:
    _, cycles = read_again(made, data)
    found = by_key(cycles)
    expected: dict[tuple[str, Side], list[Plan]] = {}
    for plan in made:
        expected.setdefault((plan.symbol, plan.side), []).append(plan)
    assert found.keys() == expected.keys()
    for key, ours in expected.items():
        assert [cycle.profit for cycle in found[key]] == [plan.profit for plan in ours]
        assert [cycle.fees for cycle in found[key]] == [plan.fees for plan in ours]
        assert [cycle.funding for cycle in found[key]] == [plan.funding or D(0) for plan in ours]
        assert [cycle.levels for cycle in found[key]] == [len(plan.fills) for plan in ours]
        assert all(cycle.complete and cycle.closed_ms for cycle in found[key])


@settings(max_examples=25)
@given(st.lists(plans(), min_size=1, max_size=4), st.data())
def test_no_fee_is_lost_or_counted_twice_wherever_the_file_begins(
    made: list[Plan], data: st.DataObject
) -> None:
    """A file that was moved away took the beginning of a cycle along: what closes then is incomplete."""
    trades, _ = read_again(made)
    rest = trades[data.draw(st.integers(0, len(trades))) :]
    cycles = cycles_of(rest)
    fees = sum((trade.fee for trade in rest if trade.exec_type.value != "Funding"), D(0))
    assert sum((cycle.fees for cycle in cycles), D(0)) == fees
    whole = [plan.profit for plan in made]
    for cycle in cycles:
        assert not cycle.complete or not cycle.closed_ms or cycle.profit in whole


def test_a_fill_that_came_after_the_close_belongs_to_the_next_cycle(tmp_path: Path) -> None:
    history = History(tmp_path).cycle(Side.LONG, [("100", "1")], [("101", "1")])
    late = history.trade(Side.LONG, 1, "E", 1, "99", "1.5")  # with the number of the old one
    opening = history.trade(Side.LONG, 2, "O", 0, "100", "1")
    close = history.trade(Side.LONG, 2, "T", 0, "102", "2.5", closes=True)
    history.write([late, opening, close])
    first, second = cycles_of(read_trades(history.trades_path))
    assert (first.profit, second.profit) == (D(1), D(255) - D("248.5"))
    assert (first.levels, second.levels) == (1, 2)


def test_an_open_cycle_has_no_end_and_a_person_s_order_is_named(tmp_path: Path) -> None:
    history = History(tmp_path).cycle(Side.SHORT, [("100", "1")], [("99", "1")], role="")
    history.write([history.trade(Side.SHORT, 2, "O", 0, "100", "1")])
    closed, still_open = cycles_of(read_trades(history.trades_path))
    assert (closed.closed_by, closed.closed_ms > 0) == ("person", True)
    assert (still_open.closed_by, still_open.closed_ms) == ("", 0)
