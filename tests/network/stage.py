"""The bot, the venue, and a bad network between them: a proxy before every path of every account.

with running_stage(tmp_path, {1: {"CUTUSDT": {}}}) as stage:
    pair = stage.pair("CUTUSDT")
    stage.wires.private(1).cut()

The bot runs in this process with real pybit and real sockets, the venue as a process of its own. Account 1's
exchange also brings everybody's prices, over the one public path.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from actors.account import Exchange, MakeExchange
from actors.display.happenings import Happening
from config import Account
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import Endpoints
from exchange.clock import Clock
from exchange.errors import ProtocolError
from tests.network.proxy import Proxy, proxy
from tests.venue_process import VenueProcess, wait_for
from tests.whole.harness import Accounts, RunningBot, config, running_bot, running_venue
from tests.whole.journal import Findings, check_journal
from tests.whole.pair import Pair
from tests.whole.stage import Stage

PATHS = ("private", "trading", "rest")
#: A connection that was dialled in vain for a while is dialled again up to 30 s later.
DEADLINE_S = 150


class Wires:
    """Every path's proxy: three for each account, and the market's."""

    def __init__(self, by_path: dict[tuple[int, str], Proxy], public: Proxy) -> None:
        self._by_path, self.public = by_path, public

    def private(self, account: int) -> Proxy:
        """An account's private stream."""
        return self._by_path[account, "private"]

    def trading(self, account: int) -> Proxy:
        """An account's trading socket."""
        return self._by_path[account, "trading"]

    def rest(self, account: int) -> Proxy:
        """An account's requests by REST."""
        return self._by_path[account, "rest"]

    def of(self, account: int) -> tuple[Proxy, ...]:
        """All paths of an account, without the market's."""
        return tuple(self._by_path[account, path] for path in PATHS)

    def all(self) -> tuple[Proxy, ...]:
        """Every path there is."""
        return (*self._by_path.values(), self.public)

    def endpoints(self, account: int) -> Endpoints:
        """Where an account's exchange is to be dialled."""
        return Endpoints(
            name="simulated",
            rest=f"http://127.0.0.1:{self.rest(account).port}",
            private=f"ws://127.0.0.1:{self.private(account).port}/v5/private",
            public=f"ws://127.0.0.1:{self.public.port}/v5/public/linear",
            trading=f"ws://127.0.0.1:{self.trading(account).port}/v5/trade",
        )

    def exchanges(self) -> MakeExchange:
        """Makes each account's exchange behind its own proxies."""

        def make(account: Account, clock: Clock, on_problem: Callable[[ProtocolError], None]) -> Exchange:
            key, secret = f"simulated-key-{account.code}", f"simulated-secret-{account.code}"
            return bybit_exchange(self.endpoints(account.id), key, secret, clock, on_problem)

        return make


class NetworkPair(Pair):
    """A pair that is waited for longer, since dials have their pauses."""

    def wait_for(self, look: Callable[[], Any], what: str) -> None:
        """Look until it is so; a failure shows how things stand."""
        try:
            wait_for(look, f"{what} ({self.code} {self.symbol})", deadline_s=DEADLINE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self}") from None


class NetworkStage(Stage):
    """A stage with wires, and what holds after every fault."""

    def __init__(self, venue: VenueProcess, bot: RunningBot, accounts: Accounts, wires: Wires) -> None:
        super().__init__(venue, bot, accounts)
        self.wires = wires

    def pair(self, symbol: str) -> NetworkPair:
        """A symbol, as soon as both its sides are open and at rest."""
        pair = self.pair_now(symbol)
        pair.wait_open()
        return pair

    def pair_now(self, symbol: str) -> NetworkPair:
        """A symbol, however it stands."""
        return NetworkPair(self.venue, self.bot, self._accounts[symbol], symbol)

    def stands(self, pair: Pair, stream: str) -> bool:
        """Whether the bot says that a connection of the pair's account stands."""
        return self.bot.tally(pair.account).streams.get(stream) is True

    def wait_lost(self, pair: Pair, stream: str) -> None:
        """Until the bot has noticed a loss."""
        pair.wait_for(lambda: not self.stands(pair, stream), f"the loss of the {stream} stream to be noticed")

    def wait_up(self, pair: Pair, stream: str) -> None:
        """Until a connection stands again."""
        pair.wait_for(lambda: self.stands(pair, stream), f"the {stream} stream to stand again")

    def said(self, text: str, account: int) -> list[Happening]:
        """What the bot has told a person of an account (0: of all) that contains this."""
        told = self.bot.model.happenings if self.bot.model is not None else ()
        return [one for one in told if one.account == account and text in one.text]

    def wait_said(self, pair: Pair, sentence: str) -> None:
        """Until a person is told this of the pair's account: the display comes after what the venue shows."""

        def told() -> bool:
            return any(re.fullmatch(sentence, one.text) for one in self.said("", pair.account))

        pair.wait_for(told, f"it to say {sentence!r}")

    def synced_since(self, pair: Pair) -> Callable[[], bool]:
        """Tells whether a sync that succeeded has ended since now."""
        before = self._synced(pair)
        return lambda: self._synced(pair) > before

    def _synced(self, pair: Pair) -> int:
        tally = self.bot.tally(pair.account)
        return tally.syncs - tally.sync_failures

    def booked_once(self, pair: Pair) -> None:
        """Every execution of the account stands in its trades file exactly once."""
        path = self.bot.data / f"{pair.code}_trades_history.csv"
        told = Counter(
            row["execId"]
            for row in self.venue.journal_rows("execution", account=pair.code)
            if row["execType"] == "Trade"
        )

        def kept() -> bool:
            with path.open(newline="", encoding="utf-8") as file:
                rows = Counter(row["exec_id"] for row in csv.DictReader(file))
            return rows == told

        pair.wait_for(kept, "each execution once in the trades file")

    def findings(self) -> Findings:
        """What the venue's journal says of everything so far; a TP may be wrong while nobody can hear."""
        return check_journal(self.venue.journal_path, tp_within_ms=60_000)


@contextmanager
def running_wires(url: str, accounts: Accounts) -> Iterator[Wires]:
    """A proxy for each path to a venue."""
    with ExitStack() as stack:
        by_path = {(account, path): stack.enter_context(proxy(url)) for account in accounts for path in PATHS}
        yield Wires(by_path, stack.enter_context(proxy(url)))


@contextmanager
def running_stage(
    folder: Path, accounts: Accounts, *, sync_seconds: int = 60, **options: Any
) -> Iterator[NetworkStage]:
    """Venue, proxies and bot with these symbols by account; in the end the journal must show no fault."""
    symbols = sorted({symbol for symbols in accounts.values() for symbol in symbols})
    settings = config(folder, accounts, sync_seconds=sync_seconds)
    with running_venue(*symbols, **options) as venue, running_wires(venue.url, accounts) as wires:
        with running_bot(venue, settings, wires.exchanges()) as bot:
            stage = NetworkStage(venue, bot, accounts, wires)
            yield stage
            for wire in wires.all():
                wire.heal()
        findings = stage.findings()
        assert not findings.violations, findings.text()
