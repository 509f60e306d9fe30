"""A close's trail ends in words, and a reopening belongs to the close that it answers."""

from __future__ import annotations

from messages.events import CycleClosed
from messages.settings import ReopenSide
from messages.sides import Side
from tests.grid.world import grid_settings
from tests.grid.worlds import SLOW, Watched, at_rest, opened
from tests.logs.trails import Followed


def closes(world: Watched) -> list[CycleClosed]:
    return world.told(CycleClosed)


def test_a_side_s_own_close_is_what_its_reopening_answers() -> None:
    world = opened()
    log = Followed(world)
    world.move("150.90")
    at_rest(world)
    world.move("149.00", steps=3)
    at_rest(world)
    assert closes(world)
    expected = [(one.side, one.side, one.cycle) for one in closes(world)]
    assert [(side, origin.side, origin.cycle) for side, origin in log.answers] == expected


def test_with_opposite_the_other_side_s_close_is_what_a_reopening_answers() -> None:
    world = opened(reopen_side=ReopenSide.OPPOSITE)
    log = Followed(world)
    world.move("150.90")
    at_rest(world)
    assert [one.side for one in closes(world)] == [Side.LONG]
    assert log.answers == []  # nothing was flat but the closed side itself
    world.run(60_000)
    world.move("149.00", steps=3)
    world.move("148.00", steps=5)
    at_rest(world)
    last = closes(world)[-1]
    assert last.side is Side.SHORT
    ((side, origin),) = log.answers
    assert (side, origin.side, origin.cycle) == (Side.LONG, Side.SHORT, last.cycle)
    assert origin.received_ns // 1_000_000 > world.now_ms - 30_000  # not LONG's own close, a minute before
    assert log.of(Side.SHORT, last.cycle)[-1] == "take_profit_placed"


def test_a_close_that_opens_nothing_answers_for_no_later_opening() -> None:
    world = opened()
    world.settings = {world.symbol: grid_settings(wind_down=True)}
    world.restart()
    at_rest(world)
    log = Followed(world)
    world.move("150.90")
    at_rest(world)
    assert log.of(Side.LONG, closes(world)[0].cycle)[-1] == "stays_flat"
    world.settings = {world.symbol: grid_settings()}
    world.restart()
    at_rest(world, 20_000)
    assert world.leg(Side.LONG) > 0
    assert log.answers == []


def test_a_trail_that_another_close_overtakes_says_so_and_names_the_next() -> None:
    world = opened()
    world.line.faults = SLOW
    log = Followed(world)
    world.move("150.90", ms=1)
    for _ in range(5_000):
        if any(step.kind == "take_profit_sent" for step in log.steps):
            break
        world.run(1)
    world.move("153.00")  # past the new take profit, before that is seen to rest
    at_rest(world, 20_000)
    first = closes(world)[0].cycle
    assert log.of(Side.LONG, first)[-2:] == ["take_profit_sent", "closed_again"]
    (end,) = [step for step in log.steps if step.kind == "closed_again"]
    assert (end.opens, end.next_cycle) == (Side.LONG, first + 1)
    assert log.of(Side.LONG, first + 1)[-1] == "take_profit_placed"
