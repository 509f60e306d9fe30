"""One process after another over the same files: what was decided goes on, and no order comes twice.

Two bots run one after the other; each test looks at one account of theirs.

| symbol | what happens to it before the second process                    |
|--------|-----------------------------------------------------------------|
| KEPT   | its entries rest on (on_stop = keep)                            |
| GONE   | its entries are cancelled (on_stop = cancel_entries)            |
| AWAY   | its LONG side closes while nobody runs                          |
| FULL   | its LONG entry fills while nobody runs                          |
| OLDER  | its state file is the one of before its last fill               |
| LOST   | its state file is gone                                          |
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from messages.sides import SIDES, Role, Side
from tests.venue_process import VenueProcess
from tests.whole.harness import Accounts, Settings, config, running_bot, running_venue
from tests.whole.pair import Pair

KEEP: Settings = {"take_profit_percent": 10, "on_stop": "keep"}
ACCOUNTS: Accounts = {
    1: {"KEPTUSDT": KEEP},
    2: {"GONEUSDT": {"take_profit_percent": 10}},
    3: {"AWAYUSDT": {"on_stop": "keep"}},
    4: {"FULLUSDT": KEEP},
    5: {"OLDERUSDT": KEEP},
    6: {"LOSTUSDT": KEEP},
}
Orders = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """The second process, and what rested and had been asked for when the first one ended."""

    pairs: dict[str, Pair]
    rested: dict[str, Orders]
    created: dict[str, int]


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    data = tmp_path_factory.mktemp("data")
    symbols = [symbol for symbols in ACCOUNTS.values() for symbol in symbols]
    with running_venue(*symbols, seed=11) as venue:
        with running_process(venue, data) as pairs:
            first_life(pairs, data)
        rested = {symbol: orders_of(pair) for symbol, pair in pairs.items()}
        created = {symbol: len(pair.requests("create")) for symbol, pair in pairs.items()}
        between_lives(pairs, data)
        with running_process(venue, data) as pairs:
            for pair in pairs.values():
                pair.wait_for(partial(has_synced_twice, pair), "two syncs")
            yield Restarted(pairs=pairs, rested=rested, created=created)


@contextmanager
def running_process(venue: VenueProcess, data: Path) -> Iterator[dict[str, Pair]]:
    with running_bot(venue, config(data, ACCOUNTS)) as bot:
        yield {symbol: Pair(venue, bot, number, symbol) for number, own in ACCOUNTS.items() for symbol in own}


def first_life(pairs: dict[str, Pair], data: Path) -> None:
    """Every hedge opens; those of KEPT, OLDER and LOST get their LONG level 1."""
    for pair in pairs.values():
        pair.wait_open()
    older = data / "005_bot_state.json"
    pairs["OLDERUSDT"].wait_for(lambda: b"005LE01" in older.read_bytes(), "its file to know the hedge")
    (data / "older").write_bytes(older.read_bytes())
    for symbol in ("KEPTUSDT", "OLDERUSDT", "LOSTUSDT"):
        pairs[symbol].price("98.99")
        pairs[symbol].wait_open(long=[2])


def between_lives(pairs: dict[str, Pair], data: Path) -> None:
    """The market moves on, files get lost."""
    away, full = pairs["AWAYUSDT"], pairs["FULLUSDT"]
    away.price("100.60")
    away.wait_for(lambda: away.size(Side.LONG) == 0, "the close that nobody sees")
    full.price("98.99")
    full.wait_for(lambda: full.size(Side.LONG) == Decimal("1.257"), "the fill that nobody sees")
    (data / "older").replace(data / "005_bot_state.json")
    (data / "006_bot_state.json").unlink()


def has_synced_twice(pair: Pair) -> bool:
    return pair.bot.tally(pair.account).syncs >= 2


def orders_of(pair: Pair) -> Orders:
    return {str(name): (row["qty"], row["price"]) for name, row in pair.resting().items()}


def test_kept_orders_go_on_without_a_single_request(restarted: Restarted) -> None:
    pair = restarted.pairs["KEPTUSDT"]
    pair.wait_for(lambda: pair.deepest(Side.LONG) == 1, "the levels of before")
    assert len(restarted.rested[pair.symbol]) == 4
    assert orders_of(pair) == restarted.rested[pair.symbol]
    assert len(pair.requests("create")) == restarted.created[pair.symbol]
    pair.price("110.00")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "a take profit of before, which closes the side")
    pair.wait_for(lambda: pair.created(Side.LONG, Role.OPENING, cycle=2), "its reopening")


def test_cancelled_entries_are_placed_again(restarted: Restarted) -> None:
    pair = restarted.pairs["GONEUSDT"]
    assert {name[3:6] for name in restarted.rested[pair.symbol]} == {"LT0", "ST0"}
    pair.wait_open(what="the hedge with its entries again")
    assert len(pair.requests("create")) == restarted.created[pair.symbol] + 2
    assert [name.attempt for name in pair.resting(role=Role.ENTRY)] == [2, 2]


def test_a_close_while_nobody_ran_is_acted_on(restarted: Restarted) -> None:
    pair = restarted.pairs["AWAYUSDT"]
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the booked cycle")
    pair.wait_open(what="the reopened hedge")
    assert [pair.take_profit(side)[0].cycle for side in SIDES] == [2, 1]
    pair.wait_for(pair.trades_kept, "the trades of both processes in the file")


def test_an_entry_filled_while_nobody_ran_joins_its_side(restarted: Restarted) -> None:
    pair = restarted.pairs["FULLUSDT"]
    pair.wait_open(long=[2], what="the next level, and a take profit of the right size")
    assert pair.take_profit(Side.LONG)[0].attempt == 1
    pair.wait_for(lambda: pair.deepest(Side.LONG) == 1, "level 1")
    pair.wait_for(pair.trades_kept, "the trades of both processes in the file")


@pytest.mark.parametrize("symbol", ["OLDERUSDT", "LOSTUSDT"])
def test_a_lost_state_is_found_again_at_the_exchange(restarted: Restarted, symbol: str) -> None:
    pair = restarted.pairs[symbol]
    pair.wait_for(lambda: pair.deepest(Side.LONG) == 1, "its levels")
    pair.wait_open(long=[2], what="the hedge of before")
    assert [pair.size(side) for side in SIDES] == [Decimal("1.257"), Decimal("0.5")]
    assert [pair.take_profit(side)[0].cycle for side in SIDES] == [1, 1]
    assert orders_of(pair).keys() >= {name for name in restarted.rested[symbol] if name[4] == "T"}


def test_no_order_id_was_sent_twice(restarted: Restarted) -> None:
    for pair in restarted.pairs.values():
        sent = [one["orderLinkId"] for one in pair.requests("create")]
        assert len(sent) == len(set(sent))
