"""What waits while a path is gone, and what goes on: entries wait, closes and take profits do not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from messages.sides import Role, Side
from tests.network.stage import NetworkStage, running_stage
from tests.whole.harness import Accounts

ACCOUNTS: Accounts = {
    1: {"BLINDUSDT": {}},
    2: {"NORESTUSDT": {}},
    3: {"NEITHERUSDT": {"take_profit_percent": 10}},
    4: {"UNHURTUSDT": {}},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkStage]:
    with running_stage(tmp_path_factory.mktemp("data"), ACCOUNTS, sync_seconds=1, seed=4) as running:
        yield running


def test_without_a_private_stream_take_profits_follow_and_closes_are_acted_on_but_nothing_is_bought(
    stage: NetworkStage,
) -> None:
    """Syncs alone tell what happens then."""
    pair = stage.pair("BLINDUSDT")
    wire = stage.wires.private(pair.account)
    wire.refuse()
    wire.cut()
    stage.wait_lost(pair, "private")
    pair.price("98.99")
    pair.wait_for(
        lambda: pair.size(Side.LONG) == Decimal("1.257") and pair.covered(Side.LONG),
        "the take profit to cover the level that a sync has found",
    )
    pair.price("100.30")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the close that a sync has found")
    pair.wait_for(lambda: pair.levels(Side.SHORT) == [], "the other side's entry to be cancelled")
    syncs = stage.bot.tally(pair.account).syncs
    pair.wait_for(lambda: stage.bot.tally(pair.account).syncs >= syncs + 2, "two more syncs")
    assert len(pair.created(Side.LONG, Role.OPENING)) == 1
    assert len(pair.created(Side.LONG, Role.ENTRY)) == 1
    wire.heal()
    pair.wait_open(what="the hedge, reopened as the stream stands again")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    stage.booked_once(pair)


def test_requests_that_hang_delay_no_close_and_no_reopening(stage: NetworkStage) -> None:
    """Nothing answers by REST, so every sync fails; stream and trading socket are enough to trade."""
    pair = stage.pair("NORESTUSDT")
    wire = stage.wires.rest(pair.account)
    wire.stall()
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert pair.count("recovery") == 0
    pair.wait_for(lambda: stage.bot.tally(pair.account).sync_failures >= 1, "a sync that has failed")
    stage.wait_said(pair, "sync failed: .*")
    synced = stage.synced_since(pair)
    wire.heal()
    pair.wait_for(synced, "a sync that succeeds")
    stage.booked_once(pair)


def test_with_requests_and_trading_socket_gone_a_fill_is_covered_as_soon_as_one_is_back(
    stage: NetworkStage,
) -> None:
    pair = stage.pair("NEITHERUSDT")
    for wire in (stage.wires.trading(pair.account), stage.wires.rest(pair.account)):
        wire.refuse()
        wire.reset()
    stage.wait_lost(pair, "trading")
    pair.price("98.99")
    pair.wait_for(lambda: pair.side_report(Side.LONG).size == Decimal("1.257"), "the fill to be known")
    assert not pair.covered(Side.LONG)
    stage.wires.rest(pair.account).heal()
    pair.wait_for(lambda: pair.covered(Side.LONG), "the take profit, by REST")
    pair.wait_open(long=[2], what="the next level, by REST")
    assert not stage.stands(pair, "trading")
    stage.wires.trading(pair.account).heal()
    stage.wait_up(pair, "trading")
    assert len(pair.created(Side.LONG, Role.TAKE_PROFIT)) == 1
    stage.booked_once(pair)


def test_other_accounts_notice_nothing_of_it(stage: NetworkStage) -> None:
    pair = stage.pair("UNHURTUSDT")
    tally = stage.bot.tally(pair.account)
    assert (tally.losses, tally.sync_failures) == ({}, 0)
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
