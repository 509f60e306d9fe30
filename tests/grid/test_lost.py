"""What is lost on the way is asked again, and nothing is taken for what it is not."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from exchange.bybit.encode import order_params
from exchange.venue.quirks import Quirks
from messages.commands import Withdraw
from messages.orders import AmendOrder, CancelOrder, OrderCommand, PlaceOrder
from messages.requests import ReadLegs
from messages.settings import ReopenSide
from messages.sides import SIDES, Side
from state.grid.effects import CloseActed
from tests.grid.line import NO_FAULTS, Faults
from tests.grid.world import World, grid_settings
from tests.grid.worlds import Watched, at_rest, opened, sent, shown

Fate = tuple[int, str] | str

FAILING = Faults(failed_read=1)
NO_ANSWER: list[Fate] = ["lost request", (10006, "Too many visits!")]


@pytest.mark.parametrize("fate", NO_ANSWER)
def test_the_cancel_of_a_take_profit_that_can_not_be_amended_is_asked_again(fate: Fate) -> None:
    world = opened()
    fates: dict[type[OrderCommand], list[Fate]] = {AmendOrder: [(110003, "no")], CancelOrder: [fate]}

    def scripted(command: OrderCommand) -> Fate | None:
        mine = command.order_link_id.startswith("001LT") and fates.get(type(command))
        return mine.pop() if mine else None

    world.line.scripted = scripted
    world.move("148.40")
    at_rest(world, 20_000)
    assert not any(fates.values())
    assert shown(world, "T", Side.LONG)[0][0] == world.leg(Side.LONG) == Decimal("0.7")


@pytest.mark.parametrize("fate", NO_ANSWER)
def test_a_cancel_of_a_recalculation_is_asked_again(fate: Fate) -> None:
    world = opened(take_profit_percent="20")
    world.move("148.40")
    world.run(11_000)
    fates = [fate]

    def scripted(command: OrderCommand) -> Fate | None:
        mine = isinstance(command, CancelOrder) and command.order_link_id.startswith("001LE02")
        return fates.pop() if mine and fates else None

    world.line.scripted = scripted
    before = Decimal(world.resting("E", Side.LONG)[0]["price"])
    world.move("157.60", steps=40)
    at_rest(world, 20_000)
    assert not fates
    (moved,) = [r for r in world.resting("E", Side.LONG) if r["orderLinkId"].startswith("001LE02")]
    assert Decimal(moved["price"]) > before


def carry_out(world: World, order: PlaceOrder) -> None:
    """Let an order reach the exchange behind the back of whoever sent it."""
    assert world.request("order.create", **order_params(order)).ret_code == 0


@pytest.mark.parametrize("role", ["E", "T"])
def test_an_order_that_stands_although_a_rate_limit_was_told_is_ours(role: str) -> None:
    world = Watched(grid_settings())
    left = [1]

    def scripted(command: OrderCommand) -> Fate | None:
        if left[0] and isinstance(command, PlaceOrder) and command.order_link_id.startswith("001L" + role):
            left[0] = 0
            world.moments.at(world.now_ms + 20, partial(carry_out, world, command))
            return 10006, "Too many visits!"
        return None

    world.line.scripted = scripted
    at_rest(world, 15_000)
    assert not left[0]
    assert [row["orderLinkId"][-3:] for row in world.resting(role, Side.LONG)] == ["001"]
    assert world.counted("orphan") == 0
    world.move("148.40")
    at_rest(world, 10_000)


def test_an_order_that_shows_after_its_absence_was_proven_is_an_orphan() -> None:
    world = World(grid_settings())
    lost: list[PlaceOrder] = []

    def scripted(command: OrderCommand) -> Fate | None:
        if not lost and isinstance(command, PlaceOrder) and command.order_link_id.startswith("001LE01"):
            lost.append(command)
            return "lost request"
        return None

    world.line.scripted = scripted
    world.run(15_000)
    assert world.noted("absent")
    carry_out(world, lost[0])
    world.run(1_000)
    assert world.counted("orphan") == 1
    assert [row["orderLinkId"][-3:] for row in world.resting("E", Side.LONG)] == ["002"]


@pytest.mark.parametrize("outage_ms", [5_000, 15_000, 60_000])
def test_a_close_whose_executions_an_outage_hides_stays_our_take_profits(outage_ms: int) -> None:
    world = opened()
    world.hold("execution")
    world.trade(world.symbol, "150.90")
    world.run(100)
    assert len(world.told(CloseActed)) == 1
    world.disconnect()
    world.release()  # what was held back is lost with the connection
    world.line.faults = Faults(failed_read=1)
    world.run(outage_ms)
    world.line.faults = NO_FAULTS
    world.connect()
    world.trade(world.symbol, "150.00")
    at_rest(world, 20_000)
    assert not world.side(Side.LONG).paused
    assert world.leg(Side.LONG) == Decimal("0.3")


def test_the_entries_that_an_orderly_stop_took_away_come_back_after_a_loss_of_the_state() -> None:
    world = opened()
    world.give(world.symbol, Withdraw())
    world.run(2_000)
    assert not world.resting("E")
    world.checks.crashed = world.checks.lost = True
    world.restart({})
    at_rest(world, 20_000)
    assert [side.kept_away for side in world.grid.sides] == [frozenset(), frozenset()]
    assert len(world.resting("E")) == 2


def test_a_leg_that_a_sync_lacks_is_read_by_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    world = opened()
    world.run(4_000)
    assert not world.told(ReadLegs)
    monkeypatch.setattr(world.line._reads._reads, "positions", lambda **query: ())
    world.sync()
    world.run(50)
    monkeypatch.undo()
    assert world.told(ReadLegs)
    assert [side.missing_syncs for side in world.grid.sides] == [1, 1]
    at_rest(world)
    assert not world.told(CloseActed)


def test_a_take_profit_refused_for_its_reduce_only_rule_lets_the_leg_be_read() -> None:
    world = Watched(grid_settings())
    left = [3]

    def scripted(command: OrderCommand) -> Fate | None:
        if left[0] and isinstance(command, PlaceOrder) and command.order_link_id.startswith("001LT"):
            left[0] -= 1
            return 110017, "current position is zero, cannot fix reduce-only order qty"
        return None

    world.line.scripted = scripted
    at_rest(world, 15_000)
    assert len(world.told(ReadLegs)) == 3
    assert len(world.resting("T", Side.LONG)) == 1


def test_a_persons_closing_order_that_trims_our_take_profit_is_not_fought_over() -> None:
    world = opened()
    world.move("148.40")
    (take_profit,) = world.resting("T", Side.LONG)
    world.kill()
    world.request("order.cancel", symbol=world.symbol, orderId=take_profit["orderId"])
    world.run(100)
    sell = {"side": "Sell", "positionIdx": 1, "orderType": "Limit", "qty": "0.2", "price": "160"}
    assert world.request("order.create", symbol=world.symbol, reduceOnly=True, **sell).ret_code == 0
    world.run(100)
    world.checks.crashed = True
    world.restart()
    world.run(10_000)
    count = len(world.sent)
    world.run(60_000)
    assert len(world.sent) - count < 8
    assert shown(world, "T", Side.LONG)[0][0] == Decimal("0.5")


def forgotten(quirks: Quirks, *prices: str) -> World:
    """A hedge whose process and file are lost, and that is started anew eight days after these prices."""
    world = World(grid_settings(reopen_side=ReopenSide.OPPOSITE, max_levels=1), quirks=quirks)
    world.run(4_000)
    world.kill()
    for price in prices:
        world.move(price)
    world.run(8 * 24 * 3600 * 1000)
    world.trade(world.symbol, "150.00")
    world.effects.clear()
    world.restart({})
    return world


REUSE = [Quirks(link_reuse="never"), Quirks(link_reuse="at_end")]


@pytest.mark.parametrize("quirks", REUSE)
def test_a_flat_side_is_rebuilt_from_as_far_back_as_the_other(quirks: Quirks) -> None:
    world = forgotten(quirks, "150.90")
    world.run(30_000)
    assert [world.side(side).cycle for side in SIDES] == [2, 1]
    assert [world.side(side).size for side in SIDES] == [0, Decimal("0.3")]
    assert world.counted("orphan") == 0
    assert [row["orderLinkId"] for row in world.resting()] == ["001ST00-SOLUSDT-001001"]


@pytest.mark.parametrize("quirks", REUSE)
def test_ids_that_are_chosen_again_after_a_loss_are_never_taken_for_the_older_orders(quirks: Quirks) -> None:
    world = forgotten(quirks, "150.90", "149.00")  # both flat for over a week: nothing tells of a past
    world.run(60_000)
    for side in SIDES:
        assert world.side(side).size == world.leg(side) == Decimal("0.3")
        assert shown(world, "T", side)[0][0] == Decimal("0.3")
    assert not any(side.paused for side in world.grid.sides)
    assert not world.told(CloseActed)


@pytest.mark.parametrize("lost", [True, False])
def test_no_id_is_given_out_again_after_the_state_is_lost_or_the_file_is_of_the_cycle_before(
    lost: bool,
) -> None:
    world = opened(take_profit_percent="0.5", grid_step_percent="3")
    states = {} if lost else dict(world.grids)
    world.move("151.10", steps=3)  # LONG closes and opens its second cycle
    at_rest(world)
    used = {row["orderLinkId"] for role in "ELOT" for side in SIDES for row in world.resting(role, side)}
    world.checks.crashed = world.checks.lost = True
    world.restart(states)
    at_rest(world, 20_000)
    world.move("149.00", steps=3)  # SHORT closes: LONG's entries are cancelled and placed afresh
    at_rest(world)
    again = [c.order_link_id for c in sent_after_restart(world)]
    assert again
    assert used.isdisjoint(again)


def test_no_id_is_given_out_again_that_an_older_file_does_not_know() -> None:
    world = opened(take_profit_percent="0.5", grid_step_percent="3")
    old = dict(world.grids)
    world.move("151.10", steps=3)  # LONG closes and opens its second cycle, of which the file knows nothing
    at_rest(world)
    used = {row["orderLinkId"] for role in "ELOT" for side in SIDES for row in world.resting(role, side)}
    world.checks.crashed = True
    world.restart(old)
    at_rest(world, 20_000)
    world.move("149.00", steps=3)
    at_rest(world)
    again = [c.order_link_id for c in sent_after_restart(world)]
    assert again
    assert used.isdisjoint(again)


def test_a_cycle_that_only_a_lost_state_knew_keeps_its_number_though_its_close_is_seen_first() -> None:
    world = opened(take_profit_percent="0.5", grid_step_percent="3")
    old = dict(world.grids)
    world.move("151.10", steps=3)  # LONG closes and opens its second cycle, of which the file knows nothing
    at_rest(world)
    filled = {c.order_link_id for c in sent(world, PlaceOrder, "O", Side.LONG)}
    world.checks.crashed = True
    world.line.faults = FAILING
    world.restart(old)
    world.run(1_000)
    world.move("152.30", steps=3)  # its take profit, before any sync has come through
    assert world.side(Side.LONG).old_books
    world.line.faults = NO_FAULTS
    world.resume()
    at_rest(world, 90_000)
    again = {c.order_link_id for c in sent_after_restart(world) if c.order_link_id[3:5] == "LO"}
    assert again
    assert {name.rsplit("-", 1)[1][:3] for name in again}.isdisjoint(
        name.rsplit("-", 1)[1][:3] for name in filled
    )


def sent_after_restart(world: World) -> list[PlaceOrder]:
    """New orders of the world's second process."""
    restarted = world.process_began_ms
    return [c for at_ms, c in world.sent if at_ms >= restarted and isinstance(c, PlaceOrder)]
