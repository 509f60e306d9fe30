"""The checkers of orders, over a real grid at a real venue: a cheat trips them, the bot does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from exchange.venue.quirks import Quirks
from messages.sides import Side
from state.grid import closing
from state.grid.draft import Draft
from tests.grid.world import grid_settings
from tests.simulation.bridged import BridgedWorld


def opened(balance: str = "10000", **changes: Any) -> BridgedWorld:
    """SOLUSDT at 150, both sides open with 0.3 each, TPs and first entries at rest; nobody is blamed."""
    world = BridgedWorld(grid_settings(**changes), quirks=Quirks(max_outcome_ms=0), balance=balance)
    world.run(6_000)
    assert not world.checks.violations
    return world


def sends(world: BridgedWorld, link_id: str, side: str, qty: str, price: str = "", **params: Any) -> None:
    """The bot sends an order that it must not send; the market has time to take it."""
    kind = {"orderType": "Limit", "price": price} if price else {"orderType": "Market"}
    idx = 1 if link_id[3] == "L" else 2
    world.line.request(
        "order.create",
        symbol="SOLUSDT",
        side=side,
        positionIdx=idx,
        qty=qty,
        orderLinkId=link_id,
        **kind,
        **params,
    )
    world.run(30)


def blamed(world: BridgedWorld) -> set[str]:
    """The checkers that found something."""
    return {violation.checker for violation in world.checks.violations}


def take_profit(world: BridgedWorld, side: Side = Side.LONG) -> str:
    """The id of a side's take profit."""
    return str(world.resting("T", side)[0]["orderLinkId"])


def test_a_trading_day_with_closes_and_deep_levels_blames_nobody() -> None:
    world = opened(max_levels=4)
    for price in ("147", "145", "149", "152", "148", "155"):
        world.move(price, steps=20)
    world.run(5_000)
    world.checks.at_the_end()
    assert not world.checks.violations
    assert world.side(Side.LONG).cycles_closed > 0


def test_a_second_take_profit_beside_the_first_is_found() -> None:
    world = opened()
    world.request("order.amend", symbol="SOLUSDT", orderLinkId=take_profit(world), qty="0.2")
    sends(world, "001LT00-SOLUSDT-001007", "Sell", "0.1", "151.5", reduceOnly=True)
    assert blamed(world) >= {"OneTakeProfitASide", "OneOrderADecision"}


def test_a_take_profit_of_a_size_that_the_leg_never_had_is_found() -> None:
    world = opened()
    world.line.request("order.cancel", symbol="SOLUSDT", orderLinkId=take_profit(world))
    sends(world, "001LT00-SOLUSDT-001007", "Sell", "0.2", "151.5", reduceOnly=True)
    assert "TakeProfitFollowsTheLeg" in blamed(world)


def test_a_partly_filled_take_profit_amended_to_the_position_size_is_found() -> None:
    world = opened()
    link_id = take_profit(world)
    price = Decimal(world.resting("T", Side.LONG)[0]["price"])
    world.trade("SOLUSDT", price + Decimal("0.01"), qty="0.1")
    world.run(200)
    world.line.request("order.amend", symbol="SOLUSDT", orderLinkId=link_id, qty="0.2")
    assert blamed(world) == {"TakeProfitFollowsTheLeg"}


def test_a_take_profit_that_follows_the_size_over_its_own_fills_is_right() -> None:
    world = opened()
    price = Decimal(world.resting("T", Side.LONG)[0]["price"])
    world.trade("SOLUSDT", price + Decimal("0.01"), qty="0.1")
    world.run(200)
    world.move("148", steps=10)
    assert world.leg(Side.LONG) > Decimal("0.3")
    assert not world.checks.violations


def test_an_id_that_reaches_the_venue_twice_is_found_even_if_it_is_refused() -> None:
    world = opened()
    link_id = str(world.resting("E", Side.LONG)[0]["orderLinkId"])
    sends(world, link_id, "Buy", "0.3", "140")
    assert blamed(world) == {"OneOrderADecision"}


def test_a_second_entry_for_a_level_whose_first_rests_is_found() -> None:
    world = opened()
    sends(world, "001LE01-SOLUSDT-001009", "Buy", "0.3", "140")
    assert "OneOrderADecision" in blamed(world)


