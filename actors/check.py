"""``check``: could trading start? Every account's settings, rules, ladders and balance, without an order."""

from __future__ import annotations

from rich.console import Console

from actors.account import MakeExchange, grid_settings
from actors.display.ladder_table import ladder_table
from actors.start import StartRefused, exchange_ahead_ms, survey
from config import Config, Environment
from exchange.clock import ExchangeClock, SystemClock
from exchange.errors import ProtocolError


def check_accounts(config: Config, make_exchange: MakeExchange, console: Console) -> bool:
    """Print each symbol's ladder and a verdict; True only if every account could start."""
    verdicts: list[str] = []
    demo = config.process.environment is Environment.DEMO
    for account in config.accounts:
        clock = ExchangeClock(SystemClock())
        rest = make_exchange(account, clock, _ignore).rest()
        try:
            clock.ahead_ms = exchange_ahead_ms(rest, clock)
            ground = survey(rest, account.id, grid_settings(account), switch=False, demo=demo)
        except StartRefused as error:
            verdicts.append(f"account {account.code} can't start: {error}")
            continue
        finally:
            rest.close()
        console.print(f"account {account.code} {account.name}: equity {ground.wallet.equity:f} USDT")
        for ladder in ground.ladders:
            console.print(ladder_table(ladder))
        verdicts += [f"account {account.code} can't start: {problem}" for problem in ground.problems]
    for verdict in verdicts:
        console.print(verdict, markup=False)
    console.print("refused" if verdicts else "trading could start")
    return not verdicts


def _ignore(problem: ProtocolError) -> None:
    """A check opens no stream."""
