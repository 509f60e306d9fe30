"""The trades that could have made a bar: a seeded way from its open to its close.

The real order of a bar's low and high is not in it, nor are its trades; both are drawn. What the bar
does say (open, high, low, close, volume) comes out of its trades exactly.
"""

from __future__ import annotations

import numpy as np

from exchange.venue.market.listing import Ints, Prints

FEWEST_PRINTS, MOST_PRINTS = 24, 48
WANDER = 0.08
"""How far prints stray from the straight way between a bar's turning points, in shares of its range."""


def fewest_prints(ticks: Ints) -> Ints:
    """How many trades each bar takes at least, given its (bars, 4) ticks: one per turning point."""
    opened, high, low, closed = ticks.T
    moves = (high > low).astype(np.int64)
    low_first = 1 + (opened > low) + moves + (closed < high)
    high_first = 1 + (opened < high) + moves + (closed > low)
    fewest: Ints = np.minimum(low_first, high_first)
    return fewest


def bar_prints(ticks: list[int], steps: int, interval_ms: int, rng: np.random.Generator) -> Prints:
    """One bar's trades: within [low, high], touching all four ``ticks``, volumes adding up to ``steps``.

    Times count from the bar's start, up to but without ``interval_ms``. ``steps`` must be at least
    ``fewest_prints``.
    """
    turns = _turns(ticks, steps, rng)
    count = min(max(int(rng.integers(FEWEST_PRINTS, MOST_PRINTS + 1)), len(turns)), steps)
    path = _path(turns, count, rng)
    rises = np.sign(np.diff(path, prepend=path[0] - (1 if ticks[3] >= ticks[0] else -1)))
    settled = np.maximum.accumulate(np.where(rises != 0, np.arange(count), 0))
    times = np.sort(rng.integers(0, interval_ms, count))
    times[0] = 0  # a bar opens at its open
    return Prints(times, path, split_volume(steps, count, rng), rises[settled] > 0)


def split_volume(steps: int, count: int, rng: np.random.Generator) -> Ints:
    """``steps`` as ``count`` uneven parts of at least one: a few thick prints, many thin ones."""
    shares = rng.standard_gamma(0.4, count) + 1e-9
    parts: Ints = 1 + np.floor((steps - count) * (shares / shares.sum())).astype(np.int64)
    parts[int(shares.argmax())] += steps - int(parts.sum())
    return parts


def _turns(ticks: list[int], steps: int, rng: np.random.Generator) -> list[int]:
    """The turning points in order, doubles left out: three rising bars in four dip first."""
    opened, high, low, closed = ticks
    low_first = (rng.random() < 0.75) == (closed >= opened)
    ways = [
        [point for point, before in zip(way, [None, *way], strict=False) if point != before]
        for way in ([opened, low, high, closed], [opened, high, low, closed])
    ]
    way = ways[0] if low_first else ways[1]
    return way if len(way) <= steps else min(ways, key=len)


def _path(turns: list[int], count: int, rng: np.random.Generator) -> Ints:
    """``count`` prices that pass through ``turns``, straying a little in between."""
    lengths = np.abs(np.diff(turns, prepend=turns[0])).cumsum()
    last = len(turns) - 1
    at = np.rint(lengths / max(int(lengths[-1]), 1) * (count - 1)).astype(np.int64)
    for turn in range(1, last + 1):
        at[turn] = min(max(at[turn], at[turn - 1] + 1), count - 1 - (last - turn))
    low, high = min(turns), max(turns)
    path = np.interp(np.arange(count), at, turns) + rng.normal(0, WANDER * (high - low), count)
    whole: Ints = np.rint(path).astype(np.int64).clip(low, high)
    whole[at] = turns
    return whole