def test_an_attempt_that_arrives_after_a_later_one_is_found() -> None:
    world = opened()
    sends(world, "001LE05-SOLUSDT-001009", "Buy", "0.3", "140")
    world.line.request("order.cancel", symbol="SOLUSDT", orderLinkId="001LE05-SOLUSDT-001009")
    world.run(30)
    before = len(world.checks.violations)
    sends(world, "001LE05-SOLUSDT-001008", "Buy", "0.3", "140")
    assert any("after attempt 9" in v.sentence for v in world.checks.violations[before:])


def test_a_level_that_is_bought_twice_is_found() -> None:
    world = opened()
    sends(world, "001LE05-SOLUSDT-001001", "Buy", "0.3")
    assert "NeverTwiceFilled" not in blamed(world)
    sends(world, "001LE05-SOLUSDT-001002", "Buy", "0.3")
    assert "NeverTwiceFilled" in blamed(world)


def test_an_order_that_its_grid_does_not_know_is_found_and_a_persons_is_not() -> None:
    world = opened()
    world.request(
        "order.create",
        symbol="SOLUSDT",
        side="Buy",
        positionIdx=1,
        orderType="Limit",
        qty="0.3",
        price="140",
        orderLinkId="somebody-else",
    )
    assert not world.checks.violations
    sends(world, "001LE05-SOLUSDT-001001", "Buy", "0.3", "140")
    assert blamed(world) == {"KnownBeforeItIsSent"}


def test_a_persons_order_that_the_bot_cancels_is_found() -> None:
    world = opened()
    world.line.request("order.cancel", symbol="SOLUSDT", orderLinkId="somebody-else")
    assert blamed(world) == {"OthersOrdersAreLeftAlone"}


def test_cancelling_all_orders_is_found() -> None:
    world = opened()
    world.line.request("order.cancel-all", symbol="SOLUSDT")
    assert "OthersOrdersAreLeftAlone" in blamed(world)


def test_an_order_on_its_way_when_its_process_died_is_nobodys_fault() -> None:
    world = opened()
    world.kill()
    sends(world, "001LE05-SOLUSDT-001001", "Buy", "0.3", "140")
    assert not world.checks.violations


def test_an_entry_of_before_the_close_that_is_left_at_the_reopening_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def decide_at_once(d: Draft) -> None:
        if d.state.closing is not None:
            closing._decide(d, d.state.closing)

    monkeypatch.setattr("state.grid.step.run_closing", decide_at_once)
    world = opened()
    world.move("151", steps=10)
    world.run(2_000)
    assert world.side(Side.LONG).cycle == 2
    assert "NoOldEntryAtAReopening" in blamed(world)


@pytest.mark.parametrize("careless", [False, True])
def test_margin_that_is_promised_twice_is_found_on_a_small_account(careless: bool) -> None:
    world = BridgedWorld(grid_settings(), quirks=Quirks(max_outcome_ms=0), balance="20")
    if careless:
        world.line.fits = lambda order: True
    world.run(6_000)
    assert ("MarginIsSpentOnce" in blamed(world)) is careless
    assert world.checks.violations == [] or careless


def test_more_than_two_wallet_reads_an_hour_beside_the_start_are_found() -> None:
    world = opened()
    for reads in (1, 2, 3):
        world.ask_for_the_wallet()
        assert bool(world.checks.violations) is (reads == 3)
    world.checks.violations.clear()
    world.run(3_600_001)
    world.ask_for_the_wallet()
    assert not world.checks.violations


def test_wallet_reads_that_nobody_has_asked_for_are_found_and_those_of_the_guard_count_apart() -> None:
    world = opened()
    for _ in range(10):
        world.ask_for_the_wallet("guard")
    assert not world.checks.violations
    for reads in range(1, 6):  # its start may have tried twice more, and two are let pass
        world.read_wallet_again()
        assert bool(world.checks.violations) is (reads == 5)


def test_syncs_that_follow_each_other_without_a_cause_are_found() -> None:
    world = opened()
    for _ in range(8):
        world.line.request("position.list", settleCoin="USDT")
        world.run(100)
    assert blamed(world) == {"NoSyncWithoutACause"}
