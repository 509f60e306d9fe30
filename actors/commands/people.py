"""``stop``, ``flatten``, ``resume`` and ``notify-test``."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from actors.claim import claims_for
from actors.commands.arguments import EXAMPLE, ConfigFile, set_up_log
from actors.control import commands
from actors.control.alone import flattened
from actors.control.client import ControlFailed
from actors.exchanges import exchanges_for
from actors.notices.command import notify_test as send_tests
from config import Account, Config, Environment, load_config
from config.schema import Metrics as MetricsSettings
from messages.sides import Side

#: How long a flatten is waited for; it goes on after that.
_FLATTEN_S = 120.0

AccountId = Annotated[int, typer.Argument(metavar="ACCOUNT", min=1, max=999, help="its number, such as 1")]
SymbolName = Annotated[str | None, typer.Argument(metavar="SYMBOL", help="such as SOLUSDT; all if left out")]


def stop(
    account: AccountId,
    flatten: Annotated[bool, typer.Option("--flatten", help="close its positions, too")] = False,
    config: ConfigFile = EXAMPLE,
) -> None:
    """Stop an account, running or not: no entry leaves until `resume`; its take profits are followed."""
    settings = load_config(config)
    if flatten:
        _flatten(settings, account, None)
    else:
        commands.stop(settings, account, Console())


def flatten(account: AccountId, symbol: SymbolName = None, config: ConfigFile = EXAMPLE) -> None:
    """Close an account's positions, or those of a symbol (also one that the config lacks), and prove it."""
    _flatten(load_config(config), account, symbol)


def resume(
    account: AccountId,
    symbol: SymbolName = None,
    side: Annotated[Side | None, typer.Argument(metavar="SIDE", help="LONG or SHORT")] = None,
    config: ConfigFile = EXAMPLE,
) -> None:
    """Let an account that was stopped go on, or a symbol or side that is paused."""
    commands.resume(load_config(config), account, symbol, side, Console())


def notify_test(config: ConfigFile = EXAMPLE) -> None:
    """Send one message to every notification channel and say what came of it; exit 1 if one failed."""
    settings = load_config(config)
    set_up_log(settings, quiet=True)
    raise typer.Exit(0 if send_tests(settings, os.environ, Console()) else 1)


def _flatten(settings: Config, account: int, symbol: str | None) -> None:
    def prepare(one: Account) -> Callable[[], bool]:
        if settings.process.environment is Environment.SIMULATED:
            raise ControlFailed("no process runs, and the local venue has ended with it: nothing to flatten")
        quiet = settings.process.model_copy(update={"metrics": MetricsSettings(enabled=False)})
        alone = settings.model_copy(update={"process": quiet, "accounts": (one,)})
        set_up_log(settings, quiet=True)
        make, claim = exchanges_for(alone, "", os.environ), claims_for(alone, os.environ).take
        return partial(flattened, alone, make, _FLATTEN_S, symbol, claim)

    commands.flatten(settings, account, symbol, Console(), wait_s=_FLATTEN_S, prepare=prepare)
