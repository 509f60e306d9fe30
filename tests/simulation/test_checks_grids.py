"""The checkers of what a grid takes and holds: hand-made turns, each beside its legitimate neighbour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from actors.simulation.checks.watching import Turn
from exchange.venue.quirks import Quirks
from messages.account import ExecType, Execution, PositionRow
from messages.events import Counted, StreamEvents, Wake
from messages.sides import OrderSide, Side
from state.grid.model import GridState
from tests.grid.world import grid_settings
from tests.grid.worlds import person_closes
from tests.simulation.bridged import BridgedWorld

GRID = "001/grid/SOLUSDT"


@pytest.fixture
def world() -> BridgedWorld:
    """SOLUSDT at 150, both sides open with 0.3 each."""
    world = BridgedWorld(grid_settings(), quirks=Quirks())
    world.run(6_000)
    assert not world.checks.violations
    return world


def turned(world: BridgedWorld, message: object, after: GridState | None, before: GridState) -> set[str]:
    """Show a turn of the grid; gives the checkers that found something."""
    world.checks.turned(Turn(world.now_ms, GRID, message, before, after or before))
    return {violation.checker for violation in world.checks.violations}


def changed(state: GridState, change: Callable[[GridState], object]) -> GridState:
    """A copy with a change."""
    twin = state.copy()
    change(twin)
    return twin


def frame(*events: PositionRow | Execution) -> StreamEvents:
    """One frame of SOLUSDT."""
    return StreamEvents(symbol="SOLUSDT", events=events, received_ns=0)


def row(world: BridgedWorld, leg: Side, *, size: str, seq: int) -> PositionRow:
    """A position row of a leg."""
    return PositionRow(
        symbol="SOLUSDT",
        leg=leg,
        size=Decimal(size),
        average_price=Decimal(150),
        mark_price=Decimal(150),
        liquidation_price=None,
        leverage=Decimal(10),
        unrealised_usdt=Decimal(0),
        take_profit=Decimal(0),
        stop_loss=Decimal(0),
        seq=seq,
        updated_ms=world.now_ms,
    )


def closes_unheard(world: BridgedWorld, side: Side) -> list[Execution]:
    """A person closes a side at the venue, and the grid hears nothing; gives the executions as frames."""
    world.hold("order", "execution", "position", "wallet")
    assert person_closes(world, side) == 0
    world.run(50)
    return [
        Execution(
            symbol="SOLUSDT",
            leg=side,
            exec_id=e.exec_id,
            order_id=e.order_id,
            order_link_id="",
            exec_type=ExecType.TRADE,
            order_side=OrderSide(e.side),
            price=e.price,
            qty=e.qty,
            fee_usdt=e.fee,
            is_maker=False,
            create_type="CreateByUser",
            exec_ms=e.time_ms,
            seq=e.seq,
        )
        for e in world.core.books["a"].executions
        if e.size_after == 0
    ]


def test_executions_that_show_a_close_which_is_not_acted_on_are_found(world: BridgedWorld) -> None:
    state = world.grid
    told = closes_unheard(world, Side.LONG)
    assert turned(world, frame(*told), state, state) == {"ACloseIsActedOn"}


def test_a_close_that_is_acted_on_in_its_turn_blames_nobody(world: BridgedWorld) -> None:
    closes_unheard(world, Side.LONG)
    world.release()
    world.run(500)
    assert not world.grid.long.held
    assert not world.checks.violations


def mended(state: GridState) -> None:
    """The sync has come."""
    state.interrupted_ms = 0


def test_executions_within_a_gap_of_the_stream_wait_for_the_sync(world: BridgedWorld) -> None:
    state = changed(world.grid, lambda s: setattr(s, "interrupted_ms", 1))
    told = closes_unheard(world, Side.LONG)
    assert turned(world, frame(*told), state, state) == set()
    assert turned(world, frame(*told), changed(state, mended), state) == {"ACloseIsActedOn"}


def test_a_newer_row_of_size_zero_that_is_not_acted_on_is_found(world: BridgedWorld) -> None:
    told = closes_unheard(world, Side.SHORT)
    state = world.grid
    flat = row(world, Side.SHORT, size="0", seq=told[-1].seq)
    assert turned(world, frame(flat), state, state) == {"ACloseIsActedOn"}


def test_an_old_row_of_size_zero_closes_nothing(world: BridgedWorld) -> None:
    state = world.grid
    found = turned(world, frame(row(world, Side.SHORT, size="0", seq=-1)), state, state)
    assert found == set()


def test_a_recovery_counted_while_the_stream_was_up_is_found(world: BridgedWorld) -> None:
    world.move("151", steps=10)
    world.run(2_000)
    counted = Counted(account=1, symbol="SOLUSDT", name="recovery")
    world.checks.turned(Turn(world.now_ms, "watch", counted, None, None))
    assert [v.checker for v in world.checks.violations] == ["RecoveriesAreReal"]


def test_a_recovery_of_a_close_that_the_stream_lost_is_real(world: BridgedWorld) -> None:
    world.disconnect()
    world.move("151", steps=10)
    world.connect()
    world.run(10_000)
    assert world.counted("recovery") > 0
    assert not world.checks.violations


def test_references_of_a_flat_grid_are_found(world: BridgedWorld) -> None:
    def empty(state: GridState) -> None:
        state.orders, state.references = {}, {0: Decimal("0.3")}
        for side in state.sides:
            side.held, side.levels, side.opening = False, {}, None

    before = world.grid
    flat = changed(before, empty)
    assert turned(world, Wake(due_ms=0), changed(flat, lambda s: s.references.clear()), before) == set()
    assert turned(world, Wake(due_ms=0), flat, before) == {"ReferencesAreCleared"}


def test_a_row_of_one_leg_taken_for_the_other_is_found(world: BridgedWorld) -> None:
    state = world.grid
    seq = state.long.leg.row.seq
    assert turned(world, frame(row(world, Side.LONG, size="0.3", seq=seq)), state, state) == set()
    assert turned(world, frame(row(world, Side.SHORT, size="0.3", seq=seq)), state, state) == {
        "RowsAreOfTheirLeg"
    }


def test_an_execution_of_one_leg_taken_for_the_other_is_found(world: BridgedWorld) -> None:
    told = closes_unheard(world, Side.LONG)
    state = world.grid
    wrong = replace(told[-1], leg=Side.SHORT)
    assert "RowsAreOfTheirLeg" in turned(world, frame(wrong), state, state)


def test_a_base_out_of_nowhere_is_found(world: BridgedWorld) -> None:
    before = world.grid
    moved = changed(before, lambda s: setattr(s.long, "base", Decimal(149)))
    assert turned(world, Wake(due_ms=0), before, before) == set()
    assert turned(world, Wake(due_ms=0), moved, before) == {"BasesAreRight"}


def test_moves_that_are_measured_from_each_new_price_are_found(world: BridgedWorld) -> None:
    before = world.grid
    moved = changed(before, lambda s: setattr(s.long, "price_at_base", Decimal(151)))
    assert turned(world, Wake(due_ms=0), moved, before) == {"BasesAreRight"}


def test_a_recalculation_after_a_long_way_is_right() -> None:
    world = BridgedWorld(grid_settings(take_profit_percent="20", recalculate_percent="1"), quirks=Quirks())
    world.run(6_000)
    world.move("148", steps=40, ms=1_000)
    world.run(30_000)
    assert world.grid.short.recalculated_ms
    world.checks.at_the_end()
    assert not world.checks.violations
