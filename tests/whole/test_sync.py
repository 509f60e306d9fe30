"""Syncs and look-ups beside trading: a close during one, answers that never come, rows in the wrong order."""

import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from messages.ids import parse_order_link_id
from messages.sides import Role, Side
from state.grid.closing import RECOVERY_MS
from tests.whole.harness import Accounts
from tests.whole.pair import Pair
from tests.whole.stage import Stage, running_stage

#: What a sync reads, and the symbol of the test that holds that reply back.
READS = {"position.list": "AUSDT", "order.realtime": "BUSDT", "execution.list": "CUSDT"}
FAR = {"take_profit_percent": 10}
ACCOUNTS: Accounts = {
    1: {**{symbol: {} for symbol in READS.values()}, "AGAINUSDT": {}, "STRAYUSDT": {}, "SLOWUSDT": {}},
}
UNANSWERED: Accounts = {
    1: {"DROPPEDUSDT": FAR},
    2: {"FLATUSDT": {"reopen_side": "opposite"}},
}
#: The venue lists the SHORT leg first, flat or not (exchange/venue/quirks.py).
SHORT_ROW_FIRST_SEED = 4


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("data")
    with running_stage(folder, ACCOUNTS, sync_seconds=1) as running:
        yield running


@pytest.fixture(scope="module")
def slow_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Syncs a minute apart, so that only a look-up can settle what has no answer."""
    folder = tmp_path_factory.mktemp("data")
    with running_stage(folder, UNANSWERED, seed=SHORT_ROW_FIRST_SEED) as running:
        yield running


@pytest.fixture(autouse=True)
def no_fault_outlives_its_test(stage: Stage) -> Iterator[None]:
    yield
    stage.fault(fault="clear")


@pytest.mark.parametrize("read", READS)
def test_a_close_during_a_sync_is_acted_on_at_once(stage: Stage, read: str) -> None:
    """The sync's reply is on its way, and tells of the time before the close."""
    pair = stage.pair(READS[read])
    syncs = stage.bot.tally(1).syncs
    stage.fault(fault="hold_replies", ops=[read], hold=True)
    pair.wait_for(lambda: stage.venue.control("state")["held"]["replies"], "a sync under way")
    pair.price("100.60")
    pair.wait_for(lambda: pair.created(Side.LONG, Role.OPENING, cycle=2), "the reopening during the sync")
    assert read in stage.venue.control("state")["held"]["replies"]
    stage.fault(fault="clear")
    pair.wait_for(lambda: stage.bot.tally(1).syncs >= syncs + 4, "that sync and another one")
    pair.wait_open(what="the reopened hedge, as it was before the old picture came")
    assert pair.take_profit(Side.LONG)[0].cycle == 2
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    never = ("recovery", "orphan", "tp_wrong_at_sync", "unexplained_size")
    assert {name: pair.count(name) for name in never} == dict.fromkeys(never, 0)


def test_a_close_that_a_sync_finds_before_a_slow_stream_is_no_recovery(stage: Stage) -> None:
    """The stream brings it within 5 s of that."""
    pair = stage.pair("SLOWUSDT")
    stage.fault(fault="delay_topics", ms=2_500)
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    stage.fault(fault="clear")
    booked_ms = time.time_ns() // 1_000_000
    pair.wait_open(what="the reopened hedge")
    pair.wait_for(
        lambda: time.time_ns() // 1_000_000 > booked_ms + RECOVERY_MS + 500, "when it would have been counted"
    )
    assert pair.count("recovery") == 0
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1


def test_syncs_of_a_hedge_at_rest_ask_for_nothing(stage: Stage) -> None:
    pair = stage.pair("AGAINUSDT")
    syncs, sent = stage.bot.tally(1).syncs, orders_sent(pair)
    pair.wait_for(lambda: stage.bot.tally(1).syncs >= syncs + 3, "three syncs")
    assert orders_sent(pair) == sent
    assert stage.bot.tally(1).sync_failures == 0


