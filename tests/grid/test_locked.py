"""When a symbol is locked: by its own ladders alone (strategy, section 5)."""

from __future__ import annotations

from decimal import Decimal

from messages.settings import WhenLocked
from messages.sides import SIDES, Side
from state.grid.model import GridState, Level
from tests.grid.world import grid_settings
from tests.grid.worlds import Watched


def holding(long: range, short: range) -> GridState:
    """A grid of three levels whose sides hold these."""
    world = Watched(grid_settings(max_levels=3, when_locked=WhenLocked.RESTART))
    world.run(4_000)
    state = world.grid
    for side, levels in ((Side.LONG, long), (Side.SHORT, short)):
        one = Level(qty=Decimal("0.3"), value=Decimal(45), wanted=Decimal("0.3"), complete=True)
        state.of(side).levels = dict.fromkeys(levels, one)
    return state


def test_a_symbol_is_locked_once_both_sides_hold_their_last_level() -> None:
    assert holding(range(3), range(3)).locked
    assert not holding(range(3), range(2)).locked


def test_a_stray_order_beyond_the_ladder_fills_its_side_but_locks_nothing() -> None:
    """A restart would close the other side at a loss for it."""
    state = holding(range(3), range(9, 10))
    assert all(state.of(s).full for s in SIDES)
    assert not state.locked
