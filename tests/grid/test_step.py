"""What ``step`` promises whatever happens: the state given in stays as it is, and has an exact JSON form."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from decimal import Decimal

import orjson
import pytest

from messages.events import Wake
from messages.market import Price
from messages.sides import SIDES, Side
from state.grid.effects import Effect, WakeAt
from state.grid.model import GridState
from state.grid.report import report
from state.grid.step import Event, step
from state.store.codec import decode, encode
from tests.grid.campaign import Campaign
from tests.grid.storms import KINDS, Storm
from tests.grid.worlds import opened


@pytest.mark.parametrize("seed", range(12))
def test_a_seeded_campaign_is_safe_throughout_and_right_at_the_end(seed: int) -> None:
    assert Campaign(seed, steps=120).run() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_a_seeded_storm_is_safe_throughout_and_right_at_the_end(kind: str, seed: int) -> None:
    assert Storm(seed, kind, steps=120).run() == []


def test_one_seed_gives_one_run() -> None:
    runs = [Storm(4, "crashes", steps=60) for _ in range(2)]
    for storm in runs:
        storm.run()
    assert runs[0].world.sent == runs[1].world.sent
    assert runs[0].world.grids == runs[1].world.grids


def test_the_checks_see_a_take_profit_that_is_taken_away() -> None:
    """The canary: a campaign whose checks can't fail proves nothing."""
    campaign = Campaign(1, steps=60)
    campaign.run()
    (name, order), *_ = [(n, o) for n, o in campaign.checks.open_orders() if n.role.value == "T"]
    del campaign.world.grids[name.symbol].orders[order.link_id]
    assert any("without an owner" in finding for finding in campaign.checks.at_the_end())


def test_the_state_that_a_step_is_given_stays_as_it_is() -> None:
    storm = Storm(3, "outages", steps=80)
    world = storm.world
    last = {symbol: (state, copy.deepcopy(state)) for symbol, state in world.grids.items()}

    def look(symbol: str, state: GridState, event: Event, effects: Sequence[Effect]) -> None:
        given, twin = last[symbol]
        assert given == twin, event
        last[symbol] = state, copy.deepcopy(state)

    world.on_step.append(look)
    storm.run()


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_goes_through_its_json_form_unchanged(kind: str) -> None:
    storm = Storm(5, kind, steps=60)

    def look(symbol: str, state: GridState, event: Event, effects: Sequence[Effect]) -> None:
        if effects:
            assert decode(GridState, orjson.loads(orjson.dumps(encode(state)))) == state

    storm.world.on_step.append(look)
    storm.run()


def test_a_price_that_decides_nothing_asks_for_nothing() -> None:
    world = opened()
    price = Price(symbol=world.symbol, last=world.last[world.symbol], mark=world.last[world.symbol], at_ms=1)
    state, effects = step(world.grid, price, world.now_ms)
    assert effects == []
    assert state.last == price.last
    assert state.price_ms == world.grid.price_ms


def test_the_report_shows_both_sides_as_the_venue_has_them() -> None:
    world = opened()
    world.move("148.40")
    seen = report(world.grid, world.now_ms)
    assert (seen.symbol, seen.account, seen.activity) == (world.symbol, 1, "")
    for side, told in zip(SIDES, (seen.long, seen.short), strict=True):
        (take_profit,) = world.resting("T", side)
        assert told.size == world.leg(side) == told.take_profit_qty
        assert str(told.take_profit_price) == take_profit["price"]
        assert [str(p.price) for p in told.pending] == [row["price"] for row in world.resting("E", side)]
        assert told.status == "open"
    assert (seen.long.deepest_level, seen.short.deepest_level) == (1, 0)
    assert seen.long.unrealised == (Decimal("148.40") - seen.long.average_entry) * Decimal("0.7") < 0


def test_the_report_names_what_a_side_waits_for() -> None:
    world = opened(max_levels=1)
    assert report(world.grid, world.now_ms).long.status == "full"
    world.side(Side.LONG).paused = "by a test"
    assert report(world.grid, world.now_ms).long.status == "paused"


def test_a_wake_that_the_clock_does_not_show_yet_is_asked_for_again() -> None:
    """The exchange's clock was read anew while it was on its way."""
    world = opened()
    state = world.grid.copy()
    state.wake_ms = world.now_ms + 500
    early = Wake(due_ms=state.wake_ms)
    assert step(state, early, world.now_ms) == (state, [WakeAt(due_ms=state.wake_ms)])
    of_before_a_nearer_one = Wake(due_ms=world.now_ms)
    assert step(state, of_before_a_nearer_one, world.now_ms) == (state, [])
