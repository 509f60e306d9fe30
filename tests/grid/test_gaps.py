"""What the private stream may have lost: until a sync has shown it, no execution alone closes a side."""

from __future__ import annotations

from messages.commands import StreamUp
from messages.sides import Side
from state.grid.start import begin, known_until_ms
from tests.grid.worlds import at_rest, opened, person_closes


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


def test_a_stream_that_was_lost_when_its_sync_arrives_does_not_stand() -> None:
    world = opened()
    world.disconnect()
    world.give(world.symbol, StreamUp(up=True))
    assert not world.grid.stream_up
    assert world.grid.interrupted_ms == world.now_ms
    world.connect()
    at_rest(world)
    assert world.grid.stream_up
