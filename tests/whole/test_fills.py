"""Fills that come in parts, late or beside a cancel, and orders that the exchange refuses."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from messages.sides import SIDES, Role, Side
from tests.whole.harness import Accounts
from tests.whole.pair import Pair
from tests.whole.stage import Stage, running_stage

FAR = {"take_profit_percent": 10}
#: The LONG take profit lies before the SHORT side's entry, so a thin print can reach it alone.
WIDE = {"grid_step_percent": 2, "take_profit_percent": Decimal("1.5")}
CANCELS = ["order.cancel", "order.cancel-batch"]
CREATES = ["order.create", "order.create-batch"]
ACCOUNTS: Accounts = {
    1: {"PARTSUSDT": FAR, "AMENDUSDT": WIDE, "LATEUSDT": {}, "CROSSUSDT": {}},
    2: {"REFUSEDUSDT": {}, "LIMITEDUSDT": {}, "TURNEDUSDT": FAR, "OVERTAKENUSDT": {}},
    3: {"FASTUSDT": {}, "DONEUSDT": {}, "UNDONEUSDT": {}},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("data"), ACCOUNTS, seed=3) as running:
        yield running


@pytest.fixture(autouse=True)
def no_fault_outlives_its_test(stage: Stage) -> Iterator[None]:
    yield
    stage.fault(fault="clear")


def test_a_partly_filled_entry_is_position_at_once_and_its_rest_stays(stage: Stage) -> None:
    pair = stage.pair("PARTSUSDT")
    pair.price("98.99", qty="0.3")
    pair.wait_for(lambda: pair.size(Side.LONG) == Decimal("0.8") and pair.covered(Side.LONG), "the part")
    (rest,) = pair.resting(Side.LONG, Role.ENTRY).values()
    assert rest["leavesQty"] == "0.457"
    pair.wait_for(lambda: pair.side_report(Side.LONG).size == Decimal("0.8"), "the bot to report it")
    assert pair.deepest(Side.LONG) == 0
    pair.price("98.98", qty="0.2")
    pair.price("98.97")
    pair.wait_open(long=[2], what="the next level, now that level 1 is whole")
    assert len(pair.created(Side.LONG, Role.ENTRY)) == 2
    assert len(pair.created(Side.LONG, Role.TAKE_PROFIT)) == 1
    assert pair.size(Side.LONG) == Decimal("1.257")


def test_a_partly_filled_take_profit_is_amended_to_what_filled_and_what_is_held(stage: Stage) -> None:
    pair = stage.pair("AMENDUSDT")
    name, _ = pair.take_profit(Side.LONG)
    pair.price("101.60", qty="0.2")
    pair.wait_for(lambda: pair.size(Side.LONG) == Decimal("0.3") and pair.covered(Side.LONG), "the part")
    assert pair.requests("amend") == []  # what is left covers what is held
    pair.price("97.98")
    pair.wait_for(lambda: pair.cycles(Side.SHORT) == 1, "the SHORT side's close on the way down")
    pair.wait_open(long=[2], short=[1], what="LONG's next level, SHORT's reopening")
    after, row = pair.take_profit(Side.LONG)
    assert after == name
    assert Decimal(row["qty"]) == Decimal("0.2") + pair.size(Side.LONG)
    assert row["cumExecQty"] == "0.200"


def test_a_fill_that_comes_late_in_a_close_joins_its_side_and_counts_once(stage: Stage) -> None:
    """The exchange fails every cancel of the close for a while, and an entry fills meanwhile."""
    pair = stage.pair("LATEUSDT")
    for op in CANCELS:
        stage.fault(fault="answer", op=op, retCode=10016, count=2)
    pair.price("100.60")
    pair.wait_for(lambda: pair.requests("cancel"), "the cancels of the close")
    pair.price("101.00")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(long=[1], short=[2], what="LONG's reopening and SHORT's level 1")
    assert pair.size(Side.SHORT) == Decimal("1.257")
    pair.wait_for(lambda: pair.count("late_fill") == 1, "the late fill to be counted")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    assert pair.count("orphan") == 0


@pytest.mark.parametrize("symbol", ["CROSSUSDT", "OVERTAKENUSDT"])
def test_a_cancel_that_crosses_a_fill_loses_no_fill_and_buys_none_twice(stage: Stage, symbol: str) -> None:
    """The cancels are on their way while the entry fills; of OVERTAKEN the refusal comes before the fill."""
    pair = stage.pair(symbol)
    for kind in CANCELS:
        stage.fault(fault="hold_requests", ops=[kind], hold=True)
    pair.price("100.60")
    pair.wait_for(lambda: stage.venue.control("state")["held"]["requests"], "the cancels on their way")
    if symbol == "OVERTAKENUSDT":
        stage.fault(fault="delay_topics", ms=1500)
    pair.price("101.00")
    stage.fault(fault="clear")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(long=[1], short=[2], what="LONG's reopening and SHORT's level 1")
    assert pair.size(Side.SHORT) == Decimal("1.257")
    assert pair.executed(Side.SHORT, Role.ENTRY) == Decimal("0.757")
    pair.wait_for(lambda: pair.count("late_fill") == 1, "the late fill to be counted")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1


@pytest.mark.parametrize(("symbol", "code"), [("REFUSEDUSDT", 110007), ("LIMITEDUSDT", 10006)])
def test_a_refused_reopening_is_tried_again_under_a_new_id(stage: Stage, symbol: str, code: int) -> None:
    pair = stage.pair(symbol)
    for op in CREATES:
        stage.fault(fault="answer", op=op, retCode=code, retMsg="no")
    pair.price("100.60")
    pair.wait_for(lambda: any(one["retCode"] for one in pair.created(Side.LONG, Role.OPENING)), "the refusal")
    stage.fault(fault="clear")
    pair.wait_open(what="the hedge after the second try")
    tries = pair.created(Side.LONG, Role.OPENING, cycle=2)
    assert [one["retCode"] for one in tries] == [code, 0]
    assert len({one["orderLinkId"] for one in tries}) == 2
    pair.wait_for(lambda: pair.tally.refused.get(code, 0) >= 1, "the refusal to be counted")


@pytest.mark.parametrize(("symbol", "carried_out"), [("DONEUSDT", True), ("UNDONEUSDT", False)])
def test_an_answer_that_proves_nothing_leads_to_one_opening_whatever_became_of_it(
    stage: Stage, symbol: str, carried_out: bool
) -> None:
    """Only what is proven absent is sent again, under a new id."""
    pair = stage.pair(symbol)
    for op in CREATES:
        stage.fault(fault="answer", op=op, retCode=10016, after_acceptance=carried_out)
    pair.price("100.60")
    pair.wait_for(lambda: pair.tally.unknown >= 1, "an order whose outcome is unknown")
    stage.fault(fault="clear")
    pair.wait_open(what="the reopened hedge")
    tries = pair.created(Side.LONG, Role.OPENING, cycle=2)
    assert [one["retCode"] for one in tries] == ([0] if carried_out else [10016, 0])
    assert pair.size(Side.LONG) == Decimal(tries[-1]["qty"])


def test_a_refused_take_profit_is_tried_again_and_the_side_is_covered(stage: Stage) -> None:
    pair = stage.pair("TURNEDUSDT")
    assert pair.count("tp_refused") == 0
    pair.person().cancel_order(
        category="linear", symbol=pair.symbol, orderLinkId=str(pair.take_profit(Side.LONG)[0])
    )
    pair.wait_for(lambda: len(pair.created(Side.LONG, Role.TAKE_PROFIT)) == 2, "another take profit")
    for op in CREATES:
        stage.fault(fault="answer", op=op, retCode=110017, retMsg="current position is zero")
    pair.person().cancel_order(
        category="linear", symbol=pair.symbol, orderLinkId=str(pair.take_profit(Side.LONG)[0])
    )
    pair.wait_for(lambda: pair.count("tp_refused") == 1, "the refusal")
    stage.fault(fault="clear")
    pair.wait_open(what="a side that is covered again")
    for side in SIDES:
        assert pair.size(side) == Decimal("0.5")
    ids = [one["orderLinkId"] for one in pair.created(Side.LONG, Role.TAKE_PROFIT)]
    assert len(ids) == len(set(ids)) == 4


def test_a_stream_that_is_faster_than_every_reply_changes_nothing(stage: Stage) -> None:
    """Each order's first row comes before the reply to its creation (failure 2 of the old bot)."""
    pair = stage.pair("FASTUSDT")
    stage.fault(fault="hold_acks", hold=True)
    pair.price("100.60")
    pair.wait_for(lambda: pair.created(Side.LONG, Role.OPENING, cycle=2), "the reopening, without any reply")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the hedge, still without a reply")
    stage.fault(fault="clear")
    pair.wait_for(lambda: pair.side_report(Side.LONG).cycle == 2, "the report")
    assert len(pair.created(Side.LONG, Role.TAKE_PROFIT, cycle=2)) == 1
    assert pair.count("orphan") == 0


def test_no_order_id_was_ever_sent_twice(stage: Stage) -> None:
    for number, symbols in ACCOUNTS.items():
        for symbol in symbols:
            sent = Pair(stage.venue, stage.bot, number, symbol).requests("create")
            assert len({one["orderLinkId"] for one in sent}) == len(sent)
