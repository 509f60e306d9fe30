"""The checkers of what stands still: each excuse in the state must have its cause at the venue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from actors.simulation.checks.oracle import reopening_depth
from actors.simulation.checks.watching import Turn
from exchange.venue.quirks import Quirks
from messages.events import Wake
from messages.settings import ReopenSize
from messages.sides import Side
from state.grid.backoff import Backoff
from state.grid.model import GridState
from state.grid.procedures import Restart, RestartStep
from tests.grid.world import grid_settings
from tests.grid.worlds import person_closes
from tests.simulation.bridged import BridgedWorld


@pytest.fixture
def world() -> BridgedWorld:
    """SOLUSDT at 150, both sides open with 0.3 each; nobody is blamed."""
    world = BridgedWorld(grid_settings(), quirks=Quirks(max_outcome_ms=0))
    world.run(6_000)
    return world


def blamed(world: BridgedWorld) -> set[str]:
    """Who has found something."""
    return {violation.checker for violation in world.checks.violations}


def turned(world: BridgedWorld, before: GridState, after: GridState) -> set[str]:
    """Who finds something in a turn that ends in such a state."""
    world.checks.turned(Turn(world.now_ms, "001/grid/SOLUSDT", Wake(due_ms=0), before, after))
    return blamed(world)


def test_a_persons_close_and_its_pause_are_right(world: BridgedWorld) -> None:
    person_closes(world, Side.LONG)
    world.run(5_000)
    assert world.grid.long.paused
    assert blamed(world) == set()


def test_a_pause_that_nobody_has_taken_back_must_stay(world: BridgedWorld) -> None:
    person_closes(world, Side.LONG)
    world.run(5_000)
    after = world.grid.copy()
    after.long.paused = ""
    assert turned(world, world.grid, after) == {"ClosesHaveTheirConsequence"}


def test_a_stop_without_an_execution_of_the_exchange_is_found(world: BridgedWorld) -> None:
    after = world.grid.copy()
    after.stopped = "no reason"
    assert turned(world, world.grid, after) == {"StopsHaveTheirCause"}


def test_a_freeze_without_a_warning_is_found(world: BridgedWorld) -> None:
    after = world.grid.copy()
    after.frozen_until_ms = world.now_ms + 600_000
    assert turned(world, world.grid, after) == {"FreezesHaveTheirCause"}


def test_a_restart_of_sides_that_are_not_full_is_found(world: BridgedWorld) -> None:
    after = world.grid.copy()
    after.restart = Restart(step=RestartStep.CANCELLING, started_ms=world.now_ms)
    assert turned(world, world.grid, after) == {"RestartsAreDue"}


def test_a_level_that_waits_for_hours_is_found(world: BridgedWorld) -> None:
    world.grid.long.level_backoff[1] = Backoff(failures=12, until_ms=world.now_ms + 4_000_000)
    world.checks.at_the_end()
    assert blamed(world) == {"WaitsAreShort"}


@pytest.mark.parametrize(
    ("size", "filled", "depth"),
    [
        (ReopenSize.INITIAL, 7, 0),
        (ReopenSize.MINUS_TWO, 0, 0),
        (ReopenSize.MINUS_TWO, 2, 0),
        (ReopenSize.MINUS_TWO, 5, 2),
        # Of 1, 2, 4 ... margins: the sums are 1, 3, 7, 15, 31.
        (ReopenSize.MARGIN_RATIO, 3, 0),
        (ReopenSize.MARGIN_RATIO, 4, 2),
        (ReopenSize.MARGIN_RATIO, 5, 4),
    ],
)
def test_a_reopening_is_as_deep_as_the_strategy_says(size: ReopenSize, filled: int, depth: int) -> None:
    settings = replace(grid_settings(), reopen_size=size, multiplier=Decimal(2), max_levels=7)
    assert reopening_depth(settings, range(filled)) == depth
