"""The judge itself: what is right passes, and each fault is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actors.simulation.checks.board import Checks
from actors.simulation.checks.truth import Truth
from actors.torture.journal.book import Book
from actors.torture.judge import AnIdIsAcceptedOnce, Judge
from actors.torture.levels import LevelsAreOfTheExecutions, RebuiltAsBefore
from actors.torture.venue import Plant
from messages.sides import Side
from state.grid.model import GridState
from tests.grid.worlds import Watched, opened
from tests.simulation.bridged import Core
from tests.whole.journal_canary import Journal

ENTRY = "001LE01-SOLUSDT-001001"


def findings(world: Watched, state: GridState, before: GridState, *, lost: bool = False) -> list[str]:
    name = f"001/{world.symbol}"
    core: Any = Core(world.core)
    plant = Plant(core, {name: state}, [world.symbol])
    truth = Truth(plant)
    rebuilt = RebuiltAsBefore(truth, {name: before}, lost={"001"} if lost else ())
    checks = Checks(plant, (truth, LevelsAreOfTheExecutions(truth), rebuilt))
    checks.at_the_end()
    return [violation.checker for violation in checks.violations]


@pytest.fixture
def world() -> Watched:
    world = opened()
    world.move("148.40")
    world.run(1_000)
    assert sorted(world.side(Side.LONG).levels) == [0, 1]
    return world


def test_a_grid_that_is_as_the_executions_say_passes(world: Watched) -> None:
    assert findings(world, world.grid, world.grid) == []


def test_a_level_that_holds_more_than_its_orders_filled_is_told(world: Watched) -> None:
    state = world.grid.copy()
    state.long.levels[1] = replace(state.long.levels[1], qty=Decimal(9))
    assert set(findings(world, state, world.grid)) == {"LevelsAreOfTheExecutions", "RebuiltAsBefore"}


def test_a_cycle_that_no_opening_has_begun_is_told(world: Watched) -> None:
    state = world.grid.copy()
    state.long.cycle += 1
    assert set(findings(world, state, world.grid)) == {"LevelsAreOfTheExecutions", "RebuiltAsBefore"}


def test_an_opening_that_is_shared_out_otherwise_is_told_unless_the_file_was_lost(world: Watched) -> None:
    state, before = world.grid.copy(), world.grid.copy()
    for one, quantities in ((state, ("0.1", "0.6")), (before, ("0.3", "0.4"))):
        for n, qty in enumerate(quantities):
            level = one.long.levels[n]
            one.long.levels[n] = replace(level, qty=Decimal(qty), value=Decimal(qty) * 100, by_opening=True)
    assert findings(world, state, before).count("RebuiltAsBefore") == 1
    assert findings(world, state, before, lost=True).count("RebuiltAsBefore") == 0


def accepted(journal: Journal, *, killed: bool) -> list[str]:
    """What the rule says of ENTRY's requests in a journal; before the last one the bot is killed, perhaps."""
    rule, book, found = AnIdIsAcceptedOnce(), Book(), list[str]()
    for line in journal.lines:
        if killed and line is journal.lines[-1]:
            rule.killed()
        book.take(line)
        found += rule.see(line, book)
    return found


def test_an_id_that_is_accepted_twice_in_one_life_is_told() -> None:
    journal = Journal()
    journal.create(ENTRY, "1")
    journal.order(ENTRY, "Cancelled")
    journal.create(ENTRY, "1")
    assert accepted(journal, killed=False)
    assert not accepted(journal, killed=True)


def test_an_id_whose_order_lives_or_has_filled_may_never_come_again() -> None:
    living = Journal()
    living.create(ENTRY, "1")
    living.create(ENTRY, "1")
    assert accepted(living, killed=True)


@pytest.mark.parametrize("content", [b"", b'{"format": "sol-trader-state", "ver', b"[]"])
def test_a_state_file_that_is_torn_is_told(content: bytes, tmp_path: Path) -> None:
    judge = Judge(tmp_path)
    assert judge.after_the_kill() == []
    judge.state_path().write_bytes(content)
    (sentence,) = judge.after_the_kill()
    assert sentence.startswith("state file: ")
