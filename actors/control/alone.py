"""A process for one account that does not run: it lives until the exchange shows flat what was asked for.

What an account of ours still has on symbols that its config no longer names would refuse every start. Here
such symbols are traded once more, winding down: the same grid finds what is ours, cancels, closes and proves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal

from actors.account import MakeExchange
from actors.control.client import ControlFailed
from actors.leftovers import leftovers, open_now
from actors.process import Bot
from actors.start import StartRefused, exchange_ahead_ms
from config import Account, Config
from config.schema import SymbolSettings
from exchange.clock import ExchangeClock, SystemClock
from exchange.errors import ExchangeError
from messages.guard import AskFlatten, AskStanding, Standing
from messages.requests import Snapshot

_LOOK_S = 0.5
_STOP_S = 10
#: Nothing is opened on a leftover symbol: its margin is of no account, its leverage stays what it is.
_MARGIN, _LEVERAGE = Decimal("0.01"), Decimal(10)


def flattened(
    config: Config,
    make_exchange: MakeExchange,
    wait_s: float,
    symbol: str | None = None,
    claim: Callable[[int], None] | None = None,
) -> bool:
    """Run the bot of a config with one account, whose flag lies there; whether it was proven flat.

    With ``symbol`` that one alone is flattened, while the flag holds the others. Raises ControlFailed where
    the account can't start or has no such symbol.
    """
    account = _with_leftovers(config.accounts[0], make_exchange)
    symbols = [each.symbol for each in account.symbols]
    if symbol is not None and symbol not in symbols:
        raise ControlFailed(f"{symbol}: nothing of ours is there; the account has {', '.join(symbols)}")
    bot = Bot(config.model_copy(update={"accounts": (account,)}), make_exchange, None, claim=claim)
    proven = threading.Event()

    def look() -> None:
        if _is_flat(bot, account.id, symbol, time.monotonic() + wait_s):
            proven.set()
        bot.stop()

    threading.Thread(target=look, daemon=True).start()
    result = bot.run(wait_s + _STOP_S)
    if result.failure:
        raise ControlFailed(result.failure)
    return proven.is_set()


def _is_flat(bot: Bot, account: int, symbol: str | None, deadline_s: float) -> bool:
    """Ask for a symbol's flatten as soon as its grid is known, and wait for the proof."""
    asked = symbol is None  # the flag has asked for all
    while time.monotonic() < deadline_s:
        told = bot.ask(account, AskStanding() if asked else AskFlatten(symbol=symbol))
        if isinstance(told, Standing) and not told.refused:
            asked = True
            if not [each for each in told.open_symbols if symbol in (None, each)]:
                return True
        time.sleep(_LOOK_S)
    return False


def _with_leftovers(account: Account, make_exchange: MakeExchange) -> Account:
    """The account with the symbols, too, on which something of ours is left."""
    clock = ExchangeClock(SystemClock())
    rest = make_exchange(account, clock, lambda problem: None).rest()
    try:
        clock.ahead_ms = exchange_ahead_ms(rest, clock)
        snapshot = open_now(rest)
        found = leftovers(rest, account.id, tuple(each.symbol for each in account.symbols), snapshot)
    except (ExchangeError, StartRefused) as error:
        raise ControlFailed(f"account {account.code} can't be read: {error}") from error
    finally:
        rest.close()
    left = (
        SymbolSettings(
            symbol=symbol, initial_margin=_MARGIN, leverage=_leverage(snapshot, symbol), wind_down=True
        )
        for symbol in found
    )
    return account.model_copy(update={"symbols": (*account.symbols, *left)})


def _leverage(snapshot: Snapshot, symbol: str) -> Decimal:
    shown = (row.leverage for row in snapshot.positions if row.symbol == symbol and row.leverage >= 1)
    return next(shown, _LEVERAGE)
