"""Connections that stay open and carry nothing: noticed within seconds, by pings, silence, missing replies.

All stalls of this file begin at once, each on an account of its own, since noticing them takes its time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from messages.sides import Role, Side
from tests.network.proxy import End
from tests.network.stage import DEADLINE_S, NetworkStage, running_stage
from tests.venue_process import wait_for
from tests.whole.harness import Accounts
from tests.whole.pair import Pair

ACCOUNTS: Accounts = {
    1: {"SILENTUSDT": {}},
    2: {"PINGUSDT": {}},
    3: {"ORDERUSDT": {}},
    4: {"SHORTUSDT": {}},
}
#: Pings go every 5 s and silence counts from 12 s, looked at every 2 s; the rest is for a busy machine.
NOTICED_MS = 60_000
STALE = 10002
#: No regular sync may tell what the stream has to.
SELDOM = 3_600


class Stalled(NetworkStage):
    """The stage with stalls that began at ``since_ms``."""

    since_ms = 0

    def noticed(self, stream: str, account: int) -> str:
        """What the bot said of the loss; fails where it said that too late."""
        text = f"{stream} stream down"
        wait_for(lambda: self.said(text, account), f"{text} of {account}", deadline_s=DEADLINE_S)
        first = self.said(text, account)[0]
        assert first.at_ms - self.since_ms < NOTICED_MS
        return first.text


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stalled]:
    folder = tmp_path_factory.mktemp("data")
    with running_stage(folder, ACCOUNTS, sync_seconds=SELDOM, seed=8) as running:
        stalled = Stalled(running.venue, running.bot, ACCOUNTS, running.wires)
        pairs = [stalled.pair(symbol) for symbols in ACCOUNTS.values() for symbol in symbols]
        stalled.since_ms = time.time_ns() // 1_000_000
        running.wires.private(1).stall()
        running.wires.private(2).stall(End.SERVER)
        running.wires.trading(3).stall()
        running.wires.private(4).stall()
        running.wires.public.stall()
        for pair in pairs:
            pair.price("100.60")
        yield stalled


def test_a_stall_that_ends_before_anybody_gives_up_loses_nothing(stage: Stalled) -> None:
    pair = stage.pair_now("SHORTUSDT")
    pair.wait_for(lambda: pair.size(Side.LONG) == 0, "the take profit")
    stage.wires.private(4).heal()
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    stage.booked_once(pair)


def test_a_trading_socket_that_swallows_an_order_is_given_up_and_the_order_goes_by_rest(
    stage: Stalled,
) -> None:
    pair = stage.pair_now("ORDERUSDT")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    assert "no reply in" in stage.noticed("trading", 3)
    pair.wait_open(what="the hedge, reopened by REST while the socket is still stalled")
    assert not stage.stands(pair, "trading")
    (opening,) = pair.created(Side.LONG, Role.OPENING, cycle=2)
    stage.wires.trading(3).heal()
    pair.wait_for(lambda: STALE in codes(pair), "what was swallowed to arrive after all")
    assert codes(pair) == {0, STALE}
    assert pair.created(Side.LONG, Role.OPENING, cycle=2) == [opening]
    stage.wait_up(pair, "trading")
    stage.booked_once(pair)


def codes(pair: Pair) -> set[int]:
    """What the venue has answered to the account's order requests."""
    asked = pair.venue.journal("request", account=pair.code)
    return {one["retCode"] for one in asked if one["op"].startswith("order.")}


def test_a_silent_private_stream_is_noticed_and_what_it_hid_is_synced(stage: Stalled) -> None:
    pair = stage.pair_now("SILENTUSDT")
    stage.noticed("private", 1)
    assert pair.cycles(Side.LONG) == 0
    stage.wires.private(1).heal()
    stage.wait_up(pair, "private")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    stage.booked_once(pair)


def test_a_stream_that_still_speaks_but_hears_no_ping_is_replaced_and_loses_nothing(stage: Stalled) -> None:
    pair = stage.pair_now("PINGUSDT")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the close, which the stream still told")
    stage.noticed("private", 2)
    stage.wires.private(2).heal()
    stage.wait_up(pair, "private")
    pair.wait_open(what="the reopened hedge")
    assert len(pair.created(Side.LONG, Role.OPENING, cycle=2)) == 1
    assert pair.count("recovery") == 0
    stage.booked_once(pair)


def test_prices_that_stand_still_are_noticed_and_come_again(stage: Stalled) -> None:
    pair = stage.pair_now("PINGUSDT")
    stage.noticed("public", 0)
    stage.wires.public.heal()
    pair.walk("100.70")
