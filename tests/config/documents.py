"""Documents for the tests of config/, as tomllib would give them out."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"


def a_symbol(symbol: str = "SOLUSDT", **settings: object) -> dict[str, Any]:
    """The least that a symbol needs, and ``settings`` on top."""
    return {"symbol": symbol, "initial_margin": 5, **settings}


def an_account(number: int = 1, *symbols: dict[str, Any], **settings: object) -> dict[str, Any]:
    """The least that an account needs, and ``settings`` on top."""
    names = {"api_key_env": f"KEY_{number}", "api_secret_env": f"SECRET_{number}"}
    least = {"id": number, "name": f"name-{number}", **names, "symbols": list(symbols or [a_symbol()])}
    return least | settings


def a_document(*accounts: dict[str, Any], **process: object) -> dict[str, Any]:
    """A document that passes unless its parts don't."""
    return {
        "process": {"environment": "simulated", **process},
        "accounts": list(accounts or [an_account()]),
    }


def the_example() -> dict[str, Any]:
    """The example file, read."""
    return tomllib.loads(EXAMPLE.read_text(), parse_float=Decimal)
