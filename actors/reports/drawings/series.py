"""What is drawn, as arrays: here, and only here, money becomes a binary float.

Times are days since 1970 in UTC, as matplotlib takes them. A gap of the record (the bot did not run) is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy
from numpy.typing import NDArray

from actors.reports.history.cycles import Cycle
from actors.reports.history.equity import drawdowns, ratio
from actors.reports.history.performance import Minute

Floats = NDArray[numpy.float64]
DAY_MS = 86_400_000
#: Rows come once a minute; after so long without one the line is broken.
_GAP_MS = 5 * 60_000
#: More points than this no print shows; of each stretch the lowest and the highest are kept.
_MOST_POINTS = 4_000


def equity_change(minutes: Sequence[Minute]) -> tuple[Floats, Floats]:
    """Times and USDT since the first row."""
    first = minutes[0].equity
    return _line(minutes, [float(minute.equity - first) for minute in minutes])


def drawdown_percent(minutes: Sequence[Minute]) -> tuple[Floats, Floats]:
    """Times and percent below the peak, zero or less."""
    depths = zip(drawdowns(minutes), minutes, strict=True)
    return _line(minutes, [-100 * float(ratio(depth, minute.equity)) for depth, minute in depths])


def realised(cycles: Sequence[Cycle], since_ms: int, until_ms: int) -> tuple[Floats, Floats]:
    """Times and the sum of what has been realised so far, as steps from zero to the end of the period."""
    ordered = sorted(cycles, key=lambda cycle: cycle.closed_ms)
    sums = [float(total) for total in accumulate(cycle.realised for cycle in ordered)]
    times = [since_ms, *(cycle.closed_ms for cycle in ordered), until_ms]
    return _days(times), numpy.array([0.0, *sums, sums[-1] if sums else 0.0])


def _line(minutes: Sequence[Minute], values: list[float]) -> tuple[Floats, Floats]:
    times = numpy.array([minute.at_ms for minute in minutes], dtype=numpy.int64)
    kept = _kept(numpy.array(values))
    broken = numpy.flatnonzero(numpy.diff(times) > _GAP_MS) + 1
    days, shown = _days(times[kept]), numpy.array(values)[kept]
    places = numpy.searchsorted(kept, broken)
    return numpy.insert(days, places, days[places]), numpy.insert(shown, places, numpy.nan)


def _kept(values: Floats) -> NDArray[numpy.int64]:
    """The indices that a drawing needs, in order: all, or of each stretch its lowest and highest."""
    if len(values) <= _MOST_POINTS:
        return numpy.arange(len(values), dtype=numpy.int64)
    stretches = numpy.array_split(numpy.arange(len(values), dtype=numpy.int64), _MOST_POINTS // 2)
    found = [0, len(values) - 1]
    for stretch in stretches:
        found += [int(stretch[values[stretch].argmin()]), int(stretch[values[stretch].argmax()])]
    return numpy.unique(numpy.array(found, dtype=numpy.int64))


def _days(times_ms: Sequence[int] | NDArray[numpy.int64]) -> Floats:
    return numpy.asarray(times_ms, dtype=numpy.float64) / DAY_MS
