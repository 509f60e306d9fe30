"""A process for one stopped account: it lives until the exchange shows the account flat."""

from __future__ import annotations

import threading
import time

from actors.account import MakeExchange
from actors.process import Bot
from config import Config
from messages.guard import AskStanding, Standing

_LOOK_S = 0.5


def flattened(config: Config, make_exchange: MakeExchange, wait_s: float) -> bool:
    """Run the bot of a config with one account, whose flag says flatten; whether it was proven flat."""
    bot = Bot(config, make_exchange, None)
    account = config.accounts[0]
    proven = threading.Event()

    def look() -> None:
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            told = bot.ask(account.id, AskStanding())
            if isinstance(told, Standing) and not told.open_symbols:
                proven.set()
                break
            time.sleep(_LOOK_S)
        bot.stop()

    threading.Thread(target=look, daemon=True).start()
    bot.run(wait_s + 10)
    return proven.is_set()
