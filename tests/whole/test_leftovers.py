"""What is left on symbols that the config no longer has: a start refuses it, ``flatten`` takes it away."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from actors.control import commands
from actors.control.alone import flattened
from actors.control.client import ControlFailed
from actors.exchanges import exchanges_for
from config import Account, Config
from messages.sides import SIDES, Side
from tests.venue_process import VenueProcess, wait_for
from tests.whole.harness import config, running_bot, running_venue
from tests.whole.pair import Pair

KEPT, GONE, TOO, FOREIGN = "AUSDT", "BUSDT", "CUSDT", "DUSDT"
BEFORE = {1: {KEPT: {}, GONE: {"on_stop": "keep"}, TOO: {"on_stop": "keep"}}}
AFTER = {1: {KEPT: {}}, 2: {KEPT: {}}}
WAIT_S = 60.0


class Left:
    """Account 1 after its bot has ended: three hedges, entries on two of them, and a person's position."""

    def __init__(self, venue: VenueProcess, data: Path) -> None:
        self.venue, self.data, self.settings = venue, data, config(data, AFTER)
        with running_bot(venue, config(data, BEFORE)) as bot:
            self.kept, self.gone, self.too = (Pair(venue, bot, 1, symbol) for symbol in (KEPT, GONE, TOO))
            self.foreign = Pair(venue, bot, 1, FOREIGN)
            for pair in self.pairs:
                pair.wait_open()
        person = self.foreign.person()
        person.switch_position_mode(category="linear", symbol=FOREIGN, mode=3)
        order = {"side": "Buy", "positionIdx": 1, "orderType": "Market", "qty": "1"}
        person.place_order(category="linear", symbol=FOREIGN, **order)
        wait_for(lambda: self.foreign.size(Side.LONG) == 1, "a person's position")

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Those of ours."""
        return self.kept, self.gone, self.too

    def held(self) -> list[bool]:
        """Which of ours still has a position or an order."""
        return [any(pair.size(side) for side in SIDES) or bool(pair.resting()) for pair in self.pairs]

    def flatten(self, symbol: str | None) -> str:
        """As the command does where the account does not run; what it says."""
        told = io.StringIO()

        def prepare(account: Account) -> Callable[[], bool]:
            alone: Config = self.settings.model_copy(update={"accounts": (account,)})
            return partial(flattened, alone, exchanges_for(alone, self.venue.url, {}), WAIT_S, symbol)

        console = Console(file=told, width=200)
        commands.flatten(self.settings, 1, symbol, console, wait_s=WAIT_S, prepare=prepare)
        return told.getvalue()


def test_flatten_closes_what_is_left_of_ours_beside_a_process_that_has_refused_the_account(
    tmp_path: Path,
) -> None:
    flag = tmp_path / ".001_emergency_stop"
    with running_venue(KEPT, GONE, TOO, FOREIGN) as venue:
        left = Left(venue, tmp_path)
        assert all(pair.levels(side) for pair in (left.gone, left.too) for side in SIDES)
        with running_bot(venue, left.settings) as bot:
            other = Pair(venue, bot, 2, KEPT)
            other.wait_open()
            assert f"the exchange shows {GONE} flat" in left.flatten(GONE)
            assert (left.held(), flag.exists()) == ([True, False, True], False)
            with pytest.raises(ControlFailed, match="nothing of ours"):
                left.flatten(FOREIGN)
            assert not flag.exists()
            assert "the exchange shows it flat" in left.flatten(None)
            assert (left.held(), flag.exists()) == ([False, False, False], True)
            other.wait_open()
        assert left.foreign.size(Side.LONG) == 1
