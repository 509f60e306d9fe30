"""A side's life on a quiet line: open, average, take profit, reopen; the worked example to the digit."""

from __future__ import annotations

from decimal import Decimal

from messages.events import CycleClosed
from messages.orders import AmendOrder, CancelOrder, PlaceOrder
from messages.sides import Role, Side
from tests.grid.checks import Checks
from tests.grid.world import grid_settings
from tests.grid.worlds import Watched, opened, shown

EXAMPLE = grid_settings(
    "DOGEUSDT",
    initial_margin="1",
    leverage="75",
    multiplier="2",
    take_profit_percent="1",
)


def example() -> Watched:
    """The worked example of the strategy, opened."""
    world = Watched(EXAMPLE, prices={"DOGEUSDT": "0.21000"}, seed=3)
    Checks(world)
    world.run(4_000)
    return world


def test_the_worked_example_holds_to_the_digit_with_a_fill_at_exactly_the_price() -> None:
    world = example()
    long, short = world.side(Side.LONG), world.side(Side.SHORT)
    assert (long.size, short.size) == (Decimal(357), Decimal(357))
    assert long.levels[0].price == Decimal("0.21000")
    assert shown(world, "E", Side.LONG) == [(Decimal(721), Decimal("0.20790"))]
    assert shown(world, "T", Side.LONG) == [(Decimal(357), Decimal("0.21226"))]
    assert world.grid.references == {0: Decimal(357), 1: Decimal(721)}


def test_the_other_side_takes_the_reference_quantities_so_that_the_hedge_is_symmetric() -> None:
    world = example()
    price = world.side(Side.SHORT).levels[0].price
    assert shown(world, "E", Side.SHORT)[0][0] == Decimal(721)
    assert shown(world, "E", Side.SHORT)[0][1] >= price * Decimal("1.01")


def test_nothing_leaves_before_three_seconds_have_proven_that_nothing_is_under_way() -> None:
    world = Watched()
    world.run(3_000)
    assert not world.sent
    world.run(1_000)
    assert {order.order_link_id[4] for _, order in world.sent if isinstance(order, PlaceOrder)} == {
        "O",
        "T",
        "E",
    }


def test_a_filled_entry_amends_the_one_take_profit_and_places_the_next_level() -> None:
    world = opened()
    before = world.resting("T", Side.LONG)[0]
    world.move("148.40")
    after = world.resting("T", Side.LONG)
    assert [row["orderLinkId"] for row in after] == [before["orderLinkId"]]
    assert Decimal(after[0]["qty"]) == world.leg(Side.LONG) == Decimal("0.7")
    assert Decimal(after[0]["price"]) < Decimal(before["price"])
    assert list(world.side(Side.LONG).levels) == [0, 1]
    assert [row["orderLinkId"][5:7] for row in world.resting("E", Side.LONG)] == ["02"]


def test_an_entry_at_one_level_places_the_symmetry_entries_of_the_other_side() -> None:
    world = opened()
    world.move("148.40")
    world.move("146.90")
    assert world.side(Side.LONG).deepest == 2
    assert world.side(Side.SHORT).deepest == 0
    assert {row["orderLinkId"][5:7] for row in world.resting("E", Side.SHORT)} == {"01", "02"}


def test_a_resting_entry_keeps_its_price_when_another_level_fills() -> None:
    world = opened(pending_depth=3)
    before = {row["orderLinkId"]: row["price"] for row in world.resting("E", Side.LONG)}
    assert len(before) == 3
    world.move("148.40")
    after = {row["orderLinkId"]: row["price"] for row in world.resting("E", Side.LONG)}
    assert len(after) == 3
    assert all(before[link] == price for link, price in after.items() if link in before)


def test_a_take_profit_closes_the_side_and_it_opens_again_with_the_next_cycle() -> None:
    world = opened()
    world.move("150.90")
    (closed,) = world.told(CycleClosed)
    assert (closed.side, closed.cycle, closed.cause) == (Side.LONG, 1, "take_profit")
    assert closed.entry_qty == Decimal("0.3")
    gain = closed.profit - closed.fees
    assert gain >= closed.entry_qty * closed.average_entry * Decimal("0.005")
    assert world.side(Side.LONG).cycle == 2
    assert world.leg(Side.LONG) == Decimal("0.3")
    assert len(world.resting("T", Side.LONG)) == 1


