"""Which exchange an account trades on: pybit at its environment, or a dry run beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from actors.account import Exchange, MakeExchange
from config import Account, Config, SecretFilter, load_secrets
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import endpoints_for


def exchanges_for(config: Config, venue_url: str, environ: Mapping[str, str]) -> MakeExchange:
    """Makes an account's exchange; all keys are read, and masked in every log, before the first is made."""
    environment = config.process.environment
    secrets = {account.id: load_secrets(account, environment, environ) for account in config.accounts}
    mask = SecretFilter(secrets.values())
    for handler in logging.getLogger().handlers:
        handler.addFilter(mask)
    endpoints = endpoints_for(environment.value, venue_url)

    def make(account: Account) -> Exchange:
        keys = secrets[account.id]
        return bybit_exchange(endpoints, keys.api_key, keys.api_secret)

    return make
