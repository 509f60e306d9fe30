"""Actors that stand still, and starts that fail: one account's trouble is no other's; nobody trades twice.

| account | what happens to it                                                      |
|---------|-------------------------------------------------------------------------|
| 1       | its grid hangs in a message, and wakes up after its account began anew  |
| 2       | its feed hangs in a message, for good                                   |
| 3       | nothing                                                                 |
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from actors import wedges
from actors.account import Exchange
from actors.directory import account_address, grid_address
from actors.exchanges import exchanges_for
from actors.mail import Lost, SaveGrid
from config import Account, Config
from exchange.clock import Clock
from exchange.errors import ProtocolError
from exchange.ports import Rest
from messages.events import StreamEvents
from messages.sides import Side
from tests.venue_process import wait_for
from tests.whole.harness import Accounts, RunningBot, config, running_bot, running_venue
from tests.whole.pair import Pair

ACCOUNTS: Accounts = {1: {"GRIDUSDT": {}}, 2: {"FEEDUSDT": {}}, 3: {"CALMUSDT": {}}}
#: All that is slow here is the machine: the shorter limits of the table are the same for all.
STANDS_S = 10


class Trap:
    """Whoever looks into it, hangs there until it opens."""

    def __init__(self) -> None:
        self.sprung, self.opened = threading.Event(), threading.Event()

    def _hang(self) -> None:
        self.sprung.set()
        self.opened.wait(600)

    def __iter__(self) -> Iterator[Any]:
        self._hang()
        return iter(())

    def __eq__(self, other: object) -> bool:
        self._hang()
        return False

    def __hash__(self) -> int:
        self._hang()
        return 0


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.opened.set()


def with_metrics(settings: Config) -> Config:
    metrics = settings.process.metrics.model_copy(update={"enabled": True, "port": 0})
    return settings.model_copy(update={"process": settings.process.model_copy(update={"metrics": metrics})})


def began_anew(bot: RunningBot, account: int, before: set[str]) -> bool:
    life = bot.life(account)
    return len(life) == len(before) and not life & before


def closes(pair: Pair, count: int) -> bool:
    return pair.cycles(Side.LONG) == count


def test_an_actor_that_stands_still_costs_its_account_a_restart_and_nobody_else_anything(
    tmp_path: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(wedges._SECONDS, "feed", STANDS_S)
    settings = with_metrics(config(tmp_path, ACCOUNTS))
    with running_venue("GRIDUSDT", "FEEDUSDT", "CALMUSDT") as venue, running_bot(venue, settings) as bot:
        grid, feed, calm = pairs = [Pair(venue, bot, n, s) for n, own in ACCOUNTS.items() for s in own]
        for pair in pairs:
            pair.wait_open()
        before = {number: bot.life(number) for number in ACCOUNTS}
        stuck: Any = trap
        bot.send(grid_address(1, "GRIDUSDT"), StreamEvents(symbol="GRIDUSDT", events=stuck, received_ns=0))
        bot.send(account_address(2, "feed"), Lost(reason="", generation=stuck))
        calm.price("100.60")
        calm.wait_for(partial(closes, calm, 1), "a close beside them")
        for pair in (grid, feed):
            anew = partial(began_anew, bot, pair.account, before[pair.account])
            wait_for(anew, f"new actors of {pair.code}", deadline_s=240)
        for number, kind in ((1, "grid"), (2, "feed")):
            assert bot.metric("soltrader_actor_wedges_total", account=f"00{number}", kind=kind) == 1
        assert "001/grid/GRIDUSDT stands still in StreamEvents since 20" in bot.told()
        grid.price("100.60")
        trap.opened.set()  # those of the life before wake up, beside their successors
        feed.price("100.60")
        for pair in pairs:
            pair.wait_for(partial(closes, pair, 1), "a close")
            pair.wait_open(what="the hedge after it")
        assert bot.life(3) == before[3]
        for pair in pairs:
            sent = [one["orderLinkId"] for one in pair.requests("create")]
            assert len(sent) == len(set(sent))


def test_a_keeper_that_stands_still_ends_the_process_and_says_why(
    tmp_path: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(wedges._SECONDS, "keeper", STANDS_S)
    settings = config(tmp_path, {1: {"KEPTUSDT": {}}})
    with running_venue("KEPTUSDT") as venue:
        bot = RunningBot(settings, exchanges_for(settings, venue.url, {}))
        pair = Pair(venue, bot, 1, "KEPTUSDT")
        pair.wait_open()
        stuck: Any = trap
        bot.send(account_address(1, "keeper"), SaveGrid(symbol=stuck, state=stuck))
        wait_for(lambda: bot.ended, "the end of the process", deadline_s=240)
        result = bot.stop()
        assert "001/keeper stands still in SaveGrid since 20" in result.failure
        assert "the process ends" in result.failure
        assert not pair.levels(Side.LONG), "an orderly end takes the entries away"


class Breaking:
    """An exchange that works, but for an error of ours at the third session of its first start."""

    def __init__(self, sound: Exchange, starts: int) -> None:
        self._sound, self._starts, self._sessions = sound, starts, 0

    def rest(self) -> Rest:
        """A session."""
        self._sessions += 1
        if self._starts == 1 and self._sessions == 3:
            raise KeyError("an error of ours")
        return self._sound.rest()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sound, name)


def test_an_error_of_ours_in_the_start_of_one_account_is_no_other_accounts_matter(tmp_path: Path) -> None:
    accounts: Accounts = {1: {"MIDUSDT": {}}, 2: {"FIRSTUSDT": {}}, 3: {"CALMUSDT": {}}}
    settings, starts = config(tmp_path, accounts), dict.fromkeys(accounts, 0)
    with running_venue("MIDUSDT", "FIRSTUSDT", "CALMUSDT") as venue:
        sound = exchanges_for(settings, venue.url, {})

        def make(account: Account, clock: Clock, told: Callable[[ProtocolError], None]) -> Exchange:
            if account.id == 3:
                return sound(account, clock, told)
            starts[account.id] += 1
            if account.id == 2 and starts[2] < 3:
                raise TypeError("an error of ours")
            public_feed = 1 if account.id == 1 else 0  # which takes the first account's exchange, too
            broken: Any = Breaking(sound(account, clock, told), starts[account.id] - public_feed)
            return broken

        with running_bot(venue, settings, make) as bot:
            calm = Pair(venue, bot, 3, "CALMUSDT")
            calm.wait_open()
            life = bot.life(3)
            for number, symbol in ((1, "MIDUSDT"), (2, "FIRSTUSDT")):
                Pair(venue, bot, number, symbol).wait_open(what="a hedge at the next start")
            assert starts == {1: 3, 2: 3, 3: 0}
            assert bot.life(3) == life
