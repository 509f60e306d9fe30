"""How often the bot dials: ever less often while it is in vain, and never as often as Bybit forbids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.network.proxy import Proxy
from tests.network.stage import NetworkStage, running_stage
from tests.whole.harness import Accounts

ACCOUNTS: Accounts = {1: {"THROWNUSDT": {}}, 2: {"SILENTUSDT": {}}}
DIALS = 4


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NetworkStage]:
    with running_stage(tmp_path_factory.mktemp("data"), ACCOUNTS, seed=2) as running:
        yield running


def pauses(wire: Proxy, since: int) -> list[float]:
    times = wire.dialled_s[since:]
    return [after - before for before, after in pairwise(times)]


def test_a_socket_that_is_let_in_and_thrown_out_at_once_is_dialled_ever_less_often(
    stage: NetworkStage,
) -> None:
    pair = stage.pair("THROWNUSDT")
    wire = stage.wires.trading(pair.account)
    before = wire.dials
    for number in range(DIALS):
        pair.wait_for(lambda: stage.stands(pair, "trading"), "the socket to stand")
        assert wire.dials == before + number
        assert wire.reset() == 1
        stage.wait_lost(pair, "trading")
    stage.wait_up(pair, "trading")
    waited = pauses(wire, before)
    assert all(waited_s >= 2**number for number, waited_s in enumerate(waited)), waited
    pair.wait_for(lambda: len(stage.said("trading stream up after", pair.account)) == DIALS, "it to say so")
