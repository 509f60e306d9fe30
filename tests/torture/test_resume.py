"""A process that dies on its first order after ``resume``: the flatten is over for the next one, too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from actors.control.client import SOCKET, ControlFailed, NotRunning, standing, tell
from actors.torture.judge import Judge
from actors.torture.life import Life
from actors.torture.moments import BY_NAME, RUNNING
from actors.torture.plan import SYMBOLS, config_text
from actors.torture.venue import Plant, TorturedVenue
from tests.venue_process import wait_for

SYMBOL = next(iter(SYMBOLS))
#: For a machine that is busy with other things.
LIMIT_S = 300


class Scene:
    """A venue whose prices stand, and one bot after another on the same folder."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        self.venue = TorturedVenue(folder / "venue.jsonl", 1)
        self._config, self._log = folder / "config.toml", folder / "bot.log"
        self._config.write_text(config_text(1, self.data), encoding="utf-8")
        self.life: Life | None = None

    def start(self) -> Life:
        """The next process; returns once it has done all that it should."""
        self.life = life = Life(self._config, self.venue.url, self._log, RUNNING, 0)
        wait_for(lambda: self._nudged("trading" in life.told), "the bot to trade", deadline_s=LIMIT_S)
        wait_for(
            lambda: self._nudged(self.found() == []), "everything to be as it should be", deadline_s=LIMIT_S
        )
        return life

    def found(self) -> list[str]:
        """What is not as it should be."""
        assert self.life is not None
        return Judge(self.data).once_it_trades(Plant(self.venue.core(), self.life.states(30)))

    def _nudged(self, holds: bool) -> bool:
        for symbol, price in SYMBOLS.items():
            self.venue.price(symbol, price, "Buy")
        return holds

    def tell(self, what: str) -> None:
        """As the command of that name does."""
        tell(self.data / SOCKET, what, {"account": 1, "symbol": SYMBOL})

    def flat(self) -> bool:
        """Whether the account says that the symbol is flat."""
        return self._nudged(SYMBOL not in standing(self.data / SOCKET, 1)["open_symbols"])

    def closes(self) -> int:
        """How many closing orders of ours the venue has accepted."""
        told = self.venue.journal.read_text(encoding="utf-8")
        return sum(told.count(f'"orderLinkId":"001{side}C') for side in "LS")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    if scene.life is not None:
        scene.life.kill()
    scene.venue.stop()


def test_a_kill_right_after_resume_does_not_bring_the_flatten_back(scene: Scene) -> None:
    life = scene.start()
    scene.tell("flatten")
    wait_for(scene.flat, "the symbol to be flat", deadline_s=LIMIT_S)
    life.arm(BY_NAME["after a reopening"], 1)
    with suppress(ControlFailed, NotRunning):  # it may die before it answers
        scene.tell("resume")
    wait_for(lambda: not life.alive, "the process to die", deadline_s=LIMIT_S)
    assert life.died_at == "after a reopening"
    closes = scene.closes()
    assert closes
    scene.start()
    assert scene.closes() == closes
