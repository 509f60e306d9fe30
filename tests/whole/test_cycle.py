"""A hedge's life, through real pybit and the venue process: open, average, close, reopen, start anew."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from messages.ids import MAX_SYMBOL_LENGTH, parse_order_link_id
from messages.sides import SIDES, Role, Side
from tests.whole.harness import Accounts
from tests.whole.pair import Pair
from tests.whole.stage import Stage, running_stage

#: With a take profit of 10 % the market can walk down and up the ladder without closing anything.
FAR = {"take_profit_percent": 10}
LONGEST = "ABCDEFGHIJKLMNOPQUSDT"
ACCOUNTS: Accounts = {
    1: {"OPENUSDT": {}, "AVERAGEUSDT": FAR, "CLOSEUSDT": {}, "BOTHUSDT": {}},
    2: {
        "MOVEUSDT": {**FAR, "max_levels": 4},
        "LOCKEDUSDT": {**FAR, "max_levels": 2, "when_locked": "restart"},
        "DEEPUSDT": {**FAR, "pending_depth": 2},
        "FUNDEDUSDT": {},
    },
    3: {"EDGEUSDT": {"max_levels": 1, "initial_margin": 2500}},
    4: {LONGEST: {}},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("data"), ACCOUNTS, seed=1) as running:
        yield running


def test_both_sides_open_with_the_same_quantity_a_take_profit_and_the_next_entry(stage: Stage) -> None:
    pair = stage.pair("OPENUSDT")
    assert [pair.size(side) for side in SIDES] == [Decimal("0.5"), Decimal("0.5")]
    prices = {str(name): Decimal(row["price"]) for name, row in pair.resting().items()}
    assert prices == {
        "001LT00-OPENUSDT-001001": Decimal("100.58"),
        "001LE01-OPENUSDT-001001": Decimal("99.00"),
        "001ST00-OPENUSDT-001001": Decimal("99.41"),
        "001SE01-OPENUSDT-001001": Decimal("100.99"),
    }
    assert {row["qty"] for row in pair.resting(role=Role.ENTRY).values()} == {"0.757"}


def test_a_filled_level_joins_the_side_and_its_take_profit_is_amended_in_place(stage: Stage) -> None:
    pair = stage.pair("AVERAGEUSDT")
    name, before = pair.take_profit(Side.LONG)
    pair.price("98.99")
    pair.wait_open(long=[2], what="the second entry")
    assert pair.size(Side.LONG) == Decimal("1.257")
    after_name, after = pair.take_profit(Side.LONG)
    assert after_name == name
    assert Decimal(after["price"]) < Decimal(before["price"])
    assert len(pair.created(Side.LONG, Role.TAKE_PROFIT)) == 1
    assert {one["orderLinkId"] for one in pair.requests("amend")} == {str(name)}
    assert pair.size(Side.SHORT) == Decimal("0.5")


def test_a_take_profit_closes_its_side_and_it_reopens_after_all_entries_have_ended(stage: Stage) -> None:
    pair = stage.pair("CLOSEUSDT")
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the hedge after the reopening")
    (reopening,) = pair.created(Side.LONG, Role.OPENING, cycle=2)
    assert ends_before(pair, reopening["orderLinkId"]) == {
        "001LE01-CLOSEUSDT-001001": "Cancelled",
        "001SE01-CLOSEUSDT-001001": "Cancelled",
    }
    closed = [row for row in pair.pushed("position") if row["positionIdx"] == 1 and row["size"] == "0"]
    assert closed[-1]["side"] == ""  # as the exchange shows a leg that has closed
    pair.wait_for(
        lambda: (pair.tally.acted.count, pair.tally.reopened.count) == (1, 1), "both figures of its latency"
    )
    assert pair.tally.sides[Side.LONG].realised > 0
    assert pair.count("recovery") == pair.count("orphan") == pair.count("late_fill") == 0


def ends_before(pair: Pair, link_id: str) -> dict[str, str]:
    """How the entries of both sides had ended by the time at which an order was asked for."""
    ends: dict[str, str] = {}
    for record in pair.venue.journal(account=pair.code):
        if record["topic"] == "request" and link_id in str(record["data"]):
            return ends
        row = record["data"]
        name = parse_order_link_id(row.get("orderLinkId", "")) if record["topic"] == "order" else None
        if name is not None and name.symbol == pair.symbol and name.role is Role.ENTRY:
            ends[str(name)] = row["orderStatus"]
    raise AssertionError(f"{link_id} was never asked for")


def test_both_sides_that_close_at_once_open_again_in_one_procedure(stage: Stage) -> None:
    pair = stage.pair("BOTHUSDT")
    stage.fault(fault="delay_topics", ms=300)
    pair.price("100.60", "99.39")
    stage.fault(fault="clear")
    pair.wait_for(lambda: all(pair.cycles(side) == 1 for side in SIDES), "both booked cycles")
    pair.wait_open(what="the hedge after both reopenings")
    for side in SIDES:
        assert len(pair.created(side, Role.OPENING, cycle=2)) == 1
        assert pair.take_profit(side)[0].cycle == 2
    assert pair.count("orphan") == pair.count("recovery") == 0


def test_entries_follow_a_market_that_has_left_them_by_over_five_percent(stage: Stage) -> None:
    pair = stage.pair("MOVEUSDT")
    pair.price("98.99")
    pair.wait_open(long=[2], short=[1], what="level 1")
    pair.walk("98.10")
    pair.price("98.00")
    pair.wait_open(long=[3], short=[1, 2], what="level 2")
    (before,) = pair.resting(Side.LONG, Role.ENTRY).values()
    pair.price("104.40")
    pair.wait_for(lambda: pair.moved_from(Side.LONG, before), "the entry's new place")
    (name,) = pair.resting(Side.LONG, Role.ENTRY)
    assert (name.level, name.attempt) == (3, 2)
    ended = [row for row in pair.pushed("order") if row["orderId"] == before["orderId"]][-1]
    assert ended["orderStatus"] == "Cancelled"
    assert int(ended["updatedTime"]) <= int(pair.resting(Side.LONG, Role.ENTRY)[name]["createdTime"])
    assert pair.size(Side.LONG) == Decimal("0.5") + Decimal("0.757") + level_two(pair)


def level_two(pair: Pair) -> Decimal:
    return Decimal(pair.created(Side.LONG, Role.ENTRY)[1]["qty"])


def test_a_locked_hedge_is_closed_on_both_sides_and_begins_anew(stage: Stage) -> None:
    pair = stage.pair("LOCKEDUSDT")
    pair.price("98.99")
    pair.wait_open(long=[], short=[1], what="a full LONG side")
    pair.walk("100.95")
    pair.price("101.00")
    pair.wait_for(lambda: all(pair.created(side, Role.OPENING, cycle=2) for side in SIDES), "a new beginning")
    pair.wait_open(what="the new hedge")
    for side in SIDES:
        assert len(pair.created(side, Role.RESTART)) == 1
        assert pair.executed(side, Role.RESTART) == Decimal("0.5") + Decimal("0.757")
        assert pair.size(side) == Decimal("0.495")  # 50 USDT at 101: the references were cleared
    pair.wait_for(lambda: pair.count("restart") == 1, "the restart to be counted")


def test_several_entries_filled_in_one_tick_leave_one_take_profit_of_the_right_size(stage: Stage) -> None:
    pair = Pair(stage.venue, stage.bot, 2, "DEEPUSDT")
    pair.wait_open(long=[1, 2], short=[1, 2])
    pair.price("97.50")
    pair.wait_open(long=[], short=[1, 2], what="a full LONG side")
    entries = [Decimal(one["qty"]) for one in pair.created(Side.LONG, Role.ENTRY)]
    assert pair.size(Side.LONG) == Decimal("0.5") + sum(entries)
    assert len(pair.created(Side.LONG, Role.TAKE_PROFIT)) == 1
    pair.wait_for(lambda: pair.deepest(Side.LONG) == 2, "all levels in the report")


def test_funding_is_booked_and_changes_no_size(stage: Stage) -> None:
    pair = stage.pair("FUNDEDUSDT")
    stage.venue.control("funding", symbol=pair.symbol, rate="0.01")
    pair.wait_for(lambda: pair.side_report(Side.LONG).funding == Decimal("0.5"), "the LONG side's payment")
    pair.wait_for(lambda: pair.side_report(Side.SHORT).funding < 0, "what the SHORT side receives")
    assert [pair.size(side) for side in SIDES] == [Decimal("0.5"), Decimal("0.5")]
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    assert pair.tally.sides[Side.LONG].funding == Decimal("0.5")
    pair.wait_open(what="the reopened hedge")
    assert all(pair.covered(side) for side in SIDES)


def test_an_opening_that_fills_short_is_completed_before_deeper_entries(stage: Stage) -> None:
    pair = Pair(stage.venue, stage.bot, 3, "EDGEUSDT")
    pair.wait_open(long=[], short=[])
    # A mark price 1 % under the market lets a buyer take the first 20,000 USDT of the book, no more.
    stage.venue.control("mark", symbol=pair.symbol, price="99.61")
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(long=[], short=[], what="the hedge after the reopening")
    stage.venue.control("mark", symbol=pair.symbol, price=None)
    first, *others = pair.created(Side.LONG, Role.OPENING, cycle=2)
    assert others, "the first order filled whole: the market was not thin enough"
    assert pair.executed_of(first["orderLinkId"]) < Decimal(first["qty"])
    assert pair.size(Side.LONG) == Decimal(first["qty"])
    assert pair.executed_of(*(one["orderLinkId"] for one in others)) + pair.executed_of(
        first["orderLinkId"]
    ) == pair.size(Side.LONG)
    pair.wait_for(lambda: pair.deepest(Side.LONG) == 0, "level 0 to be whole")


def test_the_longest_symbol_name_trades_with_ids_of_36_characters(stage: Stage) -> None:
    assert len(LONGEST) == MAX_SYMBOL_LENGTH
    pair = stage.pair(LONGEST)
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert {len(one["orderLinkId"]) for one in pair.requests("create")} == {36}
