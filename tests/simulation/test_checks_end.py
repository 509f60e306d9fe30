"""The checkers of progress: what must be so once the faults have stopped, and what excuses it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from exchange.venue.quirks import Quirks
from messages.sides import Side
from state.grid.procedures import Closing
from state.order import Phase, changed
from tests.grid.world import grid_settings
from tests.grid.worlds import person_closes
from tests.simulation.bridged import BridgedWorld


@pytest.fixture
def world() -> BridgedWorld:
    """SOLUSDT at 150, both sides open with 0.3 each; nobody is blamed."""
    return at_rest()


def at_rest(**changes: object) -> BridgedWorld:
    """Both sides open, TPs and entries at rest."""
    world = BridgedWorld(grid_settings(**changes), quirks=Quirks(max_outcome_ms=0))
    world.run(6_000)
    return world


def blamed(world: BridgedWorld) -> set[str]:
    """Who finds something in the end."""
    world.checks.at_the_end()
    return {violation.checker for violation in world.checks.violations}


def at_venue(world: BridgedWorld, op: str, link_id: str, **params: str) -> None:
    """Something is changed at the venue, and nobody has the time to put it right."""
    world.request(op, symbol="SOLUSDT", orderLinkId=link_id, **params)
    world.request("position.list", symbol="SOLUSDT")


def test_a_grid_at_rest_is_as_it_should_be(world: BridgedWorld) -> None:
    assert blamed(world) == set()
    assert not world.checks.excuses


def test_a_missing_take_profit_is_found(world: BridgedWorld) -> None:
    at_venue(world, "order.cancel", world.resting("T", Side.LONG)[0]["orderLinkId"])
    assert blamed(world) == {"TakeProfitsAreRight", "NothingIsUnknown"}


@pytest.mark.parametrize("change", [{"qty": "0.2"}, {"price": "151.37"}])
def test_a_take_profit_of_another_size_or_price_is_found(world: BridgedWorld, change: dict[str, str]) -> None:
    at_venue(world, "order.amend", world.resting("T", Side.LONG)[0]["orderLinkId"], **change)
    assert "TakeProfitsAreRight" in blamed(world)


def test_a_take_profit_at_the_wrong_price_is_found_though_the_grid_agrees(world: BridgedWorld) -> None:
    link_id = world.resting("T", Side.LONG)[0]["orderLinkId"]
    at_venue(world, "order.amend", link_id, price="151.37")
    state = world.grid
    price = Decimal("151.37")
    state.orders[link_id] = changed(state.orders[link_id], price=price, asked_price=price)
    assert blamed(world) == {"TakeProfitsAreRight"}


def test_a_missing_entry_is_found(world: BridgedWorld) -> None:
    link_id = world.resting("E", Side.SHORT)[0]["orderLinkId"]
    at_venue(world, "order.cancel", link_id)
    del world.grid.orders[link_id]
    assert blamed(world) == {"EntriesRest"}


def test_an_entry_kept_away_by_a_person_is_excused_and_counted(world: BridgedWorld) -> None:
    at_venue(world, "order.cancel", world.resting("E", Side.SHORT)[0]["orderLinkId"])
    world.run(3_000)
    assert blamed(world) == set()
    assert world.checks.excuses == {"entry: cancelled by a person": 1}


@pytest.mark.parametrize("change", [{"qty": "0.9"}, {"price": "151.90"}])
def test_an_entry_of_another_quantity_or_price_is_found(world: BridgedWorld, change: dict[str, str]) -> None:
    link_id = world.resting("E", Side.SHORT)[0]["orderLinkId"]
    at_venue(world, "order.amend", link_id, **change)
    order = world.grid.orders[link_id]
    values = {name: Decimal(value) for name, value in change.items()}
    values |= {"asked_price": values["price"]} if "price" in values else {}
    world.grid.orders[link_id] = changed(order, **values)
    assert blamed(world) == {"EntriesRest"}


def test_an_entry_deeper_than_the_depth_allows_is_found(world: BridgedWorld) -> None:
    params = {"side": "Buy", "positionIdx": 1, "orderType": "Limit", "qty": "0.9", "price": "140"}
    world.request("order.create", symbol="SOLUSDT", orderLinkId="001LE04-SOLUSDT-001001", **params)
    assert blamed(world) == {"EntriesRest", "NothingIsUnknown"}


def test_entries_left_behind_by_the_price_are_found(world: BridgedWorld) -> None:
    state = world.grid
    assert state.last is not None
    world.grids["SOLUSDT"] = twin = state.copy()
    twin.last = state.last * Decimal("1.06")
    assert blamed(world) == {"EntriesRest"}


def hang(world: BridgedWorld) -> None:
    """A close that never ends."""
    world.grid.closing = Closing(sides=frozenset({Side.LONG}), started_ms=0)


def flat(world: BridgedWorld) -> None:
    """A side that a person has closed, and that nobody pauses."""
    person_closes(world, Side.LONG)
    world.run(3_000)
    world.grid.long.paused = ""


def out_of_step(world: BridgedWorld) -> None:
    """A stream that nobody opens again."""
    world.grid.stream_up = False


def unknown(world: BridgedWorld) -> None:
    """An order that is never looked up."""
    link_id = next(iter(world.grid.orders))
    world.grid.orders[link_id] = changed(world.grid.orders[link_id], phase=Phase.UNKNOWN)


@pytest.mark.parametrize(
    ("happens", "checker"),
    [
        (hang, "NoProcedureHangs"),
        (flat, "SidesAreHeld"),
        (out_of_step, "GridsRun"),
        (unknown, "NothingIsUnknown"),
    ],
)
def test_what_never_comes_to_rest_is_found(
    world: BridgedWorld, happens: Callable[[BridgedWorld], None], checker: str
) -> None:
    happens(world)
    assert checker in blamed(world)


def test_a_side_that_a_person_closed_is_paused_and_excused(world: BridgedWorld) -> None:
    flat(world)
    world.grid.long.paused = "closed by a person"
    assert "SidesAreHeld" not in blamed(world)
    assert world.checks.excuses["flat: paused"] == 1


def test_a_leg_that_the_grid_knows_by_another_size_is_found(world: BridgedWorld) -> None:
    world.hold("order", "execution", "position", "wallet")
    world.request("order.create", symbol="SOLUSDT", side="Buy", positionIdx=1, orderType="Market", qty="0.1")
    world.request("position.list", symbol="SOLUSDT")
    assert "LegsAgreeInTheEnd" in blamed(world)


def test_a_stop_excuses_its_entries_and_not_the_take_profit(world: BridgedWorld) -> None:
    world.grid.stopped = "a test"
    for order in world.resting("E"):
        at_venue(world, "order.cancel", order["orderLinkId"])
        del world.grid.orders[order["orderLinkId"]]
    for order in world.resting("T", Side.LONG):
        at_venue(world, "order.cancel", order["orderLinkId"])
        del world.grid.orders[order["orderLinkId"]]
    found = blamed(world)
    assert found == {"TakeProfitsAreRight"} or world.checks.excuses["take profit: held back by the stop"]
    assert "EntriesRest" not in found
