"""What the private stream may have lost: until a sync has shown it, no execution alone closes a side."""

from __future__ import annotations

import pytest

from messages.commands import StreamGap, StreamUp
from messages.events import StreamEvents
from messages.sides import Side
from state.grid.start import begin, known_until_ms
from state.grid.step import step
from tests.grid.line import NO_FAULTS
from tests.grid.worlds import at_rest, opened, person_closes, with_a_hidden_entry
from tests.state.account_rows import leg


def test_a_process_begins_with_a_gap_that_the_first_sync_closes() -> None:
    world = opened()
    state = world.grid
    again = begin(state.settings, state.instrument, state.fees, 1, state, world.now_ms + 1_000)
    assert again.interrupted_ms == known_until_ms(state)
    world.restart()
    assert world.grid.interrupted_ms
    at_rest(world)
    assert not world.grid.interrupted_ms


def test_a_process_that_ends_before_its_first_sync_leaves_the_gap_to_the_next() -> None:
    world = opened()
    before_ms = known_until_ms(world.grid)
    world.kill()
    person_closes(world, Side.LONG)
    world.restart()
    world.sync()
    state = world.grid.copy()
    state.exec_ids["heard before the sync"] = world.now_ms
    assert known_until_ms(state) == before_ms


def test_a_second_gap_leaves_what_the_first_has_hidden() -> None:
    world, first_ms = with_a_hidden_entry()
    size = world.leg(Side.LONG)
    world.disconnect()
    world.run(180_000)
    assert world.grid.interrupted_ms == first_ms
    world.line.faults = NO_FAULTS
    world.restart()
    at_rest(world)
    assert (world.side(Side.LONG).cycle, world.side(Side.LONG).size) == (1, size)


@pytest.mark.parametrize("ahead_ms", [0, 3_600_000])
def test_a_gap_that_was_stamped_by_a_clock_that_ran_ahead_is_closed_all_the_same(ahead_ms: int) -> None:
    world = opened()
    world.give(world.symbol, StreamGap(at_ms=world.now_ms + ahead_ms))
    assert world.grid.interrupted_ms == world.grid.last_gap_ms == world.now_ms
    world.grid.last_gap_ms += ahead_ms
    world.disconnect()
    world.connect()
    at_rest(world)
    assert world.grid.stream_up
    assert not world.grid.interrupted_ms


def test_executions_that_a_gap_may_hide_are_not_forgotten_as_known() -> None:
    state = opened().grid.copy()
    gap_ms = max(state.exec_ids.values()) + 1_000
    state.interrupted_ms = gap_ms
    state.exec_ids |= {f"heard {n}": gap_ms + n for n in range(600)}
    later_ms = gap_ms + 3_600_000
    state, _ = step(state, StreamUp(up=False), later_ms)
    assert state.execs_known_ms < gap_ms
    assert "heard 0" in state.exec_ids


def test_a_stream_that_was_lost_when_its_sync_arrives_does_not_stand() -> None:
    world = opened()
    world.disconnect()
    world.give(world.symbol, StreamUp(up=True))
    assert not world.grid.stream_up
    assert world.grid.interrupted_ms == world.now_ms
    world.connect()
    at_rest(world)
    assert world.grid.stream_up


def test_an_old_row_of_a_flat_leg_closes_nothing_that_has_opened_since() -> None:
    world = opened()
    world.hold("position")  # each topic has its own way
    world.trade(world.symbol, "150.90")
    world.run_until(lambda: world.resting("T", Side.LONG) and world.side(Side.LONG).cycle == 2)
    flat = world.side(Side.LONG).leg.row
    assert flat.size == 0
    # From here on the stream alone proves no close: it may have lost another fill.
    world.give(world.symbol, StreamGap(at_ms=world.now_ms))
    world.trade(world.symbol, "151.80")
    world.run(100)
    assert world.leg(Side.LONG) == world.side(Side.LONG).size == 0
    old = leg(Side.LONG, 0, 0, seq=flat.seq)
    world.give(world.symbol, StreamEvents(symbol=world.symbol, events=(old,), received_ns=0))
    assert (world.side(Side.LONG).held, world.side(Side.LONG).cycle) == (True, 2)
    world.sync()
    world.run_until(lambda: world.side(Side.LONG).held and world.side(Side.LONG).cycle == 3)
    world.release()
    at_rest(world)
    assert world.side(Side.LONG).cycle == 3
