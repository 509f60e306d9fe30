"""One process after another over the same files: what was decided goes on, and no order comes twice."""

from decimal import Decimal
from pathlib import Path

import pytest

from messages.sides import SIDES, Role, Side
from tests.venue_process import VenueProcess
from tests.whole.harness import Settings, config, running_bot, running_venue
from tests.whole.pair import Pair

KEPT: Settings = {"take_profit_percent": 10, "on_stop": "keep"}
CANCELLED: Settings = {"take_profit_percent": 10}


def state_of(pair: Pair) -> dict[str, tuple[str, str]]:
    return {str(name): (row["qty"], row["price"]) for name, row in pair.resting().items()}


def no_id_twice(venue: VenueProcess, pair: Pair) -> None:
    sent = [one["orderLinkId"] for one in pair.requests("create")]
    assert len(sent) == len(set(sent))
    assert venue.control("state")["audit"] == []


def test_kept_orders_go_on_under_the_next_process_without_a_single_request(tmp_path: Path) -> None:
    settings = config(tmp_path, {1: {"KEPTUSDT": KEPT}})
    with running_venue("KEPTUSDT") as venue:
        with running_bot(venue, settings) as bot:
            pair = Pair(venue, bot, 1, "KEPTUSDT")
            pair.wait_open()
            pair.price("98.99")
            pair.wait_open(long=[2])
        before, asked = state_of(pair), len(pair.requests("create"))
        assert pair.levels(Side.LONG) == [2]
        with running_bot(venue, settings) as bot:
            again = Pair(venue, bot, 1, "KEPTUSDT")
            again.wait_for(lambda: bot.tally(1).syncs >= 2, "two syncs")
            again.wait_for(lambda: again.deepest(Side.LONG) == 1, "the levels of before")
            assert state_of(again) == before
            assert len(again.requests("create")) == asked
            again.price("110.00")
            again.wait_for(lambda: again.cycles(Side.LONG) == 1, "a take profit of before to close the side")
            again.wait_for(lambda: again.created(Side.LONG, Role.OPENING, cycle=2), "its reopening")
        no_id_twice(venue, again)


def test_cancelled_entries_are_placed_again_by_the_next_process(tmp_path: Path) -> None:
    settings = config(tmp_path, {1: {"GONEUSDT": CANCELLED}})
    with running_venue("GONEUSDT") as venue:
        with running_bot(venue, settings) as bot:
            pair = Pair(venue, bot, 1, "GONEUSDT")
            pair.wait_open()
        assert pair.levels(Side.LONG) == pair.levels(Side.SHORT) == []
        assert all(pair.covered(side) for side in SIDES)
        with running_bot(venue, settings) as bot:
            again = Pair(venue, bot, 1, "GONEUSDT")
            again.wait_open(what="the hedge with its entries again")
            assert len(again.created(Side.LONG, Role.OPENING)) == 1
        no_id_twice(venue, again)


@pytest.mark.parametrize("keep", [True, False])
def test_a_close_while_nobody_ran_is_acted_on_at_the_next_start(tmp_path: Path, keep: bool) -> None:
    settings = config(tmp_path, {1: {"AWAYUSDT": {"on_stop": "keep" if keep else "cancel_entries"}}})
    with running_venue("AWAYUSDT") as venue:
        with running_bot(venue, settings) as bot:
            pair = Pair(venue, bot, 1, "AWAYUSDT")
            pair.wait_open()
        pair.price("100.60")
        pair.wait_for(lambda: pair.size(Side.LONG) == 0, "the close")
        with running_bot(venue, settings) as bot:
            again = Pair(venue, bot, 1, "AWAYUSDT")
            again.wait_for(lambda: again.cycles(Side.LONG) == 1, "the booked cycle")
            again.wait_open(what="the reopened hedge")
            assert again.take_profit(Side.LONG)[0].cycle == 2
            assert again.take_profit(Side.SHORT)[0].cycle == 1
            again.wait_for(again.trades_kept, "the trades of both processes in the file")
        no_id_twice(venue, again)


@pytest.mark.parametrize("lost", ["an older state file", "no state file"])
def test_a_lost_state_is_found_again_at_the_exchange(tmp_path: Path, lost: str) -> None:
    settings = config(tmp_path, {1: {"LOSTUSDT": KEPT}})
    path = tmp_path / "001_bot_state.json"
    with running_venue("LOSTUSDT") as venue:
        with running_bot(venue, settings) as bot:
            pair = Pair(venue, bot, 1, "LOSTUSDT")
            pair.wait_open()
            pair.wait_for(path.exists, "the state file")
            older = path.read_bytes()
            pair.price("98.99")
            pair.wait_open(long=[2])
        sizes = [pair.size(side) for side in SIDES]
        path.unlink() if lost == "no state file" else path.write_bytes(older)
        with running_bot(venue, settings) as bot:
            again = Pair(venue, bot, 1, "LOSTUSDT")
            again.wait_for(lambda: bot.tally(1).syncs >= 2, "two syncs")
            again.wait_open(long=[2], what="the hedge of before")
            again.wait_for(lambda: again.deepest(Side.LONG) == 1, "its levels")
            assert [again.size(side) for side in SIDES] == sizes == [Decimal("1.257"), Decimal("0.5")]
            assert again.take_profit(Side.LONG)[0].cycle == 1
        no_id_twice(venue, again)
