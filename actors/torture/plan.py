"""What one seed chooses: the grid's settings, the moments of the kills, and what happens beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from actors.torture.moments import BY_NAME, MOMENTS, Group, Moment

#: What trades: where each symbol's prices begin, in USDT.
SYMBOLS: Mapping[str, Decimal] = {"SOLUSDT": Decimal(150), "DOGEUSDT": Decimal("0.2")}
ACCOUNT = 1
_WEIGHTS = {
    Group.ANY_TIME: 20,
    Group.START: 15,
    Group.SEND: 15,
    Group.CLOSE: 22,
    Group.STREAM: 12,
    Group.STATE: 12,
    Group.TRADES: 4,
}
_EVERY_STATE_LOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill. ``wait_ms``: how long the parent waits at most for the moment, or before it kills by itself.

    ``prints_while_dead``: how often the market trades before the next process starts.
    """

    number: int
    moment: Moment
    passage: int
    wait_ms: int
    lose_state: bool
    prints_while_dead: int


def kills_of(seed: int, count: int, only: str = "") -> tuple[Kill, ...]:
    """The kills of a stage, numbered from 1; all at the moment ``only`` if it is named."""
    chance = Random(f"kills/{seed}")
    return tuple(_kill(chance, number, only) for number in range(1, count + 1))


def _kill(chance: Random, number: int, only: str) -> Kill:
    group = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    moment = chance.choice([moment for moment in MOMENTS if moment.group is group])
    moment = BY_NAME[only] if only else moment
    longest_ms = 5_000 if moment.at_start else 2_500 if moment.by_parent else 8_000
    return Kill(
        number=number,
        moment=moment,
        passage=chance.randint(1, max(moment.most, 1)),
        wait_ms=chance.randint(50, longest_ms) if moment.by_parent else longest_ms,
        lose_state=chance.randrange(_EVERY_STATE_LOST) == 0,
        prints_while_dead=chance.choice((0, 0, 0, 3, 20)),
    )


def config_text(seed: int, folder: Path) -> str:
    """The bot's config, as its file: one account, settings drawn by ``seed``."""
    chance = Random(f"config/{seed}")
    return config_of(folder, {symbol: _settings(chance) for symbol in SYMBOLS})


def _settings(chance: Random) -> tuple[str, ...]:
    levels = chance.choice((2, 3, 4, 6))
    return (
        f"initial_margin = {chance.choice((5, 8, 20))}",
        f"max_levels = {levels}",
        f"pending_depth = {chance.choice((1, 1, min(2, levels - 1)))}",
        f'reopen_side = "{chance.choice(("closed", "closed", "opposite", "both"))}"',
        f'reopen_size = "{chance.choice(("initial", "minus_two", "margin_ratio"))}"',
        'when_locked = "restart"',
        "recalculate_percent = 50",  # prices here never go so far: checks need no history of bases
    )


def config_of(folder: Path, symbols: Mapping[str, Iterable[str]]) -> str:
    """A config file of one account with these symbols, each with lines of settings."""
    lines = [
        "[process]",
        'environment = "simulated"',
        f'data_dir = "{folder}"',
        "metrics = { enabled = false }",
        "[[accounts]]",
        f"id = {ACCOUNT}",
        'name = "torture"',
        'api_key_env = "SOL_TRADER_TORTURE_KEY"',
        'api_secret_env = "SOL_TRADER_TORTURE_SECRET"',
    ]
    for symbol, settings in symbols.items():
        lines += ["[[accounts.symbols]]", f'symbol = "{symbol}"', *settings]
    return "\n".join([*lines, ""])
