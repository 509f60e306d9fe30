"""A leg rebuilt from its executions while a close of it still waits for what they tell."""

from __future__ import annotations

from messages.requests import LegsRead
from messages.sides import Side
from state.grid.draft import Draft
from state.grid.rebuild import begin_rebuild
from state.grid.step import step
from tests.grid.worlds import SLOW, Watched, at_rest, opened, person_closes


def closed_by_a_row(late: bool) -> Watched:
    """A person has closed LONG: its row has told so, its executions have not come; one fill may be late."""
    world = opened(take_profit_percent="5")
    world.run(10_000)  # no sync is near
    world.line.faults = SLOW
    world.hold("execution")
    world.checks.crashed = world.checks.lost = True  # a rebuild books nothing of older cycles
    person_closes(world, Side.LONG)
    for _ in range(100):
        if world.grid.closing is not None:
            break
        world.run(1)
    if late:
        world.trade(world.symbol, "148.40")
        world.run(10)
        assert world.leg(Side.LONG) > 0
    assert world.side(Side.LONG).old_books[-1].size != 0
    return world


def test_a_rebuild_of_a_side_that_has_filled_again_goes_on_with_its_close() -> None:
    world = closed_by_a_row(late=True)
    d = Draft(world.grid, world.now_ms)
    begin_rebuild(d, d.state.long)
    world.grids[world.symbol] = d.state
    world.run(2_000)
    assert world.noted("rebuilt")
    assert world.grid.closing is None
    assert world.side(Side.LONG).paused == "closed by a person"
    world.release()
    world.resume()
    at_rest(world, 10_000)


def test_a_rebuild_that_shows_nothing_leaves_a_close_waiting_for_its_cause() -> None:
    world = closed_by_a_row(late=False)
    d = Draft(world.grid, world.now_ms)
    begin_rebuild(d, d.state.long)
    nothing = LegsRead(symbol=world.symbol, positions=(), executions=(), server_ms=world.now_ms)
    state, _ = step(d.state, nothing, world.now_ms)
    assert not state.long.rebuild_from_ms
    assert state.closing is not None
    world.grids[world.symbol] = state
    world.run(30_000)
    assert world.grid.closing is None
    assert world.side(Side.LONG).paused
