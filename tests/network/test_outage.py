"""The whole environment is gone for seconds, with real sockets; test_ten_minutes.py has ten minutes of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from messages.sides import Role, Side
from tests.network.stage import NetworkStage, running_stage
from tests.whole.harness import Accounts

ACCOUNTS: Accounts = {1: {"CLOSEDUSDT": {}}, 2: {"FILLEDUSDT": {"take_profit_percent": 10}}}
#: Of an account's two connections together; by then their pauses have grown to 2 s.
DIALS = 2 * 4


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkStage]:
    with running_stage(tmp_path_factory.mktemp("data"), ACCOUNTS, seed=5) as running:
        yield running


def test_an_outage_of_everything_is_waited_for_told_and_made_up_for(stage: NetworkStage) -> None:
    closed, filled = stage.pair("CLOSEDUSDT"), stage.pair("FILLEDUSDT")
    begun = {pair.account: dialled(stage, pair.account) for pair in (closed, filled)}
    for wire in stage.wires.all():
        wire.refuse()
        wire.reset()
    closed.price("100.60")
    filled.price("98.99")
    for pair in (closed, filled):
        pair.wait_for(
            lambda a=pair.account: dialled(stage, a) >= begun[a] + DIALS, "dials in vain, ever later"
        )
        stage.wait_said(pair, "private stream down: .*; dialled again in 2 s")
    assert closed.cycles(Side.LONG) == 0
    for wire in stage.wires.all():
        wire.heal()
    closed.wait_open(what="the hedge, reopened")
    filled.wait_open(long=[2], what="the second level")
    assert filled.size(Side.LONG) == Decimal("1.257")
    assert len(closed.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    assert len(filled.created(Side.LONG, Role.ENTRY)) == 2
    for pair in (closed, filled):
        stage.wait_said(pair, r"private stream up after \d+\.\d s and \d+ dials")
        stage.booked_once(pair)


def dialled(stage: NetworkStage, account: int) -> int:
    """How often the bot has dialled for an account, by its own count."""
    return int(stage.bot.tally(account).counted.get("dial", 0))
