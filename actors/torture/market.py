"""Prices that keep a grid busy: a seeded walk of each symbol, pulled back to where it began, with gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random

_TICKS = {"SOLUSDT": Decimal("0.010"), "DOGEUSDT": Decimal("0.00001")}
_TEN_THOUSAND = 10_000
#: A walk turns back beyond so many hundredths of a percent from its start.
_FAR = 450


def prints(seed: int, starts: Mapping[str, Decimal]) -> Iterator[tuple[str, Decimal, str]]:
    """Symbol, price and taker of one print after another, without end."""
    chance = Random(f"market/{seed}")
    away = dict.fromkeys(starts, 0)
    trend = dict.fromkeys(starts, 1)
    while True:
        symbol = chance.choice(list(starts))
        if chance.random() < 0.06 or abs(away[symbol]) > _FAR:
            trend[symbol] = -1 if away[symbol] > _FAR else 1 if away[symbol] < -_FAR else -trend[symbol]
        gap = chance.random() < 0.02
        step = chance.randint(60, 140) if gap else chance.randint(-8, 20)
        away[symbol] += trend[symbol] * step
        exact = starts[symbol] * (_TEN_THOUSAND + away[symbol]) / _TEN_THOUSAND
        tick = _TICKS[symbol]
        price = (exact / tick).to_integral_value() * tick
        yield symbol, price, "Buy" if trend[symbol] * step > 0 else "Sell"
