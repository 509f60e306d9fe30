"""What a grid tells people and metrics: whether its sides are protected, and what a sync had to set right."""

from __future__ import annotations

from messages.events import SymbolSnapshot
from messages.reports import SideReport
from messages.sides import Side
from state.changed import changed
from state.grid.differences import differences
from state.grid.effects import Effect
from state.grid.model import GridState
from state.grid.report import report
from state.grid.step import Event
from state.order import Phase
from tests.grid.world import World
from tests.grid.worlds import opened


def long_side(world: World) -> SideReport:
    return report(world.grid, world.now_ms).long


def found_by_syncs(world: World) -> list[dict[str, int]]:
    """What each sync from now on shows that the state before it lacks."""
    found: list[dict[str, int]] = []
    last = {"state": world.grid}

    def look(symbol: str, state: GridState, event: Event, effects: list[Effect]) -> None:
        if isinstance(event, SymbolSnapshot):
            found.append(differences(last["state"], event))
        last["state"] = state

    world.on_step.append(look)
    return found


def test_a_side_with_one_right_take_profit_is_protected_and_a_flat_one_needs_none() -> None:
    world = opened()
    assert not long_side(world).unprotected
    flat = world.grid.copy()
    flat.long.held, flat.orders = False, {}
    assert not report(flat, world.now_ms).long.unprotected


def test_a_side_is_unprotected_from_the_loss_of_its_take_profit_until_the_next_one_rests() -> None:
    world = opened()
    (row,) = world.resting("T", Side.LONG)
    world.request("order.cancel", symbol=world.symbol, orderId=row["orderId"])
    seen: list[bool] = []
    world.on_step.append(lambda symbol, state, event, effects: seen.append(report(state, 0).long.unprotected))
    world.run(200)
    assert True in seen
    assert not long_side(world).unprotected


def test_a_take_profit_that_a_stop_takes_away_is_withdrawn_and_not_missing() -> None:
    world = opened()
    side = world.grid.copy()
    side.long.tp_withdrawn = True
    side.orders = {name: order for name, order in side.orders.items() if name[4] != "T" or name[3] != "L"}
    told = report(side, world.now_ms).long
    assert (told.withdrawn, told.unprotected, told.take_profit_price) == (True, False, None)


def test_an_order_without_a_proven_outcome_has_been_so_since_its_request() -> None:
    world = opened()
    state = world.grid.copy()
    assert report(state, world.now_ms).unknown_since_ms == 0
    order = next(iter(state.orders.values()))
    state.orders[order.order_link_id] = changed(order, phase=Phase.UNKNOWN, request_ms=123)
    assert report(state, world.now_ms).unknown_since_ms == 123


def test_a_sync_that_shows_what_the_stream_has_told_finds_no_difference() -> None:
    world = opened()
    found = found_by_syncs(world)
    world.move("148.40")
    world.run(10_000)
    world.sync()
    world.run(1_000)
    assert found
    assert not any(found)


def test_a_fill_that_the_stream_keeps_back_is_found_by_the_next_sync() -> None:
    world = opened()
    found = found_by_syncs(world)
    world.hold("execution", "order", "position")
    world.move("148.40")
    world.run(5_000)
    world.sync()
    world.run(1_000)
    assert found[0]["execution"] >= 1
    assert found[0]["position"] == 1
