"""What a soak is: market hours at a speed, and a config that keeps two accounts busy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

#: Two accounts with two symbols each: what is shared between them may leak as well.
ACCOUNTS = (1, 2)
SYMBOLS = ("SOLUSDT", "DOGEUSDT")
SCENARIO = "mixed"
#: Imports, first connections and caches that fill once come before the first hour that counts.
_WARM_UP_HOURS = 2
_SAMPLES_AN_HOUR = 24
_FEWEST_HOURS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakPlan:
    """``hours`` of market time at ``speed``, warm-up included; ``seed`` chooses prices.

    A short soak compares shorter stretches: a quarter of it is warm-up, and a quarter counts as its hour.
    """

    hours: Decimal
    speed: Decimal
    seed: int

    @property
    def warm_up_hours(self) -> Decimal:
        """Market hours before anything counts."""
        return min(Decimal(_WARM_UP_HOURS), self.hours / _FEWEST_HOURS)

    @property
    def hour(self) -> Decimal:
        """How long a stretch is that is compared, in market hours."""
        return min(Decimal(1), self.hours / _FEWEST_HOURS)

    @property
    def length_s(self) -> float:
        """How long it runs, in seconds of a clock on the wall."""
        return self.seconds(self.hours)

    @property
    def every_s(self) -> float:
        """Seconds from one sample to the next."""
        return self.seconds(self.hour) / _SAMPLES_AN_HOUR

    def seconds(self, hours: Decimal) -> float:
        """Market hours in seconds on the wall."""
        return float(hours * 3600 / self.speed)

    def market_hours(self, seconds: float) -> Decimal:
        """Seconds on the wall in market hours."""
        return Decimal(seconds) * self.speed / 3600


def config_text(data: Path) -> str:
    """The bot's config, as its file: money enough that no rule of the guard ends the day early."""
    lines = [
        "[process]",
        'environment = "simulated"',
        f'data_dir = "{data}"',
        "sync_seconds = 5",
        "metrics = { port = 0 }",
    ]
    for account in ACCOUNTS:
        lines += [
            "[[accounts]]",
            f"id = {account}",
            f'name = "soak-{account}"',
            f'api_key_env = "SOL_TRADER_SOAK_KEY_{account}"',
            f'api_secret_env = "SOL_TRADER_SOAK_SECRET_{account}"',
            "simulated_usdt = 1000000",
        ]
        for symbol in SYMBOLS:
            lines += [
                "[[accounts.symbols]]",
                f'symbol = "{symbol}"',
                "initial_margin = 10",
                'when_locked = "restart"',
            ]
    return "\n".join([*lines, ""])
