"""An account starts again by itself, and the others don't notice."""

from __future__ import annotations

import errno
from dataclasses import replace
from decimal import Decimal
from typing import Any

from actors.account import Exchange
from actors.simulation.plan import plan_of
from actors.simulation.quiet import quiet
from actors.simulation.world import SimulatedWorld
from config import Account
from exchange.simulated.weather import CALM, Weather

MINUTE_MS = 60_000


def world_of_two(**changes: object) -> SimulatedWorld:
    """A calm world with two accounts."""
    seed = next(s for s in range(1_000) if len(plan_of(s, Decimal(1)).config.accounts) == 2)
    calm: dict[str, Any] = {"incidents": (), "slow": 0, "clock_ahead_ms": 0}
    plan = replace(plan_of(seed, Decimal(1)), **(calm | changes))
    world = SimulatedWorld(plan)
    world.begin()
    return world


def actors_of(world: SimulatedWorld, account: str) -> dict[str, int]:
    """The identities of an account's living actors."""
    assert world.process is not None
    shells = world.process.shells.items()
    return {a: id(s) for a, s in shells if a.startswith(account) and not s.actor_stopped.is_set()}


def test_an_actors_death_starts_its_account_again_and_no_other() -> None:
    with quiet():
        world = world_of_two()
        world.run_until(MINUTE_MS)
        one, two = actors_of(world, "001"), actors_of(world, "002")
        symbol = world.symbols[1][0]
        world.deaths.doomed = f"001/grid/{symbol}"
        shell = world.process.shells[world.deaths.doomed]  # type: ignore[union-attr]  # it runs
        world.deaths.strike(shell)
        world.run_until(2 * MINUTE_MS)
        state = world.grid(1, symbol)
        again = actors_of(world, "001")
        same = actors_of(world, "002")
        world.end()
    assert same == two
    assert again.keys() == one.keys()
    assert not set(again.values()) & set(one.values())
    assert state is not None
    assert state.synced
    assert state.stream_up
    assert state.long.held or state.short.held


def test_an_exchange_that_can_not_be_reached_at_the_start_is_waited_for() -> None:
    down = Weather(connect_refused=1.0)
    with quiet():
        world = world_of_two()
        world.process.kill()  # type: ignore[union-attr]  # it has just begun
        world.process = None
        world.venue.weather = down
        world.start_process()
        world.run_until(10 * MINUTE_MS)
        assert world.process is not None, "the process has ended"
        assert not world.process.trades
        world.venue.weather = CALM
        world.run_until(13 * MINUTE_MS)
        trades = world.process.trades
        world.end()
    assert trades


def test_an_account_that_waits_to_start_waits_no_longer_for_a_clock_that_was_hours_ahead() -> None:
    """The other one's start reads the exchange's clock; until then the machine's is believed."""
    with quiet():
        world = world_of_two(clock_ahead_ms=7_200_000)
        assert world.process is not None
        fleet = world.process._bot._fleet
        make, refused = fleet._make_exchange, [1]

        def refuse_once(account: Account, *rest: Any) -> Exchange:
            if account.id in refused:
                refused.remove(account.id)
                raise OSError(errno.ENOSPC, "No space left on device")
            return make(account, *rest)

        fleet._make_exchange = refuse_once
        world.run_until(MINUTE_MS)
        trading = sorted(fleet.running)
        world.end()
    assert (trading, refused) == ([1, 2], [])


def test_an_account_that_keeps_dying_is_stopped_and_the_other_one_trades_on() -> None:
    with quiet():
        world = world_of_two()
        world.run_until(MINUTE_MS)
        one = actors_of(world, "001")
        for minute in range(2, 10):
            assert world.process is not None
            if "002/orders" in actors_of(world, "002"):
                world.deaths.doomed = "002/orders"
                world.deaths.strike(world.process.shells["002/orders"])
            world.run_until(minute * 2 * MINUTE_MS)
        flags = [path for path in world.disk.contents() if path.endswith("_emergency_stop")]
        stopped = {n: [grid.stopped for s in world.symbols[n] if (grid := world.grid(n, s))] for n in (1, 2)}
        same = actors_of(world, "001")
        world.end()
    assert flags == ["/data/.002_emergency_stop"]
    assert stopped[1] == ["" for _ in stopped[1]]
    assert stopped[2]
    assert all("failure number 6 in an hour" in reason for reason in stopped[2])
    assert same == one
