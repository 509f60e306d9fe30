"""What one seed chooses: the grid's settings, the moments of the kills, and what happens beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from actors.torture.moments import BY_NAME, MOMENTS, Group, Moment

#: What trades: where each symbol's prices begin, in USDT.
SYMBOLS: Mapping[str, Decimal] = {"SOLUSDT": Decimal(150), "DOGEUSDT": Decimal("0.2")}
ACCOUNT = 1
BOTH = (1, 2)
"""The accounts of a process that trades two."""
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
_EVERY_WITH_TWO = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill. ``wait_ms``: how long the parent waits at most for the moment, or before it kills by itself.

    ``lose_state``: the state file is deleted after it; of two accounts ``losers`` names whose.
    ``prints_while_dead``: how often the market trades before the next process starts.
    """

    number: int
    moment: Moment
    passage: int
    wait_ms: int
    lose_state: bool
    prints_while_dead: int
    losers: tuple[int, ...] = (ACCOUNT,)


def accounts_of(seed: int) -> tuple[int, ...]:
    """What one process trades in all lives of a stage: mostly one account, in a third of the stages two."""
    return BOTH if Random(f"accounts/{seed}").randrange(_EVERY_WITH_TWO) == 0 else (ACCOUNT,)


def kills_of(seed: int, count: int, only: str = "", *, accounts: int = 1) -> tuple[Kill, ...]:
    """The kills of a stage, numbered from 1; all at the moment ``only`` if it is named."""
    chance, losing = Random(f"kills/{seed}"), Random(f"losers/{seed}")
    kills = [_kill(chance, number, only) for number in range(1, count + 1)]
    return tuple(replace(kill, losers=_losers(losing)) if accounts > 1 else kill for kill in kills)


def _losers(chance: Random) -> tuple[int, ...]:
    return chance.choice(((1,), (2,), BOTH))


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


def config_text(seed: int, folder: Path, accounts: Sequence[int] = (ACCOUNT,)) -> str:
    """The bot's config, as its file: these accounts, the settings of each drawn by ``seed``."""
    chance = Random(f"config/{seed}")
    drawn = {account: {symbol: _settings(chance) for symbol in SYMBOLS} for account in accounts}
    return config_of(folder, drawn)


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


def config_of(folder: Path, accounts: Mapping[int, Mapping[str, Iterable[str]]]) -> str:
    """A config file of these accounts with their symbols, each with lines of settings."""
    lines = [
        "[process]",
        'environment = "simulated"',
        f'data_dir = "{folder}"',
        "metrics = { enabled = false }",
    ]
    for account, symbols in accounts.items():
        lines += [
            "[[accounts]]",
            f"id = {account}",
            f'name = "torture-{account}"',
            f'api_key_env = "SOL_TRADER_TORTURE_KEY_{account}"',
            f'api_secret_env = "SOL_TRADER_TORTURE_SECRET_{account}"',
        ]
        for symbol, settings in symbols.items():
            lines += ["[[accounts.symbols]]", f'symbol = "{symbol}"', *settings]
    return "\n".join([*lines, ""])
