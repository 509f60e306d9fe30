"""The whole bot against the venue process: real pybit, real files, prices and faults by hand.

with running_venue("AUSDT", "BUSDT") as venue, running_bot(venue, config(venue, tmp_path, pairs)) as bot:
    pair = Pair(venue, bot, 1, "AUSDT")
    pair.wait_open()
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "the take profit")

Nothing here sleeps in hope: every wait looks for a condition, with a deadline far beyond what it takes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from actors.account import Exchange, MakeExchange
from actors.display.model import DisplayModel
from actors.display.tallies import AccountTally
from actors.exchanges import exchanges_for
from actors.process import Bot, RunResult
from config import Account, Config
from config.loader import check_document
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import simulated
from exchange.clock import Clock
from exchange.errors import ProtocolError
from tests.venue_process import VenueProcess, venue_process

START = "100.00"
#: What the venue makes of a symbol at that price: tick 0.01, quantities in steps of 0.001.
TICK = Decimal("0.01")
Settings = dict[str, Any]
Accounts = dict[int, dict[str, Settings]]


@contextmanager
def running_venue(*symbols: str, **options: Any) -> Iterator[VenueProcess]:
    """A venue that lists these symbols at 100 USDT, prices by hand; its books are right at the end."""
    names = [symbol if "=" in symbol else f"{symbol}={START}" for symbol in symbols]
    given = {"scenario": "manual", "limit_factor": 1000, "accounts": 6, "symbols": names, **options}
    with venue_process(**given) as venue:
        yield venue
        assert venue.control("state")["audit"] == []


def config(folder: Path, accounts: Accounts, *, sync_seconds: int = 60) -> Config:
    """A config for the simulated environment; each symbol's settings beside an initial margin of 5 USDT."""
    document = {
        "process": {
            "environment": "simulated",
            "data_dir": str(folder),
            "metrics": {"enabled": False},
        },
        "accounts": [
            {
                "id": number,
                "name": f"account-{number}",
                "api_key_env": f"KEY_{number}",
                "api_secret_env": f"SECRET_{number}",
                "symbols": [
                    {"symbol": symbol, "initial_margin": Decimal(5), "max_levels": 3, **settings}
                    for symbol, settings in symbols.items()
                ],
            }
            for number, symbols in accounts.items()
        ],
    }
    checked = check_document(document)
    process = checked.process.model_copy(update={"sync_seconds": sync_seconds})
    return checked.model_copy(update={"process": process})


class RunningBot:
    """A bot in a thread of its own; ``model`` is what its display shows."""

    def __init__(
        self, settings: Config, make: MakeExchange, claim: Callable[[int], None] | None = None
    ) -> None:
        self.data = Path(settings.process.data_dir)
        self.model: DisplayModel | None = None
        self.result: RunResult | None = None
        self._bot = Bot(settings, make, self._drawn, claim=claim)
        self._thread = threading.Thread(target=self._run, name="bot")
        self._error: BaseException | None = None
        self._thread.start()

    def _drawn(self, model: DisplayModel, now_ms: int) -> None:
        self.model = model

    def _run(self) -> None:
        try:
            self.result = self._bot.run(None)
        except BaseException as error:  # noqa: BLE001  told by ``stop``, in the test's own thread
            self._error = error

    def send(self, address: str, message: object) -> None:
        """Put a message into an actor's mailbox."""
        self._bot._directory.send(address, message)

    def metric(self, name: str, **labels: str) -> float:
        """A figure as it is scraped; 0 where there is none."""
        metrics = self._bot._metrics
        assert metrics is not None, "metrics are off in this test's config"
        return metrics.registry.get_sample_value(name, labels) or 0

    def life(self, account: int) -> set[str]:
        """An account's actors: others after it has started again."""
        return {r.actor_urn for a, r in self._bot._directory.residents() if a.startswith(f"{account:03d}/")}

    @property
    def ended(self) -> bool:
        """Whether it has stopped, by itself or because it was told to."""
        return not self._thread.is_alive()

    def stop(self) -> RunResult:
        """Stop in order; raises what the bot raised."""
        self._bot.stop()
        self._thread.join(timeout=60)
        assert self.ended, "the bot does not stop"
        if self._error is not None:
            raise self._error
        assert self.result is not None
        return self.result

    def tally(self, account: int) -> AccountTally:
        """What the display knows of an account."""
        if self.model is None:
            return AccountTally(account=account, name="", dry_run=False)
        return self.model.accounts[account]

    def told(self) -> str:
        """The last things that happened, for a failed wait."""
        happenings = self.model.happenings if self.model is not None else ()
        return "\n".join(str(happening) for happening in happenings[-25:])


@contextmanager
def running_bot(
    venue: VenueProcess, settings: Config, make: MakeExchange | None = None
) -> Iterator[RunningBot]:
    """The bot, running; at the end it is stopped in order and must not have failed."""
    bot = RunningBot(settings, make or exchanges_for(settings, venue.url, {}))
    try:
        yield bot
    finally:
        result = bot.stop()
    assert result.failure == ""


def by_rest_alone(venue: VenueProcess) -> MakeExchange:
    """As on demo, where there is no trading socket."""
    endpoints = replace(simulated(venue.url), trading=None)

    def make(account: Account, clock: Clock, on_problem: Callable[[ProtocolError], None]) -> Exchange:
        key, secret = f"simulated-key-{account.code}", f"simulated-secret-{account.code}"
        return bybit_exchange(endpoints, key, secret, clock, on_problem)

    return make
