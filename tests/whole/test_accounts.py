"""Several accounts in one process, and accounts that can't start."""

from decimal import Decimal
from functools import partial
from pathlib import Path

import orjson

from actors.exchanges import exchanges_for
from messages.ids import parse_order_link_id
from messages.sides import SIDES, Side
from tests.whole.harness import Accounts, RunningBot, config, running_bot, running_venue
from tests.whole.pair import Pair

FAR = {"take_profit_percent": 10}


def closed_once(pair: Pair) -> bool:
    return pair.cycles(Side.LONG) == 1


def test_accounts_that_trade_the_same_symbol_do_not_interfere(tmp_path: Path) -> None:
    accounts: Accounts = {1: {"SAMEUSDT": {}}, 2: {"SAMEUSDT": FAR}, 3: {"SAMEUSDT": {"initial_margin": 10}}}
    with running_venue("SAMEUSDT") as venue, running_bot(venue, config(tmp_path, accounts)) as bot:
        first, second, third = pairs = [Pair(venue, bot, number, "SAMEUSDT") for number in accounts]
        for pair in pairs:
            pair.wait_open()
        first.price("100.60")
        for pair in (first, third):
            pair.wait_for(partial(closed_once, pair), "the booked cycle")
        for pair in pairs:
            pair.wait_open(what="the hedge after it")
        assert second.cycles(Side.LONG) == 0
        assert second.take_profit(Side.LONG)[0].cycle == 1
        assert [pair.size(Side.LONG) for pair in pairs] == [Decimal("0.5"), Decimal("0.5"), Decimal(1)]
        for pair in pairs:
            sent = [parse_order_link_id(one["orderLinkId"]) for one in pair.requests("create")]
            assert {name.account for name in sent if name} == {pair.account}
            own = tmp_path / f"{pair.code}_bot_state.json"
            assert f'"{pair.code}LT00-SAMEUSDT-' in orjson.dumps(orjson.loads(own.read_bytes())).decode()
            pair.wait_for(pair.trades_kept, "its trades in its own file")


def test_a_ladder_under_the_minimum_is_refused_by_name_and_the_other_account_trades(tmp_path: Path) -> None:
    accounts: Accounts = {1: {"SMALLUSDT": {"initial_margin": Decimal("0.3")}}, 2: {"FINEUSDT": {}}}
    settings = config(tmp_path, accounts)
    with running_venue("SMALLUSDT", "FINEUSDT") as venue:
        with running_bot(venue, settings) as bot:
            pair = Pair(venue, bot, 2, "FINEUSDT")
            pair.wait_open()
            assert all(pair.covered(side) for side in SIDES)
        small = settings.model_copy(update={"accounts": settings.accounts[:1]})
        alone = RunningBot(small, exchanges_for(small, venue.url, {}))
        result = alone.stop()
        assert not [one for one in venue.journal("request", account="001") if "order.create" in one["op"]]
    assert "account 001 does not start: ladder: SMALLUSDT" in result.failure
    assert "level 0" in result.failure
    assert "initial_margin" in result.failure


def test_an_account_that_another_bot_trades_is_refused(tmp_path: Path) -> None:
    settings = config(tmp_path, {1: {"ONCEUSDT": {}}})
    with running_venue("ONCEUSDT") as venue, running_bot(venue, settings) as bot:
        pair = Pair(venue, bot, 1, "ONCEUSDT")
        pair.wait_open()
        second = RunningBot(settings, exchanges_for(settings, venue.url, {})).stop()
        assert "lock" in second.failure
        pair.wait_open(what="the first bot's hedge, untouched")
