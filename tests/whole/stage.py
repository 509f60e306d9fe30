"""A venue and a bot that several tests of a file share: each test has a symbol of its own.

Prices move by hand, so whatever a test doesn't touch stands still.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.venue_process import VenueProcess
from tests.whole.harness import Accounts, RunningBot, config, running_bot, running_venue
from tests.whole.pair import Pair


class Stage:
    """The shared venue and bot."""

    def __init__(self, venue: VenueProcess, bot: RunningBot, accounts: Accounts) -> None:
        self.venue, self.bot = venue, bot
        self._accounts = {symbol: number for number, symbols in accounts.items() for symbol in symbols}

    def pair(self, symbol: str) -> Pair:
        """A symbol, as soon as both its sides are open and at rest."""
        pair = Pair(self.venue, self.bot, self._accounts[symbol], symbol)
        pair.wait_open()
        return pair

    def fault(self, **given: Any) -> None:
        """Bring a fault about."""
        self.venue.control("fault", **given)


@contextmanager
def running_stage(
    folder: Path, accounts: Accounts, *, sync_seconds: int = 60, **options: Any
) -> Iterator[Stage]:
    """Venue and bot with these symbols by account."""
    symbols = sorted({symbol for symbols in accounts.values() for symbol in symbols})
    settings = config(folder, accounts, sync_seconds=sync_seconds)
    with running_venue(*symbols, **options) as venue, running_bot(venue, settings) as bot:
        yield Stage(venue, bot, accounts)
