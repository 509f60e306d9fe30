"""A person writes other settings into the config file; they count from the process's next start on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from config import Config
from config.checks import contradictions
from config.schema import SymbolSettings

#: What may be changed, and how. Nothing makes a ladder dearer: an account that can't pay for it is refused.
_DRAWS: Mapping[str, Callable[[Random, SymbolSettings], Any]] = {
    "leverage": lambda chance, _: chance.choice((5, 10, 20)),
    "take_profit_percent": lambda chance, _: Decimal(chance.choice(("0.2", "0.3", "0.5", "1", "3"))),
    "grid_step_percent": lambda chance, _: Decimal(chance.choice(("0.2", "0.3", "0.5", "1"))),
    "multiplier": lambda chance, old: min(old.multiplier, Decimal(chance.choice(("1", "1.3", "1.5")))),
    "max_levels": lambda chance, old: min(old.max_levels, chance.choice((2, 3, 5))),
    "pending_depth": lambda chance, _: chance.choice((1, 1, 2, 3)),
    "recalculate_percent": lambda chance, _: chance.choice((1, 2, 5)),
    "reopen_size": lambda chance, _: chance.choice(("initial", "minus_two", "margin_ratio")),
    "reopen_side": lambda chance, _: chance.choice(("closed", "opposite", "both")),
    "when_locked": lambda chance, _: chance.choice(("restart", "hold")),
    "safety_take_profit": lambda chance, _: chance.random() < 0.5,
    "protective_stop_percent": lambda chance, _: chance.choice((None, None, Decimal(5), Decimal(10))),
    "on_stop": lambda chance, _: chance.choice(("cancel_entries", "keep")),
}
_MOST = 4


def with_other_settings(config: Config, chance: Random) -> Config:
    """The same accounts and symbols, with up to four settings of each symbol drawn anew."""
    accounts = (
        account.model_copy(update={"symbols": tuple(_changed(symbol, chance) for symbol in account.symbols)})
        for account in config.accounts
    )
    return config.model_copy(update={"accounts": tuple(accounts)})


def _changed(symbol: SymbolSettings, chance: Random) -> SymbolSettings:
    """Other settings of a symbol; the old ones where what was drawn contradicts itself."""
    names = chance.sample(sorted(_DRAWS), chance.randint(1, _MOST))
    drawn = {name: _DRAWS[name](chance, symbol) for name in names}
    other = SymbolSettings.model_validate(symbol.model_dump(exclude_none=True) | drawn)
    return symbol if any(contradictions(other)) else other
