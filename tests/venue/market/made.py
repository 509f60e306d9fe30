"""Bars and listings made for the tests of prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
import numpy as np

from exchange.venue.market.bars import MINUTE_MS, Bars, bars_from
from exchange.venue.market.checks import COLUMNS
from exchange.venue.market.listing import Listing

SOL = Listing(Decimal("0.01"), Decimal("0.1"), Decimal("150"))
DOGE = Listing(Decimal("0.00001"), Decimal("1"), Decimal("0.18"))
BOTH = {"SOLUSDT": SOL, "DOGEUSDT": DOGE}
T0 = 1_748_545_200_000

Row = tuple[float, float, float, float, float]
"""open, high, low, close, volume."""

GOOD: Row = (150.0, 150.5, 149.5, 150.2, 100.0)


def columns(rows: Sequence[Row], times: Sequence[float] | None = None) -> dict[str, np.ndarray]:
    """Raw columns as a file would give them, a minute apart unless ``times`` are given."""
    opened = times if times is not None else [T0 + MINUTE_MS * index for index in range(len(rows))]
    table = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    return dict(zip(COLUMNS, [np.array(opened, dtype=np.float64), *table], strict=True))


def bars(rows: Sequence[Row], symbol: str = "SOLUSDT", start_ms: int = T0, step_ms: int = MINUTE_MS) -> Bars:
    """Checked bars of one symbol."""
    times = [start_ms + step_ms * index for index in range(len(rows))]
    return bars_from(symbol, BOTH[symbol], columns(rows, times), "made.csv")


def write_csv(path: Path, rows: Sequence[Row], times: Sequence[int] | None = None) -> Path:
    """A CSV file with the house's columns."""
    opened = times if times is not None else [T0 + MINUTE_MS * index for index in range(len(rows))]
    lines = [",".join(map(str, [time_ms, *row])) for time_ms, row in zip(opened, rows, strict=True)]
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return path


@st.composite
def bar_rows(draw: st.DrawFn) -> Row:
    """A bar on SOL's tick and step, as a file spells it: with floats."""
    low = draw(st.integers(1, 50_000))
    high = low + draw(st.integers(0, 3_000))
    opened, closed = (draw(st.integers(low, high)) for _ in range(2))
    steps = draw(st.one_of(st.integers(4, 200), st.integers(4, 10**9)))
    return (opened / 100, high / 100, low / 100, closed / 100, steps / 10)
