"""Close and reopen when things cross: late fills, cancels that lose, topics in any order, syncs under way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from messages.events import CycleClosed
from messages.orders import CancelOrder, PlaceOrder
from messages.sides import SIDES, Side
from state.grid.effects import CloseActed
from tests.grid.worlds import SLOW, at_rest, opened, sent


def test_a_late_fill_on_the_open_side_joins_its_current_cycle() -> None:
    world = opened()
    world.line.faults = SLOW
    world.trade(world.symbol, "150.90")
    world.run(30)
    world.trade(world.symbol, "151.60")  # SHORT's entry fills before its cancel arrives
    at_rest(world)
    assert world.counted("late_fill") == 1
    short = world.side(Side.SHORT)
    assert (short.cycle, sorted(short.levels)) == (1, [0, 1])
    assert world.side(Side.LONG).cycle == 2


def test_a_late_fill_on_the_flat_side_stands_as_its_level_of_the_new_cycle() -> None:
    world = opened()
    world.line.faults = SLOW
    world.trade(world.symbol, "150.90")
    world.run(30)
    world.trade(world.symbol, "148.40", taker="Sell")  # LONG's entry of level 1 fills after LONG has closed
    at_rest(world)
    long = world.side(Side.LONG)
    assert (long.cycle, sorted(long.levels)) == (2, [1])
    assert not [c for c in sent(world, PlaceOrder, "O", Side.LONG) if c.order_link_id.endswith("002001")]
    assert world.leg(Side.LONG) == Decimal("0.4")


def test_a_late_part_of_a_level_leaves_its_remainder_to_the_pending_entries() -> None:
    world = opened()
    world.line.faults = SLOW
    world.trade(world.symbol, "150.90")
    world.run(30)
    world.trade(world.symbol, "148.40", qty="0.4", taker="Sell")  # 0.3 closes SHORT
    at_rest(world)
    long = world.side(Side.LONG)
    assert long.cycle == 2
    assert (long.levels[0].qty, long.levels[1].qty) == (Decimal("0.3"), Decimal("0.1"))
    (entry,) = world.resting("E", Side.LONG)
    assert (entry["orderLinkId"][5:7], Decimal(entry["qty"])) == ("01", Decimal("0.3"))


def test_no_entry_leaves_between_a_close_and_its_reopening() -> None:
    world = opened()
    world.line.faults = SLOW
    world.trade(world.symbol, "150.90")
    world.run(30)
    acted = len(world.sent)
    at_rest(world)
    after = [c for _, c in world.sent[acted:] if isinstance(c, PlaceOrder)]
    first_entry = next(i for i, c in enumerate(after) if c.order_link_id[4] == "E")
    opening = next(i for i, c in enumerate(after) if c.order_link_id[4] == "O")
    assert opening < first_entry


@pytest.mark.parametrize("held_back", [("execution",), ("position",), ("order",), ("order", "position")])
def test_a_close_is_acted_on_once_whichever_topic_says_so_first(held_back: tuple[str, ...]) -> None:
    world = opened()
    world.hold(*held_back)
    world.trade(world.symbol, "150.90")
    world.run(100)
    assert len(world.told(CloseActed)) == 1
    world.release()
    at_rest(world)
    assert len(world.told(CloseActed)) == 1
    (closed,) = world.told(CycleClosed)
    assert closed.cause == "take_profit"
    assert world.side(Side.LONG).cycle == 2


def test_a_close_that_only_a_row_tells_reopens_once_its_cause_is_known() -> None:
    world = opened()
    world.hold("execution")
    world.trade(world.symbol, "150.90")
    world.run(500)
    assert world.side(Side.LONG).cycle == 2
    assert not sent(world, PlaceOrder, "O", Side.LONG)[1:]
    world.run(3_000)  # the executions are read from the exchange
    assert len(sent(world, PlaceOrder, "O", Side.LONG)) == 2
    world.release()
    at_rest(world)


def test_a_flat_row_for_a_side_that_opens_changes_nothing() -> None:
    world = opened(seed=5)
    assert not world.told(CloseActed)
    assert [world.side(s).cycle for s in SIDES] == [1, 1]


@pytest.mark.parametrize("early_ms", range(0, 24, 3))
def test_a_close_that_arrives_during_a_sync_is_acted_on_at_once(early_ms: int) -> None:
    world = opened()
    world.line.faults = SLOW
    world.sync()
    world.run(early_ms * 10)
    world.trade(world.symbol, "150.90")
    world.run(5)
    assert len(world.told(CloseActed)) == 1
    at_rest(world)
    assert world.side(Side.LONG).cycle == 2
    assert world.counted("recovery") == 0


def test_a_close_that_the_stream_has_lost_is_found_by_the_sync_and_counted() -> None:
    world = opened()
    world.disconnect()
    world.move("150.90")
    assert not world.told(CloseActed)
    world.connect()
    world.run(100)
    assert len(world.told(CloseActed)) == 1
    at_rest(world, 10_000)
    assert world.counted("recovery") == 1


def test_a_close_and_a_fill_that_the_stream_has_both_lost_are_told_apart() -> None:
    world = opened(max_levels=3)
    world.disconnect()
    world.move("150.90")  # LONG's take profit fills,
    world.move("148.40")  # and then its entry, which nobody could cancel
    world.connect()
    at_rest(world, 10_000)
    long = world.side(Side.LONG)
    assert (long.cycle, sorted(long.levels)) == (2, [1])
    assert [e.side for e in world.told(CycleClosed)].count(Side.LONG) == 1


def test_a_cancel_that_loses_against_the_fill_counts_the_fill_once() -> None:
    world = opened()
    world.line.faults = SLOW
    world.trade(world.symbol, "150.90")
    world.run(30)  # the cancel of SHORT's entry is under way
    assert sent(world, CancelOrder, "E", Side.SHORT)
    world.trade(world.symbol, "151.60")
    at_rest(world)
    short = world.side(Side.SHORT)
    assert (short.levels[1].qty, short.size) == (Decimal("0.4"), Decimal("0.7"))


def test_a_second_close_joins_the_procedure_that_runs() -> None:
    world = opened()
    world.line.faults = SLOW
    world.trade(world.symbol, "150.90")
    world.run(30)
    world.trade(world.symbol, "149.10", taker="Sell")
    at_rest(world)
    assert {e.side for e in world.told(CycleClosed)} == {Side.LONG, Side.SHORT}
    assert [world.side(s).cycle for s in SIDES] == [2, 2]