def test_on_a_take_profit_the_entries_of_both_sides_are_cancelled_before_the_reopening() -> None:
    world = opened()
    before = {row["orderLinkId"] for row in world.resting("E")}
    assert len(before) == 2
    world.move("150.90")
    cancelled = {c.order_link_id for _, c in world.sent if isinstance(c, CancelOrder)}
    assert before <= cancelled
    assert not before & {row["orderLinkId"] for row in world.resting("E")}
    assert len(world.resting("E")) == 2


def test_the_reopening_leaves_within_a_few_round_trips_of_the_close() -> None:
    world = opened()
    world.move("150.90", ms=60)
    assert world.leg(Side.LONG) == Decimal("0.3")
    assert world.counted("recovery") == 0


def test_nothing_is_sent_that_changes_nothing() -> None:
    world = opened()
    count = len(world.sent)
    for price in ("150.01", "150.02", "149.90", "150.00"):
        world.move(price)
    world.run(180_000)
    assert len(world.sent) == count


def test_several_entries_filled_in_one_tick_leave_one_take_profit_of_the_right_size() -> None:
    world = opened(pending_depth=3)
    world.move("145.00", ms=1_000)
    assert world.side(Side.LONG).deepest >= 3
    (take_profit,) = world.resting("T", Side.LONG)
    assert Decimal(take_profit["qty"]) == world.leg(Side.LONG)
    assert take_profit["orderLinkId"].endswith("001001")
    amended = [c for _, c in world.sent if isinstance(c, AmendOrder)]
    assert {c.order_link_id for c in amended} >= {take_profit["orderLinkId"]}


def test_both_sides_closing_in_one_tick_are_one_procedure_and_both_open_again() -> None:
    world = opened(take_profit_percent="0.05", grid_step_percent="5")
    for tick in ("151.50", "148.50"):
        world.trade(world.symbol, tick, taker="Buy")
    world.run(500)
    assert [world.side(s).cycle for s in (Side.LONG, Side.SHORT)] == [2, 2]
    assert world.leg(Side.LONG) == world.leg(Side.SHORT) > 0
    assert len(world.told(CycleClosed)) == 2
    opening = [c for _, c in world.sent if c.order_link_id[4] == Role.OPENING.value]
    assert len(opening) == 4


def test_references_are_cleared_when_both_sides_are_flat_and_taken_afresh() -> None:
    world = opened(max_levels=1)
    world.disconnect()
    world.trade(world.symbol, "180.00")
    world.trade(world.symbol, "120.00", taker="Sell")
    world.run(50)
    world.connect()
    world.run(500)
    assert world.grid.references == {0: Decimal("0.4")}
    assert world.leg(Side.LONG) == world.leg(Side.SHORT) == Decimal("0.4")


def test_prices_that_leave_a_side_behind_move_its_entries_after_five_percent() -> None:
    world = opened(take_profit_percent="10")
    for price in ("148.40", "146.90"):
        world.move(price)
    assert world.side(Side.LONG).deepest == 2
    resting = Decimal(world.resting("E", Side.LONG)[0]["price"])
    world.move("150.00", steps=4)
    assert Decimal(world.resting("E", Side.LONG)[0]["price"]) == resting
    world.move("156.50", steps=4, ms=500)
    moved = next(
        Decimal(r["price"]) for r in world.resting("E", Side.LONG) if r["orderLinkId"].startswith("001LE03")
    )
    average = world.side(Side.LONG).book.average_entry
    assert resting < moved < average
    assert moved == (average * Decimal("0.99")).quantize(Decimal("0.01"), "ROUND_FLOOR")
    assert world.counted("recalculated") == 1


def test_a_move_towards_the_entries_cancels_nothing() -> None:
    world = opened(take_profit_percent="10", max_levels=2)
    world.move("148.40")
    before = [c for _, c in world.sent if isinstance(c, CancelOrder)]
    world.move("135.00", steps=20)
    cancelled = [c for _, c in world.sent if isinstance(c, CancelOrder)][len(before) :]
    assert all(c.order_link_id[3] == "S" for c in cancelled)