def orders_sent(pair: Pair) -> int:
    return sum(len(pair.requests(op)) for op in ("create", "amend", "cancel"))


def test_a_sync_that_fails_is_tried_again_and_changes_nothing(stage: Stage) -> None:
    pair = stage.pair("AGAINUSDT")
    sent = orders_sent(pair)
    before = stage.bot.tally(1).sync_failures
    stage.fault(fault="answer", op="position.list", http=502)
    pair.wait_for(lambda: stage.bot.tally(1).sync_failures == before + 1, "the failure")
    syncs = stage.bot.tally(1).syncs
    pair.wait_for(lambda: stage.bot.tally(1).syncs >= syncs + 2, "two syncs after it")
    assert stage.bot.tally(1).sync_failures == before + 1
    assert orders_sent(pair) == sent


def leave_level_one_unanswered(stage: Stage, pair: Pair) -> None:
    """Fill LONG's level 1; what follows gets no reply, and the stream is silent of orders for long."""
    stage.fault(fault="delay_topics", topics=["order"], ms=15_000)
    stage.fault(fault="drop_replies", transport="trade", count=10)
    pair.price("98.99")
    pair.wait_for(lambda: pair.tally.unknown >= 2, "no answers")
    stage.fault(fault="clear")


def looked_up(pair: Pair, link_id: str) -> bool:
    asked = pair.venue.journal("request", account=pair.code, op="order.realtime")
    return any(one["data"].get("orderLinkId") == link_id for one in asked)


def test_an_order_without_a_reply_is_looked_up_by_its_id_and_not_sent_anew(slow_stage: Stage) -> None:
    pair = slow_stage.pair("DROPPEDUSDT")
    leave_level_one_unanswered(slow_stage, pair)
    pair.wait_for(lambda: looked_up(pair, "001LE02-DROPPEDUSDT-001001"), "the look-up of the next entry")
    pair.wait_open(long=[2], what="the second level, as if nothing had happened")
    assert [one["orderLinkId"] for one in pair.created(Side.LONG, Role.ENTRY)] == [
        "001LE01-DROPPEDUSDT-001001",
        "001LE02-DROPPEDUSDT-001001",
    ]
    assert len(pair.created(Side.LONG, Role.TAKE_PROFIT)) == 1


def test_a_flat_leg_listed_first_is_not_taken_for_the_one_that_is_held(slow_stage: Stage) -> None:
    pair = slow_stage.pair("FLATUSDT")
    pair.price("99.39")
    pair.wait_for(lambda: pair.cycles(Side.SHORT) == 1, "SHORT's close, after which it stays flat")
    pair.wait_for(lambda: pair.levels(Side.LONG) == [1], "LONG's entry, placed again")
    listed = pair.person().get_positions(category="linear", symbol=pair.symbol)["result"]["list"]
    assert [(row["positionIdx"], row["side"]) for row in listed] == [(2, ""), (1, "Buy")]
    leave_level_one_unanswered(slow_stage, pair)
    pair.wait_for(lambda: looked_up(pair, "002LE02-FLATUSDT-001001"), "a look-up, which reads both legs")
    pair.wait_for(lambda: pair.covered(Side.LONG) and pair.levels(Side.LONG) == [2], "LONG with two levels")
    assert pair.size(Side.LONG) == Decimal("1.257")
    assert pair.cycles(Side.LONG) == 0
    assert pair.size(Side.SHORT) == 0


def test_an_order_of_ours_that_the_state_does_not_know_is_cancelled_as_an_orphan(stage: Stage) -> None:
    pair = stage.pair("STRAYUSDT")
    stray = "001LE02-STRAYUSDT-001009"
    pair.person().place_order(
        category="linear",
        symbol=pair.symbol,
        side="Buy",
        orderType="Limit",
        qty="0.5",
        price="99.50",
        positionIdx=1,
        orderLinkId=stray,
    )
    pair.wait_for(lambda: pair.count("orphan") == 1, "the orphan to be counted")
    assert parse_order_link_id(stray) not in pair.resting()
    pair.wait_open(what="the hedge as it was")
