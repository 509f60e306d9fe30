"""A seeded random campaign: prices, settings, quirks of the venue and faults of the network, by seed.

First safety under faults (``Checks.always`` after every step), then the faults stop and two virtual
minutes later everything must be as it should be (``Checks.at_the_end``).

    python -m tests.grid.campaign 0 500     # seeds 0 to 499; says what failed, with the seed
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from exchange.venue.quirks import Quirks
from messages.settings import GridSettings, ReopenSide, ReopenSize, WhenLocked
from tests.grid.checks import Checks
from tests.grid.line import NO_FAULTS, Faults
from tests.grid.world import World, grid_settings

_TICKS = {"SOLUSDT": Decimal("0.010"), "DOGEUSDT": Decimal("0.00001")}
_STARTS = {"SOLUSDT": "150.00", "DOGEUSDT": "0.21000"}
PATHS = ("calm", "trend", "crash", "whipsaw", "wild")


def path(chance: Random, kind: str, start: Decimal, tick: Decimal) -> Iterator[Decimal]:
    """Endless prices on the tick, about one percent in a few dozen steps."""
    price, drift = start, chance.choice((-1, 1)) * 4
    while True:
        basis = chance.gauss(0, 6)
        if kind == "trend":
            basis += drift
        elif kind == "whipsaw":
            drift = -drift if chance.random() < 0.15 else drift
            basis += drift * 6
        elif kind == "crash" and chance.random() < 0.02:
            basis -= chance.randint(100, 350)
        elif kind == "wild":
            basis *= 6
        price = max(price * (1 + Decimal(round(basis)) / 10_000), start / 20)
        price = (price / tick).to_integral_value() * tick
        yield price


def settings_of(chance: Random, symbol: str) -> GridSettings:
    """Settings of a run."""
    return grid_settings(
        symbol,
        take_profit_percent=chance.choice(("0.3", "0.5", "1", "3")),
        grid_step_percent=chance.choice(("0.3", "0.5", "1")),
        multiplier=chance.choice(("1", "1.5", "2")),
        max_levels=chance.choice((2, 3, 5, 7)),
        pending_depth=chance.choice((1, 1, 2, 3)),
        recalculate_percent=chance.choice(("1", "2", "5")),
        reopen_size=chance.choice(list(ReopenSize)),
        reopen_side=chance.choice(list(ReopenSide)),
        when_locked=chance.choice(list(WhenLocked)),
    )


def faults_of(chance: Random) -> Faults:
    """Faults of a run: some runs have a good network."""
    if chance.random() < 0.2:
        return NO_FAULTS
    share = chance.choice((0.01, 0.05))
    return Faults(
        min_delay_ms=1,
        max_delay_ms=chance.choice((5, 50, 300)),
        max_frame_ms=chance.choice((0, 20, 200)),
        lost_answer=share,
        lost_request=share,
        late_request=0.5,
        refused=share,
        duplicated=share,
        failed_read=share,
    )


def quirks_of(chance: Random, seed: int) -> Quirks:
    """The venue's quirks, and how slow it is."""
    return replace(
        Quirks.drawn(seed),
        max_outcome_ms=chance.choice((5, 40, 200)),
        max_push_ms=chance.choice((1, 20, 60)),
    )


class Campaign:
    """One run of one seed."""

    def __init__(self, seed: int, *, steps: int = 300) -> None:
        chance = Random(f"campaign/{seed}")
        symbols = ["SOLUSDT", "DOGEUSDT"] if chance.random() < 0.3 else ["SOLUSDT"]
        self.steps = steps
        self.chance = chance
        self.kind = chance.choice(PATHS)
        self.faults = faults_of(chance)
        self.world = World(
            *[settings_of(chance, s) for s in symbols],
            seed=seed,
            prices={s: _STARTS[s] for s in symbols},
            quirks=quirks_of(chance, seed),
            faults=self.faults,
            balance=chance.choice(("100000", "100000", "150")),
        )
        self.checks = Checks(self.world)
        self.paths = {s: path(chance, self.kind, Decimal(_STARTS[s]), _TICKS[s]) for s in symbols}

    def run(self) -> list[str]:
        """All findings; [] when the run is clean."""
        world, chance = self.world, self.chance
        world.run(5_000)
        for _ in range(self.steps):
            for symbol, prices in self.paths.items():
                self._print(symbol, next(prices))
            world.run(chance.choice((10, 50, 100, 400, 1_000)))
            self.disturb()
        self.calm_down()
        return self.checks.at_the_end()

    def disturb(self) -> None:
        """What else happens between two prints."""

    def _print(self, symbol: str, price: Decimal) -> None:
        thin = self.chance.random() < 0.5
        qty = str(self.chance.randint(1, 20)) if thin else "100000"
        taker = "Buy" if price > self.world.last[symbol] else "Sell"
        self.world.trade(symbol, price, qty=qty, taker=taker)

    def calm_down(self) -> None:
        """Faults stop, the price stands still and is told every second, for two minutes and a bit."""
        self.world.line.faults = NO_FAULTS
        for _ in range(140):
            for symbol, last in self.world.last.items():
                self.world.trade(symbol, last, qty="0")
            self.world.run(1_000)


def main() -> None:
    """Run the seeds given on the command line and say which of them fail."""
    first, last = int(sys.argv[1]), int(sys.argv[2])
    failed = []
    for seed in range(first, last):
        try:
            findings = Campaign(seed).run()
        except Exception as error:  # noqa: BLE001  # the campaign goes on with the next seed
            where = traceback.extract_tb(error.__traceback__)[-1]
            findings = [f"{type(error).__name__} {error} at {where.filename}:{where.lineno}"]
        if findings:
            failed.append(seed)
            print(f"seed {seed}:", *findings[:6], sep="\n    ")  # noqa: T201
    print(f"{last - first} seeds, failed: {failed}")  # noqa: T201


if __name__ == "__main__":
    main()
