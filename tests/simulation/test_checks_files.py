"""The checkers of files and money."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from actors.simulation.checks.watching import Turn, Written
from exchange.venue.quirks import Quirks
from messages.events import TradeBooked
from tests.grid.world import grid_settings
from tests.simulation.bridged import BridgedWorld

STATE, TRADES = Path("001_bot_state.json"), Path("001_trades_history.csv")


@pytest.fixture
def world() -> BridgedWorld:
    """SOLUSDT at 150, both sides open with 0.3 each."""
    world = BridgedWorld(grid_settings(), quirks=Quirks())
    world.run(6_000)
    return world


def state_file(
    revision: int, *, written_ms: int = 1000, cycle: int = 3, seq: int = 50, leverage: int = 10
) -> bytes:
    """A state file's content, as far as it is looked at."""
    leg = {"row": {"seq": seq}, "changes": [{"seq": seq - 1}]}
    settings = {"leverage": leverage}
    side: dict[str, Any] = {"cycle": cycle, "held": True, "settings": settings, "leg": leg}
    symbols = {"SOLUSDT": {"long": side, "short": side}}
    return orjson.dumps({"revision": revision, "written_ms": written_ms, "symbols": symbols})


def write(world: BridgedWorld, content: bytes, path: Path = STATE) -> list[str]:
    """A file has changed; gives all that was found so far."""
    world.checks.written(Written(world.now_ms, path, content))
    return [violation.sentence for violation in world.checks.violations]


def test_states_that_grow_blame_nobody(world: BridgedWorld) -> None:
    assert write(world, state_file(1)) == []
    assert write(world, state_file(2, written_ms=1001, cycle=4, seq=51, leverage=20)) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (state_file(7, written_ms=2000), "revision 7 follows 7"),
        (state_file(8, cycle=2), "cycle goes back from 3 to 2"),
        (state_file(8, seq=49), "sequence goes back from 50 to 49"),
        (state_file(8, leverage=20), "its settings change while it is held"),
        (state_file(8)[:-5], "is no state"),
        (b'{"revision": 8}', "is no state"),
        (b"", "is no state"),
    ],
)
def test_a_state_that_goes_back_or_is_torn_is_found(world: BridgedWorld, content: bytes, says: str) -> None:
    write(world, state_file(7))
    found = write(world, content)
    assert found
    assert says in found[0]


def test_a_clock_that_was_set_back_may_stamp_an_earlier_time(world: BridgedWorld) -> None:
    write(world, state_file(7))
    assert write(world, state_file(8, written_ms=500)) == []


def test_a_state_taken_away_while_nobody_runs_begins_anew(world: BridgedWorld) -> None:
    write(world, state_file(7))
    world.kill()
    write(world, b"")
    assert write(world, state_file(1, cycle=1, seq=1)) == []


def test_money_out_of_nowhere_is_found(world: BridgedWorld) -> None:
    assert not world.checks.violations
    world.core.books["a"].wallet += Decimal("0.00000001")
    world.move("148", steps=10)
    assert {v.checker for v in world.checks.violations} == {"MoneyIsConserved"}


def trades_file(world: BridgedWorld, *, twice: bool = False, fee: str = "") -> bytes:
    """What the trades file holds after the two openings."""
    lines = ["exec_id,side,order_side,price,qty,fee_usdt"]
    for e in world.core.books["a"].executions:
        side = "LONG" if e.leg.idx == 1 else "SHORT"
        lines.append(f"{e.exec_id},{side},{e.side},{e.price},{e.qty},{fee or e.fee}")
    return "\n".join([*lines, *lines[1:2] * twice]).encode()


def test_every_execution_once_in_the_trades_file_blames_nobody(world: BridgedWorld) -> None:
    write(world, trades_file(world), TRADES)
    world.checks.at_the_end()
    assert not world.checks.violations


@pytest.mark.parametrize(
    ("how", "says"),
    [({"twice": True}, "booked more than once"), ({"fee": "0.1"}, "is booked as")],
)
def test_a_trade_booked_twice_or_wrongly_is_found(
    world: BridgedWorld, how: dict[str, Any], says: str
) -> None:
    write(world, trades_file(world, **how), TRADES)
    world.checks.at_the_end()
    assert {v.checker for v in world.checks.violations} == {"TradesAreBookedOnce"}
    assert says in world.checks.violations[0].sentence


def test_an_execution_that_is_not_booked_is_found(world: BridgedWorld) -> None:
    content = trades_file(world)
    write(world, content[: content.rindex(b"\n")], TRADES)
    world.checks.at_the_end()
    assert [v.sentence[:30] for v in world.checks.violations] == ["001: 1 executions are not book"]


def test_an_execution_that_the_venue_never_had_is_found(world: BridgedWorld) -> None:
    booked: TradeBooked = world.told(TradeBooked)[0]
    message = TradeBooked(account=1, side=booked.side, cycle=1, role="E", level=1, execution=_renamed(booked))
    world.checks.turned(Turn(world.now_ms, "001/keeper", message, None, None))
    world.checks.at_the_end()
    assert {v.checker for v in world.checks.violations} == {"TradesAreBookedOnce"}


def _renamed(booked: TradeBooked) -> Any:
    return replace(booked.execution, exec_id="made-up")


def test_books_that_are_a_hair_off_are_found(world: BridgedWorld) -> None:
    side = world.grid.long
    side.fees += Decimal("0.00000001")
    world.checks.at_the_end()
    assert {v.checker for v in world.checks.violations} == {"BooksAgree"}
