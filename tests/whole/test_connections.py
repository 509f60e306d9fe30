"""Connections that are cut: what was missed is synced, what was under way is looked up, nothing twice."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from messages.sides import Role, Side
from tests.whole.harness import Accounts, by_rest_alone, config, running_bot, running_venue
from tests.whole.pair import Pair
from tests.whole.stage import Stage, running_stage

FAR = {"take_profit_percent": 10}
ACCOUNTS: Accounts = {
    1: {"ABRUPTUSDT": {}},
    2: {"POLITEUSDT": {}},
    3: {"SOCKETUSDT": {}},
    4: {"FLIGHTUSDT": FAR},
    5: {"UNHURTUSDT": {}},
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running_stage(tmp_path_factory.mktemp("data"), ACCOUNTS, seed=6) as running:
        yield running


@pytest.fixture(autouse=True)
def no_fault_outlives_its_test(stage: Stage) -> Iterator[None]:
    yield
    stage.fault(fault="clear")


def lose(stage: Stage, pair: Pair, kind: str, *, close_frame: bool = False) -> None:
    """Cut an account's connection of one kind, and let nobody in again until the fault is cleared."""
    stage.fault(fault="shut_out", sockets=[kind], hold=True)
    done = stage.venue.control(
        "fault", fault="cut", sockets=[kind], account=pair.code, close_frame=close_frame
    )
    assert done["cut"] == 1


def stands(pair: Pair, stream: str) -> bool:
    return pair.bot.tally(pair.account).streams.get(stream) is True


@pytest.mark.parametrize(("symbol", "close_frame"), [("ABRUPTUSDT", False), ("POLITEUSDT", True)])
def test_a_close_missed_while_the_stream_was_away_is_found_by_the_sync_and_counts_as_a_recovery(
    stage: Stage, symbol: str, close_frame: bool
) -> None:
    pair = stage.pair(symbol)
    syncs = pair.bot.tally(pair.account).syncs
    lose(stage, pair, "private", close_frame=close_frame)
    pair.price("100.60")
    pair.wait_for(lambda: not stands(pair, "private"), "the loss to be noticed")
    assert pair.count("recovery") == 0
    stage.fault(fault="clear")
    pair.wait_for(lambda: stands(pair, "private"), "the stream to stand again")
    pair.wait_for(lambda: pair.bot.tally(pair.account).syncs > syncs, "a sync after it")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    pair.wait_for(lambda: pair.count("recovery") == 1, "the recovery: the stream never brought the close")
    pair.price("101.30")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 2, "the next close, by the new stream")
    assert (pair.count("recovery"), pair.count("orphan")) == (1, 0)


def test_orders_go_by_rest_while_the_trading_socket_is_away(stage: Stage) -> None:
    pair = stage.pair("SOCKETUSDT")
    lose(stage, pair, "trade")
    pair.wait_for(lambda: not stands(pair, "trading"), "the loss to be noticed")
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the hedge, reopened by REST")
    assert not stands(pair, "trading")
    stage.fault(fault="clear")
    pair.wait_for(lambda: stands(pair, "trading"), "the socket to stand again")
    pair.price("101.30")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 2, "the next close, by the new socket")
    pair.wait_open(short=[2], what="the hedge after it, SHORT at level 1")
    assert pair.count("recovery") == pair.count("orphan") == 0


def test_what_was_under_way_on_a_cut_trading_socket_is_looked_up_and_not_sent_anew(stage: Stage) -> None:
    pair = stage.pair("FLIGHTUSDT")
    stage.fault(fault="delay_topics", topics=["order"], ms=8_000)
    stage.fault(fault="drop_replies", transport="trade", count=10)
    pair.price("98.99")
    pair.wait_for(lambda: len(pair.created(Side.LONG, Role.ENTRY)) == 2, "the next entry to be asked for")
    lose(stage, pair, "trade")
    stage.fault(fault="clear")
    pair.wait_for(lambda: pair.tally.unknown >= 1, "a request without an answer")
    pair.wait_open(long=[2], what="the second level")
    pair.wait_for(lambda: stands(pair, "trading"), "the socket to stand again")
    assert len(pair.created(Side.LONG, Role.ENTRY)) == 2
    assert pair.size(Side.LONG) == Decimal("1.257")


def test_other_accounts_notice_nothing_of_it(stage: Stage) -> None:
    pair = stage.pair("UNHURTUSDT")
    assert pair.bot.tally(5).losses == {}
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")


def test_without_a_trading_socket_everything_goes_by_rest(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = config(tmp_path_factory.mktemp("data"), {1: {"DEMOUSDT": {}}})
    with running_venue("DEMOUSDT") as venue, running_bot(venue, settings, by_rest_alone(venue)) as bot:
        pair = Pair(venue, bot, 1, "DEMOUSDT")
        pair.wait_open()
        pair.price("100.60")
        pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
        pair.wait_open(what="the reopened hedge")
        assert venue.control("fault", fault="cut", sockets=["trade"])["cut"] == 0
        assert "trading" not in bot.tally(1).streams
