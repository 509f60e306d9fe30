"""The private stream through a bad network: what was missed is synced once, nothing is bought twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from messages.sides import Role, Side
from tests.network.proxy import End, Proxy
from tests.network.stage import NetworkStage, running_stage
from tests.whole.harness import Accounts
from tests.whole.pair import Pair

ACCOUNTS: Accounts = {
    1: {"CUTUSDT": {}},
    2: {"RESETUSDT": {}},
    3: {"HALFUSDT": {}},
    4: {"DEAFUSDT": {}},
    5: {"GAPUSDT": {"take_profit_percent": 10}},
    6: {"DELAYUSDT": {}},
}
ENDS: dict[str, Callable[[Proxy], int]] = {
    "CUTUSDT": Proxy.cut,
    "RESETUSDT": Proxy.reset,
    "HALFUSDT": lambda wire: wire.half_close(End.CLIENT),
    "DEAFUSDT": lambda wire: wire.half_close(End.SERVER),
}
#: More than a page of execution/list holds.
PARTS = 130
STEP = Decimal("0.005")

#: No regular sync may tell what the stream has to.
SELDOM = 3_600


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkStage]:
    folder = tmp_path_factory.mktemp("data")
    with running_stage(folder, ACCOUNTS, sync_seconds=SELDOM, seed=6) as running:
        yield running


@pytest.mark.parametrize("symbol", ENDS)
def test_a_close_missed_while_the_stream_was_away_is_acted_on_once_it_is_back(
    stage: NetworkStage, symbol: str
) -> None:
    pair = stage.pair(symbol)
    wire = stage.wires.private(pair.account)
    wire.refuse()
    assert ENDS[symbol](wire) == 1
    stage.wait_lost(pair, "private")
    pair.price("100.60")
    pair.wait_for(lambda: pair.size(Side.LONG) == 0, "the take profit that the bot can't hear of")
    assert pair.count("recovery") == pair.cycles(Side.LONG) == 0
    wire.heal()
    stage.wait_up(pair, "private")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    stage.booked_once(pair)


def test_each_of_these_closes_is_counted_as_a_recovery(stage: NetworkStage) -> None:
    for pair in map(stage.pair, ENDS):
        pair.wait_for(lambda pair=pair: pair.count("recovery") == 1, "the recovery to be counted")
        assert pair.count("orphan") == 0


def reads_since(pair: Pair, op: str, line: int) -> list[dict[str, str]]:
    """What the bot asked for by REST since so many lines of the journal."""
    lines = pair.venue.journal()[line:]
    asked = [one["data"] for one in lines if one["topic"] == "request" and one["op"] == op]
    return [data for data in asked if "orderLinkId" not in data and "symbol" not in data]


def test_a_gap_of_more_fills_than_a_page_holds_is_closed_by_one_sync(stage: NetworkStage) -> None:
    pair = stage.pair("GAPUSDT")
    wire = stage.wires.private(pair.account)
    wire.refuse()
    wire.cut()
    stage.wait_lost(pair, "private")
    before = pair.bot.tally(pair.account).syncs
    for _ in range(PARTS):
        pair.price("98.99", qty=str(STEP), taker="Sell")
    assert len(pair.pushed("execution")) > 100
    line = len(pair.venue.journal())
    wire.heal()
    stage.wait_up(pair, "private")
    size = Decimal("0.5") + PARTS * STEP
    pair.wait_for(lambda: pair.side_report(Side.LONG).size == size, "the bot to know of every part")
    assert pair.bot.tally(pair.account).syncs == before + 1
    assert len(reads_since(pair, "position.list", line)) == 1
    pages = reads_since(pair, "execution.list", line)
    assert ["cursor" in page for page in pages] == [False, True]
    pair.wait_for(lambda: pair.covered(Side.LONG), "the take profit to cover what was bought")
    stage.booked_once(pair)


def test_a_slow_network_delays_everything_and_breaks_nothing(stage: NetworkStage) -> None:
    pair = stage.pair("DELAYUSDT")
    for wire in stage.wires.of(pair.account):
        wire.delay(0.4)
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    for wire in stage.wires.of(pair.account):
        wire.heal()
    stage.booked_once(pair)
    assert pair.bot.tally(pair.account).losses == {}
    assert pair.count("recovery") == pair.count("orphan") == 0
