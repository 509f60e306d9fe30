"""Writes a fitted model as the module from which the venue reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

from exchange.venue.market.model import Model

PARAMETERS = Path(__file__).parents[1] / "exchange" / "venue" / "market" / "parameters.py"

HEAD = '''"""The fitted model, written by ``python -m backtest.fit_market --data DIR --write``; not by hand.

Real, 1m bars:
{real}.
Generated: scenario mixed, from trades made into 1m bars.

{table}
"""

from exchange.venue.market.model import Cluster, Crash, Model, SymbolModel

FITTED = {model}
'''


def write_parameters(model: Model, real: Sequence[str], table: Sequence[str]) -> None:
    """Replace the venue's parameters by ``model``, with its sources and the table of how close it comes."""
    PARAMETERS.write_text(HEAD.format(real=",\n".join(real), table="\n".join(table), model=spelt(model)))


def spelt(value: object, indent: int = 0) -> str:
    """``value`` as Python source, one field or element a line where it is long."""
    inner = indent + 4
    if is_dataclass(value):
        open_, close = f"{type(value).__name__}(", ")"
        parts = [f"{each.name}={spelt(getattr(value, each.name), inner)}" for each in fields(value)]
    elif isinstance(value, dict):
        open_, close = "{", "}"
        parts = [f"{spelt(key)}: {spelt(each, inner)}" for key, each in value.items()]
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        open_, close = "(", ")"
        parts = [spelt(each, inner) for each in value]
    else:
        return repr(value).replace("'", '"')
    line = f"{open_}{', '.join(parts)}{',' if open_ == '(' and len(parts) == 1 else ''}{close}"
    if "\n" not in line and len(line) + indent < 90:
        return line
    return "".join([open_, *(f"\n{' ' * inner}{part}," for part in parts), f"\n{' ' * indent}{close}"])
